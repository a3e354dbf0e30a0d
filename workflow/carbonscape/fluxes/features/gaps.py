"""The gap rule: how missing steps of a predictor series are filled, and how much was filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Codes that say where a value comes from.
OBSERVED, INTERPOLATED, CLIMATOLOGY, MISSING, LOWEST = 0, 1, 2, 3, 4


def fill_gaps(
    series: NDArray[np.floating],
    *,
    steps_per_year: int,
    max_gap_steps: int,
    climatology: bool,
    lowest: bool = False,
) -> tuple[NDArray[np.floating], NDArray[np.uint8]]:
    """Fill missing steps of series along their first dimension and say how.

    Short gaps, of at most ``max_gap_steps`` steps with an observation on both sides, are
    interpolated linearly in step number. With ``climatology`` what is still missing takes the
    series' own mean of that step of the year. With ``lowest`` a step of the year that no year
    has observed takes the lowest of the series' means of the others: north of about 55 degrees
    MODIS has no good retrieval in dark and snowy months, when leaves are at their fewest, and
    without this no window that begins in January would be complete there. The rest stays
    missing. The paper does not say how it treats gaps: deviation D2.

    The rule looks at both sides, as fits maps of past years: filled values depend on observations
    after them, the interpolated ones on the next one (at most ``max_gap_steps`` steps later), the
    means on all years. Observed values depend on themselves alone.

    Args:
        series: (step, ...) values in any unit, NaN where missing; the first step is the first
            of a year.
        steps_per_year: steps in a year.
        max_gap_steps: longest gap that is interpolated; 0 for none.
        climatology: whether the mean of the step of the year serves where interpolation does not.
        lowest: whether the lowest of these means serves as a last resort.

    Returns:
        The filled values and their codes (0 observed, 1 interpolated, 2 climatology, 3 missing,
        4 lowest), both of the shape of ``series``.
    """
    flat = np.asarray(series).reshape(series.shape[0], -1)
    code = np.where(np.isnan(flat), MISSING, OBSERVED).astype(np.uint8)
    filled = flat.astype(np.float64)
    if max_gap_steps > 0:
        _interpolate(flat, filled, code, max_gap_steps)
    means = _step_means(flat, steps_per_year) if climatology or lowest else None
    if climatology:
        _fill_from_means(filled, code, means, CLIMATOLOGY)
    if lowest:
        known = np.where(np.isnan(means), np.inf, means).min(axis=0)
        least = np.where(np.isfinite(known), known, np.nan)
        # Only steps of the year that no year has observed: they have no mean of their own.
        _fill_from_means(filled, code, np.where(np.isnan(means), least, np.nan), LOWEST)
    return filled.reshape(series.shape), code.reshape(series.shape)


def _interpolate(
    source: NDArray[np.floating],
    filled: NDArray[np.float64],
    code: NDArray[np.uint8],
    max_gap_steps: int,
) -> None:
    """Interpolate the short inner gaps of many series, (step, series), in place."""
    n_steps = source.shape[0]
    position = np.arange(n_steps, dtype=np.int32)[:, None]
    known = ~np.isnan(source)
    # The nearest known step before and after each step; -1 and n_steps where there is none.
    left = np.maximum.accumulate(np.where(known, position, -1), axis=0)
    right = np.minimum.accumulate(np.where(known, position, n_steps)[::-1], axis=0)[::-1]
    inner = ~known & (left >= 0) & (right < n_steps) & (right - left - 1 <= max_gap_steps)
    step, column = np.nonzero(inner)
    before, after = left[step, column], right[step, column]
    share = (step - before) / (after - before)
    low = source[before, column].astype(np.float64)
    filled[step, column] = low + share * (source[after, column] - low)
    code[step, column] = INTERPOLATED


def _step_means(source: NDArray[np.floating], steps_per_year: int) -> NDArray[np.float64]:
    """Return the mean of each step of the year over observed values, (step of year, series)."""
    means = np.full((steps_per_year, source.shape[1]), np.nan)
    for step in range(min(steps_per_year, source.shape[0])):
        values = source[step::steps_per_year]
        observed = ~np.isnan(values)
        number = observed.sum(axis=0)
        total = np.where(observed, values, 0.0).sum(axis=0, dtype=np.float64)
        np.divide(total, number, out=means[step], where=number > 0)
    return means


def _fill_from_means(
    filled: NDArray[np.float64],
    code: NDArray[np.uint8],
    means: NDArray[np.float64],
    mark: int,
) -> None:
    """Put the mean of the step of the year where nothing is, in place."""
    steps_per_year = len(means)
    for step in range(min(steps_per_year, filled.shape[0])):
        rows = slice(step, None, steps_per_year)
        open_ = np.isnan(filled[rows]) & ~np.isnan(means[step])[None, :]
        filled[rows] = np.where(open_, means[step][None, :], filled[rows])
        code[rows] = np.where(open_, mark, code[rows])
