"""Places and polygons: inside, outside, on an edge, and where the centre lies."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.regions import OUTSIDE, Region, regions_of

#: A triangle, and a square that shares an edge with another one.
TRIANGLE = Region(1, "TRI", "", np.array([0.0, 0.0, 3.0]), np.array([0.0, 3.0, 0.0]))
WEST = Region(1, "WST", "", np.array([0.0, 0.0, 2.0, 2.0]), np.array([0.0, 2.0, 2.0, 0.0]))
EAST = Region(2, "EST", "", np.array([0.0, 0.0, 2.0, 2.0]), np.array([2.0, 4.0, 4.0, 2.0]))


def test_the_centre_of_a_triangle_is_the_mean_of_its_corners():
    assert TRIANGLE.centre == pytest.approx((1.0, 1.0))
    assert EAST.centre == pytest.approx((1.0, 3.0))


def test_places_inside_and_outside():
    lat, lon = np.array([1.0, 2.0, 2.9, -0.1]), np.array([1.0, 2.0, 0.05, 1.0])
    assert regions_of([TRIANGLE], lat, lon).tolist() == [1, OUTSIDE, 1, OUTSIDE]


def test_a_shared_edge_belongs_to_one_region():
    lat = np.array([0.5, 1.0, 1.5])
    assert regions_of([WEST, EAST], lat, 2.0).tolist() == [1, 1, 1]
    assert regions_of([EAST, WEST], lat, 2.0).tolist() == [1, 1, 1]


def test_places_broadcast_to_a_grid():
    found = regions_of([WEST, EAST], np.array([[1.0], [3.0]]), np.array([1.0, 3.0, 5.0]))
    assert found.tolist() == [[1, 2, OUTSIDE], [OUTSIDE] * 3]


def test_the_sense_of_rotation_does_not_matter():
    turned = Region(1, "WST", "", WEST.lat[::-1], WEST.lon[::-1])
    grid = np.linspace(-1, 3, 41)
    assert (
        regions_of([turned], grid[:, None], grid) == regions_of([WEST], grid[:, None], grid)
    ).all()
