"""Bilinear interpolation from a regular lattice to points, around missing neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.grid import Grid


class Bilinear:
    """Weights from a lattice of grid points to arbitrary points.

    Missing neighbours (the sea) are left out and the weights of the others add up to one again;
    a point all of whose neighbours are missing is missing. The lattice closes around the globe
    where its columns do.

    Args:
        node_lat: (node_lat,) latitudes of the lattice, descending, degrees.
        node_lon: (node_lon,) longitudes, ascending, degrees.
        lat, lon: (point,) degrees; longitudes from -180 to 180.
    """

    def __init__(
        self,
        node_lat: NDArray[np.floating],
        node_lon: NDArray[np.floating],
        lat: NDArray[np.floating],
        lon: NDArray[np.floating],
    ) -> None:
        rows, row_weights, inside_lat = _neighbours(-node_lat, -np.asarray(lat), period=None)
        spacing = node_lon[1] - node_lon[0] if len(node_lon) > 1 else 360.0
        closed = abs(len(node_lon) * spacing - 360.0) < 1e-6 * 360
        columns, column_weights, inside_lon = _neighbours(
            node_lon, np.asarray(lon), period=360.0 if closed else None
        )
        self.inside = inside_lat & inside_lon
        self.index = [(r, c) for r in rows for c in columns]
        self.weights = [r * c for r in row_weights for c in column_weights]

    def apply(self, field: NDArray[np.floating]) -> NDArray[np.float32]:
        """Interpolate (..., node_lat, node_lon, variable) to (..., point, variable), as float32."""
        shape = (*field.shape[:-3], len(self.inside), field.shape[-1])
        total = np.zeros(shape, dtype=np.float64)
        weight = np.zeros(shape, dtype=np.float64)
        for (row, column), share in zip(self.index, self.weights, strict=True):
            values = field[..., row, column, :]
            # A neighbour of weight zero must not make a point valid.
            use = ~np.isnan(values) & (share > 0)[:, None]
            total += np.where(use, values * share[:, None], 0.0)
            weight += np.where(use, share[:, None], 0.0)
        known = (weight > 0) & self.inside[:, None]
        result = np.divide(total, weight, out=np.full(shape, np.nan), where=known)
        return result.astype(np.float32)


def uncovered(node_lat: NDArray[np.floating], node_lon: NDArray[np.floating], grid: Grid) -> str:
    """Say which part of a grid a lattice does not reach; an empty string if it reaches all of it.

    Args:
        node_lat: (node_lat,) latitudes of the lattice, descending, degrees.
        node_lon: (node_lon,) longitudes, ascending, degrees.
        grid: the cells that are wanted. A lattice of centres of cells ends within half a cell of
            the pole: places up to one spacing beyond its ends count as reached.
    """
    spacing = abs(node_lat[1] - node_lat[0]) if len(node_lat) > 1 else 0.0
    north, south = grid.lat[0] - spacing, grid.lat[-1] + spacing
    rows = node_lat[0] >= north - 1e-6 and node_lat[-1] <= south + 1e-6
    step = node_lon[1] - node_lon[0] if len(node_lon) > 1 else 0.0
    # The gap across the date line is one more spacing on a lattice that closes.
    columns = node_lon[0] + 360 - node_lon[-1] <= step * 1.001 + 1e-6
    if rows and columns:
        return ""
    return (
        f"the area is {node_lat[0]:g} to {node_lat[-1]:g} degrees north and {node_lon[0]:g} to "
        f"{node_lon[-1]:g} degrees east, expected the globe"
    )


def _neighbours(
    nodes: NDArray[np.floating], points: NDArray[np.floating], *, period: float | None
) -> tuple[list[NDArray[np.intp]], list[NDArray[np.float64]], NDArray[np.bool_]]:
    """Return the two neighbours of each point on an ascending axis, their weights, and validity."""
    if period is not None:
        points = nodes[0] + np.mod(points - nodes[0], period)
        nodes = np.append(nodes, nodes[0] + period)
    if len(nodes) == 1:
        first = np.zeros(len(points), dtype=np.intp)
        return [first], [np.ones(len(points))], np.isclose(points, nodes[0])
    left = np.clip(np.searchsorted(nodes, points, side="right") - 1, 0, len(nodes) - 2)
    share = (points - nodes[left]) / (nodes[left + 1] - nodes[left])
    inside = (share >= -1e-6) & (share <= 1 + 1e-6)
    share = np.clip(share, 0.0, 1.0)
    right = left + 1
    if period is not None:
        right = right % (len(nodes) - 1)
    return [left, right], [1 - share, share], inside
