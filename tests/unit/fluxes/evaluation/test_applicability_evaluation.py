"""Shares and errors inside the area of applicability, counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.comparison import Fields
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.applicability import (
    applicability_numbers,
    errors_by_applicability,
)
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_years

CELL, SHAPE, GPP = 30.0, (6, 12), get_product("gpp")
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])


def write(folder: Path, *, layers: bool = True) -> str:
    """A map with 1 gC in one polar and 3 gC in one tropical cell; the second is half outside."""
    gpp, index = np.full((2, 12, *SHAPE), np.nan)
    gpp[:, 0, 0], gpp[:, 3, 0] = 1, 3
    index[:, 0, 0], index[:6, 3, 0], index[6:, 3, 0] = 0.1, 0.2, 0.4
    (path,) = write_years(folder / "mlp-igbp", gpp, [2015], CELL)
    if layers:
        with xr.open_dataset(path) as dataset:
            whole = dataset.load()
        dims = ("time", "lat", "lon")
        flags = np.where(np.isnan(index), np.nan, index <= 0.3)
        whole = whole.assign(dissimilarity=(dims, index), applicable=(dims, flags))
        whole.assign_attrs(applicability_threshold=0.3).to_netcdf(path)
    return path


def classes() -> Classes:
    climate = np.zeros(SHAPE, dtype=int)
    climate[0, 0], climate[3, 0] = 5, 1
    return Classes(climate, np.full(SHAPE, 10))


def test_shares_of_area_and_of_flux(tmp_path: Path) -> None:
    maps, table = applicability_numbers(GPP, write(tmp_path), classes(), name="mlp-igbp", year=2015)
    rows = table.set_index("climate")
    cold, warm = AREAS[0, 0], AREAS[3, 0]
    assert rows.loc["all", "cells"] == 2
    assert rows.loc["all", "area_inside"] == pytest.approx((cold + warm / 2) / (cold + warm))
    expected = (cold + 3 * warm / 2) / (cold + 3 * warm)
    assert rows.loc["all", "flux_inside"] == pytest.approx(expected)
    assert rows.loc["tropical", "dissimilarity"] == pytest.approx(0.3)
    assert rows.loc["polar", "area_inside"] == 1
    assert np.isnan(rows.loc["arid", "area_inside"])
    assert maps["inside"].values[3, 0] == pytest.approx(0.5)
    assert np.isnan(maps["inside"].values[1, 1])
    assert maps.attrs["threshold"] == 0.3


def test_errors_inside_and_outside(tmp_path: Path) -> None:
    path = write(tmp_path)
    with xr.open_dataset(path) as dataset:
        gpp = dataset["gpp"].values
    truth = gpp.copy()
    truth[:6, 3, 0] -= 1
    truth[6:, 3, 0] += 2
    months = [(2015, month) for month in range(1, 13)]
    fields = Fields(months, truth, {"mlp-igbp": gpp}, Grid(CELL))
    table = errors_by_applicability(fields, files_by_map([path])).set_index("part")
    inside, warm = 12 * AREAS[0, 0] + 6 * AREAS[3, 0], 6 * AREAS[3, 0]
    assert table.loc["inside", "rmse"] == pytest.approx((warm / inside) ** 0.5)
    assert table.loc["outside", ["rmse", "bias"]].tolist() == pytest.approx([2, -2])
    assert table.loc["outside", "share"] == pytest.approx(warm / (inside + warm))


def test_a_map_without_an_area_has_no_row_and_no_shares(tmp_path: Path) -> None:
    path = write(tmp_path, layers=False)
    fields = Fields([], np.empty((0, *SHAPE)), {"mlp-igbp": np.empty((0, *SHAPE))}, Grid(CELL))
    assert errors_by_applicability(fields, files_by_map([path])).empty
    with pytest.raises(ResultError, match="has no variable dissimilarity, applicable"):
        applicability_numbers(GPP, path, classes(), name="mlp-igbp", year=2015)
