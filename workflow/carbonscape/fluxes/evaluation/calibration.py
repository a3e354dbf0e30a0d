"""From the spread of members to a standard deviation that the errors at unseen sites have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.training.members import mean_and_spread

#: Shares of the errors that lie within the interval and within the wide one.
SHARE, WIDE_SHARE = 0.68, 0.95


def calibrate(
    predictions: pd.DataFrame, members: Mapping[int, NDArray[np.float64]], *, origin: str
) -> dict[str, Any]:
    """Fit the factors of a spread on errors at held-out sites.

    The factors are the smallest within which, times the spread, lie 68 % and 95 % of the errors.
    Sites weigh alike, however long their records. Every error is one of a model that never saw the
    site; what the factors cover is counted fold by fold with factors of the other folds.

    Args:
        predictions: PREDICTIONS of the model of the map.
        members: (sample,) predictions of each member, by its number of epochs, in the same order.
        origin: file of the predictions, for messages.

    Returns:
        ``factor`` and ``factor95`` of the spread (ddof 1), ``coverage`` and ``coverage95`` of the
        errors in folds that the factors do not know, ``spread`` and ``rmse`` (means with sites
        alike, gC m-2 d-1), ``epochs``, ``sites`` and ``samples``.

    Raises:
        ResultError: members hardly differ, or there is a single fold.
    """
    spread = mean_and_spread(np.stack([*members.values()]))[1]
    error = np.abs(predictions["predicted"] - predictions["observed"]).to_numpy(dtype=float)
    ratio = np.divide(error, spread, out=np.where(error > 0, np.inf, 0.0), where=spread > 0)
    site, fold = predictions["site"].to_numpy(), predictions["fold"].to_numpy()
    weights = site_weights(site)
    factors = [smallest_factor(ratio, weights, share) for share in (SHARE, WIDE_SHARE)]
    if len(np.unique(fold)) < 2 or not np.isfinite(factors).all():
        raise ResultError(
            f"{origin}: the spread of the members gives no interval for {len(ratio)} errors at "
            f"{len(np.unique(site))} sites in {len(np.unique(fold))} fold(s), expected two folds "
            f"and a spread above zero for at least 95 % of them; found {np.mean(spread > 0):.0%}. "
            "Set 'product.spread_epochs' to numbers that lie further apart."
        )
    inside = np.zeros((2, len(ratio)), dtype=bool)
    for one in np.unique(fold):
        held, others = fold == one, fold != one
        for row, share in enumerate((SHARE, WIDE_SHARE)):
            factor = smallest_factor(ratio[others], site_weights(site[others]), share)
            inside[row, held] = ratio[held] <= factor
    coverage = [float(np.average(row, weights=weights)) for row in inside]
    return {
        "factor": factors[0],
        "factor95": factors[1],
        "coverage": coverage[0],
        "coverage95": coverage[1],
        "spread": float(np.average(spread, weights=weights)),
        "rmse": float(np.sqrt(np.average(error**2, weights=weights))),
        "epochs": [int(number) for number in members],
        "sites": len(np.unique(site)),
        "samples": len(ratio),
    }


def site_weights(site: NDArray[Any]) -> NDArray[np.float64]:
    """Return weights (sample,) with which every site counts alike, whose sum is 1."""
    _, number, count = np.unique(site, return_inverse=True, return_counts=True)
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


def layer_attributes(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of ``<flux>_std`` that say how it was calibrated."""
    numbers = {key: float(found[key]) for key in ("factor", "factor95", "coverage", "coverage95")}
    return numbers | {"member_epochs": ", ".join(map(str, found["epochs"]))}
