"""Which cells are asked for, and how they are cut into requests."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import DownloadError
from carbonscape.core.grid import Grid

#: Bytes of one answer, without compression, and cells along a side (Earth Engine's limits of
#: image:computePixels).
MOST_BYTES = 48 * 1024 * 1024
MOST_SIDE = 32_768

#: Bytes that one request asks for at most: several answers, and copies of them, are in memory.
PIECE_BYTES = 16_000_000

#: Pixels of images that one request should read: as many as the service computes in a minute or
#: two. A guess that costs little where it is wrong: what is too heavy is split.
MOST_PIXELS = 1e9

#: Cells along a side below which a request that is too heavy is given up instead of split.
FLOOR = 16

CRS = "EPSG:4326"


@dataclass(frozen=True)
class Piece:
    """A rectangle of cells: its first row and column on the globe, and its size."""

    row: int
    col: int
    height: int
    width: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.height * self.width

    def quarters(self) -> list[Piece]:
        """Return the four parts (two, if it is one cell wide or high) that it is split into."""
        tall, wide = -(-self.height // 2), -(-self.width // 2)
        rows = [(self.row, tall), (self.row + tall, self.height - tall)]
        cols = [(self.col, wide), (self.col + wide, self.width - wide)]
        return [
            Piece(row, col, height, width)
            for row, height in rows
            for col, width in cols
            if height and width
        ]


@dataclass(frozen=True)
class Window:
    """The cells of a file: rows and columns of a grid of the globe.

    Attributes:
        grid: the grid.
        rows, cols: first one, and the one behind the last.
    """

    grid: Grid
    rows: tuple[int, int]
    cols: tuple[int, int]

    @classmethod
    def of(cls, cell: float, area: tuple[float, float, float, float] | None) -> Window:
        """Return the cells whose centre lies in an area (north, west, south, east), or all.

        Raises:
            DownloadError: there is none, or a cell has no size.
        """
        if not cell > 0:
            raise DownloadError(
                f"Earth Engine: the size of a cell is {cell:g} degrees, expected more than 0 "
                "(config key 'grid.cell' of the product)."
            )
        grid = Grid(cell)
        if area is None:
            return cls(grid, (0, grid.n_lat), (0, grid.n_lon))
        north, west, south, east = area
        rows = np.flatnonzero((grid.lat <= north) & (grid.lat >= south))
        cols = np.flatnonzero((grid.lon >= west) & (grid.lon <= east))
        if not rows.size or not cols.size:
            raise DownloadError(
                f"Earth Engine: no centre of a cell of {cell:g} degrees lies in the area {area} "
                "(north, west, south, east); correct the area."
            )
        return cls(grid, (int(rows[0]), int(rows[-1]) + 1), (int(cols[0]), int(cols[-1]) + 1))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows[1] - self.rows[0], self.cols[1] - self.cols[0]

    @property
    def lat(self) -> NDArray[np.float64]:
        """(lat,) centres, degrees north, descending."""
        return self.grid.lat[slice(*self.rows)]

    @property
    def lon(self) -> NDArray[np.float64]:
        """(lon,) centres, degrees east, ascending."""
        return self.grid.lon[slice(*self.cols)]

    def cut(self, side: int) -> list[Piece]:
        """Cut into pieces of at most ``side`` cells along a side, as equal as they can be."""
        return [
            Piece(row, col, height, width)
            for row, height in _parts(*self.rows, side)
            for col, width in _parts(*self.cols, side)
        ]

    def place(self, piece: Piece) -> tuple[slice, slice]:
        """Return where a piece lies in an array of the window."""
        row, col = piece.row - self.rows[0], piece.col - self.cols[0]
        return slice(row, row + piece.height), slice(col, col + piece.width)

    def transform(self) -> list[float]:
        """Return the affine transform of the grid, as ``reproject`` takes it."""
        return [self.grid.cell, 0, -180, 0, -self.grid.cell, 90]

    def request_grid(self, piece: Piece) -> dict[str, Any]:
        """Return the grid of a piece, as image:computePixels takes it (outer corners)."""
        bounds_of = self.grid.lat_bounds[piece.row, 0], self.grid.lon_bounds[piece.col, 0]
        return {
            "dimensions": {"width": piece.width, "height": piece.height},
            "affineTransform": {
                "scaleX": self.grid.cell,
                "shearX": 0,
                "translateX": float(bounds_of[1]),
                "shearY": 0,
                "scaleY": -self.grid.cell,
                "translateY": float(bounds_of[0]),
            },
            "crsCode": CRS,
        }


def side_of_pieces(*, bytes_of_cell: int, pixels_of_cell: float) -> int:
    """Return how many cells along a side one request should ask for.

    Args:
        bytes_of_cell: bytes of all bands of a cell.
        pixels_of_cell: pixels of all images of a step that lie in a cell.
    """
    by_bytes = math.isqrt(PIECE_BYTES // bytes_of_cell)
    by_pixels = int(math.sqrt(MOST_PIXELS / max(pixels_of_cell, 1e-9)))
    return max(min(by_bytes, by_pixels, MOST_SIDE), FLOOR)


def _parts(first: int, end: int, side: int) -> Iterator[tuple[int, int]]:
    """Yield start and length of the fewest equal parts (but for the last) of a range."""
    count = -(-(end - first) // side)
    length = -(-(end - first) // count)
    for start in range(first, end, length):
        yield start, min(length, end - start)
