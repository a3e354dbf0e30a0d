"""Annual means, trends, anomalies and continental means of small maps; the map of continents."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.continents import CONTINENTS, continents_of, read_continents
from carbonscape.columns.evaluation.maps import (
    AnnualMeans,
    annual_dataset,
    annual_means,
    annual_table,
    annual_table_schema,
    anomaly_dataset,
    read_annual_table,
    totals_table,
    trend_dataset,
    weighted_median,
)
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.months import months_between
from carbonscape.core.sphere import cell_areas
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.evaluation.trends import slope_interval
from carbonscape.products.registry import get_product
from helpers import guards
from helpers.synthetic_maps import grid
from helpers.xco2_maps_made import CELL, SHAPE, flat, write_product, write_soundings

XCO2 = get_product("xco2")
CONTINENTS_FILE = guards.PROJECT / "resources" / "continents" / "continents.nc"
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])


def means(*fields: np.ndarray, first: int = 2015) -> AnnualMeans:
    """Annual means of given maps, without soundings."""
    product = np.stack(fields).astype(np.float32)
    years = list(range(first, first + len(fields)))
    return AnnualMeans(years, 12, product, np.full_like(product, np.nan), Grid(CELL))


# --- annual means ------------------------------------------------------------------------------


def test_a_year_is_the_mean_of_twelve_months_and_december_alone_is_none(tmp_path: Path):
    xco2 = flat(398.0, *range(400, 412), *range(402, 414))
    xco2[5, 2, 3] = np.nan  # a month of 2015 is missing in one cell
    paths = write_product(tmp_path / "at_bilstm-none", xco2, "2014-12", "2016-12")
    months = months_between("2015-01", "2015-12")
    seen = np.full((12, *SHAPE), np.nan)
    seen[0, 0, 0], seen[6, 0, 0] = 401.0, 404.0
    count = np.where(np.isfinite(seen), 1, 0)
    count[6] *= 9  # the soundings of a month do not count, its mean does
    oco = write_soundings(tmp_path / "oco2.nc", seen, count, months)
    (files,) = files_by_map(paths).values()
    annual = annual_means(XCO2, files, [oco])
    assert annual.years == [2015, 2016]
    assert annual.months == 12
    assert annual.product[0, 0, 0] == pytest.approx(405.5)
    assert annual.product[1] == pytest.approx(407.5)
    assert np.isnan(annual.product[0, 2, 3])
    assert np.isfinite(annual.product[0]).sum() == 71
    assert annual.oco[0, 0, 0] == pytest.approx(402.5)
    assert np.isfinite(annual.oco).sum() == 1
    dataset = annual_dataset(annual)
    assert dataset["product"].dims == dataset["oco"].dims == ("year", "lat", "lon")
    assert dataset.attrs["months"] == 12
    write_grid(dataset, tmp_path / "annual.nc")
    with xr.open_dataset(tmp_path / "annual.nc") as written:
        assert written["product"].sel(year=2016).values == pytest.approx(407.5)
        assert written["lat"].values[0] == pytest.approx(75.0)


def test_a_run_without_a_full_year_shows_what_it_has(tmp_path: Path, caplog):
    paths = write_product(tmp_path / "p-none", flat(400.0, 402, 404), "2015-07", "2015-09")
    (files,) = files_by_map(paths).values()
    annual = annual_means(XCO2, files, [])
    assert (annual.years, annual.months) == ([2015], 3)
    assert annual.product[0] == pytest.approx(402.0)
    assert "no full calendar year" in caplog.text
    assert np.isnan(trend_dataset(annual)["trend"]).all()
    table = annual_table(annual, continents_path=CONTINENTS_FILE)
    totals = totals_table(annual, table).set_index("name")["value"]
    assert totals["increase"] == 0
    assert np.isnan([totals["last_step"], totals["growth"]]).all()


def test_files_of_another_grid_are_refused(tmp_path: Path):
    coarse = write_product(tmp_path / "p-none", flat(400.0), "2015-01", "2015-01")
    fine = np.full((1, 12, 24), 400.0)
    other = write_soundings(tmp_path / "oco2.nc", fine, fine, ["2015-01"], cell=15.0)
    with pytest.raises(ResultError, match="15 degrees"):
        annual_means(XCO2, files_by_map(coarse)["p-none"], [other])


# --- trend and anomaly -------------------------------------------------------------------------


def test_the_trend_is_the_slope_of_the_annual_means():
    first, second, third = (np.full(SHAPE, value) for value in (400.0, 402.0, 407.0))
    third[1, 1] = np.nan
    dataset = trend_dataset(means(first, second, third))
    assert dataset["mean7"].values[0, 0] == pytest.approx(403.0)
    assert dataset["trend"].values[0, 0] == pytest.approx(3.5)
    assert np.isnan(dataset["trend"].values[1, 1])
    assert np.isnan(dataset["mean7"].values[1, 1])
    assert (dataset.attrs["first_year"], dataset.attrs["last_year"]) == (2015, 2017)


def test_the_three_anomalies_differ_as_they_say():
    # Rows from north to south; the last is Antarctica, whose cells are many and small.
    levels = np.array([406.0, 405, 404, 403, 402, 400])
    field = np.repeat(levels[:, None], 12, axis=1)
    for row, cells in enumerate((1, 1, 8, 1, 9, 12)):
        field[row, cells:] = np.nan
    dataset = anomaly_dataset(means(field))
    # The 16th and 17th of 32 cells: 12 of 400 ppm, then 9 of 402.
    assert dataset["median"].values[0, :, 0] == pytest.approx(levels - 402)
    # By area (sin 90 - sin 60 = 0.134, 0.366 and 0.5 a cell from the poles to the equator) half of
    # 9.90 is reached with the one cell of 403: 1.61 + 3.29 + 0.5.
    assert dataset["area_weighted"].values[0, :, 0] == pytest.approx(levels - 403)
    # Without Antarctica the 10th and 11th of 20 cells: 9 of 402, one of 403, then 404.
    north = dataset["north_of_60s"].values[0, :, 0]
    assert north[:5] == pytest.approx(levels[:5] - 403.5)
    assert np.isnan(north[5])
    assert dataset.attrs["shown"] == "north_of_60s"
    assert anomaly_dataset(means(field), shown="median").attrs["shown"] == "median"


def test_a_weighted_median_of_equal_weights_is_the_median():
    random = np.random.default_rng(3)
    for size in (1, 2, 7, 10):
        values = random.normal(size=size)
        assert weighted_median(values, np.full(size, 0.3)) == pytest.approx(np.median(values))
    assert weighted_median([1.0, 2, 3], [1.0, 1, 5]) == 3
    assert weighted_median([3.0, 1, 2], [1.0, 5, 1]) == 1


# --- continents --------------------------------------------------------------------------------


def test_continental_means_are_by_area_and_antarctica_counts_nowhere(tmp_path: Path):
    first = np.full(SHAPE, np.nan)
    # Centres of 30-degree cells: 45 N 15 E Europe; 15 N 15 E and 15 S 15 E Africa; 75 N 45 W
    # North America; 75 S Antarctica.
    places = {(1, 6): 401.0, (2, 6): 402.0, (3, 6): 404.0, (0, 4): 399.0, (5, 6): 300.0}
    for place, value in places.items():
        first[place] = value
    annual = means(first, first + 2.5)
    table = annual_table(annual, continents_path=CONTINENTS_FILE)
    rows = table.set_index("continent")
    europe = rows.loc["Europe", ["2015", "2016", "increase"]].tolist()
    assert europe == pytest.approx([401.0, 403.5, 2.5])
    assert rows.loc["Africa", "2015"] == pytest.approx(403.0)  # two cells of one size
    assert rows.loc["North America", "2015"] == pytest.approx(399.0)
    assert np.isnan(rows.loc["Asia", "2015"])
    inside = list(places)[:4]
    expected = np.average([places[p] for p in inside], weights=[AREAS[p] for p in inside])
    assert rows.loc["Global", "2015"] == pytest.approx(expected)
    assert abs(expected - np.mean([places[p] for p in inside])) > 0.1
    totals = totals_table(annual, table).set_index("name")["value"]
    assert totals["mean"] == pytest.approx(expected + 1.25)
    assert totals["mean_of_cells"] == pytest.approx(401.5 + 1.25)
    for name in ("growth", "growth_of_mean", "growth_low_latitudes", "increase", "last_step"):
        assert totals[name] == pytest.approx(2.5), name
    assert totals["southern_minimum"] == pytest.approx(405.25)  # Antarctica is left out
    write_table(table, tmp_path / "table4.csv", annual_table_schema(annual.years))
    pd.testing.assert_frame_equal(read_annual_table(tmp_path / "table4.csv"), table)


def test_places_lie_on_their_continents():
    places = {
        (48.9, 2.3): "Europe", (55.7, 37.6): "Europe", (56.8, 62.0): "Asia", (66.0, -175): "Asia",
        (4.0, -53.0): "South America", (19.6, -155.5): "Oceania", (65.0, -155.0): "North America",
        (-29.5, 28.3): "Africa", (-33.0, 150.0): "Oceania", (72.0, -40.0): "North America",
        (-80.0, 0.0): "none", (0.0, -140.0): "none", (-90.0, 180.0): "none",
    }  # fmt: skip
    lat, lon = np.array(list(places)).T
    assert continents_of(lat, lon, path=CONTINENTS_FILE).tolist() == list(places.values())


def test_a_coast_takes_the_nearest_continent_within_a_degree():
    def at(lon: float, reach: float = 1.0) -> str:
        return str(continents_of([-5.0], [lon], path=CONTINENTS_FILE, reach=reach)[0])

    # The coast of Tanzania at 5 S lies at 39 E.
    assert at(39.6) == "Africa"
    assert at(39.6, reach=0.1) == at(42.0) == "none"
    with pytest.raises(InputError, match="globe"):
        continents_of([0.0], [190.0], path=CONTINENTS_FILE)


def test_the_map_of_continents_is_the_one_described(tmp_path: Path):
    folder = CONTINENTS_FILE.parent
    expected = re.match(r"\w{64}", (folder / "SHA256SUMS").read_text())[0]
    assert hashlib.sha256(CONTINENTS_FILE.read_bytes()).hexdigest() == expected
    assert CONTINENTS_FILE.stat().st_size < 100_000
    codes = read_continents(CONTINENTS_FILE)
    assert set(np.unique(codes)) == set(range(len(CONTINENTS) + 1))
    meanings = codes.attrs["flag_meanings"].split()[1:]
    assert meanings == [name.lower().replace(" ", "_") for name in CONTINENTS]
    codes[::-1].to_dataset(name="continent").to_netcdf(tmp_path / "turned.nc")
    with pytest.raises(InputError, match="north to south"):
        read_continents(tmp_path / "turned.nc")
    with pytest.raises(InputError, match="no such file"):
        read_continents(tmp_path / "absent.nc")


def test_growth_of_the_maps_has_the_interval_of_their_yearly_means():
    wiggle = [0.0, 2.5, 4.7, 7.6, 9.9, 12.6, 14.7]
    fields = [np.full(SHAPE, 400.0 + value) for value in wiggle]
    annual = means(*fields)
    table = annual_table(annual, continents_path=CONTINENTS_FILE)
    totals = totals_table(annual, table).set_index("name")
    expected = slope_interval(annual.years, wiggle)
    for name in ("growth", "growth_dry_belt", "growth_low_latitudes", "growth_of_mean"):
        row = totals.loc[name, ["low", "value", "high"]].to_numpy(float)
        assert row[[0, 2]] == pytest.approx([expected.low, expected.high], abs=1e-3), name
        assert row[0] < row[1] < row[2]
    assert totals.loc[["mean", "increase"], ["low", "high"]].isna().all(axis=None)
    short = totals_table(means(*fields[:3]), table[["continent", "2015", "2016", "2017"]])
    assert short[["low", "high"]].isna().all(axis=None)  # three years leave no interval
