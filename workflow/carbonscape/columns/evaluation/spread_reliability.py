"""Whether the standard deviation of the XCO2 map tells the errors: by group, and by its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from carbonscape.columns.evaluation.spread import held_out_pairs
from carbonscape.columns.evaluation.spread_tables import (
    BANDS,
    BINS,
    XCO2_SPREAD_BINS,
    XCO2_SPREAD_GROUPS,
)
from carbonscape.columns.training.folds import block_number
from carbonscape.evaluation.calibration import (
    SHARE,
    error_ratio,
    group_weights,
    held_out_factors,
    smallest_factor,
)
from carbonscape.evaluation.seasons import ALL, SEASONS, season_of

#: Probability on either side of an interval of 95 %.
_TAIL = 0.025


def spread_reliability(
    predictions: pd.DataFrame,
    members: pd.DataFrame,
    *,
    factor: float,
    block_km: float,
    origin: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the calibrated standard deviation with errors at held-out samples.

    Every error is one of a network that never saw the sample. What lies within is counted with the
    factors of the other folds; standard deviations are those of the map. Blocks of the globe weigh
    alike over all samples, as in the calibration; a group or bin has what lies in it.

    Args:
        predictions: XCO2_PREDICTIONS of the map's model.
        members: XCO2_PREDICTIONS of the mean of the members and their spread.
        factor: of the map, from the calibration.
        block_km: edge of a block, km.
        origin: file of the members' predictions, for messages.

    Returns:
        A XCO2_SPREAD_GROUPS and a XCO2_SPREAD_BINS table.

    Raises:
        ResultError: the tables hold other samples or folds, or a spread is missing.
    """
    both = held_out_pairs(predictions, members, origin=origin)
    spread = both["spread"].to_numpy(dtype=float)
    error = (both["predicted"] - both["observed"]).abs().to_numpy(dtype=float)
    block = block_number(both["lat"], both["lon"], block_km)
    weights = group_weights(block)
    ratio = error_ratio(error, spread)
    factors = held_out_factors(ratio, group=block, fold=both["fold"].to_numpy())
    rows = []
    for scope, group, inside in _groups(both):
        part = {"weights": weights[inside], "block": block[inside]}
        row: dict[str, Any] = {"scope": scope, "group": group}
        row |= _errors(error[inside], (factor * spread)[inside], **part)
        for name, of in zip(("coverage", "coverage95"), factors, strict=True):
            found = share_interval((ratio <= of)[inside], **part)
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))
        rows.append(row)
    groups = pd.DataFrame(rows, columns=XCO2_SPREAD_GROUPS.names)
    bins = _bins(error, factor * spread, weights=weights, block=block)
    return XCO2_SPREAD_GROUPS.check(groups, origin), XCO2_SPREAD_BINS.check(bins, origin)


def _groups(samples: pd.DataFrame) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Yield scope, name and samples of every group that has some."""
    lat, season = samples["lat"].to_numpy(), season_of(samples["month"])
    tropomi = samples["tropomi"].to_numpy()
    found = [("all", ALL, np.ones(len(samples), dtype=bool))]
    found += [("season", name, season == name) for name in SEASONS]
    found += [("latitude", name, (lat > low) & (lat <= high))
              for name, (low, high) in BANDS.items()]  # fmt: skip
    found += [("gases", name, tropomi == name) for name in ("observed", "climatology")]
    yield from (row for row in found if row[2].any())


def _errors(
    error: NDArray[np.float64],
    std: NDArray[np.float64],
    *,
    weights: NDArray[np.float64],
    block: NDArray[Any],
) -> dict[str, Any]:
    """Return numbers, mean standard deviation and root mean square error of some samples."""
    return {
        "samples": len(error),
        "blocks": len(np.unique(block)),
        "std": float(np.average(std, weights=weights)),
        "rmse": float(np.sqrt(np.average(error**2, weights=weights))),
    }


def share_interval(
    inside: NDArray[np.bool_], *, weights: NDArray[np.float64], block: NDArray[Any]
) -> tuple[float, float, float]:
    """Return a weighted share of samples and its 95 % interval over blocks.

    Samples of a block resemble each other and count as one draw: the variance is that of a ratio
    of block totals, with Student's t of the number of blocks less one. Where all samples are
    counted, or none, the open end is that of as many independent draws as there are blocks
    (Clopper and Pearson). NaN ends with one block.

    Args:
        inside: (sample,) what is counted.
        weights: (sample,) of any sum.
        block: (sample,) block of each.

    Source: Cochran (1977), Sampling Techniques, equation 6.13, as used for clusters.
    """
    # Weights may not add up to themselves: of all samples, the share is one.
    share = 1.0 if inside.all() else float(np.average(inside, weights=weights))
    _, number = np.unique(block, return_inverse=True)
    parts = np.bincount(number, weights=weights * (inside - share)) / weights.sum()
    count = len(parts)
    if count < 2:
        return share, float("nan"), float("nan")
    if share in (0.0, 1.0):
        open_end = _TAIL ** (1 / count)
        return (share, open_end, 1.0) if share else (share, 0.0, 1 - open_end)
    error = np.sqrt(np.sum(parts**2) * count / (count - 1))
    half = float(stdtrit(count - 1, 1 - _TAIL) * error)
    return share, max(share - half, 0.0), min(share + half, 1.0)


def _bins(
    error: NDArray[np.float64],
    std: NDArray[np.float64],
    *,
    weights: NDArray[np.float64],
    block: NDArray[Any],
) -> pd.DataFrame:
    """Return the errors in bins of equal weight of the standard deviation."""
    order = np.argsort(std, kind="stable")
    middle = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    number = np.empty(len(std), dtype=int)
    number[order] = np.minimum((middle * BINS).astype(int), BINS - 1)
    rows = []
    for one in np.unique(number):
        inside = number == one
        part = {"weights": weights[inside], "block": block[inside]}
        size = smallest_factor(error[inside], part["weights"], SHARE)
        # Of a quantile: the errors at the ends of the interval of the share below it
        # (Woodruff 1952, doi 10.1080/01621459.1952.10483443).
        share, *ends = share_interval(error[inside] <= size, **part)
        low, high = (
            smallest_factor(error[inside], part["weights"], min(max(SHARE + end - share, 0), 1))
            if np.isfinite(end)
            else np.nan
            for end in ends
        )
        row = {"bin": int(one) + 1, "error": size, "error_low": low, "error_high": high}
        rows.append(row | _errors(error[inside], std[inside], **part))
    return pd.DataFrame(rows, columns=XCO2_SPREAD_BINS.names)
