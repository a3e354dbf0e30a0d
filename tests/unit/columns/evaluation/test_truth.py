"""Products of XCO2 against a known truth: scores by group, the map, and honest cross-validation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.crossval import Cell
from carbonscape.columns.evaluation.truth import score_truth, tropomi_observed, truth_map
from carbonscape.columns.evaluation.truth_gap import gap_table, true_values
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.months import months_between
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.comparison import Comparison, compare, read_fields
from carbonscape.evaluation.grids import files_by_map
from carbonscape.products.registry import get_product
from helpers import guards
from helpers.synthetic_maps import grid
from helpers.xco2_maps_made import CELL, SHAPE, on_grid, write_product

CONTINENTS_FILE = guards.PROJECT / "resources" / "continents" / "continents.nc"
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
SHOWN, BASELINE = "at_bilstm-none", "latitude_month_year-none"
FIRST, LAST = "2014-12", "2016-12"
MONTHS = months_between(FIRST, LAST)
TROPOMI = {"so2": "2016-03", "no2": "2015-09", "co": "2015-09"}
#: Europe (45 N 15 E) and North America (75 N 45 W): their areas differ.
EUROPE, AMERICA = (1, 6), (0, 4)


def truth() -> np.ndarray:
    """Growth of 0.2 ppm a month, a season, and noise of its own in every cell."""
    time = np.arange(len(MONTHS))[:, None, None]
    noise = np.random.default_rng(5).normal(size=(len(MONTHS), *SHAPE))
    return 400 + 0.2 * time + 3 * np.sin(2 * np.pi * time / 12) + noise


def masked(values: np.ndarray) -> np.ndarray:
    """Values at the two cells alone."""
    kept = np.full(values.shape, np.nan)
    for row, column in (EUROPE, AMERICA):
        kept[:, row, column] = values[:, row, column]
    return kept


@pytest.fixture
def truth_path(tmp_path: Path) -> str:
    """The truth of the run, with the two months before it."""
    months = months_between("2014-10", LAST)
    values = np.concatenate([np.full((2, *SHAPE), 1.0), truth()])
    path = tmp_path / "truth" / "xco2.nc"
    path.parent.mkdir()
    on_grid(values, months).to_netcdf(path)
    return str(path)


@pytest.fixture
def fields(tmp_path: Path, truth_path: str) -> Comparison:
    """A network that is 1 ppm too high in Europe and 3 in America, beside a baseline 2 too high."""
    error = np.zeros(SHAPE)
    error[EUROPE], error[AMERICA] = 1.0, 3.0
    paths = write_product(tmp_path / SHOWN, masked(truth() + error), FIRST, LAST)
    lowered = truth() + 2.0
    lowered[7] += 1.0
    paths += write_product(tmp_path / BASELINE, masked(lowered), FIRST, LAST)
    return read(truth_path, paths)


def read(truth_path: str, paths: list[str]) -> Comparison:
    return compare(read_fields(truth_path, files_by_map(paths), "xco2"))


def scored(fields: Comparison) -> pd.DataFrame:
    return score_truth(
        fields, continents_path=CONTINENTS_FILE, tropomi_first_month=TROPOMI, steps=3,
        window="trailing",
    ).set_index(["product", "scope", "group"])  # fmt: skip


def test_months_are_paired_by_their_stamps(fields: Comparison):
    assert fields.months[0] == (2014, 12)
    assert fields.truth.shape == (25, 2)
    # Cells stand row by row: America (75 N) first.
    assert fields.truth[:, 1] == pytest.approx(truth()[:, 1, 6], abs=1e-4)


def test_scores_are_weighted_by_area(fields: Comparison):
    table = scored(fields)
    row = table.loc[(SHOWN, "global", "all")]
    weights = np.array([AREAS[AMERICA], AREAS[EUROPE]])
    assert row["bias"] == pytest.approx(np.average([3, 1], weights=weights), abs=1e-4)
    assert row["rmse"] == pytest.approx(np.sqrt(np.average([9, 1], weights=weights)), abs=1e-4)
    assert abs(row["bias"] - 2) > 0.3, "cells alike would give 2"
    assert row["samples"] == 50
    assert row["r2_detrended"] < row["r2"]
    assert table.loc[(SHOWN, "continent", "Europe"), "bias"] == pytest.approx(1, abs=1e-4)
    assert (SHOWN, "continent", "Asia") not in table.index
    assert table.loc[(SHOWN, "year", "2014"), "samples"] == 2
    # May 2016 is the first month whose window of three begins in March 2016.
    assert table.loc[(SHOWN, "tropomi", "observed"), "samples"] == 2 * 8
    assert table.loc[(SHOWN, "tropomi", "climatology"), "samples"] == 2 * 17


def test_the_flag_says_where_the_baseline_wins(fields: Comparison):
    table = scored(fields)
    assert table.loc[(SHOWN, "continent", "Europe"), "beats_baseline"]
    assert not table.loc[(SHOWN, "continent", "North America"), "beats_baseline"]
    row = table.loc[(SHOWN, "continent", "North America")]
    assert row["baseline"] == BASELINE
    assert row["baseline_rmse"] == pytest.approx(np.sqrt((24 * 4 + 9) / 25), abs=1e-4)
    # The only baseline has nothing beside it.
    assert table.loc[(BASELINE, "global", "all"), "baseline"] == "none"
    assert not table.loc[(BASELINE, "global", "all"), "beats_baseline"]


def test_a_window_needs_all_of_its_months():
    months = [(2018, month) for month in range(5, 12)]
    trailing = tropomi_observed(months, first_month={"a": "2018-07"}, steps=3, window="trailing")
    centred = tropomi_observed(months, first_month={"a": "2018-07"}, steps=3, window="centred")
    assert trailing.tolist() == [False] * 4 + [True] * 3
    assert centred.tolist() == [False] * 3 + [True] * 4


def test_the_map_scores_each_cell(fields: Comparison):
    dataset = truth_map(fields, shown=SHOWN)
    assert dataset["bias"].values[EUROPE] == pytest.approx(1, abs=1e-4)
    assert dataset["rmse"].values[AMERICA] == pytest.approx(3, abs=1e-4)
    assert dataset["correlation"].values[AMERICA] == pytest.approx(1, abs=1e-4)
    assert np.isfinite(dataset["bias"].values).sum() == 2
    with pytest.raises(ResultError, match="no product mlp-none"):
        truth_map(fields, shown="mlp-none")


def test_growth_and_season_alone_have_no_correlation(tmp_path: Path, truth_path: str):
    time = np.arange(len(MONTHS))[:, None, None] + np.zeros(SHAPE)
    smooth = 400 + 0.2 * time + 3 * np.sin(2 * np.pi * time / 12)
    noisy = smooth + np.random.default_rng(9).normal(size=smooth.shape)
    paths = write_product(tmp_path / SHOWN, masked(smooth), FIRST, LAST)
    paths += write_product(tmp_path / "mlp-none", masked(noisy), FIRST, LAST)
    data = read(truth_path, paths)
    flat, other = (truth_map(data, shown=name)["correlation"].values for name in data.products)
    # Growth and season leave nothing of the first; the second departs on its own.
    assert np.isnan(flat).all()
    assert np.abs(other[EUROPE]) < 0.6


def predictions(error: float, noise: float) -> pd.DataFrame:
    """Samples of both cells: soundings are truth and noise, predictions truth and an error."""
    rows = []
    for number, month in enumerate(MONTHS):
        for place in (EUROPE, AMERICA):
            true = truth()[number][place]
            lat, lon = 75 - 30 * place[0], -165 + 30 * place[1]
            sign = 1 if number % 2 else -1
            rows.append((lat, lon, int(month[:4]), int(month[5:]), true + sign * noise,
                         true + error))  # fmt: skip
    names = ["lat", "lon", "year", "month", "observed", "predicted"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(
        sample=range(len(table)), instrument="oco2", tropomi="observed", count=1, fold=0,
        spread=np.nan,
    )  # fmt: skip


def test_a_scheme_that_flatters_is_not_honest(fields: Comparison, truth_path: str):
    table = gap_table(
        get_product("xco2"),
        fields,
        predictions=[
            (Cell("sample", "none", "at_bilstm"), predictions(0.5, 0.8)),
            (Cell("spatial", "none", "at_bilstm"), predictions(1.9, 0.8)),
            (Cell("sample", "none", "random_forest"), predictions(0.5, 0.8)),
        ],
        truth_path=truth_path,
    ).set_index(["product", "scheme"])
    assert len(table) == 2, "a model without a map has no row"
    sample, spatial = table.loc[(SHOWN, "sample")], table.loc[(SHOWN, "spatial")]
    # Errors of 0.5 +- 0.8 against soundings, of 0.5 against the truth. 13 months have one sign.
    expected = np.sqrt((12 * 0.3**2 + 13 * 1.3**2) / 25)
    assert sample["rmse"] == pytest.approx(expected, abs=1e-3)
    assert sample["rmse_truth"] == pytest.approx(0.5, abs=1e-3)
    expected = np.sqrt(np.average([9, 1], weights=[AREAS[AMERICA], AREAS[EUROPE]]))
    assert sample["map_rmse"] == pytest.approx(expected, abs=1e-3)
    assert sample["ratio"] == pytest.approx(expected / 0.5, rel=1e-3)
    assert not sample["honest"]
    assert spatial["honest"]


def test_samples_elsewhere_are_refused(truth_path: str):
    table = predictions(0.5, 0.8)
    with pytest.raises(ResultError, match="centres"):
        true_values(table.assign(lat=table["lat"] + 1), truth_path, "xco2", Grid(CELL), origin="a")
    late = table.assign(year=2019, month=1)
    with pytest.raises(ResultError, match="has no 2019-01"):
        true_values(late, truth_path, "xco2", Grid(CELL), origin="a")


def test_a_truth_that_lacks_a_month_is_refused(tmp_path: Path, truth_path: str):
    paths = write_product(tmp_path / SHOWN, masked(truth()), "2015-01", "2017-01")
    with pytest.raises(ResultError, match="2017-01"):
        read(truth_path, paths)
