"""The sample selection of the GPP paper, checked on numbers worked out by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.tables import TOWER_ARCHIVE
from carbonscape.core import findings
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.fluxes.quality.towers import (
    filter_months,
    outlier_fences,
    require_sites,
    state_lost_sites,
)
from carbonscape.fluxes.tables import COUNTS, TOWER_MONTHS


def archive(**changes: dict[int, object]) -> pd.DataFrame:
    """Twelve consistent months of AA-One in 2001 and of AA-Two in 2002, with cells changed."""
    number = np.arange(24)
    gpp = 1.0 + number % 12
    table = pd.DataFrame(
        {
            "site": np.where(number < 12, "AA-One", "AA-Two"),
            "year": np.where(number < 12, 2001, 2002),
            "month": number % 12 + 1,
            "gpp_nt": gpp,
            "gpp_dt": 2.0 * gpp + 0.5,
            "reco_nt": np.where(number % 2 == 0, 1.0, 3.0),
            "qc": 0.9,
            "file": "FLX.csv",
        }
    )
    table["nee"] = 0.25 - (table["gpp_nt"] - table["reco_nt"])
    for column, cells in changes.items():
        for row, value in cells.items():
            table.loc[row, column] = value
    return TOWER_ARCHIVE.check(table, "test")


def dropped(result) -> dict[tuple[str, int], str]:
    """The dropped months and the steps that dropped them."""
    rows = result.months[result.months["dropped_by"] != "kept"]
    return dict(zip(zip(rows["site"], rows["month"], strict=True), rows["dropped_by"], strict=True))


def test_each_step_drops_its_months_and_counts_them():
    result = filter_months(
        archive(
            year={0: 2000, 1: 2003, 2: 1999},
            qc={2: 0.1, 3: 0.79, 4: math.nan, 5: 0.8},
            gpp_nt={6: math.nan},
            gpp_dt={7: math.nan, 3: math.nan},
            reco_nt={8: math.nan},
            nee={9: math.nan},
        ),
        last_year=2002,
        outlier_fence="none",
    )
    assert dropped(result) == {
        ("AA-One", 1): "years",
        ("AA-One", 2): "years",
        ("AA-One", 3): "years",
        ("AA-One", 4): "qualified",
        ("AA-One", 5): "qualified",
        ("AA-One", 7): "complete",
        ("AA-One", 8): "complete",
        ("AA-One", 9): "complete",
        ("AA-One", 10): "complete",
    }
    counts = result.counts
    assert list(counts.columns) == COUNTS.names
    assert counts["step"].to_list() == ["archive", "years", "qualified", "complete", "fences"]
    assert counts["rows"].to_list() == [24, 21, 19, 15, 15]
    assert counts["sites"].to_list() == [2] * 5
    assert counts.set_index("step")["paper_rows"].dropna().to_dict() == {
        "qualified": 12094,
        "fences": 10513,
    }


def test_sites_are_counted_after_each_step():
    result = filter_months(archive(), first_year=2002)
    assert result.counts["sites"].to_list() == [2, 1, 1, 1, 1]
    assert result.counts["meaning"][1] == "year from 2002 on"


def test_every_row_stays_in_the_table_in_order():
    table = archive(qc={0: 0.1})
    result = filter_months(table.sample(frac=1, random_state=0))
    assert list(result.months.columns) == TOWER_MONTHS.names
    assert result.months[["site", "year", "month", "qc"]].equals(
        table[["site", "year", "month", "qc"]]
    )
    assert result.months["residual_gpp"].isna().to_list() == [True] + [False] * 23


def test_the_lines_are_the_ones_the_months_were_made_from():
    result = filter_months(archive())
    gpp, nee = result.fences["residual_gpp"], result.fences["residual_nee"]
    assert (gpp["intercept"], gpp["slope"]) == pytest.approx((0.5, 2.0))
    assert (nee["intercept"], nee["slope"]) == pytest.approx((0.25, -1.0))
    assert result.months["residual_gpp"].abs().max() < 1e-12
    json.dumps(result.fences, allow_nan=False)


#: Residuals that sum to zero at either value of x: least squares returns the line y = x itself.
RESIDUALS = np.array([-7.0, -3.0, 3.0, 7.0, -1.0, 1.0, 1.0, -1.0])
X = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0])


def pool(*, gpp: np.ndarray | None = None, nee: np.ndarray | None = None) -> pd.DataFrame:
    """Months whose residuals of GPP_DT and NEE are known."""
    zero = np.zeros(len(X))
    return pd.DataFrame(
        {
            "gpp_nt": X,
            "gpp_dt": X + (zero if gpp is None else gpp),
            "reco_nt": zero,
            "nee": X + (zero if nee is None else nee),
        }
    )


@pytest.mark.parametrize("name", ["residual_gpp", "residual_nee"])
def test_quartiles_and_fences_by_hand(name):
    """Sorted: -7 -3 -1 -1 1 1 3 7; Q25 at position 1.75 is -1.5, Q75 at 5.25 is 1.5, IQR 3."""
    table = pool(gpp=RESIDUALS) if name == "residual_gpp" else pool(nee=RESIDUALS)
    fences, residuals, inside = outlier_fences(table, rule="tukey", width=1.5)
    assert residuals[name] == pytest.approx(RESIDUALS)
    found = fences[name]
    assert (found["q25"], found["q75"], found["iqr"]) == pytest.approx((-1.5, 1.5, 3))
    assert (found["low"], found["high"]) == pytest.approx((-6, 6))
    assert found["outside"] == 2
    assert inside.tolist() == [False, True, True, False, True, True, True, True]


@pytest.mark.parametrize(
    ("rule", "width", "outside"),
    [
        ("tukey", 1.9, 0),  # fences at 1.5 + 1.9 * 3 = 7.2
        ("symmetric", 1.9, 2),  # 1.9 * 3 = 5.7
        ("symmetric", 0.9, 4),  # 2.7
        ("none", 0.1, 0),
    ],
)
def test_the_rules_differ(rule, width, outside):
    fences, _, inside = outlier_fences(pool(gpp=RESIDUALS), rule=rule, width=width)
    assert fences["residual_gpp"]["outside"] == outside
    assert (~inside).sum() == outside
    assert (fences["residual_gpp"]["low"] is None) == (rule == "none")


def test_the_fences_of_a_skewed_residual_lie_around_its_quartiles():
    """Sorted: -3 -3 -3 -1 0 0 1 9; Q25 is -3, Q75 is 0.25, IQR 3.25, twice that 6.5."""
    skewed = np.array([9.0, -3.0, -3.0, -3.0, 0.0, 0.0, 1.0, -1.0])
    fences, _, inside = outlier_fences(pool(gpp=skewed), rule="tukey", width=2.0)
    found = fences["residual_gpp"]
    assert (found["low"], found["high"]) == pytest.approx((-9.5, 6.75))
    assert inside.tolist() == [False] + [True] * 7
    symmetric = outlier_fences(pool(gpp=skewed), rule="symmetric", width=2.0)[0]["residual_gpp"]
    assert (symmetric["low"], symmetric["high"]) == pytest.approx((-6.5, 6.5))


def test_both_tests_see_the_same_pool():
    """The outlier of one estimate must not be gone when the other one is tested."""
    nee = np.array([-3.0, 3.0, -1.0, 1.0, -7.0, 1.0, 7.0, -1.0])
    fences, _, inside = outlier_fences(pool(gpp=RESIDUALS, nee=nee), rule="tukey", width=1.5)
    assert fences["residual_nee"]["iqr"] == pytest.approx(3)
    assert inside.tolist() == [False, True, True, False, False, True, False, True]


def test_outliers_of_either_estimate_are_dropped_by_the_fences():
    noise = {row: 0.5 + 2 * (1 + row % 12) + 0.1 * (-1) ** row for row in range(24)}
    table = archive(gpp_dt=noise | {3: 60.0}, nee={17: 40.0})
    result = filter_months(table)
    assert dropped(result)[("AA-One", 4)] == "fences"
    assert dropped(result)[("AA-Two", 6)] == "fences"
    assert result.counts["rows"].iloc[-1] == 24 - len(dropped(result))
    assert dropped(filter_months(table, outlier_fence="none")) == {}


@pytest.mark.parametrize(
    ("target", "value"), [(("gpp_nt",), 3.0), (("gpp_nt", "gpp_dt"), (3.0 + 6.5) / 2)]
)
def test_the_target_is_the_one_asked_for(target, value):
    table = archive(gpp_nt={4: -0.5})
    months = filter_months(table, target=target, outlier_fence="none").months
    assert months["target"][2] == value
    assert months["target"][4] == (-0.5 if target == ("gpp_nt",) else 5.0)  # negative GPP is kept


@pytest.mark.parametrize(
    ("table", "options", "parts"),
    [
        (archive().iloc[:0], {}, ["step 'archive'", "has no month"]),
        (archive(), {"first_year": 2010}, ["step 'years' (year from 2010 on)", "24 months of 2"]),
        (archive(qc=dict.fromkeys(range(24), 0.5)), {}, ["'qualified'", "QC >= 0.8", "24 months"]),
        (archive(nee=dict.fromkeys(range(24), math.nan)), {}, ["'complete'", "24 months of 2"]),
    ],
)
def test_no_month_left_is_refused_with_the_step(table, options, parts):
    with pytest.raises(InputError, match="no month is left, because the step") as refusal:
        filter_months(table, **options)
    assert [part for part in parts if part not in str(refusal.value)] == [], str(refusal.value)


def test_a_tower_without_a_month_left_is_stated():
    table = archive(qc=dict.fromkeys(range(12), 0.5))
    with findings.collected() as found:
        filter_months(table, outlier_fence="none")
    reason = "none of its 12 months passes the filter (NEE_VUT_REF_QC >= 0.8)"
    assert [(f.outcome, f.kind, f.item, f.reason) for f in found] == [
        ("left out", "tower", "AA-One", reason)
    ]


def test_towers_that_a_step_loses_are_stated():
    with findings.collected() as found:
        state_lost_sites(["AA-Two", "AA-One", "AA-One"], ["AA-One"], reason="gone")
    assert [(f.outcome, f.item, f.reason) for f in found] == [("left out", "AA-Two", "gone")]


def test_a_tower_that_contradicts_itself_moves_no_fence():
    table = archive()
    table.loc[table["site"] == "AA-Two", "nee"] *= -30
    with pytest.raises(InputError, match="towers: AA-Two: NEE differs from RECO_NT - GPP_NT"):
        filter_months(table)
    assert len(filter_months(table, accept=["AA-Two"]).months) == 24


@pytest.mark.parametrize(
    ("column", "name"), [("gpp_nt", "GPP_NT is"), ("reco_nt", "GPP_NT - RECO_NT is")]
)
def test_an_explanatory_variable_that_never_varies_is_refused(column, name):
    cells = {row: 1.0 + row % 12 if column == "reco_nt" else 1.1 for row in range(24)}
    with pytest.raises(InputError, match=f"{name} the same in all 24 complete months"):
        filter_months(archive(**{column: cells}), accept=["fluxnet2015"])


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"last_year": 2000}, "last_year' of the flux: found 2000"),
        ({"min_qc": 80}, "min_qc' of the flux: found 80, expected a fraction"),
        (
            {"train_min_qc": 0.8},
            "train_min_qc' of the flux: found 0.8, expected none or a fraction above 0 and below "
            r"min_qc \(0.8\)",
        ),
        (
            {"train_max_difference": 3.0},
            "train_max_difference' of the flux: found 3.0, expected none, or a number above 0 "
            "beside a train_min_qc",
        ),
        ({"train_min_qc": 0.0}, "train_min_qc' of the flux: found 0.0, expected none or a"),
        (
            {"outlier_fence": "iqr"},
            "outlier_fence' of the flux: found 'iqr', expected tukey, symmetric, none",
        ),
        ({"fence_width": 0}, "fence_width' of the flux: found 0, expected a number above 0"),
    ],
)
def test_impossible_options_are_refused(options, part):
    with pytest.raises(ConfigError, match=f"config key 'quality.{part}"):
        filter_months(archive(), **options)


def check_known(sites: list[str], listed: list[str], predicted: list[str]) -> None:
    require_sites(
        sites,
        site_list=pd.DataFrame({"site": listed}),
        site_list_path="sites.csv",
        predictors=pd.DataFrame({"site": predicted}),
        predictors_path="predictors.csv.gz",
    )


def test_towers_with_everything_pass():
    check_known(["B", "A", "A"], ["A", "B", "C"], ["A", "A", "B"])


@pytest.mark.parametrize(
    ("listed", "predicted", "sentence"),
    [
        ("ABDEFGH", "ABCDEFGH", "sites.csv: the site list has no row for 1 of the 8 towers (C);"),
        ("ABCDEFGH", "ABDEFGH", "predictors.csv.gz: the predictor table has no row for 1 of the"),
        ("FGH", "", "sites.csv: the site list has no row for 5 of the 8 towers (A, B, C, D, E);"),
        ("H", "", "sites.csv: the site list has no row for 7 of the 8 towers "
                  "(A, B, C, D, E and 2 more);"),
    ],
)  # fmt: skip
def test_an_unknown_tower_is_refused_with_the_file(listed, predicted, sentence):
    with pytest.raises(InputError) as refusal:
        check_known(list("HGFEDCBA"), list(listed), list(predicted))
    assert str(refusal.value).startswith(sentence)
