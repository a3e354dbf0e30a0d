"""Months of lower quality that are only trained on: which they are, and that they move nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.tables import TOWER_ARCHIVE
from carbonscape.core import findings
from carbonscape.fluxes.quality.towers import filter_months

#: Months of lower quality in the archive below, and what each breaks.
LOWER = {
    3: ("year", 1999),
    5: ("gpp_dt", np.nan),
    7: ("gpp_dt", 25.0),
    9: ("nee", 12.0),
    11: ("qc", 0.49),
    13: ("qc", np.nan),
}


def archive() -> pd.DataFrame:
    """Five years of one tower near the lines of the fences, every other month of lower quality."""
    random = np.random.default_rng(5)
    number = np.arange(60)
    gpp = 1.0 + number % 12
    table = pd.DataFrame(
        {
            "site": "AA-One",
            "year": 2001 + number // 12,
            "month": number % 12 + 1,
            "gpp_nt": gpp,
            "gpp_dt": gpp + random.normal(0, 0.3, 60),
            "reco_nt": np.where(number % 4 < 2, 1.0, 3.0),
            "qc": np.where(number % 2, np.linspace(0.5, 0.79, 60), 0.9),
            "file": "FLX.csv",
        }
    )
    table["nee"] = table["reco_nt"] - gpp + random.normal(0, 0.3, 60)
    for row, (column, value) in LOWER.items():
        table.loc[row, column] = value
    return TOWER_ARCHIVE.check(table, "test")


def by_decision(months: pd.DataFrame) -> dict[str, set[tuple[int, int]]]:
    """Return the (year, month) of each decision."""
    groups = months.groupby("dropped_by")
    return {name: set(zip(t["year"], t["month"], strict=True)) for name, t in groups}


def test_they_pass_every_rule_but_that_of_quality():
    table = archive()
    found = by_decision(filter_months(table, train_min_qc=0.5).months)
    rows = table.iloc[[row for row in range(1, 60, 2) if row not in LOWER]]
    assert found["train_only"] == set(zip(rows["year"], rows["month"], strict=True))
    without = by_decision(filter_months(table).months)
    assert found["kept"] == without["kept"]
    assert found["qualified"] == without["qualified"] - found["train_only"]
    assert "train_only" not in without


def test_nothing_of_the_scored_months_moves():
    table = archive()
    with_them, without = filter_months(table, train_min_qc=0.5), filter_months(table)
    assert with_them.fences == without.fences
    kept = without.months["dropped_by"] == "kept"
    pd.testing.assert_frame_equal(with_them.months[kept], without.months[kept])
    pd.testing.assert_frame_equal(with_them.counts.iloc[:-1], without.counts)
    last = with_them.counts.iloc[-1]
    assert last[["step", "rows", "sites"]].tolist() == ["train_only", 24, 1]
    assert "NEE_VUT_REF_QC from 0.5 to below 0.8" in last["meaning"]


def test_their_residuals_are_those_from_the_lines_of_the_scored_months():
    result = filter_months(archive(), train_min_qc=0.5)
    months = result.months[result.months["dropped_by"] == "train_only"]
    line = result.fences["residual_gpp"]
    expected = months["gpp_dt"] - line["intercept"] - line["slope"] * months["gpp_nt"]
    np.testing.assert_allclose(months["residual_gpp"], expected)
    assert expected.between(line["low"], line["high"]).all()


def test_without_fences_all_complete_ones_are_trained_on():
    months = filter_months(archive(), train_min_qc=0.5, outlier_fence="none").months
    # Rows 7 and 9 break a fence alone.
    assert (months["dropped_by"] == "train_only").sum() == 26


def test_agreeing_partitionings_pass_in_place_of_the_fences():
    table = archive()
    # A month of high quality that a fence rejects, and one whose partitionings differ as well.
    table.loc[20, "nee"] = 12.0
    table.loc[22, "gpp_dt"] = 25.0
    # The smallest difference that is too large, and the largest that is not.
    table.loc[25, "gpp_dt"] = table.loc[25, "gpp_nt"] + 2.01
    table.loc[27, "gpp_dt"] = table.loc[27, "gpp_nt"] - 1.99
    without = filter_months(table)
    result = filter_months(table, train_min_qc=0.5, train_max_difference=2.0)
    found = by_decision(result.months)
    lost = {3, 5, 7, 11, 13, 25}
    rows = table.iloc[[row for row in range(1, 60, 2) if row not in lost] + [20]]
    assert found["train_only"] == set(zip(rows["year"], rows["month"], strict=True))
    kept = without.months["dropped_by"] == "kept"
    pd.testing.assert_frame_equal(result.months[kept], without.months[kept])
    assert result.fences == without.fences
    last = result.counts.iloc[-1]
    assert last[["step", "rows"]].tolist() == ["train_only", len(rows)]
    assert "GPP_NT and GPP_DT at most 2 gC m-2 d-1 apart" in last["meaning"]


@pytest.mark.parametrize(("low", "number"), [(0.79, 1), (0.795, 0)])
def test_the_smallest_share_is_included(low, number):
    result = filter_months(archive(), train_min_qc=low)
    assert result.counts.iloc[-1][["step", "rows"]].tolist() == ["train_only", number]


def test_a_tower_without_a_scored_month_has_none():
    table = archive()
    other = table.assign(site="BB-Two", qc=0.6)
    with findings.collected() as found:
        months = filter_months(pd.concat([table, other]), train_min_qc=0.5).months
    assert set(months.loc[months["dropped_by"] == "train_only", "site"]) == {"AA-One"}
    assert "BB-Two" in str(found)
