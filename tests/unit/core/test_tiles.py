"""Tiles of the product's grid."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.grid import Grid, GridTile
from carbonscape.core.tiles import make_tiles


@pytest.mark.parametrize(("cell", "size"), [(30.0, 6), (30.0, 5), (4.0, 45), (0.1, 200), (4.0, 7)])
def test_tiles_cover_the_grid_exactly_once(cell: float, size: int) -> None:
    covered = np.zeros((round(180 / cell), round(360 / cell)), dtype=int)
    names = []
    for tile in make_tiles(cell, size):
        covered[tile.rows, tile.cols] += 1
        names.append(tile.name)
        assert tile.rows.stop - tile.rows.start <= size
        assert tile.cols.stop - tile.cols.start <= size
    assert (covered == 1).all()
    assert len(set(names)) == len(names)


def test_names_count_from_the_north_west() -> None:
    tile = GridTile.cut(0.1, 200)["r01c00"]
    assert (tile.rows, tile.cols) == (slice(200, 400), slice(0, 200))
    assert (tile.name, tile.grid) == ("r01c00", Grid(0.1))
    np.testing.assert_array_equal(tile.lat, Grid(0.1).lat[200:400])
    np.testing.assert_array_equal(tile.lon, Grid(0.1).lon[:200])
    assert len(make_tiles(0.1, 200)) == 162
    with pytest.raises(KeyError):
        GridTile.cut(0.1, 200)["r99c00"]
