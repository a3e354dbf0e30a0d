"""Means and sums over samples that may have weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def weighted_mean(
    values: NDArray[np.float64], weight: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return the mean over samples: of (sample, column) for each column.

    Args:
        values: (sample,) or (sample, column).
        weight: (sample,) above zero, or None where all weigh the same.
    """
    if weight is None:
        return values.mean(axis=0)
    return np.average(values, axis=0, weights=weight)


def weighted_std(
    values: NDArray[np.float64], weight: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return the standard deviation over samples, as :func:`weighted_mean` takes the mean."""
    if weight is None:
        return values.std(axis=0)
    return np.sqrt(weighted_mean((values - weighted_mean(values, weight)) ** 2, weight))


def times_weight(
    values: NDArray[np.float64], weight: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return (sample,) or (sample, column) values times their weights, for sums of products."""
    if weight is None:
        return values
    return values * weight if values.ndim == 1 else values * weight[:, None]
