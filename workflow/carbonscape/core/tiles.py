"""Tiles: rectangles of the product's grid, each of which is one job of bounded memory.

Only the standard library is used here: the Snakefile asks for the tiles' names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Share of a cell that counts as no part of it: what rounding of decimals may make.
_ON_AN_EDGE = 1e-6


@dataclass(frozen=True)
class Tile:
    """A rectangle of grid cells.

    Attributes:
        name: ``r<row of tiles>c<column of tiles>``, both from 0, from the north-west.
        rows, cols: positions on the latitude (north first) and longitude (west first) axes.
    """

    name: str
    rows: slice
    cols: slice


def make_tiles(cell: float, tile_cells: int, region: Sequence[float] | None = None) -> list[Tile]:
    """Cut the globe into tiles of ``tile_cells`` by ``tile_cells`` cells of ``cell`` degrees.

    The last row and column of tiles are smaller where the number does not divide the grid.

    Args:
        cell: degrees.
        tile_cells: cells along the side of a tile.
        region: west, south, east and north in degrees; then only the tiles that it touches, each
            cut to the cells that it touches. A tile has the same name with and without a region.
    """
    n_lat, n_lon = round(180 / cell), round(360 / cell)
    row_starts, col_starts = range(0, n_lat, tile_cells), range(0, n_lon, tile_cells)
    digits = len(str(max(len(row_starts), len(col_starts)) - 1))
    rows, cols = cells_of_region(cell, region)
    found = [
        Tile(
            f"r{row:0{digits}d}c{col:0{digits}d}",
            slice(max(top, rows.start), min(top + tile_cells, rows.stop)),
            slice(max(left, cols.start), min(left + tile_cells, cols.stop)),
        )
        for row, top in enumerate(row_starts)
        for col, left in enumerate(col_starts)
    ]
    return [
        tile
        for tile in found
        if tile.rows.start < tile.rows.stop and tile.cols.start < tile.cols.stop
    ]


def tile_names(cell: float, tile_cells: int, region: Sequence[float] | None = None) -> list[str]:
    """Return the names of the tiles of :func:`make_tiles`."""
    return [tile.name for tile in make_tiles(cell, tile_cells, region)]


def cells_of_region(cell: float, region: Sequence[float] | None) -> tuple[slice, slice]:
    """Return the rows and columns of the grid's cells that a region touches; all without one.

    Args:
        cell: degrees.
        region: west, south, east and north in degrees, west below east and south below north.
    """
    n_lat, n_lon = round(180 / cell), round(360 / cell)
    if region is None:
        return slice(0, n_lat), slice(0, n_lon)
    west, south, east, north = region
    return (
        _touched((90 - north) * n_lat / 180, (90 - south) * n_lat / 180, n_lat),
        _touched((west + 180) * n_lon / 360, (east + 180) * n_lon / 360, n_lon),
    )


def edges_of_region(cell: float, region: Sequence[float]) -> list[float]:
    """Return west, south, east and north of the cells that a region touches, degrees."""
    rows, cols = cells_of_region(cell, region)
    lat, lon = ([90 - k * cell for k in (rows.stop, rows.start)],
                [k * cell - 180 for k in (cols.start, cols.stop)])  # fmt: skip
    return [lon[0], lat[0], lon[1], lat[1]]


def _touched(first: float, last: float, count: int) -> slice:
    """Return the cells of an axis that lie between two positions, in cells from its beginning."""
    return slice(max(0, math.floor(first + _ON_AN_EDGE)), min(count, math.ceil(last - _ON_AN_EDGE)))
