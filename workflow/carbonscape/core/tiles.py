"""Tiles: rectangles of the product's grid, each of which is one job of bounded memory.

Only the standard library is used here: the Snakefile asks for the tiles' names.
"""

from __future__ import annotations

from dataclasses import dataclass


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


def make_tiles(cell: float, tile_cells: int) -> list[Tile]:
    """Cut the globe into tiles of ``tile_cells`` by ``tile_cells`` cells of ``cell`` degrees.

    The last row and column of tiles are smaller where the number does not divide the grid.
    """
    n_lat, n_lon = round(180 / cell), round(360 / cell)
    row_starts, col_starts = range(0, n_lat, tile_cells), range(0, n_lon, tile_cells)
    digits = len(str(max(len(row_starts), len(col_starts)) - 1))
    return [
        Tile(
            f"r{row:0{digits}d}c{col:0{digits}d}",
            slice(top, min(top + tile_cells, n_lat)),
            slice(left, min(left + tile_cells, n_lon)),
        )
        for row, top in enumerate(row_starts)
        for col, left in enumerate(col_starts)
    ]
