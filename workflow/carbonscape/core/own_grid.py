"""Grids of maps that others made: regular cells of latitude and longitude, wherever they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError

#: Largest distance of a centre from its regular place, in cells: what single precision makes of
#: 0.05 degrees is a thousandth.
_TOLERANCE = 0.01


@dataclass(frozen=True)
class OwnGrid:
    """Regular cells that need not cover the globe.

    Attributes:
        lat: (lat,) centres, degrees north, descending.
        lon: (lon,) centres, degrees east, ascending.
    """

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]

    @classmethod
    def of(cls, lat: NDArray[np.floating], lon: NDArray[np.floating], origin: str) -> OwnGrid:
        """Return the grid of some centres.

        Args:
            lat: (lat,) degrees north.
            lon: (lon,) degrees east.
            origin: of the centres, for messages.

        Raises:
            InputError: fewer than two latitudes or longitudes, unequal distances, latitudes that
                ascend or longitudes that descend.
        """
        for name, centres, direction in (("latitudes", lat, -1), ("longitudes", lon, 1)):
            centres = np.asarray(centres, dtype=np.float64)
            step = (centres[-1] - centres[0]) / max(centres.size - 1, 1)
            places = centres[0] + step * np.arange(centres.size)
            regular = direction * step > 0 and bool(
                np.abs(centres - places).max() <= _TOLERANCE * abs(step)
            )
            if not regular:
                order = "ascend" if direction > 0 else "descend"
                raise InputError(
                    f"{origin}: has {centres.size} {name} from {centres[0]:g} to {centres[-1]:g} "
                    f"at unequal distances, expected two or more that {order} by equal steps; "
                    "fetch the file again."
                )
        return cls(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))

    @property
    def n_lat(self) -> int:
        """Number of rows."""
        return self.lat.size

    @property
    def n_lon(self) -> int:
        """Number of columns."""
        return self.lon.size

    @property
    def lat_bounds(self) -> NDArray[np.float64]:
        """(lat, 2) northern and southern edge of each row, degrees north, at most at the poles."""
        return np.clip(_bounds(self.lat), -90, 90)

    @property
    def lon_bounds(self) -> NDArray[np.float64]:
        """(lon, 2) western and eastern edge of each column, degrees east."""
        return _bounds(self.lon)


def _bounds(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (cell, 2) the edges of regular cells, half a step before and after their centres."""
    step = (centres[-1] - centres[0]) / (centres.size - 1)
    edges = centres[0] + step * (np.arange(centres.size + 1) - 0.5)
    return np.column_stack([edges[:-1], edges[1:]])
