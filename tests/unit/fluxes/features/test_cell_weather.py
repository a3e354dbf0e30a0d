"""Step means on the product's cells: by hand, and beside those of daily files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features import weather_files
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.cell_weather import open_cell_weather
from carbonscape.fluxes.features.meteorology import UNITS, VARIABLES, open_daily_weather
from carbonscape.fluxes.features.weather_files import write_step_means
from helpers import gridded, two_sides

#: Cells of 10 degrees, whose corners are grid points: as cells of 0.1 degrees to ERA5-Land.
GRID = Grid(10.0)
NATIVE = {"T2M": "t2m", "SSRD": "ssrd", "VPD": "vpd", "TP": "tp", "E": "e"}


def write(folder: Path, path: str, year: int, sites: pd.DataFrame, grid: Grid) -> tuple:
    """Return the step means of a file of steps on the grid and at towers."""
    grid_path, sites_path = folder / "grid.nc", folder / "sites.nc"
    with open_cell_weather(year, path, grid=grid) as weather:
        write_step_means(
            weather, grid=grid, sites=sites, calendar=MODIS_8DAY,
            grid_path=grid_path, sites_path=sites_path,
        )  # fmt: skip
    return xr.load_dataset(grid_path), xr.load_dataset(sites_path)["weather"]


def places(**lat_lon: tuple[float, float]) -> pd.DataFrame:
    rows = [(name, *place) for name, place in lat_lon.items()]
    return pd.DataFrame(rows, columns=["site", "lat", "lon"])


# --- by hand -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_cells(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """Write the weather of two cells that touch, 45 W to 45 E on the northern half, by hand."""
    folder, grid = tmp_path_factory.mktemp("two"), Grid(90.0)
    fields = {}
    for number, name in enumerate(gridded.EIGHT_DAYS):
        base = {"t2m": 280.0, "ssrd": 60.0, "e": 1.0}.get(name, 10.0 + number)
        fields[name] = np.full((46, 2, 4), np.nan)
        fields[name][:, 0, 1] = base + np.arange(46) / 10
        fields[name][:, 0, 2] = base + 4 + np.arange(46) / 10
    path = gridded.write_eight_days(
        folder / "steps.nc", 2015, lat=grid.lat, lon=grid.lon, fields=fields
    )
    sites = places(centre=(45, -45), quarter=(45, -22.5), coast=(20, 45), sea=(-45, -45))
    return fields, *write(folder, path, 2015, sites, grid)


def test_cells_are_taken_as_they_are(two_cells: tuple) -> None:
    fields, grid, _ = two_cells
    for name, native in NATIVE.items():
        np.testing.assert_array_equal(grid[name], fields[native].astype(np.float32))
        assert grid[name].attrs["units"] == UNITS[name]
    # Nothing spreads to the sea.
    assert int((~np.isnan(grid["T2M"])).sum()) == 2 * 46


def test_towers_lie_between_centres_of_cells(two_cells: tuple) -> None:
    _, _, at = two_cells
    assert at["variable"].values.tolist() == list(VARIABLES)
    t2m = at.sel(variable="T2M")
    rise = np.arange(46) / 10
    np.testing.assert_allclose(t2m.sel(site="centre"), 280 + rise, rtol=1e-6)
    # A quarter of the way from the first centre to the second, which is 4 K warmer.
    np.testing.assert_allclose(t2m.sel(site="quarter"), 281 + rise, rtol=1e-6)
    # The southern neighbours are sea.
    np.testing.assert_allclose(t2m.sel(site="coast"), 284 + rise, rtol=1e-6)
    assert np.isnan(t2m.sel(site="sea")).all()


def test_no_tower_is_lost_between_bands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(30.0)
    fields = {
        name: np.broadcast_to((280 if name == "t2m" else 10) + grid.lat[:, None] / 10, (46, 6, 12))
        for name in ("t2m", "vpd", "tp")
    }
    fields["ssrd"] = gridded.sunlight(grid.lat, 12)
    fields["e"] = fields["tp"] / 10
    path = gridded.write_eight_days(
        tmp_path / "steps.nc", 2015, lat=grid.lat, lon=grid.lon, fields=fields
    )
    sites = places(**{f"s{lat}": (lat, 0) for lat in range(-75, 76, 5)})
    whole = write(tmp_path, path, 2015, sites, grid)
    monkeypatch.setattr(weather_files, "ROWS_PER_BAND", 1)
    cut = write(tmp_path, path, 2015, sites, grid)
    for one, other in zip(whole, cut, strict=True):
        xr.testing.assert_identical(one, other)
    expected = 280 + sites["lat"].to_numpy() / 10
    np.testing.assert_allclose(cut[1].sel(variable="T2M")[0], expected, rtol=1e-6)


def test_a_file_of_another_year_is_refused(tmp_path: Path) -> None:
    path = gridded.write_eight_days(
        tmp_path / "steps.nc", 2015, lat=GRID.lat, lon=GRID.lon,
        fields={name: np.full((46, 18, 36), np.nan) for name in gridded.EIGHT_DAYS},
    )  # fmt: skip
    with (
        pytest.raises(InputError, match="expected the year 2016 alone"),
        open_cell_weather(2016, path, grid=GRID),
    ):
        pass


# --- beside daily files --------------------------------------------------------------------------


def saturation(kelvin: np.ndarray) -> np.ndarray:
    return 6.1121 * np.exp(17.502 * (kelvin - 273.16) / (kelvin - 32.19))


def made_by_earth_engine(year: int) -> dict[str, np.ndarray]:
    """Return what Earth Engine makes of the simulated days: means of eight days, then of cells.

    Its pixels have the grid points as their centres, so that a quarter of each of four lies in a
    cell; those over the sea do not count.
    """
    days = [dt.date(year, 1, 1) + dt.timedelta(n) for n in range(366)]
    day = {name: two_sides.WEATHER.on(name, days) for name in two_sides.WEATHER.fields}
    day["vpd"] = np.maximum(saturation(day["t2m"]) - saturation(day["d2m"]), 0)
    day["e"] = day["evap"]
    found = {}
    for name in gridded.EIGHT_DAYS:
        length = np.array([8] * 45 + [6])[:, None, None]
        steps = np.add.reduceat(day[name], np.arange(0, 366, 8), axis=0) / length
        east = np.roll(steps, -1, axis=2)
        corners = np.stack([steps[:, :-1], east[:, :-1], steps[:, 1:], east[:, 1:]])
        known = ~np.isnan(corners)
        with np.errstate(invalid="ignore"):
            found[name] = np.where(known, corners, 0).sum(axis=0) / known.sum(axis=0)
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """Return grid and towers of 2016 from daily files, and from means of eight days."""
    folder = tmp_path_factory.mktemp("both")
    two_sides.write_weather(folder / "days")
    state = sorted((folder / "days").glob("*daily_mean_2016*"))
    totals = sorted((folder / "days").glob("*accum*"))
    sites = places(centre=(45, -45), between=(40, -40), inland=(41.7, 12.3), sea=(-80, 0))
    with open_daily_weather(2016, state=state, totals=totals) as weather:
        write_step_means(
            weather, grid=GRID, sites=sites, calendar=MODIS_8DAY,
            grid_path=folder / "days.nc", sites_path=folder / "days_sites.nc",
        )  # fmt: skip
    path = gridded.write_eight_days(
        folder / "steps.nc", 2016, lat=GRID.lat, lon=GRID.lon, fields=made_by_earth_engine(2016)
    )
    days = xr.load_dataset(folder / "days.nc"), xr.load_dataset(folder / "days_sites.nc")["weather"]
    return days, write(folder, path, 2016, sites, GRID)


#: What is lost in the packed integers of the Climate Data Store.
PACKING = {"T2M": 0.002, "SSRD": 0.002, "VPD": 0.005, "TP": 1e-4, "E": 1e-4}


@pytest.mark.parametrize("name", VARIABLES)
def test_cells_agree_with_those_of_daily_files(both: tuple, name: str) -> None:
    (days, _), (steps, _) = both
    assert bool((~np.isnan(days[name])).any(("lat", "lon")).all())
    np.testing.assert_allclose(steps[name], days[name], atol=PACKING[name], rtol=0)


def test_a_tower_at_the_centre_of_a_cell_agrees_and_others_are_smoothed(both: tuple) -> None:
    (_, days), (_, steps) = both
    for name in VARIABLES:
        found, expected = steps.sel(variable=name), days.sel(variable=name)
        np.testing.assert_allclose(
            found.sel(site="centre"), expected.sel(site="centre"), atol=PACKING[name]
        )
        # Weather that has nothing to do with that of the neighbour: the mean of nine grid points
        # spreads less than that of one.
        assert float(found.sel(site="between").std()) < float(expected.sel(site="between").std())
        assert np.isnan(found.sel(site="sea")).all()
        assert np.isnan(expected.sel(site="sea")).all()
    warm = steps.sel(variable="T2M", site="inland") - days.sel(variable="T2M", site="inland")
    assert abs(float(warm.mean())) < 3
