"""From the spread of members to a standard deviation that errors of held-out samples have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError

#: Shares of the errors that lie within the interval and within the wide one.
SHARE, WIDE_SHARE = 0.68, 0.95


def calibrate_spread(
    error: NDArray[np.float64],
    spread: NDArray[np.float64],
    *,
    group: NDArray[Any],
    fold: NDArray[np.integer],
    origin: str,
    groups: str,
    remedy: str,
) -> dict[str, Any]:
    """Fit the factors of a spread on errors of held-out samples.

    The factors are the smallest within which, times the spread, lie 68 % and 95 % of the errors.
    Groups weigh alike, however many samples they have. Every error is one of a model that never
    saw the sample; what the factors cover is counted fold by fold with factors of the other folds.

    Args:
        error: (sample,) predicted minus observed.
        spread: (sample,) standard deviation of the members (ddof 1), in the same unit.
        group: (sample,) group of each sample, such as its site.
        fold: (sample,) fold in which it was held out.
        origin: file of the predictions, for messages.
        groups: what the groups are called.
        remedy: what to do where the members hardly differ, for messages.

    Returns:
        ``factor`` and ``factor95`` of the spread, ``coverage`` and ``coverage95`` of the errors in
        folds that the factors do not know, ``spread`` and ``rmse`` (means with groups alike, in
        the unit of the errors), the number of groups under their name, and ``samples``.

    Raises:
        ResultError: members hardly differ, or there is a single fold.
    """
    error = np.abs(np.asarray(error, dtype=float))
    ratio = error_ratio(error, spread)
    weights = group_weights(group)
    factors = [smallest_factor(ratio, weights, share) for share in (SHARE, WIDE_SHARE)]
    if len(np.unique(fold)) < 2 or not np.isfinite(factors).all():
        raise ResultError(
            f"{origin}: the spread of the members gives no interval for {len(ratio)} errors at "
            f"{len(np.unique(group))} {groups} in {len(np.unique(fold))} fold(s), expected two "
            "folds and a spread above zero for at least 95 % of them; found "
            f"{np.mean(spread > 0):.0%}. {remedy}"
        )
    inside = ratio <= held_out_factors(ratio, group=group, fold=fold)
    coverage = [float(np.average(row, weights=weights)) for row in inside]
    return {
        "factor": factors[0],
        "factor95": factors[1],
        "coverage": coverage[0],
        "coverage95": coverage[1],
        "spread": float(np.average(spread, weights=weights)),
        "rmse": float(np.sqrt(np.average(error**2, weights=weights))),
        groups: len(np.unique(group)),
        "samples": len(ratio),
    }


def error_ratio(error: NDArray[np.floating], spread: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the sizes of errors divided by the spread, (sample,); infinite without a spread.

    An error of zero is within any spread, even of zero.
    """
    error = np.abs(np.asarray(error, dtype=float))
    return np.divide(error, spread, out=np.where(error > 0, np.inf, 0.0), where=spread > 0)


def held_out_factors(
    ratio: NDArray[np.float64], *, group: NDArray[Any], fold: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return the factors of 68 and 95 % that the other folds give each sample, (2, sample).

    Args:
        ratio: (sample,) of :func:`error_ratio`.
        group: (sample,) group of each sample; within the other folds, groups weigh alike.
        fold: (sample,) fold in which it was held out, of two or more.
    """
    found = np.empty((2, len(ratio)))
    for one in np.unique(fold):
        others = fold != one
        weights = group_weights(group[others])
        for row, share in enumerate((SHARE, WIDE_SHARE)):
            found[row, fold == one] = smallest_factor(ratio[others], weights, share)
    return found


def group_weights(group: NDArray[Any]) -> NDArray[np.float64]:
    """Return weights (sample,) with which every group counts alike, whose sum is 1."""
    _, number, count = np.unique(group, return_inverse=True, return_counts=True)
    return 1 / (count[number] * len(count))


def smallest_factor(
    ratio: NDArray[np.float64], weights: NDArray[np.float64], share: float
) -> float:
    """Return the smallest ratio that at least a share of the weight does not exceed.

    Args:
        ratio: (sample,) error divided by spread; infinite for an error without a spread.
        weights: (sample,) of any sum.
        share: from 0 to 1.
    """
    order = np.argsort(ratio, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    # A sum of weights may fall short of the share by rounding alone.
    return float(ratio[order][min(np.searchsorted(reached, share - 1e-12), len(ratio) - 1)])


def factor_attributes(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the attributes of ``<product>_std`` that say how it was calibrated."""
    return {key: float(found[key]) for key in ("factor", "factor95", "coverage", "coverage95")}
