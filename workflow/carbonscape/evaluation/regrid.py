"""Bringing maps of others to the grid of the run, weighted by area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid

#: Share of a cell's area that must have a value.
LEAST_SHARE = 0.5

#: Largest difference of two shares of an area that is rounding.
_ROUNDING = 1e-9


class AreaRegridder:
    """Means over the cells of a grid, weighted by the area that they share with other cells.

    Args:
        lat: (lat,) regular centres of the cells that have the values, degrees north, descending;
            they need not reach the poles.
        lon: (lon,) regular centres, degrees east, ascending, within [-180, 180).
        grid: the grid that the values are brought to.
        origin: of the values, for messages.

    Raises:
        InputError: fewer than two latitudes or longitudes, in another order, or more than 360
            degrees.
    """

    def __init__(
        self, lat: NDArray[np.floating], lon: NDArray[np.floating], grid: Grid, *, origin: str
    ) -> None:
        north = _edges(lat, -1, "latitudes", origin)
        east = _edges(lon, 1, "longitudes", origin)
        if east[-1] - east[0] > 360 + 1e-6:
            raise InputError(
                f"{origin}: its cells reach over {east[-1] - east[0]:g} degrees of longitude, "
                "expected at most 360; fetch the file again."
            )
        north = np.clip(north, -90, 90)
        heights = np.sin(np.radians(np.column_stack([north[1:], north[:-1]])))
        wanted = np.sin(np.radians(grid.lat_bounds[:, ::-1]))
        self._rows = _overlaps(wanted, heights)
        widths = np.column_stack([east[:-1], east[1:]])
        # Cells may reach over the 180th meridian: they are laid beside the globe once more.
        self._columns = sum(
            (_overlaps(grid.lon_bounds, widths + turn) for turn in (-360, 0, 360)),
            start=sparse.csr_array((grid.n_lon, widths.shape[0])),
        ).T.tocsc()
        self._areas = np.outer(np.diff(wanted, axis=1), np.diff(grid.lon_bounds, axis=1))

    def apply(self, field: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return a field (lat, lon) on the grid.

        The mask of the values is kept: a cell has the mean of its part that has a value, and none
        where that is less than half of its area. Where cells of the grid are filled by whole cells
        that all have a value, the sum of value times area is that of the field.

        Args:
            field: (lat, lon) of any unit of an area, NaN where there is no value.

        Returns:
            (lat, lon) of the grid, NaN where there is no value.
        """
        known = np.isfinite(field)
        total = self._sum(np.where(known, field, 0.0).astype(np.float64))
        area = self._sum(known.astype(np.float64))
        enough = area >= (LEAST_SHARE - _ROUNDING) * self._areas
        mean = np.divide(total, area, out=np.full(area.shape, np.nan), where=enough)
        return mean.astype(np.float32)

    def _sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of values times shared areas of every cell of the grid."""
        return (self._rows @ values) @ self._columns


def _edges(
    centres: NDArray[np.floating], direction: int, name: str, origin: str
) -> NDArray[np.float64]:
    """Return the edges (cell + 1) of regular cells, as the mean distance of centres has them."""
    centres = np.asarray(centres, dtype=np.float64)
    if centres.size < 2 or not (direction * np.diff(centres) > 0).all():
        order = "ascend" if direction > 0 else "descend"
        raise InputError(
            f"{origin}: has {centres.size} {name}, expected two or more that {order}; fetch the "
            "file again."
        )
    step = (centres[-1] - centres[0]) / (centres.size - 1)
    return centres[0] + (np.arange(centres.size + 1) - 0.5) * step


def _overlaps(wanted: NDArray[np.float64], given: NDArray[np.float64]) -> sparse.csr_array:
    """Return the lengths (wanted, given) that intervals share; both are pairs (low, high)."""
    lows, highs = given.T
    if lows[0] > lows[-1]:
        first = lows.size - np.searchsorted(lows[::-1], wanted[:, 1], side="left")
        stop = lows.size - np.searchsorted(highs[::-1], wanted[:, 0], side="right")
    else:
        first = np.searchsorted(highs, wanted[:, 0], side="right")
        stop = np.searchsorted(lows, wanted[:, 1], side="left")
    counts = np.maximum(stop - first, 0)
    rows = np.repeat(np.arange(len(wanted)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = np.repeat(first, counts) + within
    low = np.maximum(wanted[rows, 0], lows[columns])
    high = np.minimum(wanted[rows, 1], highs[columns])
    lengths = np.maximum(high - low, 0.0)
    return sparse.csr_array((lengths, (rows, columns)), shape=(len(wanted), lows.size))
