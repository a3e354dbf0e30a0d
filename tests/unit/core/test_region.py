"""The region of a run: which cells it has, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.core.region import check_region, describe, holds, with_numbers
from carbonscape.core.tiles import cells_of_region, edges_of_region, make_tiles, tile_names

IBERIA = [-10, 35, 5, 44]


@pytest.mark.parametrize("cell", [0.05, 0.1, 1.0, 4.0])
def test_tiles_of_a_region_cover_the_cells_that_it_touches_once(cell):
    covered = np.zeros((round(180 / cell), round(360 / cell)), dtype=int)
    for tile in make_tiles(cell, 50, IBERIA):
        covered[tile.rows, tile.cols] += 1
    rows, cols = cells_of_region(cell, IBERIA)
    assert covered.max() == 1
    assert covered[rows, cols].all()
    assert covered.sum() == (rows.stop - rows.start) * (cols.stop - cols.start)
    # Edges of cells that hold the region: 44 to 35 north, 10 west to 5 east.
    assert 90 - rows.start * cell >= 44 > 90 - (rows.start + 1) * cell - 1e-9
    assert cols.stop * cell - 180 >= 5 > (cols.stop - 1) * cell - 180
    assert set(tile_names(cell, 50, IBERIA)) <= set(tile_names(cell, 50))


def test_a_region_that_ends_at_edges_of_cells_takes_no_cell_more():
    assert cells_of_region(0.1, IBERIA) == (slice(460, 550), slice(1700, 1850))
    assert edges_of_region(4, IBERIA) == [-12, 34, 8, 46]
    assert cells_of_region(0.1, None) == (slice(0, 1800), slice(0, 3600))
    assert cells_of_region(4, [-180, -90, 180, 90]) == (slice(0, 45), slice(0, 90))


def test_numbers_of_the_command_line_are_read_from_text():
    assert with_numbers({"region": ["-10", "35.5", "5", "x"]}) == {"region": [-10, 35.5, 5, "x"]}
    assert with_numbers({"region": None, "run": "a"}) == {}


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ([170, -50, -170, -30], r"180th meridian.*\[170, -50, 180, -30\]"),
        ([-10, 44, 5, 35], "the order is west, south, east, north"),
        ([-10, 35, 200, 44], "200 for the east"),
        ([6, 46, 9, 47.5], "smaller than a cell of 4 degrees.*'gpp.grid.cell'"),
    ],
)
def test_a_region_that_is_none_is_refused(region, said):
    with pytest.raises(ConfigError, match=said):
        check_region(region, {"gpp.grid.cell": 4})


def test_a_region_is_told_in_words_and_holds_places():
    assert describe([-10, 0, 5, 44]) == "10 W to 5 E, 0 to 44 N"
    assert [holds(IBERIA, lat, -4) for lat in (40, 50)] == [True, False]
    assert holds(None, 50, -4)
    check_region(None, {"gpp.grid.cell": 4})
    check_region(IBERIA, {"gpp.grid.cell": 4})
