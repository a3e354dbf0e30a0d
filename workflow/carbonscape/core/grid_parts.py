"""Where cells lie in a file that holds a grid, or a rectangle of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid


def part_in_file(
    grid: Grid,
    axes: tuple[NDArray[np.floating], NDArray[np.floating]],
    *,
    rows: slice,
    cols: slice,
    origin: str,
) -> tuple[slice, slice]:
    """Return the rows and columns of a file that hold some cells of a grid.

    Args:
        grid: the grid of the globe.
        axes: (lat,) and (lon,) centres of the cells of the file, from the north-west: those of the
            grid, or neighbours among them.
        rows, cols: the cells, as positions on the grid.
        origin: the file, for messages.

    Raises:
        InputError: the file is of another grid, or of a region without all of these cells.
    """
    lat, lon = axes
    first = [
        int(np.abs(whole - found[0]).argmin()) if found.size else 0
        for found, whole in ((lat, grid.lat), (lon, grid.lon))
    ]
    parts = [
        whole[start : start + found.size]
        for start, found, whole in zip(first, axes, (grid.lat, grid.lon), strict=True)
    ]
    same = all(
        part.shape == found.shape and np.allclose(part, found, rtol=0, atol=0.01 * grid.cell)
        for part, found in zip(parts, axes, strict=True)
    )
    if not same or not lat.size or not lon.size:
        # It says what is expected.
        grid.require(lat, lon, origin=origin)
    shifted = [
        slice(wanted.start - start, wanted.stop - start)
        for start, wanted in zip(first, (rows, cols), strict=True)
    ]
    if any(s.start < 0 or s.stop > found.size for s, found in zip(shifted, axes, strict=True)):
        half = grid.cell / 2
        raise InputError(
            f"{origin}: holds the cells from {lon[0] - half:g} to {lon[-1] + half:g} degrees east "
            f"and {lat[-1] - half:g} to {lat[0] + half:g} degrees north, expected at least "
            f"{grid.lon_bounds[cols].min():g} to {grid.lon_bounds[cols].max():g} and "
            f"{grid.lat_bounds[rows].min():g} to {grid.lat_bounds[rows].max():g} (config key "
            "'region'): it is the file of another region; move it away, so that the right one is "
            "fetched, or put the file of the globe there."
        )
    return shifted[0], shifted[1]
