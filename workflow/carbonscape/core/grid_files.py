"""Yearly files on the product's grid, written in bands of rows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import netCDF4
import numpy as np

from carbonscape.core.grid import Grid
from carbonscape.core.io import atomic_path

#: Rows of the grid that are worked on at a time: bounds memory, whatever the grid.
ROWS_PER_BAND = 100

#: Columns of the chunks of yearly files; their rows are a band, so that each chunk is written once.
_CHUNK_COLUMNS = 200


@contextlib.contextmanager
def create_grid_file(
    path: str | os.PathLike[str],
    grid: Grid,
    *,
    leading: Mapping[str, Sequence[Any]],
    variables: Mapping[str, tuple[tuple[str, ...], str, dict[str, Any]]],
) -> Iterator[netCDF4.Dataset]:
    """Yield a new compressed file on the grid; it appears under its name only when complete.

    A chunk holds all of the leading dimensions: write them at once, a band of rows at a time. Each
    part written by itself would have every chunk of the band read, packed and written again.
    """
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as file:
        for name, labels in leading.items():
            file.createDimension(name, len(labels))
            kind = str if isinstance(labels[0], str) else "i4"
            file.createVariable(name, kind, (name,))[:] = np.array(
                labels, dtype=object if kind is str else None
            )
        for name, centres, units in (
            ("lat", grid.lat, "degrees_north"),
            ("lon", grid.lon, "degrees_east"),
        ):
            file.createDimension(name, len(centres))
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units
            axis[:] = centres
        for name, (dims, kind, attributes) in variables.items():
            sizes = {"lat": min(grid.n_lat, ROWS_PER_BAND), "lon": min(grid.n_lon, _CHUNK_COLUMNS)}
            chunks = [sizes.get(dim, len(file.dimensions[dim])) for dim in dims]
            variable = file.createVariable(
                name, kind, dims, zlib=True, complevel=1, shuffle=True, chunksizes=chunks
            )
            variable.setncatts(attributes)
        yield file
