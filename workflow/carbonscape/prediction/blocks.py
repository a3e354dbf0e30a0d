"""Tiles are predicted in blocks of cells, so that memory does not grow with the years of a series.

A tile of 200 by 200 cells holds 1.1 GB of series in 21 years; what is read at once is a quarter of
that or less. Each cell is predicted alone (batches have one size), so that blocks change no value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

import xarray as xr

from carbonscape.core.errors import InputError
from carbonscape.core.grid import GridTile
from carbonscape.prediction.predictor import cells_inside

#: Bytes of a block of series that is read at once.
AT_ONCE = 2**28


class TileBlocks:
    """The predictor series of a tile, which are read block by block.

    Args:
        path: file of the series, whose variables have the dimension ``cell`` first, beside the
            positions ``row`` and ``col`` (cell) on the grid.
        needed: variables that are read; the file must have them.
        at_once: bytes of a block; it has one chunk of cells of the file at least.

    Raises:
        InputError: the file is absent, damaged or lacks a variable.
    """

    def __init__(
        self, path: str | os.PathLike[str], needed: Sequence[str], *, at_once: int = AT_ONCE
    ) -> None:
        self.path, self.needed = path, list(needed)
        with self._open() as dataset:
            absent = [name for name in self.needed if name not in dataset]
            if absent:
                raise InputError(
                    f"{path}: the predictors of the tile lack {', '.join(absent)}; delete the "
                    "file and run again."
                )
            self.cells = dataset.sizes["cell"]
            series = [v for v in dataset[self.needed].variables.values() if "cell" in v.dims]
            bytes_of_cell = sum(v.nbytes for v in series) // max(self.cells, 1)
            # Whole chunks of the file, each of which is then read and unpacked once.
            chunks = [(v.encoding.get("chunksizes") or (1,))[0] for v in series]
            chunk = max(chunks, default=1)
            self.size = max(at_once // max(bytes_of_cell, 1) // chunk, 1) * chunk

    def __len__(self) -> int:
        return max(-(-self.cells // self.size), 1)

    def __iter__(self) -> Iterator[xr.Dataset]:
        """Yield the series of each block; one without cells where the tile has none."""
        for start in range(0, max(self.cells, 1), self.size):
            with self._open() as dataset:
                part = dataset[self.needed].isel(cell=slice(start, start + self.size))
                yield self._load(part)

    def _open(self) -> xr.Dataset:
        """Open the file."""
        try:
            return xr.open_dataset(self.path, engine="netcdf4")
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _load(self, part: xr.Dataset) -> xr.Dataset:
        """Read a part of the file."""
        try:
            return part.load()
        except (OSError, ValueError, RuntimeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> InputError:
        return InputError(
            f"{self.path}: this is no readable netCDF file ({error}); delete it and run again."
        )


def predict_blocks(
    blocks: TileBlocks, tile: GridTile, predict: Callable[[xr.Dataset], xr.Dataset]
) -> xr.Dataset:
    """Predict a tile block by block.

    Args:
        blocks: the series.
        tile: where the cells lie.
        predict: returns the layers (..., lat, lon) of the whole tile from the series of a block,
            without data on cells of others; what has no such dimensions is a sum over cells.

    Returns:
        The layers of all cells, and the sums of the blocks' sums.
    """
    whole: xr.Dataset | None = None
    for block in blocks:
        # Samples may need more of the tile than is mapped where a region cuts it.
        series = cells_inside(block, tile)
        found = predict(series)
        if whole is None:
            whole = found
            continue
        row, col = series["row"].values - tile.rows.start, series["col"].values - tile.cols.start
        for name, array in found.data_vars.items():
            if array.dims[-2:] == ("lat", "lon"):
                whole[name].values[..., row, col] = array.values[..., row, col]
            else:
                whole[name].values += array.values
    assert whole is not None  # there is a block whatever the tile
    return whole
