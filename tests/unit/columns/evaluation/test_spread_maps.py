"""Means of the standard deviation of the map: of all months, by season, by latitude."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.columns.evaluation.spread_maps import spread_maps
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import write_grid
from carbonscape.products.registry import get_product

XCO2 = get_product("xco2")


def write(path, months: list[str], values: np.ndarray, name: str = "xco2_std") -> str:
    grid = Grid(30)
    dims = ("time", "lat", "lon")
    dataset = xr.Dataset(
        {name: (dims, values.astype(np.float32))},
        coords={"time": pd.to_datetime(months), "lat": grid.lat, "lon": grid.lon},
    )
    write_grid(dataset, path)
    return str(path)


def test_means_are_of_months_and_of_area(tmp_path) -> None:
    first = np.full((2, 6, 12), np.nan)
    first[0, 0, 0], first[0, 1, 0], first[1, 1, 0] = 1.0, 3.0, 5.0  # at 75 and 45 N
    second = np.full((1, 6, 12), np.nan)
    second[0, 1, 0], second[0, 5, 0] = 7.0, 9.0  # the last at 75 S
    files = [
        write(tmp_path / "xco2_2015.nc", ["2015-11-15", "2015-12-15"], first),
        write(tmp_path / "xco2_2016.nc", ["2016-12-15"], second),
    ]
    maps, months = spread_maps(XCO2, files)
    assert maps["mean"].values[1, 0] == pytest.approx(5.0)
    assert maps["seasonal"].sel(season="SON").values[1, 0] == 3.0
    assert maps["seasonal"].sel(season="DJF").values[1, 0] == 6.0
    assert np.isnan(maps["seasonal"].sel(season="JJA").values).all()
    assert (maps.attrs["first_month"], maps.attrs["last_month"]) == ("2015-11", "2016-12")
    table = months.set_index(["band", "month"])["std"]
    # Cells from 60 to 90 and from 30 to 60 north, by the sines of their edges.
    polar, middle = 1 - np.sin(np.radians(60)), np.sin(np.radians(60)) - 0.5
    assert table["all", 11] == pytest.approx((polar + 3 * middle) / (polar + middle))
    assert table["30-60 N", 12] == pytest.approx(6.0)
    assert ("30-60 S", 12) not in table.index


def test_a_map_without_a_standard_deviation_is_refused(tmp_path) -> None:
    path = write(tmp_path / "xco2_2015.nc", ["2015-01-15"], np.ones((1, 6, 12)), "xco2")
    with pytest.raises(ResultError, match="has no variable xco2_std"):
        spread_maps(XCO2, [path])
