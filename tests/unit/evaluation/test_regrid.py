"""Regridding by area: sums are kept, the mask is kept, cells across the 180th meridian count."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.regrid import AreaRegridder


def between(source, target):
    return AreaRegridder(source.lat, source.lon, target, origin="map")


def total(values, grid):
    return float(np.nansum(values * cell_areas(grid.lat_bounds, grid.lon_bounds)))


@pytest.mark.parametrize(("fine", "coarse"), [(5.0, 15.0), (2.5, 10.0), (3.0, 3.0)])
def test_the_sum_over_the_globe_is_kept_up_and_down(fine, coarse):
    small, large = Grid(fine), Grid(coarse)
    values = np.random.default_rng(1).uniform(0, 10, (small.n_lat, small.n_lon))
    up = between(small, large).apply(values)
    assert total(up, large) == pytest.approx(total(values, small), rel=1e-6)
    down = between(large, small).apply(up)
    assert total(down, small) == pytest.approx(total(values, small), rel=1e-6)


def test_the_sum_over_what_both_have_is_kept_with_a_mask():
    small, large = Grid(5.0), Grid(15.0)
    values = np.random.default_rng(2).uniform(0, 10, (small.n_lat, small.n_lon))
    values[:9] = np.nan  # three whole rows of the large cells
    values[20, 30] = np.nan  # one of the nine pixels of a large cell
    found = between(small, large).apply(values)
    assert np.isnan(found[:3]).all()
    assert not np.isnan(found[3:]).any()
    areas = cell_areas(small.lat_bounds, small.lon_bounds)
    # That cell has the mean of its eight pixels, so its own sum is that of a whole cell.
    rows, columns = slice(18, 21), slice(30, 33)
    part, weights = values[rows, columns], areas[rows, columns]
    mean = np.nansum(part * weights) / weights[~np.isnan(part)].sum()
    assert found[6, 10] == pytest.approx(mean, rel=1e-6)
    expected = np.nansum(values * areas) + mean * areas[20, 30]
    assert total(found, large) == pytest.approx(expected, rel=1e-6)


def test_half_of_the_area_is_enough_and_less_is_not():
    small, large = Grid(15.0), Grid(30.0)
    values = np.full((12, 24), np.nan)
    values[:, 0] = 3.0  # the western half of the first column of large cells
    values[0, 2:4] = 1.0  # 75 to 90 N has a quarter of the area from 60 N to the pole
    values[1, 4:6] = 2.0  # 60 to 75 N has the rest
    found = between(small, large).apply(values)
    assert found[:, 0].tolist() == [3.0] * 6
    assert np.isnan(found[0, 1])
    assert found[0, 2] == 2.0
    assert np.isnan(found[:, 3:]).all()


def test_cells_are_weighted_by_area_not_by_number():
    found = between(Grid(90.0), Grid(180.0)).apply(np.array([[4.0, 4, 0, 0], [0, 0, 0, 0]]))
    assert found.tolist() == [[2.0, 0.0]]
    rows = np.array([[1.0] * 12, [0.0] * 12] + [[0.0] * 12] * 4)
    found = between(Grid(30.0), Grid(90.0)).apply(rows)
    # The sine is 1 at the pole and 0.8660 at 60 N.
    assert found[0] == pytest.approx(np.full(4, 1 - np.sqrt(3) / 2), rel=1e-6)


def test_grids_that_do_not_nest_share_edges_and_the_sum():
    small, large = Grid(4.0), Grid(18.0)
    values = np.random.default_rng(3).uniform(0, 10, (small.n_lat, small.n_lon))
    assert total(between(small, large).apply(values), large) == pytest.approx(
        total(values, small), rel=1e-6
    )


def test_centres_on_the_180th_meridian_reach_over_it():
    lat, lon = np.array([45.0, -45.0]), np.array([-180.0, -90.0, 0.0, 90.0])
    field = np.array([[8.0, 0, 0, 0]] * 2)
    found = AreaRegridder(lat, lon, Grid(45.0), origin="map").apply(field)
    assert found[0].tolist() == [8, 0, 0, 0, 0, 0, 0, 8]


def test_latitudes_that_end_before_the_poles_leave_the_rest_missing():
    lat = np.arange(75.0, -60.0, -10.0)  # 80 N to 60 S
    field = np.ones((lat.size, 36))
    found = AreaRegridder(lat, np.arange(-175.0, 180, 10), Grid(10.0), origin="map").apply(field)
    assert np.isnan(found[:, 0]).tolist() == [True] + 14 * [False] + 3 * [True]


def test_a_field_of_one_value_stays_one():
    found = between(Grid(7.5), Grid(4.0)).apply(np.full((24, 48), 6.5))
    np.testing.assert_allclose(found, 6.5, rtol=1e-6)


@pytest.mark.parametrize(
    ("lat", "lon", "message"),
    [
        ([0.0], [0.0, 90.0], "1 latitudes"),
        ([-45.0, 45.0], [0.0, 90.0], "latitudes, expected two or more that descend"),
        ([45.0, -45.0], [90.0, 0.0], "longitudes, expected two or more that ascend"),
        ([45.0, -45.0], [-180.0, 90.0], "540 degrees of longitude"),
    ],
)
def test_other_orders_and_extents_are_refused(lat, lon, message):
    with pytest.raises(InputError, match=message):
        AreaRegridder(np.array(lat), np.array(lon), Grid(10.0), origin="map")
