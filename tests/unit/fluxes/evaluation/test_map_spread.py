"""Spread of maps by setting, and what the calibrated interval covers of the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.comparison import Fields
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.fluxes.evaluation.map_spread import member_totals, spread_numbers
from carbonscape.fluxes.evaluation.truth_cover import truth_cover
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes

CELL, SHAPE = 30.0, (6, 12)
GPP = get_product("gpp")
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])


def classes(folder: Path) -> str:
    """The northernmost row tropical forest, the second arid grassland."""
    climate, igbp = np.zeros(SHAPE), np.full(SHAPE, 17)
    climate[0], climate[1] = 1, 2
    igbp[0], igbp[1] = 2, 10
    return write_classes(folder / "classes.nc", climate, igbp, CELL)


def tile(folder: Path, name: str, place: str, totals: list[list[float]]) -> Path:
    """Write what a tile says of its members."""
    path = folder / name / "tiles" / f"{place}.nc"
    path.parent.mkdir(parents=True, exist_ok=True)
    coords = {"epochs": [2, 4], "year": [2015, 2016]}
    xr.Dataset({"gpp_member_total": (("epochs", "year"), totals)}, coords).to_netcdf(path)
    return path


def test_totals_of_members_are_sums_over_tiles(tmp_path: Path) -> None:
    tiles = [tile(tmp_path, "a-none", place, [[1, 2], [3, 4]]) for place in ("r0c0", "r0c1")]
    tiles.append(tile(tmp_path, "a-igbp", "r0c0", [[5, 6], [7, 9]]))
    found = member_totals(GPP, tiles).set_index(["product", "year", "epochs"])["total"]
    assert found["a-none", 2015].to_dict() == {2: 2, 4: 6}
    assert found["a-igbp", 2016].to_dict() == {2: 6, 4: 9}
    xr.Dataset({"gpp": 1}).to_netcdf(tiles[0])
    with pytest.raises(ResultError, match="has no variable gpp_member_total"):
        member_totals(GPP, tiles)


def test_the_spread_is_summed_up_by_climate_and_over_common_cells(tmp_path: Path) -> None:
    files = {}
    for name, level in (("a-none", 10.0), ("a-igbp", 30.0)):
        values = np.full(SHAPE, np.nan, dtype=np.float32)
        values[:2] = level
        values[0, 0] = 3 * level
        if name == "a-igbp":
            values[1] = np.nan
        path = tmp_path / f"{name}.nc"
        grid(CELL).assign(gpp_annual_std=(("lat", "lon"), values)).to_netcdf(path)
        files[name] = {2015: path}
    tiles = [tile(tmp_path, "a-none", "r0c0", [[1, 2], [3, 6]])]
    tiles += [tile(tmp_path, "a-igbp", "r0c0", [[1, 1], [1, 1]])]
    maps, table = spread_numbers(
        GPP, files, member_totals(GPP, tiles), classes(tmp_path), year=2015
    )
    assert maps["annual_std"].sel(product="a-igbp").values[0, 0] == 90
    assert maps.attrs["year"] == 2015
    rows = table.set_index(["product", "group"])
    whole = rows.loc["a-none", "all"]
    assert (whole["cells"], whole["members"], whole["median"]) == (24, 2, 10)
    assert whole["common_cells"] == rows.loc["a-none", "EBF"]["cells"] == 12
    # Of twelve cells of one size one has 30 and eleven 10.
    assert whole["common_mean"] == pytest.approx(140 / 12)
    # Differences of 2 and 4 PgC, over the root of two.
    assert whole["total_spread"] == pytest.approx(3 / np.sqrt(2))
    assert rows.loc["a-igbp", "arid"]["cells"] == 0
    assert np.isnan(rows.loc["a-igbp", "tropical"]["total_spread"])


def test_coverage_of_the_truth_is_by_area(tmp_path: Path) -> None:
    time = pd.date_range("2015-01-01", periods=12, freq="MS")
    truth, mapped, std = (np.full((12, *SHAPE), np.nan) for _ in range(3))
    truth[:, :2], std[:, :2] = 5, 1
    mapped[:, 0], mapped[:, 1] = 5.5, 7.0
    path = tmp_path / "gpp_2015.nc"
    dims = ("time", "lat", "lon")
    said = {"factor": 2.0, "factor95": 4.5, "coverage": 0.7, "coverage95": 0.9}
    data = grid(CELL).assign_coords(time=time).assign(gpp=(dims, mapped), gpp_std=(dims, std, said))
    data.to_netcdf(path)
    fields = Fields(
        [(2015, month) for month in range(1, 13)], truth, {"a-none": mapped, "b-none": mapped},
        Grid(CELL),
    )  # fmt: skip
    without = tmp_path / "without.nc"
    data.drop_vars("gpp_std").to_netcdf(without)
    files = {"a-none": {2015: path}, "b-none": {2015: without}}
    found = truth_cover(GPP, fields, files, read_classes(classes(tmp_path), Grid(CELL)))
    rows = found.set_index(["product", "climate"])
    assert set(found["product"]) == {"a-none"}  # the other has no interval
    assert rows.loc["a-none", "tropical"]["within_68"] == 1
    # Errors of 2 lie within 4.5 / 2 = 2.25 standard deviations, not within one.
    assert rows.loc["a-none", "arid"][["within_68", "within_95"]].tolist() == [0, 1]
    north, second = AREAS[0].sum(), AREAS[1].sum()
    assert rows.loc["a-none", "all"]["within_68"] == pytest.approx(north / (north + second))
    assert rows.loc["a-none", "all"]["sites_95"] == 0.9
    assert truth_cover(GPP, fields, {"b-none": {2015: without}}, None).empty
