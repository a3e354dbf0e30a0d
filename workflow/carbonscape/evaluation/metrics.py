"""Scores of predictions against observations: numpy kernels with one signature.

Every kernel takes ``(observed, predicted, *, weights=None)``: two arrays of one shape [sample]
(or any other common shape, all of whose elements count), and optional weights of that shape.
Pairs with a missing value are refused, not skipped: whoever calls decides what is compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from carbonscape.errors import ResultError


def r2(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Coefficient of determination, 1 - SSE / SST: the skill over the mean observation.

    1 is perfect, 0 is no better than the mean of ``observed``, and there is no lower bound;
    it is not the square of a correlation. NaN when the observations do not vary, because then
    there is nothing to explain. Dimensionless.

    Raises:
        ResultError: the arrays are empty, differ in shape or hold a non-finite value, or the
            weights are negative or all zero.

    Source: the GPP paper, section 3.2.1, names R2 without a formula; this is equation 5 of the
    XCO2 paper with its y as the observation.
    """
    observed, predicted, weights = _prepare(observed, predicted, weights)
    # A comparison of the values, since a mean of equal numbers may differ in the last bit.
    counted = observed[weights > 0]
    if np.all(counted == counted[0]):
        return float("nan")
    mean = np.average(observed, weights=weights)
    squared_error = np.sum(weights * (observed - predicted) ** 2)
    squared_spread = np.sum(weights * (observed - mean) ** 2)
    return float(1.0 - squared_error / squared_spread)


def rmse(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Root mean square error, in the unit of the arrays.

    Raises:
        ResultError: as :func:`r2`.
    """
    observed, predicted, weights = _prepare(observed, predicted, weights)
    return float(np.sqrt(np.average((predicted - observed) ** 2, weights=weights)))


def mae(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean absolute error, in the unit of the arrays.

    Raises:
        ResultError: as :func:`r2`.
    """
    observed, predicted, weights = _prepare(observed, predicted, weights)
    return float(np.average(np.abs(predicted - observed), weights=weights))


def bias(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean of predicted minus observed, in the unit of the arrays; positive is an overestimate.

    Raises:
        ResultError: as :func:`r2`.
    """
    observed, predicted, weights = _prepare(observed, predicted, weights)
    return float(np.average(predicted - observed, weights=weights))


def score(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> dict[str, float | int]:
    """Return the number of pairs and all four scores: samples, r2, rmse, mae, bias.

    Raises:
        ResultError: as :func:`r2`.
    """
    return {
        "samples": int(np.size(observed)),
        "r2": r2(observed, predicted, weights=weights),
        "rmse": rmse(observed, predicted, weights=weights),
        "mae": mae(observed, predicted, weights=weights),
        "bias": bias(observed, predicted, weights=weights),
    }


def _prepare(
    observed: ArrayLike, predicted: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return observed, predicted and weights as finite float64 arrays of one non-empty shape."""
    observed = np.asarray(observed, dtype=np.float64)
    predicted = np.asarray(predicted, dtype=np.float64)
    weights = np.ones(observed.shape) if weights is None else np.asarray(weights, np.float64)
    # Shapes must be equal, not broadcastable: [n] against [n, 1] would score n * n wrong pairs.
    for name, array in (("predicted", predicted), ("weights", weights)):
        if array.shape != observed.shape:
            raise ResultError(
                f"the {name} values have shape {list(array.shape)}, the observed values "
                f"{list(observed.shape)}; a score needs one shape for both."
            )
    if observed.size == 0:
        raise ResultError("there are no pairs of observed and predicted values to score.")
    for name, array in (("observed", observed), ("predicted", predicted), ("weights", weights)):
        missing = int(np.count_nonzero(~np.isfinite(array)))
        if missing:
            raise ResultError(
                f"{missing} of {array.size} {name} values are missing or infinite; drop these "
                "pairs before they are scored."
            )
    if np.any(weights < 0) or not np.any(weights > 0):
        raise ResultError("weights must not be negative, and one at least must be positive.")
    return observed, predicted, weights
