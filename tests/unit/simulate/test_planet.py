"""A tile of the simulated Earth at the size of the papers, tried with cells of 5 degrees."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.core.grid import GridTile
from carbonscape.simulate.earth import Earth, EarthSettings, simulate_grid
from carbonscape.simulate.planet import PlanetTile
from helpers.simulated import geography

#: 0 to 30 N and 0 to 30 E: forest, savanna, desert and the Gulf of Guinea.
TILE = GridTile.cut(5.0, 6)["r02c06"]
SETTINGS = EarthSettings(cell=10.0, first_year=2019, last_year=2019, sites=5, seed=7)
GASES_FIRST = {"so2": "2018-12", "no2": "2018-06", "co": "2018-06"}


@cache
def planet() -> PlanetTile:
    """Return the tile."""
    return PlanetTile.of(
        SETTINGS, geography(), cell=5.0, rows=TILE.rows, cols=TILE.cols, spacing=5.0
    )


def outside(field: np.ndarray) -> np.ndarray:
    """Return the values (..., lat, lon) of cells outside of the tile."""
    beyond = np.ones(field.shape[-2:], bool)
    beyond[TILE.rows, TILE.cols] = False
    return field[..., beyond]


def test_the_truth_of_a_tile_is_that_of_the_coarse_earth() -> None:
    found, whole = planet().truth, simulate_grid(Earth(SETTINGS, geography()))
    land = found["land"].values == 1
    assert 5 < land.sum() < whole["land"].values.sum()
    for name in ("gpp", "lai", "pft", "igbp"):
        np.testing.assert_array_equal(found[name].values[..., land], whole[name].values[..., land])
        assert np.isnan(found[name].values[..., ~land]).all()


def test_leaves_lie_in_the_tile_alone(tmp_path: Path) -> None:
    planet().write_leaves({2019: tmp_path / "leaves.nc"})
    with xr.open_dataset(tmp_path / "leaves.nc") as file:
        np.testing.assert_array_equal(file["lat"], TILE.grid.lat)
        np.testing.assert_array_equal(file["lon"], TILE.grid.lon)
        lai = file["lai"].values
        assert np.isnan(outside(lai)).all()
        assert (outside(file["good_share"].values) == 0).all()
        inside = lai[:, TILE.rows, TILE.cols]
        assert np.nanmax(inside) > 2  # forests near the equator
        sea = ~planet().earth.is_land(*np.meshgrid(TILE.lat, TILE.lon, indexing="ij"))
        assert sea.any()
        assert np.isnan(inside[:, sea]).all()


def test_weather_is_that_of_the_earth_at_the_nodes(tmp_path: Path) -> None:
    earth = planet().earth
    files = planet().write_weather(tmp_path, 2019, 2019)
    assert len(files) == 25
    with xr.open_dataset(tmp_path / "era5_land_daily_mean_2019_07.nc") as file:
        t2m = file["t2m"]
        assert t2m.shape == (31, 37, 72)
        known = t2m.notnull().any("valid_time")
        assert known.where(known, drop=True).latitude.values.max() == 35
        there = t2m.sel(latitude=10.0, longitude=20.0).values
    expected = earth.weather([10.0], [20.0], 2019, 2019)["t2m"][0, 181:212]
    np.testing.assert_allclose(there, expected, atol=2.0**-10)


def test_predictors_of_xco2_lie_in_the_tile_alone(tmp_path: Path) -> None:
    names = ("gpp", "evi", "lst", "ndsi", "vcf", "lights", "igbp", "weather", "no2")
    files = {name: tmp_path / f"{name}.nc" for name in names}
    planet().write_xco2(files, months=["2019-07"], gases_first=GASES_FIRST)
    for name in set(names) - {"weather", "igbp"}:
        with xr.open_dataset(files[name]) as file:
            values = file[next(iter(file.data_vars))].values
            assert np.isnan(outside(values)).all()
            assert np.isfinite(values[:, TILE.rows, TILE.cols]).any()
    with netCDF4.Dataset(files["igbp"]) as file:
        file.set_auto_mask(False)
        assert (outside(file["igbp"][0]) == 255).all()
        assert (file["igbp"][0, TILE.rows, TILE.cols] <= 17).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell": 15.0}, "found 15.0 degrees, expected at most that of the truth, 10.0"),
        ({"cols": slice(33, 40)}, "lies across the meridian of Greenwich"),
        ({"rows": slice(0, 1), "cols": slice(0, 1)}, "has no land"),
    ],
)
def test_tiles_that_cannot_be_are_refused(changes: dict, message: str) -> None:
    given = {"cell": 5.0, "rows": TILE.rows, "cols": TILE.cols, "spacing": 5.0} | changes
    with pytest.raises(ConfigError, match=message):
        PlanetTile.of(SETTINGS, geography(), **given)
