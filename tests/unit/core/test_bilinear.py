"""Interpolation from ERA5-Land's grid points to cells and towers."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.bilinear import Bilinear, uncovered
from carbonscape.core.grid import Grid

LAT = np.array([10.0, 0.0, -10.0])
LON = np.arange(-180.0, 180.0, 10.0)


def field(function) -> np.ndarray:
    """Return a field of one variable on the lattice."""
    return function(*np.meshgrid(LAT, LON, indexing="ij"))[..., None]


def test_a_linear_field_is_met_exactly_between_the_points() -> None:
    lat, lon = np.array([5.0, -2.5, 10.0]), np.array([15.0, -170.0, 3.0])
    plane = field(lambda y, x: 2 * y + 0.5 * x)
    found = Bilinear(LAT, LON, lat, lon).apply(plane)[:, 0]
    np.testing.assert_allclose(found, 2 * lat + 0.5 * lon, rtol=1e-6)


def test_the_lattice_closes_around_the_globe() -> None:
    values = field(lambda y, x: x)
    # Half way between 170 E (170) and 180 W (-180).
    assert Bilinear(LAT, LON, np.array([0.0]), np.array([175.0])).apply(values)[0, 0] == -5


def test_missing_neighbours_are_left_out_and_the_other_weights_renormalised() -> None:
    values = np.array([[[1.0], [3.0]], [[5.0], [np.nan]]])
    at = Bilinear(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([0.25]), np.array([0.5]))
    # Weights 0.125, 0.125, 0.375, (0.375): 1 * 0.125 + 3 * 0.125 + 5 * 0.375 over 0.625.
    np.testing.assert_allclose(at.apply(values)[0, 0], (0.125 + 0.375 + 1.875) / 0.625)
    assert np.isnan(at.apply(np.full((2, 2, 1), np.nan))[0, 0])


def test_a_neighbour_without_weight_makes_nothing_valid() -> None:
    values = np.array([[[np.nan], [7.0]], [[np.nan], [7.0]]])
    at = Bilinear(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([1.0]), np.array([0.0]))
    assert np.isnan(at.apply(values)[0, 0])


def test_outside_a_regional_lattice_there_is_no_data() -> None:
    lon = np.array([0.0, 10.0, 20.0])
    values = np.ones((3, 3, 1))
    found = Bilinear(LAT, lon, np.array([0.0, 0.0, 30.0]), np.array([5.0, 25.0, 5.0]))
    np.testing.assert_array_equal(np.isnan(found.apply(values)[:, 0]), [False, True, True])


@pytest.mark.parametrize(
    ("lat", "lon", "covered"),
    [
        # Grid points, centres of cells, coarser ones, 60 S to 90 N, a country.
        ((90, -90, 1.0), (-180, 179, 1.0), True),
        ((89.5, -89.5, 1.0), (-179.5, 179.5, 1.0), True),
        ((90, -90, 5.0), (-180, 175, 5.0), True),
        ((90, -60, 1.0), (-180, 179, 1.0), False),
        ((90, -90, 1.0), (-180, 0, 1.0), False),
        ((55, 47, 1.0), (6, 15, 1.0), False),
    ],
)
def test_a_lattice_that_does_not_reach_the_whole_grid_is_told(lat, lon, covered):
    north, south, step = lat
    west, east, step_lon = lon
    gap = uncovered(
        np.arange(north, south - step / 2, -step),
        np.arange(west, east + step_lon / 2, step_lon),
        Grid(1.0),
    )
    assert (gap == "") is covered
    assert covered or f"the area is {north:g} to {south:g} degrees north and {west:g} to" in gap
