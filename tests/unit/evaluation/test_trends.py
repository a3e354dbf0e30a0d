"""The slope of a series of years, and its interval where years resemble the next."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.evaluation.trends import FEWEST_YEARS, fit_line, slope_interval, slope_intervals

#: What Student's t with 18 degrees of freedom exceeds in 2.5 of 100 (any table of it).
T_18 = 2.10092


def series(count: int, correlation: float, *, seed: int, slope: float = 0.0) -> np.ndarray:
    """An AR(1) series about a line, long after its start."""
    noise = np.random.default_rng(seed).normal(size=count + 100)
    values = np.zeros(count + 100)
    for at in range(1, count + 100):
        values[at] = correlation * values[at - 1] + noise[at]
    return values[100:] + slope * np.arange(count)


def coverage(count: int, correlation: float, *, runs: int = 1500) -> float:
    """Share of series whose interval holds the true slope."""
    found = [series(count, correlation, seed=seed, slope=0.2) for seed in range(runs)]
    interval = slope_intervals(np.arange(2001, 2001 + count), np.stack(found, axis=1))
    return float(np.mean((interval.low <= 0.2) & (interval.high >= 0.2)))


def test_the_slope_and_its_standard_error():
    # Around the line: 1, -2, 1; sum of squares 6, one degree of freedom, spread of the years 2.
    assert fit_line(np.arange(3), np.array([98.0, 98.0, 104.0])) == pytest.approx((3.0, 3**0.5))
    assert np.isnan(fit_line(np.arange(1), np.ones(1))).all()
    slope, error = fit_line(np.arange(2), np.array([1.0, 3.0]))
    assert slope == 2.0
    assert np.isnan(error)


def test_years_that_swing_to_and_fro_count_as_independent():
    years = np.arange(2001, 2021)
    values = 120 + 0.5 * years + np.tile([1.0, -1.0], 10)
    interval = slope_interval(years, values)
    assert interval.autocorrelation == 0
    assert interval.effective_years == 20
    slope, error = fit_line(years, values)
    assert interval.high - slope == pytest.approx(T_18 * error, rel=1e-5)
    assert interval.low + interval.high == pytest.approx(2 * slope)


def test_the_autocorrelation_is_corrected_for_the_length_of_the_series():
    # Both series have the mean 0 and, being symmetric, the slope 0.
    values = np.array([1.0, 1, -1, -1, -1, -1, 1, 1])
    interval = slope_interval(np.arange(8), values)
    # Products: 1, -1, 1, 1, 1, -1, 1 of eight squares: r = 3 / 8; (8 * 3 / 8 + 2) / 4 is over 1.
    assert interval.autocorrelation == 0.99
    assert interval.effective_years == 3.0
    flat = slope_interval(np.arange(8), np.array([1.0, -1, -1, 1, 1, -1, -1, 1]))
    # Products: -1, 1, -1, 1, -1, 1, -1 of eight squares: r = -1 / 8; (-1 + 2) / 4.
    assert flat.autocorrelation == pytest.approx(0.25)
    assert flat.effective_years == pytest.approx(8 * 0.75 / 1.25)


@pytest.mark.parametrize(
    ("count", "correlation"), [(5, 0.0), (9, 0.0), (9, 0.5), (20, 0.0), (20, 0.3), (20, 0.6)]
)
def test_the_interval_holds_the_true_slope_as_often_as_it_says(count, correlation):
    assert 0.88 < coverage(count, correlation) < 0.99


def test_the_order_of_the_years_does_not_matter_nor_the_unit():
    years, values = np.arange(2001, 2013), series(12, 0.4, seed=3)
    one = slope_interval(years, values)
    other = slope_interval(years[::-1], 1000 * values[::-1])
    assert other.autocorrelation == pytest.approx(one.autocorrelation)
    assert other.low == pytest.approx(1000 * one.low)
    assert other.high == pytest.approx(1000 * one.high)


def test_a_perfect_line_has_an_interval_without_width():
    interval = slope_interval(np.arange(2001, 2011), 0.3 * np.arange(10) + 120)
    assert interval.autocorrelation == 0
    assert interval.low == pytest.approx(0.3)
    assert interval.high == pytest.approx(0.3)


def test_four_years_have_no_interval():
    interval = slope_interval(np.arange(FEWEST_YEARS - 1), [1.0, 3.0, 2.0, 4.0])
    assert np.isnan([interval.low, interval.high, interval.effective_years]).all()
    assert np.isfinite(slope_interval(np.arange(FEWEST_YEARS), [1.0, 3.0, 2.0, 4.0, 3.0]).low)


def test_a_map_has_the_intervals_of_its_cells_and_none_where_a_year_lacks():
    years = np.arange(2015, 2022)[::-1]
    cells = np.stack([series(7, 0.4, seed=seed) for seed in range(6)], axis=1).reshape(7, 2, 3)
    cells[3, 1, 2] = np.nan
    found = slope_intervals(years, cells)
    for row, column in np.ndindex(2, 3):
        alone = slope_interval(years, cells[:, row, column])
        for name, value in vars(alone).items():
            assert vars(found)[name][row, column] == pytest.approx(value, nan_ok=True)
    assert np.isnan(found.low[1, 2])
    assert slope_intervals(years[:4], cells[:4]).low.shape == (2, 3)
