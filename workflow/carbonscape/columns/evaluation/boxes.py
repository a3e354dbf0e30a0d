"""Boxes of latitude and longitude: their cells, and pictures of them of a few pixels.

A picture takes in each pixel the value of the cell that holds its centre, so that maps of any grid
stand side by side, in their true cells, whatever the number of cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Box:
    """A box, degrees north and east; ``east`` may lie beyond 180, where it crosses the date line.

    Attributes:
        south, north, west, east: its edges.
    """

    south: float
    north: float
    west: float
    east: float

    def pixels(self, rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the centres of pixels: latitudes from the north, longitudes from the west."""
        high, wide = self.north - self.south, self.east - self.west
        lat = self.north - (np.arange(rows) + 0.5) * high / rows
        return lat, self.west + (np.arange(columns) + 0.5) * wide / columns

    def shape(self, pixel: float) -> tuple[int, int]:
        """Return rows and columns of pixels of about ``pixel`` degrees, at least 1."""
        high, wide = self.north - self.south, self.east - self.west
        return max(1, round(high / pixel)), max(1, round(wide / pixel))

    def holds(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
        """Say which places lie inside; arrays that broadcast, longitudes from -180 to 180."""
        lat, lon = np.asarray(lat), np.asarray(lon)
        across = (lon - self.west) % 360 <= self.east - self.west
        return (lat >= self.south) & (lat <= self.north) & across

    @classmethod
    def around(cls, lat: float, lon: float, degrees: float) -> Box:
        """Return the box about a place, ``degrees`` high and as wide as it is high in kilometres.

        Args:
            lat, lon: the place; within 80 degrees of the equator.
            degrees: height.
        """
        half, wide = degrees / 2, degrees / 2 / np.cos(np.radians(lat))
        return cls(lat - half, lat + half, lon - wide, lon + wide)


def pick(
    values: NDArray, *, lat: NDArray, lon: NDArray, box: Box, rows: int, columns: int
) -> NDArray[np.float32]:
    """Return a picture of a box, (row, column) from the north-west, NaN beyond the cells.

    Args:
        values: (lat, lon) of regular cells.
        lat, lon: their centres, latitudes descending, longitudes ascending, at least two of each.
        box: what is shown.
        rows, columns: pixels of the picture.
    """
    at_lat, at_lon = box.pixels(rows, columns)
    row = _nearest(lat, at_lat)
    # Counted from the western edge of the first cell: a box may cross the date line.
    first = lon[0] - (lon[1] - lon[0]) / 2
    column = _nearest(lon, (at_lon - first) % 360 + first)
    inside = (row >= 0)[:, None] & (column >= 0)
    return np.where(inside, values[row[:, None], column], np.nan).astype(np.float32)


def _nearest(centres: NDArray, positions: NDArray) -> NDArray[np.intp]:
    """Return the regular cell that holds each position, -1 for none."""
    # Of the whole span: single steps carry the rounding of centres in decimals.
    step = (centres[-1] - centres[0]) / (len(centres) - 1)
    found = np.floor((positions - centres[0]) / step + 0.5).astype(np.intp)
    return np.where((found >= 0) & (found < len(centres)), found, -1)


def cell_value(values: NDArray, *, lat: NDArray, lon: NDArray, place: tuple[float, float]) -> float:
    """Return the value of the cell that holds a place, else the mean of its neighbours with one.

    Places at a coast may lie in a cell of the sea.

    Args:
        values: (lat, lon), NaN where there is none.
        lat, lon: centres, as :func:`pick` takes them.
        place: latitude and longitude.

    Returns:
        NaN where neither the cell nor one of the eight around it has a value.
    """
    row = int(_nearest(lat, np.array([place[0]]))[0])
    first = lon[0] - (lon[1] - lon[0]) / 2
    column = int(_nearest(lon, np.array([(place[1] - first) % 360 + first]))[0])
    if row < 0 or column < 0:
        return float("nan")
    if np.isfinite(values[row, column]):
        return float(values[row, column])
    around = values[max(0, row - 1) : row + 2].take(
        range(column - 1, column + 2), axis=1, mode="wrap"
    )
    there = around[np.isfinite(around)]
    return float(there.mean()) if there.size else float("nan")
