"""Mean seasonal cycles of cells, and what departs from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mean_cycle(values: NDArray[np.float64], months: NDArray[np.int64]) -> NDArray[np.float64]:
    """Average (time, cell) over the years of each calendar month: (month=12, cell), NaN if none."""
    return np.stack([means_of_cells(values[months == month]) for month in range(1, 13)])


def means_of_cells(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each cell over the months that it has, NaN where it has none."""
    count = np.isfinite(values).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, np.nansum(values, axis=0) / count, np.nan)


def anomalies(
    values: NDArray[np.float64], cycle: NDArray[np.float64], years: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Subtract each cell's own mean seasonal cycle; NaN all over where there is but one year.

    Args:
        values, cycle: (time, cell), the second the mean of the same calendar month.
        years: (time,) calendar year.
    """
    if len(set(years.tolist())) < 2:
        return np.full(values.shape, np.nan)
    return values - cycle
