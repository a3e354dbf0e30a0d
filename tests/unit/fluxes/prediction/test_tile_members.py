"""The spread of a tile."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.grid import Grid, GridTile
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.areas import month_days
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.prediction import members as tile_members
from carbonscape.fluxes.prediction.inference import SERIES, predict_tile
from carbonscape.fluxes.prediction.members import Members, blend, read_members
from carbonscape.prediction.blocks import TileBlocks, predict_blocks
from carbonscape.prediction.mosaic import write_mosaic
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product

GPP = get_product("gpp")
PLACES = [(0, 0), (2, 3), (5, 11)]
WHOLE = GridTile.cut(30.0, 12)["r0c0"]


def model(value: float) -> SimpleNamespace:
    """Return a model that predicts a number everywhere."""
    return SimpleNamespace(
        label="Test",
        variables=["LAI"],
        pft="none",
        window="jan_to_m",
        predict=lambda block, month: np.full(len(block.month), value),
        batch=lambda month=0: 1,
        entry=SimpleNamespace(yearly=False, kind="network"),
    )


def series() -> xr.Dataset:
    """Return two years of cells, of which the last has no leaf area from the middle of 2016 on."""
    values = np.ones((3, 92, 1), dtype=np.float32)
    values[2, 70:] = np.nan
    shape = (("cell", "step"), np.ones((3, 92), np.uint8))
    return xr.Dataset(
        {
            "series_filled": (("cell", "step", "variable"), values),
            "filled_variables": shape,
            "leaf_images": shape,
        },
        coords={
            "variable": ["LAI"],
            "row": ("cell", np.array([row for row, _ in PLACES])),
            "col": ("cell", np.array([col for _, col in PLACES])),
            "year": ("step", np.repeat([2015, 2016], 46)),
        },
    )


def predict(
    members: Members | None, models=None, weights=None, cells: xr.Dataset | None = None
) -> xr.Dataset:
    """Predict both years of the cells."""
    return predict_tile(
        series() if cells is None else cells, {2015: {}, 2016: {}}, models or [model(3)],
        product=GPP, tile=WHOLE, calendar=MODIS_8DAY, years=[2015, 2016], weights=weights,
        members=members,
    )  # fmt: skip


def test_members_give_the_spread_and_change_no_flux() -> None:
    without = predict(None)
    found = predict(Members({2: [model(1)], 4: [model(2)], 6: [model(6)]}, factor=2.0))
    for name in without.data_vars:
        xr.testing.assert_identical(without[name], found[name].reset_coords(drop=True))
    std = np.std([1, 2, 6], ddof=1)
    at = found["gpp_std"].values[:, [0, 2], [0, 3]]
    np.testing.assert_allclose(at, 2 * std, rtol=1e-6)
    np.testing.assert_array_equal(np.isnan(found["gpp_std"]), np.isnan(found["gpp"]))
    annual = found["gpp_annual_std"]
    assert annual.dims == ("year", "lat", "lon")
    np.testing.assert_allclose(annual.sel(year=2015).values[5, 11], 365 * std, rtol=1e-6)
    np.testing.assert_allclose(annual.sel(year=2016).values[0, 0], 366 * std, rtol=1e-6)
    # A year that lacks a month has no sum.
    assert np.isnan(annual.sel(year=2016).values[5, 11])


def test_totals_of_members_are_those_of_the_cells_with_a_whole_year() -> None:
    found = predict(Members({2: [model(1)], 4: [model(2)]}))
    assert "gpp_std" not in found  # not calibrated
    areas = cell_areas(Grid(30.0).lat_bounds, Grid(30.0).lon_bounds)
    inside = np.array([areas[place] for place in PLACES])
    total = found["gpp_member_total"]
    np.testing.assert_allclose(total.sel(epochs=4, year=2015), 2 * 365 * inside.sum() / 1e15)
    np.testing.assert_allclose(total.sel(epochs=2, year=2016), 366 * inside[:2].sum() / 1e15)
    assert month_days(2016).sum() == 366


def test_blocks_of_cells_change_no_layer_and_their_totals_add_up(tmp_path: Path) -> None:
    members = Members({2: [model(1)], 4: [model(2)], 6: [model(6)]}, factor=2.0)
    series().to_netcdf(tmp_path / "tile.nc")
    blocks = TileBlocks(tmp_path / "tile.nc", SERIES, at_once=1)
    assert len(blocks) == len(PLACES)
    found = predict_blocks(blocks, WHOLE, lambda part: predict(members, cells=part))
    whole = predict(members)
    total = "gpp_member_total"
    xr.testing.assert_identical(found.drop_vars(total), whole.drop_vars(total))
    xr.testing.assert_allclose(found[total], whole[total], rtol=1e-12)


def test_a_member_of_a_blend_takes_parts_without_members_as_they_are() -> None:
    members = Members({2: [model(1), None], 4: [model(5), None]}, factor=1.0)
    found = predict(members, [model(3), model(4)], weights=[0.25, 0.75])
    # 0.25 * 1 + 3 and 0.25 * 5 + 3.
    np.testing.assert_allclose(found["gpp_std"].values[0, 0, 0], np.std([3.25, 4.25], ddof=1))
    np.testing.assert_allclose(blend([np.ones(2), np.zeros(2)], None), 0.5)


def test_members_are_read_by_part_and_number_of_epochs(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tile_members, "load_model", lambda path, run: (path, run))
    calibrated = tmp_path / "spread.json"
    calibrated.write_text(json.dumps({"factor": 2.5}))
    trees = SimpleNamespace(entry=SimpleNamespace(kind="estimator"))
    found = read_members([model(1), trees], ["a2", "a4"], ["run"], [str(calibrated)], [2, 4])
    assert found == Members({2: (("a2", "run"), None), 4: (("a4", "run"), None)}, 2.5)
    assert read_members([model(1)], [], [], [], [2, 4]) is None


def test_a_mosaic_has_the_spread_with_its_factors(tmp_path: Path) -> None:
    parts = []
    for tile in GridTile.cut(30.0, 6).values():
        data = predict(Members({2: [model(1)], 4: [model(2)]}, factor=2.0))
        write_tile(data.isel(lat=tile.rows, lon=tile.cols), tmp_path / f"{tile.name}.nc")
        parts.append((tile, tmp_path / f"{tile.name}.nc"))
    path = tmp_path / "gpp_2015.nc"
    said = {"gpp_std": {"factor": 2.0, "factor95": 4.5}}
    write_mosaic(path, GPP, year=2015, tiles=parts, attributes={}, layer_attributes=said)
    with xr.open_dataset(path) as found:
        assert found["gpp_annual_std"].dims == ("lat", "lon")
        assert found["gpp_std"].dims == ("time", "lat", "lon")
        assert found["gpp_annual_std"].values[2, 3] == pytest.approx(365 * np.sqrt(0.5))
        assert np.isfinite(found["gpp_annual_std"].values).sum() == len(PLACES)
        assert found["gpp_std"].attrs["factor95"] == 4.5
        assert found["gpp_std"].attrs["standard_name"].endswith(" standard_error")
        assert "gpp_std gpp_annual_std" in found["gpp"].attrs["ancillary_variables"]
