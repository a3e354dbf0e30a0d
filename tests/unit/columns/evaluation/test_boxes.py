"""Boxes of latitude and longitude, and pictures of their cells."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.columns.evaluation.boxes import Box, cell_value, pick
from carbonscape.core.grid import Grid

GRID = Grid(30)
AXES = {"lat": GRID.lat, "lon": GRID.lon}
#: Cells numbered along rows from the north-west: 12 in a row.
CELLS = np.arange(6 * 12, dtype=float).reshape(6, 12)


def test_pixels_take_the_cell_that_holds_their_centre() -> None:
    found = pick(CELLS, **AXES, box=Box(0, 60, -60, 0), rows=4, columns=4)
    # Rows 1 and 2 (60 to 30, 30 to 0), columns 4 and 5 (60 W to 30 W, 30 W to 0).
    assert found.tolist() == [[16, 16, 17, 17]] * 2 + [[28, 28, 29, 29]] * 2


def test_a_box_may_cross_the_date_line_and_reach_beyond_the_pole() -> None:
    found = pick(CELLS, **AXES, box=Box(60, 120, 150, 210), rows=2, columns=2)
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [11, 0]
    west = pick(CELLS, **AXES, box=Box(60, 90, -210, -150), rows=1, columns=2)
    assert west.tolist() == [[11, 0]]
    assert Box(-10, 10, 150, 210).holds([0.0, 0, 0, 20], [170.0, -170, 140, 170]).tolist() == [
        True, True, False, False,
    ]  # fmt: skip


def test_what_is_beyond_a_regional_grid_has_no_value() -> None:
    lat, lon = np.array([25.0, 15.0]), np.array([5.0, 15.0, 25.0])
    found = pick(np.ones((2, 3)), lat=lat, lon=lon, box=Box(0, 40, -10, 40), rows=4, columns=5)
    assert np.isfinite(found).tolist() == [
        [False] * 5, [False, True, True, True, False], [False, True, True, True, False],
        [False] * 5,
    ]  # fmt: skip


def test_a_window_is_as_wide_as_high() -> None:
    box = Box.around(60, 10, 4)
    assert (box.south, box.north) == (58, 62)
    assert box.east - box.west == pytest.approx(8)
    assert box.shape(0.5) == (8, 16)


def test_a_place_at_the_coast_takes_its_neighbours() -> None:
    field = CELLS.copy()
    assert cell_value(field, **AXES, place=(45, -45)) == 16
    field[1, 4] = np.nan
    around = [3, 4, 5, 15, 17, 27, 28, 29]
    assert cell_value(field, **AXES, place=(45, -45)) == np.mean(around)
    assert np.isnan(cell_value(np.full((6, 12), np.nan), **AXES, place=(45, -45)))
