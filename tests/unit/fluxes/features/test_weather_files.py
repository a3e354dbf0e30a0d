"""Area of the weather files: cells and towers that they do not reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.meteorology import VARIABLES, open_daily_weather
from carbonscape.fluxes.features.weather_files import write_step_means
from helpers import gridded

GRID = Grid(30.0)
STATE = {"t2m": lambda day: 290.0, "d2m": lambda day: 282.0}
TOTALS = {"tp": lambda day: 0.002, "e": lambda day: -0.003, "ssrd": lambda day: 19e6}
EVERY_LON = np.arange(0.0, 360.0, 30.0)
SITES = pd.DataFrame(
    {"site": ["AA-In", "AA-Out", "AA-Sea"], "lat": [10.0, -50.0, 5.0], "lon": [20.0, 20.0, 100.0]}
)


def written(folder: Path, *, lat, lon=EVERY_LON, sites=SITES, sea=None, accept=False) -> xr.Dataset:
    """Write the step means of a year whose files have these grid points, and return the towers."""
    folder.mkdir(exist_ok=True)
    state, totals = gridded.write_era5(
        folder / "era5", 2015, lat=lat, lon=lon, state=STATE, totals=TOTALS, sea=sea
    )
    with open_daily_weather(2015, state=state, totals=totals, accept=accept) as weather:
        write_step_means(
            weather, grid=GRID, sites=sites, calendar=MODIS_8DAY, accept=accept,
            grid_path=folder / "grid.nc", sites_path=folder / "sites.nc",
        )  # fmt: skip
    return xr.load_dataset(folder / "sites.nc")


def test_an_area_that_excludes_a_tower_is_refused_by_name(tmp_path: Path) -> None:
    lat = np.arange(90.0, -31.0, -30.0)
    words = (
        r"ERA5-Land of 2015: the area is 90 to -30 degrees north .*expected the globe; these "
        r"towers lie outside: AA-Out \(-50, 20\); fetch it again without an area, or name era5_land"
    )
    with pytest.raises(InputError, match=words):
        written(tmp_path, lat=lat)
    assert not (tmp_path / "grid.nc").exists()


def test_the_key_leaves_out_the_tower_and_the_cells(tmp_path: Path) -> None:
    with findings.collected() as found:
        sites = written(tmp_path, lat=np.arange(90.0, -31.0, -30.0), accept=True)
    kinds = {(entry.kind, entry.outcome, entry.item) for entry in found if entry.outcome != "used"}
    assert kinds == {
        ("file", "incomplete", "ERA5-Land of 2015"), ("tower", "left out", "AA-Out")
    }  # fmt: skip
    known = ~np.isnan(sites["weather"].sel(variable="T2M")).all("step")
    assert known.values.tolist() == [True, False, True]
    cells = xr.load_dataset(tmp_path / "grid.nc")
    for name in VARIABLES:
        rows = ~np.isnan(cells[name]).all(("step", "lon"))
        assert rows.values.tolist() == [True] * 4 + [False] * 2


def test_a_country_is_not_the_globe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 to 60 degrees east, expected the globe; fetch it"):
        written(tmp_path, lat=np.arange(90.0, -91.0, -30.0), lon=EVERY_LON[:3], sites=SITES[:1])


def test_a_tower_in_the_sea_is_said(tmp_path: Path) -> None:
    sea = np.zeros((7, 12), dtype=bool)
    sea[2:4, 3:5] = True  # 30 to 0 N, 90 to 120 E
    with findings.collected() as found:
        sites = written(tmp_path, lat=np.arange(90.0, -91.0, -30.0), sea=sea)
    assert [(entry.item, entry.source) for entry in found if entry.outcome == "left out"] == [
        ("AA-Sea", "era5_land")
    ]
    assert np.isnan(sites["weather"].sel(site="AA-Sea")).all()
