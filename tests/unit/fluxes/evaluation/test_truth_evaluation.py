"""The finished map against the true one, on Earths of a few cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.comparison import Fields, compare, read_fields
from carbonscape.evaluation.grids import files_by_map, month_rows
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.fluxes.evaluation.truth import baseline_of, correlation, score_map, skill_table
from carbonscape.fluxes.evaluation.truth_maps import (
    annual_totals,
    growth_table,
    map_variables,
    truth_maps,
)
from helpers.synthetic_maps import grid, write_classes, write_truth, write_years
from helpers.two_cell_earth import (
    AREAS,
    CELL,
    CLASSES,
    GPP,
    HIGH,
    LOW,
    YEARS,
    A,
    B,
    earth,
    fields,
)


def scored(data: Fields) -> pd.DataFrame:
    return score_map(compare(data), CLASSES)


def scores_of(data: Fields, product: str = "mlp-igbp") -> pd.DataFrame:
    table = scored(data)
    return table[table["product"] == product].set_index(["scope", "group"])


# --- scores ------------------------------------------------------------------------------------


def test_scores_are_weighted_by_area_and_also_not():
    row = scores_of(fields(earth(2, 4), mlp=earth(3, 4))).loc[("all", "all")]
    assert (row["cells"], row["cell_months"]) == (2, 48)
    assert row["bias"] == pytest.approx(A / (A + B))
    assert row["rmse"] == pytest.approx(np.sqrt(A / (A + B)))
    mean = (2 * A + 4 * B) / (A + B)
    spread = A * (2 - mean) ** 2 + B * (4 - mean) ** 2
    assert row["r2"] == pytest.approx(1 - A / spread)
    assert row["spread"] == pytest.approx(np.sqrt(spread / (A + B)))
    # Every cell alike: error 1 in one of two, mean 3, spread 1.
    assert row["bias_cells"] == pytest.approx(0.5)
    assert row["rmse_cells"] == pytest.approx(np.sqrt(0.5))
    assert row["r2_cells"] == pytest.approx(0.5)
    assert A > 2 * B, "with equal areas the weights would not show"


def test_groups_hold_their_cells_and_months():
    season = np.tile(np.arange(12.0), 2)
    scores = scores_of(fields(earth(2 + season, 5), mlp=earth(3 + season, 7)))
    assert scores.loc[("climate", "tropical"), "bias"] == pytest.approx(1)
    assert scores.loc[("climate", "polar"), "bias"] == pytest.approx(2)
    assert scores.loc[("igbp", "EBF"), "bias"] == pytest.approx(1)
    assert scores.loc[("igbp", "GRA"), "bias"] == pytest.approx(2)
    assert set(scores.loc["climate"].index) == {"tropical", "polar"}
    assert scores.loc[("season", "JJA"), "cell_months"] == 2 * 3 * 2
    winter = fields(
        earth(season, 5), mlp=earth(np.where(np.isin(season, (11, 0, 1)), 9, season), 5)
    )
    found = scores_of(winter)
    # December, January and February of the calendar: 9 instead of 11, 0 and 1.
    assert found.loc[("climate_season", "tropical, DJF"), "bias"] == pytest.approx((-2 + 9 + 8) / 3)
    for name in ("MAM", "JJA", "SON"):
        assert found.loc[("season", name), "rmse"] == 0


def test_products_are_compared_on_the_months_that_all_have():
    gap = earth(3, 4)
    gap[5, 0, 6] = np.nan
    data = fields(earth(2, 4), mlp=earth(3, 5), rf=gap)
    table = scored(data).set_index(["product", "scope", "group"])
    assert table.loc[("mlp-igbp", "all", "all"), "cell_months"] == 47
    assert table.loc[("rf-igbp", "all", "all"), "cell_months"] == 47
    assert table.loc[("mlp-igbp", "all", "all"), "cells"] == 2


def test_anomalies_are_correlated_without_the_seasons():
    cycle = np.tile(10 * np.arange(12.0), 2)
    ripple = np.r_[np.tile([1.0, -1.0], 6), np.tile([-1.0, 1.0], 6)]
    truth = earth(cycle + ripple, 3 + ripple)
    for factor, expected in ((2.0, 1.0), (-0.5, -1.0)):
        product = earth(5 - cycle + factor * ripple, factor * ripple)
        assert scores_of(fields(truth, mlp=product)).loc[
            ("all", "all"), "anomaly_r"
        ] == pytest.approx(expected)
    still = scores_of(fields(truth, mlp=earth(cycle, 3)))
    assert np.isnan(still.loc[("all", "all"), "anomaly_r"])


def test_one_year_has_no_anomalies():
    data = fields(
        earth(np.arange(12.0), 1, years=[2011]), years=[2011], mlp=earth(1, 2, years=[2011])
    )
    assert np.isnan(scores_of(data).loc[("all", "all"), "anomaly_r"])


def test_the_seasonal_cycle_is_scored_without_single_years():
    cycle = np.tile(np.arange(12.0), 2)
    years = np.repeat([1.0, -1.0], 12)
    scores = scores_of(fields(earth(cycle + years, cycle + 3), mlp=earth(cycle - years, cycle + 3)))
    assert scores.loc[("all", "all"), "cycle_r2"] == pytest.approx(1)
    assert scores.loc[("all", "all"), "mean_r2"] == pytest.approx(1)
    assert scores.loc[("all", "all"), "r2"] < 1
    flat = scores_of(fields(earth(cycle, cycle), mlp=earth(cycle.mean(), cycle.mean())))
    assert flat.loc[("all", "all"), "cycle_r2"] == pytest.approx(0, abs=1e-12)


def test_means_of_cells_are_scored_by_area():
    scores = scores_of(fields(earth(2, 4), mlp=earth(3, 4)))
    row = scores.loc[("all", "all")]
    assert row["mean_r2"] == pytest.approx(row["r2"])
    # One cell has no spread.
    assert np.isnan(scores.loc[("climate", "polar"), "mean_r2"])


def test_correlation_is_weighted():
    one, two = np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 1.0, 0.0]])
    assert correlation(one, two, np.ones(3)) == pytest.approx(0)
    assert correlation(one, two, np.array([1.0, 1.0, 0.0])) == pytest.approx(1)
    assert np.isnan(correlation(one, np.ones((1, 3)) * 0.1, np.ones(3)))
    assert np.isnan(correlation(one * np.nan, two, np.ones(3)))


# --- skill -------------------------------------------------------------------------------------


def test_skill_says_where_a_product_is_no_better():
    truth = earth(5, 5)
    better_low = earth(6, 7)  # errors 1 and 2
    climatology = earth(7, 6)  # errors 2 and 1
    table = skill_table(scored(fields(truth, mlp=better_low, climatology=climatology)))
    table = table.set_index("climate")
    assert table.loc["tropical", "year"] == pytest.approx(1 - 1 / 4)
    assert table.loc["polar", "year"] == pytest.approx(1 - 4 / 1)
    assert table.loc["polar", "JJA"] == pytest.approx(-3)
    assert table.loc["all", "year"] == pytest.approx(1 - (A + 4 * B) / (4 * A + B))
    assert table["not_better"].tolist() == ["nowhere", "nowhere", "year, DJF, MAM, JJA, SON"]
    assert set(table["product"]) == {"mlp-igbp"}
    assert set(table["baseline"]) == {"climatology-igbp"}


def test_no_better_includes_as_good():
    data = fields(earth(5, 5), mlp=earth(6, 6), climatology=earth(6, 6))
    assert skill_table(scored(data))["not_better"].str.contains("year").all()


def test_without_a_climatology_there_is_no_skill():
    assert skill_table(scored(fields(earth(5, 5), mlp=earth(6, 6)))).empty


def test_the_baseline_has_the_same_pft_setting_if_it_can():
    names = ["mlp-none", "mlp-igbp", "mlp-esa_cci", "climatology-none", "climatology-igbp"]
    assert [baseline_of(name, names) for name in names] == [
        "climatology-none",
        "climatology-igbp",
        "climatology-none",
        None,
        None,
    ]


# --- totals and maps ---------------------------------------------------------------------------


def test_totals_are_summed_over_the_products_own_cells():
    half = earth(3, np.nan)
    table = annual_totals(fields(earth(2, 4), mlp=earth(3, 4), rf=half))
    assert table["product"].tolist() == ["mlp-igbp"] * 2 + ["rf-igbp"] * 2
    rows = table.set_index(["product", "year"])
    assert rows.loc[("mlp-igbp", 2012), "total"] == pytest.approx(366 * (3 * A + 4 * B) / 1e15)
    assert rows.loc[("rf-igbp", 2011), "total"] == pytest.approx(365 * 3 * A / 1e15)
    assert rows.loc[("rf-igbp", 2011), "truth"] == pytest.approx(365 * 2 * A / 1e15)
    assert rows["truth_land"].tolist() == pytest.approx(
        [days * (2 * A + 4 * B) / 1e15 for days in (365, 366) * 2]
    )


def totals(gpp: list[float], truth: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"year": range(2001, 2001 + len(gpp)), "total": gpp, "truth": truth})
    return table.assign(product="mlp-igbp", truth_land=200.0)


def test_growth_and_single_years_are_compared_apart():
    ripple = np.array([1.0, -2.0, 0.0, 2.0, -1.0])  # no slope: -2 * 1 + 2 + 2 - 2 = 0
    years = np.arange(5.0)
    row = growth_table(totals([*(100 + 3 * years - ripple)], [*(120 + years + ripple)])).iloc[0]
    assert row["growth"] == pytest.approx(3.0)
    assert row["growth_truth"] == pytest.approx(1.0)
    assert row["r_years"] == pytest.approx(-1.0)
    assert (row["total"], row["truth"]) == pytest.approx((106, 122))
    assert np.isnan(growth_table(totals([1, 2, 4], [1, 2, 4])).iloc[0]["r_years"])
    leap = growth_table(totals([100, 100, 100, 100.01], [1, 2, 1, 3])).iloc[0]
    assert np.isnan(leap["r_years"])


def test_maps_of_the_year_and_scores_of_each_cell():
    cycle = np.tile([0.0, 2.0] * 6, 2)
    product = earth(cycle + 1, np.nan)
    maps = truth_maps(GPP, fields(earth(cycle, 4), mlp=product), map_year=2011)
    assert set(map_variables(GPP)) <= set(maps.data_vars)
    assert "zonal_gpp" in maps
    own = maps.sel(product="mlp-igbp")
    # Even months of 2011 have 28 + 30 + 30 + 31 + 31 + 31 = 181 days.
    assert float(maps["truth"][LOW]) == pytest.approx(362)
    assert float(own["gpp"][LOW]) == pytest.approx(362 + 365)
    assert float(own["difference"][LOW]) == pytest.approx(365)
    assert float(maps["truth"][HIGH]) == pytest.approx(4 * 365)
    assert np.isnan(own["difference"][HIGH])
    assert float(own["bias"][LOW]) == pytest.approx(1)
    assert float(own["rmse"][LOW]) == pytest.approx(1)
    assert float(own["r2"][LOW]) == pytest.approx(0)  # spread 1, error 1
    assert np.isnan(own["r_anomaly"][LOW])  # the two years are the same
    # Rows: the truth only where the product has a value.
    assert float(maps["zonal_truth"][2]) == pytest.approx(362)
    assert np.isnan(maps["zonal_truth"][0])
    assert maps.attrs["year"] == 2011


def test_anomalies_of_a_cell():
    ripple = np.r_[np.tile([1.0, -1.0], 6), np.tile([-1.0, 1.0], 6)]
    maps = truth_maps(
        GPP, fields(earth(ripple, ripple), mlp=earth(3 * ripple, -ripple)), map_year=2012
    )
    own = maps["r_anomaly"].sel(product="mlp-igbp")
    assert float(own[LOW]) == pytest.approx(1)
    assert float(own[HIGH]) == pytest.approx(-1)


def test_a_map_year_that_the_products_lack_is_refused():
    with pytest.raises(ResultError, match="no year 2016"):
        truth_maps(GPP, fields(earth(1, 1), mlp=earth(1, 1)), map_year=2016)


# --- files -------------------------------------------------------------------------------------


def write_earth(folder: Path, truth: np.ndarray, product: np.ndarray) -> tuple[str, dict]:
    """Truth and product files of the two cells."""
    files = files_by_map(write_years(folder / "mlp-igbp", product, YEARS, CELL))
    return write_truth(folder / "grid.nc", truth, YEARS, CELL), files


def test_files_become_fields(tmp_path):
    truth = earth(np.arange(24.0), 4)
    product = earth(np.arange(24.0) / 2, np.nan)
    read = read_fields(*write_earth(tmp_path, truth, product), "gpp")
    assert np.array_equal(read.truth, truth, equal_nan=True)
    assert np.array_equal(read.products["mlp-igbp"], product, equal_nan=True)
    assert read.years.tolist() == [2011] * 12 + [2012] * 12
    assert read.calendar.tolist() == [*range(1, 13)] * 2
    path = write_classes(tmp_path / "climate.nc", CLASSES.climate, CLASSES.igbp, CELL)
    classes = read_classes(path, read.grid)
    assert classes.climate[LOW] == 1
    assert classes.igbp[HIGH] == 10
    assert read.areas == pytest.approx(AREAS)


def test_the_truth_may_span_more_years_than_the_product(tmp_path):
    _, files = write_earth(tmp_path, earth(1, 2), earth(1, 2))
    longer = earth(np.arange(48.0), 1, years=range(2009, 2013))
    path = write_truth(tmp_path / "longer.nc", longer, range(2009, 2013), CELL)
    read = read_fields(path, files, "gpp")
    assert read.truth[(0, *LOW)] == 24  # January 2011
    with pytest.raises(ResultError, match=r"has no 2012-01 \(12 months are absent\)"):
        read_fields(
            write_truth(tmp_path / "s.nc", earth(1, 1, years=[2011]), [2011], CELL), files, "gpp"
        )


def test_a_truth_of_another_grid_is_refused(tmp_path):
    _, files = write_earth(tmp_path, earth(1, 2), earth(1, 2))
    other = write_truth(tmp_path / "o.nc", np.ones((24, 12, 24)), YEARS, 15.0)
    with pytest.raises(ResultError, match="15 degrees, those of the product 30"):
        read_fields(other, files, "gpp")


def test_a_product_without_a_value_on_land_is_refused():
    with pytest.raises(ResultError, match="nothing to compare"):
        compare(fields(earth(1, 2), mlp=earth(np.nan, np.nan)))


def test_months_are_found_by_their_names():
    dataset = grid(CELL).assign_coords(time=pd.date_range("2011-01-15", periods=24, freq="MS"))
    rows = month_rows(dataset, [(2012, 1), (2011, 12)], "x")
    assert dataset["time"].values[rows].astype("datetime64[M]").astype(str).tolist() == [
        "2012-01",
        "2011-12",
    ]
