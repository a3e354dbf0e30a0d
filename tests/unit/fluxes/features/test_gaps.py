"""The gap rule on series short enough to fill by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.fluxes.features.gaps import CLIMATOLOGY, INTERPOLATED, MISSING, OBSERVED, fill_gaps

N = np.nan


def fill(series, *, per_year=4, gap=0, climatology=False):
    return fill_gaps(
        np.asarray(series, dtype=float),
        steps_per_year=per_year,
        max_gap_steps=gap,
        climatology=climatology,
    )


def same(values, expected):
    np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_codes_have_the_documented_numbers():
    assert (OBSERVED, INTERPOLATED, CLIMATOLOGY, MISSING) == (0, 1, 2, 3)


def test_a_gap_exactly_at_the_limit_is_interpolated():
    values, code = fill([0, N, N, 6], gap=2)
    same(values, [0, 2, 4, 6])
    assert code.tolist() == [0, 1, 1, 0]


def test_a_gap_one_step_longer_than_the_limit_is_left():
    values, code = fill([0, N, N, N, 8], gap=2)
    same(values, [0, N, N, N, 8])
    assert code.tolist() == [0, 3, 3, 3, 0]


def test_each_gap_is_judged_by_its_own_length():
    values, code = fill([1, N, 3, N, N, 9, N, 5], gap=1)
    same(values, [1, 2, 3, N, N, 9, 7, 5])
    assert code.tolist() == [0, 1, 0, 3, 3, 0, 1, 0]


def test_edges_are_never_extrapolated():
    values, code = fill([N, 1, 2, N], gap=10)
    same(values, [N, 1, 2, N])
    assert code.tolist() == [3, 0, 0, 3]


def test_no_gap_is_interpolated_when_the_limit_is_zero():
    values, code = fill([1, N, 3, 4], gap=0)
    same(values, [1, N, 3, 4])
    assert code.tolist() == [0, 3, 0, 0]


def test_climatology_is_the_mean_of_the_step_over_the_years():
    # Step 1 of three years: 10, missing, 20; step 2 is never observed.
    values, code = fill([1, 10, N, 2, N, N, 3, 20, N], per_year=3, climatology=True)
    same(values, [1, 10, N, 2, 15, N, 3, 20, N])
    assert code.tolist() == [0, 0, 3, 0, 2, 3, 0, 0, 3]


def test_climatology_fills_the_edges_that_interpolation_leaves():
    values, code = fill([N, 5, 7, 9, N, N], per_year=3, gap=3, climatology=True)
    same(values, [9, 5, 7, 9, 5, 7])
    assert code.tolist() == [2, 0, 0, 0, 2, 2]


def test_climatology_counts_observed_values_only():
    # Step 0 of three years: 0, missing (interpolated to 50.5), missing: its mean is 0, not 25.25.
    values, code = fill([0, 1, N, 100, N, N], per_year=2, gap=1, climatology=True)
    same(values, [0, 1, 50.5, 100, 0, 50.5])
    assert code.tolist() == [0, 0, 1, 0, 2, 2]


def test_interpolation_comes_before_climatology():
    values, code = fill([0, 10, N, 30], per_year=2, gap=1, climatology=True)
    same(values, [0, 10, 20, 30])
    assert code.tolist() == [0, 0, 1, 0]


def test_series_are_filled_one_by_one():
    series = np.array([[[0, 5]], [[N, N]], [[4, N]], [[N, 8]]], dtype=float)
    values, code = fill(series, gap=1)
    same(values[:, 0, 0], [0, 2, 4, N])
    same(values[:, 0, 1], [5, N, N, 8])
    assert code[:, 0].T.tolist() == [[0, 1, 0, 3], [0, 3, 3, 0]]
    assert code.shape == values.shape == (4, 1, 2)
    assert code.dtype == np.uint8


@pytest.mark.parametrize("climatology", [False, True])
def test_a_series_without_any_value_stays_missing(climatology):
    values, code = fill([N, N, N, N], per_year=2, gap=4, climatology=climatology)
    assert np.isnan(values).all()
    assert code.tolist() == [3, 3, 3, 3]


def test_the_series_handed_in_is_left_as_it_was():
    series = np.array([0, N, 2, N])
    fill_gaps(series, steps_per_year=2, max_gap_steps=1, climatology=True)
    np.testing.assert_array_equal(series, [0, N, 2, N])


# --- what the future changes ---------------------------------------------------------------------

#: Three years of six steps. The gaps at steps 1 and 6 end before the cut, that of steps 8 and 9
#: reaches over it.
SERIES = [1, N, 3, 5, 4, 2, N, 6, N, N, 7, 8, 2, 3, 5, 6, 3, 1]
CUT = 9


def changed(*, gap, climatology):
    """Return the steps before the cut whose filled value the observations after it change."""
    before, code = fill(SERIES, per_year=6, gap=gap, climatology=climatology)
    other = [*SERIES[:CUT], *(10 * np.array(SERIES[CUT:]) + 1)]
    after, same_code = fill(other, per_year=6, gap=gap, climatology=climatology)
    assert code.tolist() == same_code.tolist()
    moved = ~np.isclose(before, after, equal_nan=True)
    assert not moved[:CUT][code[:CUT] == OBSERVED].any()
    return [(step, int(code[step])) for step in np.flatnonzero(moved[:CUT])]


def test_the_future_changes_the_interpolated_gap_that_reaches_it_alone():
    # Step 8 lies between the observations of steps 7 and 10; the gaps at 1 and 6 are older.
    assert changed(gap=2, climatology=False) == [(8, INTERPOLATED)]


def test_the_future_changes_the_means_of_the_step_of_the_year():
    # Each takes the mean of its step of the year, to which later years belong.
    steps = [(1, CLIMATOLOGY), (6, CLIMATOLOGY), (8, CLIMATOLOGY)]
    assert changed(gap=0, climatology=True) == steps
    # Interpolation comes first, so that older gaps do not depend on later years.
    assert changed(gap=2, climatology=True) == [(8, INTERPOLATED)]


def test_without_filling_the_future_changes_nothing():
    assert changed(gap=0, climatology=False) == []
