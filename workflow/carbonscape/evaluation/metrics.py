"""Scores of predictions against observations: numpy kernels with one signature.

Every kernel takes ``(observed, predicted, *, weights=None)``: two arrays of one shape [sample]
(or any other common shape, all of whose elements count), and optional weights of that shape.
Pairs with a missing value are refused, not skipped: whoever calls decides what is compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from carbonscape.core.errors import ResultError

#: Share of a variance that rounding alone may leave.
_ROUNDING = 1e-12


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


def regression(
    x: ArrayLike, y: ArrayLike, *, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line of ``y`` on ``x``.

    Both are NaN where ``x`` does not vary. A line of predictions on observations is
    ``regression(observed, predicted)``.

    Raises:
        ResultError: as :func:`r2`.
    """
    x, y, weights = _prepare(x, y, weights)
    counted = x[weights > 0]
    if np.all(counted == counted[0]):
        return float("nan"), float("nan")
    # Centred, because decimal years and ppm are large beside their differences.
    x_mean, y_mean = np.average(x, weights=weights), np.average(y, weights=weights)
    slope = np.sum(weights * (x - x_mean) * (y - y_mean)) / np.sum(weights * (x - x_mean) ** 2)
    return float(slope), float(y_mean - slope * x_mean)


def trend_scores(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    time: ArrayLike,
    weights: ArrayLike | None = None,
) -> dict[str, float]:
    """Say how much of R2 is trend: r2_trend, trend_share and r2_detrended, dimensionless.

    The observations' own straight line on time is what anyone knows who knows the growth rate:

    - r2_trend: R2 of that line itself against the observations;
    - trend_share: r2_trend / r2 of the predictions, NaN unless both are defined and r2 > 0;
    - r2_detrended: 1 - SSE / SST after the line is taken from the observations and from the
      predictions: their difference stays, what is to be explained shrinks to what the line leaves.

    NaN where the observations or the times do not vary, or nothing is left to explain.

    Args:
        time: decimal year of each pair, of the shape of ``observed``.

    Raises:
        ResultError: as :func:`r2`.
    """
    observed, predicted, weights = _prepare(observed, predicted, weights)
    time, _, _ = _prepare(time, observed, weights)
    nothing = dict.fromkeys(("r2_trend", "trend_share", "r2_detrended"), float("nan"))
    slope, _ = regression(time, observed, weights=weights)
    whole = r2(observed, predicted, weights=weights)
    if np.isnan(slope) or np.isnan(whole):
        return nothing
    line = slope * (time - np.average(time, weights=weights))
    rest = observed - line
    middle = np.average(rest, weights=weights)
    left = np.sum(weights * (rest - middle) ** 2)
    spread = np.sum(weights * (observed - np.average(observed, weights=weights)) ** 2)
    r2_trend = float(1.0 - left / spread)
    # What the line leaves of numbers that lie on it is only rounding.
    explained = left > _ROUNDING * spread
    return {
        "r2_trend": r2_trend,
        "trend_share": r2_trend / whole if whole > 0 else float("nan"),
        "r2_detrended": r2(rest, predicted - line, weights=weights) if explained else float("nan"),
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
