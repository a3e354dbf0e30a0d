"""Scores of products at towers, from small maps on grids of different cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.core.findings import collected
from carbonscape.evaluation.grids import MapFiles, files_by_map
from carbonscape.fluxes.evaluation.products import compare_products
from carbonscape.fluxes.settings import WINDOWS
from helpers.synthetic_maps import write_years

SITES = pd.DataFrame(
    {
        "site": ["A", "B", "C"],
        "lat": [75.0, 75.0, -75.0],
        "lon": [-165.0, 165.0, 0.5],
        "igbp": "GRA",
        "koppen": ["Dfb", "Af", "ET"],
        "climate": ["continental", "tropical", "polar"],
    }
)
YEARS = (2011, 2012)


def samples(**observed: float) -> pd.DataFrame:
    """January and February of two years at each tower; February has one unit more."""
    rows = [
        {"site": site, "year": year, "month": month, "observed": value + month - 1}
        for site, value in observed.items()
        for year in YEARS
        for month in (1, 2)
    ]
    flags = dict.fromkeys((*(f"complete_{window}" for window in WINDOWS), "common", "scored"), True)
    return pd.DataFrame(rows).assign(**flags, weight=1.0, learnt=lambda t: t["observed"])


def maps(folder: Path, name: str, cell: float, west: float, east: float) -> list[str]:
    """A product of two levels north of the equator, and nothing south of it."""
    shape = (round(180 / cell), round(360 / cell))
    gpp = np.full((24, *shape), np.nan)
    gpp[:, : shape[0] // 2, : shape[1] // 2] = west
    gpp[:, : shape[0] // 2, shape[1] // 2 :] = east
    return write_years(folder / name, gpp, YEARS, cell)


@pytest.fixture
def files(tmp_path) -> MapFiles:
    return files_by_map(
        maps(tmp_path, "rf-none", 30.0, 1.0, 5.0) + maps(tmp_path, "mlp-igbp", 10.0, 2.0, 5.0)
    )


def scores(files: MapFiles, table: pd.DataFrame, predictions=None) -> pd.DataFrame:
    found = compare_products("gpp", files, predictions or {}, table, SITES, draws=50, seed=1)
    return found.scores.set_index(["product", "series", "quantity", "climate"])


def test_each_product_is_sampled_in_its_own_cells(files):
    found = scores(files, samples(A=1.0, B=5.0))
    # Observed 1, 2 at A and 5, 6 at B, each twice: mean 3.5, SST 2 (6.25 + 2.25 + 2.25 + 6.25).
    row = found.loc["rf-none", "published", "monthly", "all"]
    assert (row["sites"], row["samples"]) == (2, 8)
    assert row["rmse"] == pytest.approx(np.sqrt(0.5))
    assert row["r2"] == pytest.approx(1 - 4 / 34)
    # Errors at A are 1 and 0, at B 0 and -1.
    assert found.loc["mlp-igbp", "published", "monthly", "all"]["rmse"] == pytest.approx(
        np.sqrt(0.5)
    )
    assert found.loc["mlp-igbp", "published", "monthly", "continental"]["r2"] == pytest.approx(-1)


def test_differences_are_paired_over_the_same_draws_of_sites(files):
    found = compare_products("gpp", files, {}, samples(A=1.0, B=5.0), SITES, draws=200, seed=1)
    pairs = found.differences.set_index(["product", "other", "quantity", "climate"])
    whole = pairs.loc["rf-none", "mlp-igbp", "monthly", "all"]
    # Squared errors at A, twice: (1-1, 1-2) and (2-1, 2-2); at B both maps hold 5.
    assert whole["r2"] == pytest.approx(0, abs=1e-12)
    assert (whole["r2_low"], whole["r2_high"]) == pytest.approx((0, 0), abs=1e-12)
    scored = found.scores.set_index(["product", "quantity", "climate"])
    apart = scored.loc["rf-none", "monthly", "all"]
    assert apart["r2_high"] - apart["r2_low"] > 0.1
    alone = pairs.loc["rf-none", "mlp-igbp", "monthly", "continental"]
    assert np.isnan(alone["r2_low"])
    assert len(pairs) == len(found.scores) / 2


def test_only_the_cell_of_the_tower_counts(tmp_path):
    # Rows of 10 degrees: 70 to 80 north is the second; 170 to 160 west is the second column.
    gpp = np.zeros((24, 18, 36))
    gpp[:, 1, 1] = np.tile(np.arange(12.0), 2)
    files = files_by_map(write_years(tmp_path / "rf-none", gpp, YEARS, 10.0))
    found = scores(files, samples(A=0.0)).loc["rf-none", "published", "monthly", "all"]
    assert (found["r2"], found["rmse"]) == (1.0, 0.0)


def test_the_cycle_averages_years_and_one_site_has_no_interval(files):
    found = scores(files, samples(A=1.0, B=5.0))
    row = found.loc["rf-none", "published", "seasonal_cycle", "tropical"]
    assert (row["sites"], row["samples"]) == (1, 2)
    assert np.isnan(row["r2_low"])
    assert np.isnan(row["rmse_high"])
    whole = found.loc["rf-none", "published", "seasonal_cycle", "all"]
    assert whole["samples"] == 4
    assert whole["rmse_low"] <= whole["rmse"] <= whole["rmse_high"]


def test_a_tower_without_value_is_named_and_leaves_every_score(files):
    with collected() as found:
        table = scores(files, samples(A=1.0, B=5.0, C=3.0))
    assert "polar" not in table.index.get_level_values("climate")
    assert table.xs(("monthly", "all"), level=("quantity", "climate"))["sites"].unique() == [2]
    assert [(one.item, one.outcome) for one in found] == [("C", "left out")]
    assert "rf-none (published)" in found[0].reason


def test_all_products_have_the_months_of_the_predictions(files):
    table = samples(A=1.0, B=5.0)
    folds = table[["site", "year", "month", "observed"]].assign(fold=0, spread=np.nan)
    folds["predicted"] = folds["observed"]
    found = scores(files, table, {"rf-none": folds.iloc[1:]})
    assert (
        found["samples"].xs(("monthly", "all"), level=("quantity", "climate")).tolist() == [7] * 3
    )
    assert found.loc["rf-none", "out_of_fold", "monthly", "all"]["r2"] == 1.0


def test_months_that_are_not_scored_or_not_mapped_are_not_compared(files):
    table = samples(A=1.0, B=5.0)
    table.loc[0, "scored"] = False
    table.loc[1, "year"] = 1999
    assert scores(files, table)["samples"].max() == 6


def test_products_without_a_common_year_are_refused(files):
    lone = {"rf-none": {2011: files["rf-none"][2011]}, "mlp-igbp": {2012: files["mlp-igbp"][2012]}}
    with pytest.raises(ResultError, match="no year in common"):
        scores(lone, samples(A=1.0, B=5.0))
