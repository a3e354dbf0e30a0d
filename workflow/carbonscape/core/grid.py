"""The product's grid: regular cells of latitude and longitude, north-up, from 180 W to 180 E."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.errors import InputError
from carbonscape.core.tiles import Tile, make_tiles

#: Largest distance, in cells, at which two coordinates count as the same.
_TOLERANCE = 1e-3

#: Distance to an edge, in cells, at which a place lies on it: what rounding of decimals may make.
_ON_AN_EDGE = 1e-9


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

    def locate(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the row and the column of the cell that holds each place.

        A place on an edge belongs to the cell south and east of it; the south pole to the last
        row, the 180th meridian, if written +180, to the last column. Soundings are gridded
        and TCCON sites are looked up by this one function, so that both mean the same cell.

        Args:
            lat, lon: degrees north and east, -180 to 180, finite; of one shape.
        """
        # Times the number of cells, over 180: 1 / 0.05 carries a rounding error, 3600 / 180 does
        # not. What is left is that of 90 - lat, which would put 64.45 into the cell to its north.
        north = (90.0 - np.asarray(lat, dtype=np.float64)) * (self.n_lat / 180.0)
        east = (np.asarray(lon, dtype=np.float64) + 180.0) * (self.n_lon / 360.0)
        rows = np.floor(north + _ON_AN_EDGE).astype(np.intp)
        columns = np.floor(east + _ON_AN_EDGE).astype(np.intp)
        return np.clip(rows, 0, self.n_lat - 1), np.clip(columns, 0, self.n_lon - 1)

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
    def cut(
        cls, cell: float, tile_cells: int, region: Sequence[float] | None = None
    ) -> dict[str, GridTile]:
        """Return the tiles of a grid, or of a region of it, as :func:`make_tiles` cuts them."""
        return {
            tile.name: cls(tile.name, tile.rows, tile.cols, Grid(cell))
            for tile in make_tiles(cell, tile_cells, region)
        }

    @property
    def lat(self) -> NDArray[np.float64]:
        """(lat,) centres, degrees north, from the north to the south."""
        return self.grid.lat[self.rows]

    @property
    def lon(self) -> NDArray[np.float64]:
        """(lon,) centres, degrees east, from the west to the east."""
        return self.grid.lon[self.cols]
