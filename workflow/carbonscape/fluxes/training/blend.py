"""Blends: the mean of several models, made from what each of them predicted.

Weights are equal, or fitted inside the training sites of each fold: on predictions of models that
were trained on other training sites, so that no held-out sample decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.tables import COSTS, INNER_PREDICTIONS, PREDICTIONS
from carbonscape.training.members import mean_and_spread

_SAMPLE = ["site", "year", "month", "fold", "observed"]

#: Weight of "the weights add up to 1" beside the samples, far above what any sample can weigh.
_SUM_TO_ONE = 1e6


def fit_weights(
    observed: NDArray[np.float64], predicted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights (part,) with the smallest squared error, none below 0, their sum 1.

    Args:
        observed: (sample,) what was observed.
        predicted: (part, sample) what each part predicted for samples that it never saw.
    """
    scale = max(float(np.sqrt(np.sum(np.square(predicted)))), 1e-12)
    # Only differences of the parts from what was observed matter where weights add up to 1.
    off = np.concatenate(
        [(predicted - observed).T / scale, np.full((1, len(predicted)), _SUM_TO_ONE)]
    )
    weights, _ = nnls(off, np.append(np.zeros(len(observed)), _SUM_TO_ONE))
    return weights / weights.sum()


def weights_of_folds(inner: Mapping[str, pd.DataFrame]) -> dict[int, NDArray[np.float64]]:
    """Fit the weights of a blend for each fold, inside the fold's training sites.

    Args:
        inner: INNER_PREDICTIONS of each part, by the name of its file.

    Returns:
        Weights (part,) by fold.

    Raises:
        ResultError: the parts were not made on the same training samples.
    """
    tables = _aligned(inner, [name for name in INNER_PREDICTIONS.names if name != "predicted"])
    predicted = np.stack([table["predicted"].to_numpy() for table in tables])
    fold, observed = (tables[0][name].to_numpy() for name in ("fold", "observed"))
    return {
        int(one): fit_weights(observed[fold == one], predicted[:, fold == one])
        for one in np.unique(fold)
    }


def weights_of_map(parts: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
    """Fit the weights (part,) of a blend for its maps, on out-of-fold predictions of all sites.

    Args:
        parts: PREDICTIONS of each part, by the name of its file.

    Raises:
        ResultError: the parts were not made on the same samples and folds.
    """
    tables = _aligned(parts, _SAMPLE)
    predicted = np.stack([table["predicted"].to_numpy() for table in tables])
    return fit_weights(tables[0]["observed"].to_numpy(), predicted)


def blend_predictions(
    parts: Mapping[str, pd.DataFrame],
    weights: Mapping[int, NDArray[np.float64]] | None = None,
) -> pd.DataFrame:
    """Average out-of-fold predictions (PREDICTIONS).

    The spread is that of a draw of one part and one of its members: its variance is the mean of
    the parts' own variances plus the variance of the parts' means (law of total variance), each
    divided by the number less one; with weights w the second by 1 - sum(w^2), which is the same
    where they are equal. A part without members (a forest, trees) has none of its own. What
    members add to the variance of the parts' means is not taken off: the spread of a blend is a
    little too wide rather than too narrow.

    Args:
        parts: predictions of each part, by the name of its file.
        weights: (part,) of each fold, by fold; None for equal ones.

    Raises:
        ResultError: the parts were not made on the same samples and folds.
    """
    tables = _aligned(parts, _SAMPLE)
    predicted = np.stack([table["predicted"].to_numpy() for table in tables])
    own = np.nan_to_num(np.stack([table["spread"].to_numpy(dtype=float) for table in tables]))
    if weights is None:
        mean, apart = mean_and_spread(predicted)
        spread = np.sqrt(np.mean(own**2, axis=0) + apart**2)
    else:
        share = np.stack([weights[fold] for fold in tables[0]["fold"]], axis=1)
        mean, spread = weighted_mean_and_spread(predicted, own, share)
    blended = tables[0][_SAMPLE].assign(predicted=mean, spread=spread)
    return PREDICTIONS.check(blended, "blended predictions")


def weighted_mean_and_spread(
    predicted: NDArray[np.float64], own: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and spread (sample,) of a blend with weights, as :func:`blend_predictions` says.

    Args:
        predicted: (part, sample) of the parts.
        own: (part, sample) their spreads.
        share: (part, sample) their weights, whose sum is 1.
    """
    mean = np.sum(share * predicted, axis=0)
    left = 1 - np.sum(share**2, axis=0)
    apart = np.sum(share * (predicted - mean) ** 2, axis=0)
    # A part that has all the weight has no other beside it.
    apart = np.divide(apart, left, out=np.zeros_like(apart), where=left > 1e-9)
    return mean, np.sqrt(np.sum(share * own**2, axis=0) + apart)


def _aligned(parts: Mapping[str, pd.DataFrame], columns: Sequence[str]) -> list[pd.DataFrame]:
    """Return the tables of the parts, or refuse those that are not about the same samples."""
    names, tables = list(parts), list(parts.values())
    first = tables[0][list(columns)].reset_index(drop=True)
    for name, table in zip(names[1:], tables[1:], strict=True):
        if not table[list(columns)].reset_index(drop=True).equals(first):
            raise ResultError(
                f"{name} and {names[0]} hold other samples, folds or observations than each "
                "other, so that their mean means nothing; delete both and run again."
            )
    return tables


def blend_costs(parts: Sequence[pd.DataFrame], *, model: str, window: str) -> pd.DataFrame:
    """Add up the costs of the parts of a blend (COSTS).

    Args:
        parts: one row of COSTS each.
        model: name of the blend.
        window: its own, of which a part may have another.
    """
    table = pd.concat(parts)
    summed = ["models", "samples", "training_core_s", "prediction_core_s", "search_core_s"]
    sums = table[summed].sum()
    first = table.iloc[0]
    row = {
        **{key: first[key] for key in ("pft", "predicted")},
        **sums.to_dict(),
        "model": model,
        "window": window,
        "members": len(parts),
    }
    counts = dict.fromkeys(("models", "samples", "members", "predicted"), int)
    return COSTS.check(pd.DataFrame([row])[COSTS.names].astype(counts), "costs of a blend")


def blend_runs(
    runs: Sequence[Mapping[str, Any]],
    cell: Mapping[str, str],
    weights: Mapping[int, NDArray[np.float64]] | None = None,
) -> dict[str, Any]:
    """Return the provenance record of a blend: what its parts share, and what each adds.

    Args:
        runs: record of each part.
        cell: what identifies the blend among the experiments.
        weights: (part,) of each fold, by fold; None for equal ones.
    """
    parts = [run["config"] for run in runs]
    fitted = [
        {"fold": fold, **weights_by_part(values, parts)} for fold, values in (weights or {}).items()
    ]
    return {
        **runs[0],
        "config": {**cell, "parts": parts},
        "inputs": {name: value for run in runs for name, value in run["inputs"].items()},
        "chosen": [
            {"model": run["config"]["model"], **row} for run in runs for row in run["chosen"]
        ],
        "warnings": sorted(sentence for run in runs for sentence in run["warnings"]),
        "weights": fitted,
    }


def weights_by_part(
    weights: NDArray[np.float64], parts: Sequence[Mapping[str, str]]
) -> dict[str, float]:
    """Return the weight of each part, by its model and window."""
    return {
        f"{part['model']}@{part['window']}": round(float(weight), 6)
        for part, weight in zip(parts, weights, strict=True)
    }
