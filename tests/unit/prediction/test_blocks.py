"""Prediction in blocks of cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import InputError
from carbonscape.core.grid import GridTile
from carbonscape.prediction.blocks import TileBlocks, predict_blocks

NEEDED = ("values", "row", "col")
TILE = GridTile.cut(30.0, 6)["r0c1"]


def write(path: Path, cells: int, *, steps: int = 4, chunk: int | None = None) -> Path:
    """Write series (cell, step) of float32, 16 bytes a cell, whose values are the cells' numbers.

    Positions are those of a tile whose columns begin at 6.
    """
    number = np.arange(cells, dtype=np.int32)
    dataset = xr.Dataset(
        {"values": (("cell", "step"), np.repeat(number[:, None], steps, 1).astype("f4"))},
        coords={"row": ("cell", number // 6), "col": ("cell", 6 + number % 6)},
    )
    encoding = {"values": {"chunksizes": (chunk, steps)}} if chunk else {}
    dataset.to_netcdf(path, encoding=encoding)
    return path


def layers(series: xr.Dataset) -> xr.Dataset:
    """Return a layer of the whole tile, NaN but at the block's cells, and a sum over cells."""
    field = np.full((1, 6, 6), np.nan)
    values = series["values"].values[:, 0]
    field[0, series["row"].values, series["col"].values - 6] = values
    return xr.Dataset({"layer": (("time", "lat", "lon"), field), "total": ((), values.sum())})


@pytest.mark.parametrize(("at_once", "blocks"), [(24 * 5, 4), (24 * 19, 1), (0, 19)])
def test_cells_meet_again_whatever_the_block(tmp_path: Path, at_once: int, blocks: int) -> None:
    # 16 bytes of values and 8 of positions make 24 a cell.
    parts = TileBlocks(write(tmp_path / "a.nc", 19), NEEDED, at_once=at_once)
    assert len(parts) == blocks
    found = predict_blocks(parts, TILE, layers)
    assert found["layer"].values.ravel()[:19].tolist() == list(range(19))
    assert np.isnan(found["layer"].values.ravel()[19:]).all()
    assert found["total"] == 19 * 18 / 2


def test_a_block_has_whole_chunks_of_the_file(tmp_path: Path) -> None:
    parts = TileBlocks(write(tmp_path / "a.nc", 20, chunk=6), NEEDED, at_once=24 * 15)
    assert [part.sizes["cell"] for part in parts] == [12, 8]


def test_more_years_are_more_blocks_and_not_larger_ones(tmp_path: Path) -> None:
    few, many = (
        TileBlocks(write(tmp_path / f"{steps}.nc", 30, steps=steps), NEEDED, at_once=1000)
        for steps in (4, 40)
    )
    assert (few.size, many.size) == (41, 5)
    assert max(part.nbytes for part in many) <= 1000


def test_a_tile_without_cells_is_one_block(tmp_path: Path) -> None:
    parts = TileBlocks(write(tmp_path / "a.nc", 0), NEEDED)
    assert len(parts) == 1
    assert np.isnan(predict_blocks(parts, TILE, layers)["layer"]).all()


def test_files_that_are_no_series_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nc", 3)
    with pytest.raises(InputError, match=r"a\.nc: the predictors of the tile lack source"):
        TileBlocks(path, [*NEEDED, "source"])
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="no readable netCDF file"):
        TileBlocks(path, NEEDED)
