"""The mean and the spread of the members of an ensemble: networks that differ by their seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mean_and_spread(
    members: NDArray[np.floating],
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the mean of members and their standard deviation.

    The few members stand for all seeds, of which they are a sample: the variance is divided by
    their number less one (of two members the deviation is 0.71 of their difference, not 0.5). One
    member alone says nothing of the spread.

    Args:
        members: (member, ...) predictions, at least one member.

    Returns:
        mean: (...) in the unit of the members.
        spread: (...) in the same unit, NaN for one member.
    """
    members = np.asarray(members)
    mean = members.mean(axis=0)
    if len(members) < 2:
        return mean, np.full_like(mean, np.nan)
    return mean, members.std(axis=0, ddof=1)
