"""The gap rule: how missing steps of a predictor series are filled, and how much was filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Codes that say where a value comes from.
OBSERVED, INTERPOLATED, CLIMATOLOGY, MISSING = 0, 1, 2, 3


def fill_gaps(
    series: NDArray[np.floating],
    *,
    steps_per_year: int,
    max_gap_steps: int,
    climatology: bool,
) -> tuple[NDArray[np.floating], NDArray[np.uint8]]:
    """Fill missing steps of series along their first dimension and say how.

    Short gaps, of at most ``max_gap_steps`` steps with an observation on both sides, are
    interpolated linearly in step number. With ``climatology`` what is still missing takes the
    series' own mean of that step of the year. The rest stays missing. The paper does not say
    how it treats gaps: deviation D2.

    Args:
        series: (step, ...) values in any unit, NaN where missing; the first step is the first
            of a year.
        steps_per_year: steps in a year.
        max_gap_steps: longest gap that is interpolated; 0 for none.
        climatology: whether the mean of the step of the year serves as a last resort.

    Returns:
        The filled values and their codes (0 observed, 1 interpolated, 2 climatology,
        3 missing), both of the shape of ``series``.
    """
    flat = np.asarray(series).reshape(series.shape[0], -1)
    code = np.where(np.isnan(flat), MISSING, OBSERVED).astype(np.uint8)
    filled = flat.astype(np.float64)
    if max_gap_steps > 0:
        _interpolate(flat, filled, code, max_gap_steps)
    if climatology:
        _fill_from_climatology(flat, filled, code, steps_per_year)
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


def _fill_from_climatology(
    source: NDArray[np.float64],
    filled: NDArray[np.float64],
    code: NDArray[np.uint8],
    steps_per_year: int,
) -> None:
    """Put the mean of the step of the year, over observed values only, where nothing else is."""
    step_of_year = np.arange(source.shape[0]) % steps_per_year
    for step in range(min(steps_per_year, source.shape[0])):
        rows = step_of_year == step
        observed = ~np.isnan(source[rows])
        number = observed.sum(axis=0)
        total = np.where(observed, source[rows], 0.0).sum(axis=0)
        mean = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
        open_ = np.isnan(filled[rows]) & ~np.isnan(mean)[None, :]
        filled[rows] = np.where(open_, mean[None, :], filled[rows])
        code[rows] = np.where(open_, CLIMATOLOGY, code[rows])
