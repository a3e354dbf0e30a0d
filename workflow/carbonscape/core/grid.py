"""The product's grid: regular cells of latitude and longitude, north-up, from 180 W to 180 E."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError
from carbonscape.core.tiles import Tile, make_tiles

#: Largest distance, in cells, at which two coordinates count as the same.
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Grid:
    """Cells of ``cell`` degrees that cover the globe.

    Attributes:
        cell: size of a cell, degrees; divides 180.
    """

    cell: float

    @property
    def n_lat(self) -> int:
        """Number of rows."""
        return round(180 / self.cell)

    @property
    def n_lon(self) -> int:
        """Number of columns."""
        return round(360 / self.cell)

    @property
    def lat(self) -> NDArray[np.float64]:
        """(lat,) centres, degrees north, from the north to the south."""
        # Integers over one division: 0.1-degree centres carry no accumulated rounding.
        return (self.n_lat - 1 - 2 * np.arange(self.n_lat)) * 90 / self.n_lat

    @property
    def lon(self) -> NDArray[np.float64]:
        """(lon,) centres, degrees east, from the west to the east."""
        return (2 * np.arange(self.n_lon) + 1 - self.n_lon) * 180 / self.n_lon

    @property
    def lat_bounds(self) -> NDArray[np.float64]:
        """(lat, 2) northern and southern edge of each row, degrees north."""
        edges = (self.n_lat - 2 * np.arange(self.n_lat + 1)) * 90 / self.n_lat
        return np.column_stack([edges[:-1], edges[1:]])

    @property
    def lon_bounds(self) -> NDArray[np.float64]:
        """(lon, 2) western and eastern edge of each column, degrees east."""
        edges = (2 * np.arange(self.n_lon + 1) - self.n_lon) * 180 / self.n_lon
        return np.column_stack([edges[:-1], edges[1:]])

    def require(self, lat: NDArray[np.floating], lon: NDArray[np.floating], origin: str) -> None:
        """Refuse coordinates that are not those of this grid.

        Raises:
            InputError: another number of cells, or centres elsewhere.
        """
        for name, found, expected in (("lat", lat, self.lat), ("lon", lon, self.lon)):
            found = np.asarray(found, dtype=np.float64)
            same = found.shape == expected.shape and bool(
                np.all(np.abs(found - expected) <= _TOLERANCE * self.cell)
            )
            if not same:
                raise InputError(
                    f"{origin}: {name} has {found.size} values from {found[0]:g} to "
                    f"{found[-1]:g}, expected {expected.size} cell centres from {expected[0]:g} to "
                    f"{expected[-1]:g} (config key 'grid.cell' of the product is {self.cell:g}); "
                    "fetch the data on this grid, or change the key."
                )


@dataclass(frozen=True)
class GridTile(Tile):
    """A tile that knows where it lies: name, rows and columns of a :class:`Tile`, and the grid.

    Attributes:
        grid: the grid that it is cut from.
    """

    grid: Grid

    @classmethod
    def cut(cls, cell: float, tile_cells: int) -> dict[str, GridTile]:
        """Return all tiles of a grid by name, as :func:`make_tiles` cuts it."""
        return {
            tile.name: cls(tile.name, tile.rows, tile.cols, Grid(cell))
            for tile in make_tiles(cell, tile_cells)
        }

    @property
    def lat(self) -> NDArray[np.float64]:
        """(lat,) centres, degrees north, from the north to the south."""
        return self.grid.lat[self.rows]

    @property
    def lon(self) -> NDArray[np.float64]:
        """(lon,) centres, degrees east, from the west to the east."""
        return self.grid.lon[self.cols]
