"""Maps of a region: projected around its middle, with its cells alone."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from carbonscape.core.grid import Grid
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import (
    WORLD_HEIGHT,
    View,
    bar_place,
    degrees_text,
    map_height,
    shown_view,
    zoomed,
)

RING = np.array([[100.0, 20.0], [120.0, 20.0], [120.0, 40.0], [100.0, 40.0], [100.0, 20.0]])


def test_a_region_is_drawn_alone_and_the_world_again_after_it():
    grid = Grid(5.0)
    values = np.where(grid.lon[None, :] < 110, 1.0, 2.0) * np.ones((grid.n_lat, 1))
    ax = Figure().subplots()
    with zoomed([100, 20, 120, 40]):
        assert shown_view() == View(100, 20, 120, 40)
        picture = draw_cells(
            ax, values, lat_bounds=grid.lat_bounds, lon_bounds=grid.lon_bounds, rings=[RING],
            cmap="viridis", norm=Normalize(0, 3), columns=200,
        )  # fmt: skip
    assert shown_view() is None
    drawn = picture.get_array()
    left, right, bottom, top = picture.get_extent()
    # Symmetric around the middle, 110 east: one half each, and nothing beyond the edge.
    assert left == pytest.approx(-right)
    assert bottom < top
    middle = drawn[len(drawn) // 2]
    assert (middle[60], middle[140]) == (1, 2)
    assert (drawn.mask[0, 0], drawn.mask[-1, 100]) == (True, False)


def test_the_graticule_has_four_lines_or_more():
    assert View(-10, 35, 30, 60).step == 10
    assert View(6, 46, 10.5, 48).step == 1


def test_positions_in_degrees_have_no_sign_and_no_blank():
    assert degrees_text(52.5, "N", "S") == "52.5°N"
    assert degrees_text(-30, "N", "S") == "30°S"
    assert degrees_text(0, "E", "W") == "0°"


def test_a_colour_bar_stands_below_the_names_of_the_meridians():
    world = bar_place(left=0.1)
    assert world == pytest.approx((0.1, -0.1, 0.8, 0.055))
    with zoomed([100, 20, 120, 40]):
        assert bar_place(left=0.1)[1] < world[1]


def test_a_region_has_the_room_of_its_own_shape_and_the_world_that_of_the_world():
    assert map_height(2.0) == 2.0 * WORLD_HEIGHT
    with zoomed([-10, 35, 30, 60]):
        assert 0.7 * 2.0 < map_height(2.0) < 0.8 * 2.0
        assert map_height(7.2) == 5.0  # half a page
    with zoomed([-80, -55, -50, 10]):
        assert map_height(2.0) == 2.0  # a square at most
    with zoomed([-180, 40, 180, 60]):
        assert map_height(3.0) == pytest.approx(2.0 * WORLD_HEIGHT)
    assert map_height(2.0) == 2.0 * WORLD_HEIGHT
