"""Maps of a run packed for the front page: land cells alone, sixteen bits a value."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import grid_in, open_grid, require_grid
from carbonscape.evaluation.regrid import AreaRegridder

#: The number that stands for no value.
MISSING = 65535

#: Cells that maps are brought to where their own are too many, degrees.
_CELLS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 15.0, 30.0)


def pack_map(files: Mapping[int, Path], variable: str, *, most_bytes: int) -> dict[str, Any]:
    """Return the months of a map as text that a page can hold.

    Cells finer than half a degree, or too many for ``most_bytes``, are averaged by area.

    Args:
        files: yearly files of the map, on (time, lat, lon).
        variable: what is packed.
        most_bytes: of the text of its values.

    Returns:
        ``cell`` (degrees), ``own`` (the map's own cell), ``rows``, ``columns``, ``months``
        (YYYY-MM), ``cells`` (base64 of uint32: row * columns + column, from 90 N and 180 W),
        ``values`` (base64 of little-endian uint16, month by month, all cells each), and
        ``low``, ``step``: a value is low + step * number; ``MISSING`` is none.

    Raises:
        InputError, ResultError: a file is absent, damaged or on another grid.
    """
    own = grid_in(next(iter(files.values())))
    fields, months = [], []
    grid, regridder = own, None
    for year in sorted(files):
        with open_grid(files[year], variable, "time", "lat", "lon") as dataset:
            require_grid(dataset, own, str(files[year]))
            array = dataset[variable].transpose("time", "lat", "lon")
            if not months:
                grid = _fitting(own, array.isel(time=0).values, 12 * len(files), most_bytes)
                if grid != own:
                    regridder = AreaRegridder(own.lat, own.lon, grid, origin=str(files[year]))
            for row, month in enumerate(dataset["time"].dt.strftime("%Y-%m").values):
                field = array.isel(time=row).values
                fields.append(regridder.apply(field) if regridder else field)
                months.append(str(month))
    stack = np.stack(fields)
    known = np.isfinite(stack)
    cells = np.flatnonzero(known.any(axis=0))
    low, high = (float(end(stack[known])) if cells.size else 0.0 for end in (np.min, np.max))
    step = (high - low) / (MISSING - 1) or 1.0
    flat = stack.reshape(len(months), -1)[:, cells].astype(np.float64)
    numbers = np.where(np.isfinite(flat), np.rint((flat - low) / step), MISSING)
    return {
        "cell": grid.cell,
        "own": own.cell,
        "rows": grid.n_lat,
        "columns": grid.n_lon,
        "months": months,
        "cells": _text(cells.astype("<u4")),
        "values": _text(np.nan_to_num(numbers, nan=MISSING).astype("<u2")),
        "low": low,
        "step": step,
    }


def _fitting(own: Grid, field: NDArray, months: int, most_bytes: int) -> Grid:
    """Return the finest grid on which the values of all months take at most some bytes."""
    share = max(float(np.isfinite(field).mean()), 0.05)
    wanted = [own.cell] if own.cell >= _CELLS[0] else []
    wanted += [cell for cell in _CELLS if cell > own.cell]
    for cell in wanted:
        grid = Grid(cell)
        if grid.n_lat * grid.n_lon * share * months * 2 * 4 / 3 <= most_bytes:
            return own if cell == own.cell else grid
    return Grid(max(wanted[-1], own.cell))


def _text(values: NDArray) -> str:
    """Return the bytes of an array as base64."""
    return base64.b64encode(values.tobytes()).decode("ascii")
