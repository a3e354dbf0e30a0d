"""Tiles of the product's grid."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.tiles import find_tile, make_tiles


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
    tile = find_tile("r01c00", 0.1, 200)
    assert (tile.rows, tile.cols) == (slice(200, 400), slice(0, 200))
    assert len(make_tiles(0.1, 200)) == 162
    with pytest.raises(KeyError):
        find_tile("r99c00", 0.1, 200)
