"""Maps of a run packed for the front page: land cells alone, one or two bytes a value."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import grid_of, open_grid
from carbonscape.evaluation.regrid import AreaRegridder

#: The numbers that stand for no value, by their bits.
MISSING = {8: 255, 16: 65535}

#: Cells that maps are brought to where their own are too many, degrees.
_CELLS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 15.0, 30.0)


def pack_map(
    files: Mapping[int, Path],
    variable: str,
    *,
    most_bytes: int,
    bits: int = 16,
    onto: Grid | None = None,
    months: Collection[str] = (),
    within: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Return the months of a map as text that a page can hold.

    Cells finer than half a degree, or too many for ``most_bytes``, are averaged by area.

    Args:
        files: yearly files of the map, on (time, lat, lon).
        variable: what is packed.
        most_bytes: of the text of its values; not asked of a map that is brought onto a grid.
        bits: 8 or 16 for a value.
        onto: a grid that the values are brought to, whatever their own; none to find one.
        months: YYYY-MM that are taken; empty for all.
        within: (lat, lon) of ``onto``, the cells that are taken; none for all.

    Returns:
        ``cell`` (degrees), ``own`` (the map's own cell), ``rows``, ``columns``, ``north`` and
        ``west`` (edges of the first cell), ``months`` (YYYY-MM), ``cells`` (base64 of uint32: row
        * columns + column, from the north-west), ``bits``, ``values`` (base64 of little-endian
        unsigned integers of so many bits, month by month, all cells each), and ``low``, ``step``:
        a value is low + step * number; that of ``MISSING`` is none.

    Raises:
        InputError, ResultError: a file is absent, damaged or on another grid.
    """
    fields: list[NDArray] = []
    taken: list[str] = []
    grid = onto or fitting_grid(files, variable, most_bytes=most_bytes, bits=bits)
    regridders: dict[tuple[bytes, bytes], AreaRegridder] = {}
    lengths = set()
    for year in sorted(files):
        origin = str(files[year])
        with open_grid(files[year], variable, "time", "lat", "lon") as dataset:
            array = dataset[variable].transpose("time", "lat", "lon")
            lat, lon = (dataset[name].values for name in ("lat", "lon"))
            lengths.add(lat.size)
            if onto is None and len(lengths) > 1:
                raise ResultError(
                    f"{origin}: has {lat.size} latitudes, files of other years of the map "
                    f"{min(lengths - {lat.size})}; delete the folder and run again."
                )
            alike = (lat.size, lon.size) == (grid.n_lat, grid.n_lon)
            key = None
            if not (alike and np.abs(lat - grid.lat).max() < 1e-4):
                key = (lat.tobytes(), lon.tobytes())
                if key not in regridders:
                    regridders[key] = AreaRegridder(lat, lon, grid, origin=origin)
            for row, month in enumerate(dataset["time"].dt.strftime("%Y-%m").values):
                if months and month not in months:
                    continue
                field = _field(array.isel(time=row))
                field = field if key is None else regridders[key].apply(field)
                fields.append(field if within is None else np.where(within, field, np.nan))
                taken.append(str(month))
            step = float(abs(lat[0] - lat[-1]) / max(lat.size - 1, 1))
    return _packed(np.stack(fields), grid, bits) | {
        "own": round(step, 6),
        "months": taken,
    }


def fitting_grid(
    files: Mapping[int, Path], variable: str, *, most_bytes: int, bits: int = 16
) -> Grid:
    """Return the finest grid on which the values of all months take at most some bytes.

    Args:
        files, variable, most_bytes, bits: as of :func:`pack_map`.

    Raises:
        InputError, ResultError: the first file is absent, damaged or on no grid of ours.
    """
    path = files[min(files)]
    with open_grid(path, variable, "time", "lat", "lon") as dataset:
        own = grid_of(dataset, str(path))
        field = _field(dataset[variable].transpose("time", "lat", "lon").isel(time=0))
    return _fitting(own, field, 12 * len(files), most_bytes, bits)


def cells_of(packed: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return where a packed map has a value in any month, (lat, lon)."""
    found = np.zeros(packed["rows"] * packed["columns"], dtype=bool)
    found[np.frombuffer(base64.b64decode(packed["cells"]), "<u4")] = True
    return found.reshape(packed["rows"], packed["columns"])


def _field(array: xr.DataArray) -> NDArray[np.float64]:
    """Return a field (lat, lon), NaN where there is no value or a flag has its code of no data."""
    values = array.values.astype(np.float64)
    meanings = str(array.attrs.get("flag_meanings", "")).split()
    if "no_data" in meanings:
        code = np.atleast_1d(array.attrs["flag_values"])[meanings.index("no_data")]
        values[values == code] = np.nan
    return values


def _packed(stack: NDArray[np.floating], grid: Grid, bits: int) -> dict[str, Any]:
    """Return fields (month, lat, lon) as text, with what is needed to read them."""
    known = np.isfinite(stack)
    cells = np.flatnonzero(known.any(axis=0))
    low, high = (float(end(stack[known])) if cells.size else 0.0 for end in (np.min, np.max))
    missing = MISSING[bits]
    step = (high - low) / (missing - 1) or 1.0
    flat = stack.reshape(len(stack), -1)[:, cells].astype(np.float64)
    numbers = np.where(np.isfinite(flat), np.rint((flat - low) / step), missing)
    return {
        "cell": grid.cell,
        "rows": grid.n_lat,
        "columns": grid.n_lon,
        "north": float(grid.lat_bounds.max()),
        "west": float(grid.lon_bounds.min()),
        "cells": _text(cells.astype("<u4")),
        "bits": bits,
        "values": _text(np.nan_to_num(numbers, nan=missing).astype(f"<u{bits // 8}")),
        "low": low,
        "step": step,
    }


def _fitting(own: Grid, field: NDArray, months: int, most_bytes: int, bits: int) -> Grid:
    """Return the finest grid on which the values of all months take at most some bytes."""
    share = max(float(np.isfinite(field).mean()), 0.05)
    wanted = [own.cell] if own.cell >= _CELLS[0] else []
    wanted += [cell for cell in _CELLS if cell > own.cell]
    for cell in wanted:
        grid = own if cell == own.cell else Grid(cell)
        if grid.n_lat * grid.n_lon * share * months * bits / 8 * 4 / 3 <= most_bytes:
            return grid
    return Grid(max(wanted[-1], own.cell))


def _text(values: NDArray) -> str:
    """Return the bytes of an array as base64."""
    return base64.b64encode(values.tobytes()).decode("ascii")
