"""The windows of drawn samples of XCO2: read tile by tile, held and written one array at a time.

Ten million samples of three months and 16 predictors are 2 GB an array, and there is one for
every block of years that is held out: all at once would take 15 GB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.features.fill import MISSING
from carbonscape.columns.features.fold_climatology import fold_climatology_values
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.io import atomic_path

#: The arrays of samples.nc that grow with the windows, in the order of the file.
_LARGE = ("series", "source", "fold_climatology", "transfer_climatology")
_DIMS = ("sample", "step", "variable")
_PACKED = {"zlib": True, "complevel": 1, "shuffle": True}


def open_file(path: str | os.PathLike[str], *names: str) -> xr.Dataset:
    """Open a file of this workflow and check its variables.

    Raises:
        InputError: the file is absent, damaged or lacks a variable.
    """
    try:
        dataset = xr.open_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: this is no readable netCDF file ({error}); delete it and run again."
        ) from error
    absent = [name for name in names if name not in dataset]
    if absent:
        dataset.close()
        raise InputError(f"{path}: there is no {', '.join(absent)}; delete it and run again.")
    return dataset


@dataclass(frozen=True)
class Drawn:
    """Samples that are drawn, whose windows still lie in the files of the tiles.

    Attributes:
        tiles: files of :mod:`carbonscape.columns.features.tiles`.
        table: one row a sample, in the order of time, row and column: tile and cell in it, row,
            col, time (place in ``months``), instrument, count, xco2 and spread.
        offsets: months of a window relative to its own (step,).
        months: YYYY-MM of the tiles.
        variables: names of the inputs of models.
        held_out: (block + 1, month) the months without which inputs are made again; last those of
            OCO-3.
        grid: the XCO2 grid.
        temporal_blocks: first and last year of each block.
    """

    tiles: Sequence[str | os.PathLike[str]]
    table: pd.DataFrame
    offsets: NDArray[np.int64]
    months: Sequence[str]
    variables: Sequence[str]
    held_out: NDArray[np.bool_]
    grid: Grid
    temporal_blocks: Sequence[Sequence[int]]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Samples, steps and variables."""
        return len(self.table), len(self.offsets), len(self.variables)

    def series(self) -> NDArray[np.float32]:
        """Read the windows of the inputs, (sample, step, variable)."""
        return self._windows("predictors", np.full(self.shape, np.nan, np.float32))

    def source(self) -> NDArray[np.uint8]:
        """Read the codes of the windows, (sample, step, variable)."""
        return self._windows("source", np.full(self.shape, MISSING, np.uint8))

    def without(self, number: int) -> NDArray[np.float32]:
        """Return what rests on other months, (sample, step, variable), as it is without some.

        Args:
            number: which row of ``held_out`` is left out.
        """
        found = np.full(self.shape, np.nan, np.float32)
        calendar_month = np.array([int(month[5:]) for month in self.months])
        for rows, cells, cell, steps, tile in self._parts("predictors", "source", "median"):
            found[rows] = fold_climatology_values(
                tile["predictors"].values[cells],
                tile["source"].values[cells],
                tile["median"].values,
                outside=~self.held_out[number],
                calendar_month=calendar_month,
                variables=self.variables,
                cell=cell,
                steps=steps,
            )
        return found

    def _windows(self, name: str, found: NDArray) -> NDArray:
        """Read the windows of a variable of the tiles into an array."""
        for rows, cells, cell, steps, tile in self._parts(name):
            found[rows] = tile[name].values[cells[cell][:, None], steps]
        return found

    def _parts(self, *names: str) -> Iterator[tuple[NDArray, NDArray, NDArray, NDArray, Any]]:
        """Yield the samples of each tile: rows of the table, cells, cell of each, steps, file."""
        of_tile = self.table["tile"].to_numpy()
        for number, path in enumerate(self.tiles):
            rows = np.flatnonzero(of_tile == number)
            if not len(rows):
                continue
            numbers = self.table["cell"].to_numpy()[rows].astype(np.int64)
            cells, cell = np.unique(numbers, return_inverse=True)
            time = self.table["time"].to_numpy()[rows].astype(np.int64)
            with open_file(path, *names) as tile:
                if tile["variable"].values.tolist() != list(self.variables):
                    raise InputError(
                        f"{path}: its variables are not those of the other tiles; delete it and "
                        "run again."
                    )
                yield rows, cells, cell, time[:, None] + self.offsets, tile


def collect_samples(drawn: Drawn) -> xr.Dataset:
    """Return drawn samples with their windows, in memory: (sample, step, variable, block)."""
    blocks = [drawn.without(number) for number in range(len(drawn.held_out))]
    arrays = {
        "series": drawn.series(),
        "source": drawn.source(),
        "fold_climatology": np.array(blocks[:-1]).reshape(-1, *drawn.shape),
        "transfer_climatology": blocks[-1],
    }
    return _label(drawn, arrays)


def write_samples(drawn: Drawn, path: str | os.PathLike[str]) -> None:
    """Write drawn samples as netCDF-4, whole or not at all: one array in memory at a time.

    The file is, byte for byte, what xarray makes of :func:`collect_samples`.

    Raises:
        InputError: a tile cannot be read or has other variables.
        ResultError: the disk is full or the folder cannot be written to.
    """
    blocks = len(drawn.held_out) - 1
    # Nothing is kept of these but their shape.
    empty: dict[str, NDArray[Any]] = {
        name: np.broadcast_to(
            np.uint8(0) if name == "source" else np.float32(0),
            (blocks, *drawn.shape) if name == "fold_climatology" else drawn.shape,
        )
        for name in _LARGE
    }
    dataset = _label(drawn, empty)
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as file:
        file.setncatts(dataset.attrs)
        for name, size in dataset.sizes.items():
            file.createDimension(name, size)
        for name, array in dataset.variables.items():
            packed = (
                {"zlib": True, "complevel": 1, "shuffle": True} if "sample" in array.dims else {}
            )
            text = array.dtype.kind in "OU"
            variable = file.createVariable(
                name,
                str if text else array.dtype,
                array.dims,
                fill_value=np.array(np.nan, array.dtype) if array.dtype.kind == "f" else None,
                **packed,
            )
            variable.setncatts(array.attrs)
            variable.set_auto_maskandscale(False)
            if name == "fold_climatology":
                for number in range(blocks):
                    variable[number] = drawn.without(number)
            elif name == "transfer_climatology":
                variable[...] = drawn.without(blocks)
            elif name in _LARGE:
                variable[...] = drawn.series() if name == "series" else drawn.source()
            else:
                variable[...] = array.values.astype(object) if text else array.values


def _label(drawn: Drawn, arrays: Mapping[str, NDArray[Any]]) -> xr.Dataset:
    """Name the dimensions and say what the numbers are."""
    table, grid = drawn.table, drawn.grid
    at = table["time"].to_numpy(dtype=np.int64)
    years = np.array([int(month[:4]) for month in drawn.months], np.int32)
    calendar = np.array([int(month[5:]) for month in drawn.months], np.int32)
    row, col = (table[name].to_numpy(dtype=np.int32) for name in ("row", "col"))
    blocks = np.asarray(drawn.temporal_blocks, dtype=np.int32).reshape(-1, 2)

    def column(values: NDArray[Any], long_name: str, units: str = "1") -> tuple[Any, ...]:
        return ("sample", values, {"long_name": long_name, "units": units})

    return xr.Dataset(
        {
            "series": (_DIMS, arrays["series"], {"long_name": "inputs of models"}),
            "source": (_DIMS, arrays["source"], {"long_name": "where an input comes from"}),
            "fold_climatology": (
                ("block", *_DIMS),
                arrays["fold_climatology"],
                {"long_name": "inputs that rest on other months, without the block's years"},
            ),
            "transfer_climatology": (
                _DIMS,
                arrays["transfer_climatology"],
                {"long_name": "inputs that rest on other months, without the months of OCO-3"},
            ),
            "xco2": column(table["xco2"].to_numpy(np.float64), "mean of soundings", "ppm"),
            "count": column(table["count"].to_numpy(np.int32), "soundings"),
            "spread": column(table["spread"].to_numpy(np.float64), "their deviation", "ppm"),
            "row": column(row, "row of the grid, from the north"),
            "col": column(col, "column of the grid, from the west"),
            "lat": column(grid.lat[row], "latitude of the cell", "degrees_north"),
            "lon": column(grid.lon[col], "longitude of the cell", "degrees_east"),
            "year": column(years[at], "calendar year"),
            "month": column(calendar[at], "calendar month"),
            "instrument": column(table["instrument"].to_numpy(np.int8), "0 oco2, 1 oco3"),
            "block_first_year": ("block", blocks[:, 0]),
            "block_last_year": ("block", blocks[:, 1]),
        },
        coords={"variable": list(drawn.variables)},
        attrs={"title": "Samples of XCO2"},
    )
