"""Gap filling of XCO2 predictors: every code by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.columns.features.fill import (
    CLIMATOLOGY,
    DARK_OR_BARE,
    INTERPOLATED,
    MEDIAN,
    MISSING,
    OBSERVED,
    fill_series,
    interpolate_classes,
    interpolate_gaps,
    is_dark,
    label_means,
    median_over_months,
    radius_in_cells,
)

NAN = np.nan


def everywhere(field: np.ndarray) -> np.ndarray:
    return np.ones(field.shape, dtype=bool)


# --- radius --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "cells"), [(0.05, 10), (0.1, 5), (0.5, 1), (0.6, 0), (4.0, 0)])
def test_half_a_degree_is_so_many_cells(cell: float, cells: int) -> None:
    assert radius_in_cells(0.5, cell) == cells


# --- interpolation -------------------------------------------------------------------------------


def test_a_gap_in_a_plane_comes_back() -> None:
    row, col = np.mgrid[:9, :9].astype(float)
    plane = 3 + 2 * row - 5 * col
    field = plane.copy()
    field[3:6, 2:7] = NAN
    filled = interpolate_gaps(field, everywhere(field), 6)
    assert np.allclose(filled, plane, atol=1e-5)


def test_weights_fall_with_distance() -> None:
    field = np.array([[6.0, NAN, NAN, 0.0]])
    filled = interpolate_gaps(field, everywhere(field), 2)
    assert filled.tolist() == [[6.0, pytest.approx(4.0), pytest.approx(2.0), 0.0]]


def test_nothing_beyond_the_radius_counts() -> None:
    field = np.array([[6.0, NAN, NAN, NAN, NAN, 0.0]])
    filled = interpolate_gaps(field, everywhere(field), 2)
    assert filled[0, 1:3].tolist() == [6.0, 6.0]
    assert filled[0, 3:5].tolist() == [0.0, 0.0]
    assert np.isnan(interpolate_gaps(field, everywhere(field), 0)[0, 1:5]).all()


def test_a_cell_with_diagonal_neighbours_alone_takes_those_within_the_radius() -> None:
    field = np.full((5, 5), NAN)
    field[1, 1], field[3, 3], field[0, 4] = 2.0, 6.0, 1000.0
    middle = np.zeros((5, 5), dtype=bool)
    middle[2, 2] = True
    assert np.isnan(interpolate_gaps(field, middle, 1)[2, 2])  # sqrt(2) is beyond one cell
    filled = interpolate_gaps(field, middle, 2)
    assert filled[2, 2] == pytest.approx(4.0)
    assert np.isnan(filled[0, 0])  # nobody asked for it


def test_distance_on_the_diagonal_weighs_too() -> None:
    field = np.full((7, 7), NAN)
    field[2, 2], field[5, 5] = 0.0, 3.0  # sqrt(2) and 2 sqrt(2) from the middle
    middle = np.zeros((7, 7), dtype=bool)
    middle[3, 3] = True
    assert interpolate_gaps(field, middle, 3)[3, 3] == pytest.approx(1.0)


def test_observed_values_stay_as_they_are() -> None:
    random = np.random.default_rng(1)
    field = random.normal(size=(20, 20)).astype(np.float32)
    gaps = random.random(field.shape) < 0.4
    filled = interpolate_gaps(np.where(gaps, NAN, field), everywhere(field), 3)
    assert np.array_equal(filled[~gaps], field[~gaps])
    assert not np.isnan(filled).any()


def test_classes_are_voted_for_and_water_has_no_vote() -> None:
    field = np.array([[4.0, NAN, 6.0], [17.0, 6.0, 17.0], [17.0, NAN, 17.0]])
    filled = interpolate_classes(field, everywhere(field), 1)
    assert filled[0, 1] == 6.0  # two of class 6, one of class 4: never 5
    assert filled[2, 1] == 6.0  # though two neighbours are water
    assert filled[1, 0] == 17.0
    sea = np.array([[17.0, NAN, 17.0]])
    assert np.isnan(interpolate_classes(sea, everywhere(sea), 1)[0, 1])


# --- from other months ---------------------------------------------------------------------------


def test_codes_come_in_their_order() -> None:
    calendar_month = np.array([1, 2, 1, 2, 1, 2])
    values = np.array(
        [
            [1.0, NAN, 3.0, 9.0, NAN, NAN],  # climatology serves both months
            [1.0, NAN, 3.0, NAN, NAN, NAN],  # no February at all: zero, then the median
            [NAN] * 6,
        ]
    )
    source = np.where(np.isnan(values), MISSING, OBSERVED).astype(np.uint8)
    source[0, 2] = INTERPOLATED
    zero = np.zeros(values.shape, dtype=bool)
    zero[0, 4] = zero[1, 1] = True
    median = np.array([50.0, 51.0, NAN, 53.0, 54.0, 58.0])
    filled, code = fill_series(
        values, source, calendar_month=calendar_month, median=median, zero=zero
    )
    assert filled[0].tolist() == [1.0, 9.0, 3.0, 9.0, 2.0, 9.0]
    assert code[0].tolist() == [0, CLIMATOLOGY, INTERPOLATED, 0, CLIMATOLOGY, CLIMATOLOGY]
    assert filled[1].tolist() == [1.0, 0.0, 3.0, 53.0, 2.0, 58.0]
    assert code[1].tolist() == [0, DARK_OR_BARE, 0, MEDIAN, CLIMATOLOGY, MEDIAN]
    # The third month has no median of its own: that of 50, 51, 53, 54 and 58.
    assert filled[2].tolist() == [50.0, 51.0, 53.0, 53.0, 54.0, 58.0]
    assert (code[2] == MEDIAN).all()


def test_a_variable_that_nothing_knows_stays_missing() -> None:
    values = np.full((2, 3), NAN)
    source = np.full((2, 3), MISSING, np.uint8)
    filled, code = fill_series(
        values, source, calendar_month=np.array([1, 2, 3]), median=np.full(3, NAN)
    )
    assert np.isnan(filled).all()
    assert (code == MISSING).all()


def test_classes_take_the_most_frequent_code() -> None:
    values = np.array([[5.0, 7.0, 7.0, 5.0, 7.0, NAN]])
    usable = ~np.isnan(values)
    label = np.zeros(6, dtype=int)
    assert label_means(values, usable, label, 1, categorical=True).tolist() == [[7.0]]
    usable[0, 1] = False  # two of each: the lower code
    assert label_means(values, usable, label, 1, categorical=True).tolist() == [[5.0]]
    usable[:] = False
    assert np.isnan(label_means(values, usable, label, 1, categorical=True)).all()


def test_median_over_months_leaves_out_what_is_missing() -> None:
    table = np.array([[4.0, NAN, NAN], [NAN, NAN, 1.0], [1.0, NAN, 3.0], [9.0, NAN, NAN]])
    found = median_over_months(table)
    assert found[[0, 2]].tolist() == [4.0, 2.0]
    assert np.isnan(found[1])


# --- the sun -------------------------------------------------------------------------------------


def test_polar_night_lies_where_the_sun_stays_down_all_month() -> None:
    lat = np.array([80.0, 70.0, 66.0, 0.0, -66.0, -70.0, -80.0])
    dark = is_dark(lat, ["2015-12", "2016-06", "2016-03", "2016-01"])
    assert dark[:, 0].tolist() == [True, True, False, False, False, False, False]
    assert dark[:, 1].tolist() == [False, False, False, False, False, True, True]
    assert not dark[:, 2].any()  # the equinox: the sun shows itself at every latitude
    # On 31 January the declination is -17.5 degrees: 72.5 N is the limit.
    assert is_dark(np.array([72.0, 73.2]), ["2016-01"]).ravel().tolist() == [False, True]
