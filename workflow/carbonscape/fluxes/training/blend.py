"""Blends: the mean of several models, made from what each of them predicted.

Nothing is trained and no weight is fitted: on the real towers fitted weights gained nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.tables import COSTS, PREDICTIONS
from carbonscape.training.members import mean_and_spread

_SAMPLE = ["site", "year", "month", "fold", "observed"]


def blend_predictions(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Average out-of-fold predictions (PREDICTIONS).

    The spread is that of a draw of one part and one of its members: its variance is the mean of
    the parts' own variances plus the variance of the parts' means (law of total variance), each
    divided by the number less one. A part without members (a forest, trees) has none of its own.
    What members add to the variance of the parts' means is not taken off: the spread of a blend is
    a little too wide rather than too narrow.

    Args:
        parts: predictions of each part, by the name of its file.

    Raises:
        ResultError: the parts were not made on the same samples and folds.
    """
    names, tables = list(parts), list(parts.values())
    for name, table in zip(names[1:], tables[1:], strict=True):
        if (
            not table[_SAMPLE]
            .reset_index(drop=True)
            .equals(tables[0][_SAMPLE].reset_index(drop=True))
        ):
            raise ResultError(
                f"{name} and {names[0]} hold other samples, folds or observations than each "
                "other, so that their mean means nothing; delete both and run again."
            )
    predicted = np.stack([table["predicted"].to_numpy() for table in tables])
    own = np.nan_to_num(np.stack([table["spread"].to_numpy(dtype=float) for table in tables]))
    mean, apart = mean_and_spread(predicted)
    spread = np.sqrt(np.mean(own**2, axis=0) + apart**2)
    blended = tables[0][_SAMPLE].assign(predicted=mean, spread=spread)
    return PREDICTIONS.check(blended, "blended predictions")


def blend_costs(parts: Sequence[pd.DataFrame], *, model: str, window: str) -> pd.DataFrame:
    """Add up the costs of the parts of a blend (COSTS).

    Args:
        parts: one row of COSTS each.
        model: name of the blend.
        window: its own, of which a part may have another.
    """
    table = pd.concat(parts)
    sums = table[["models", "samples", "training_core_s", "prediction_core_s"]].sum()
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


def blend_runs(runs: Sequence[Mapping[str, Any]], cell: Mapping[str, str]) -> dict[str, Any]:
    """Return the provenance record of a blend: what its parts share, and what each adds.

    Args:
        runs: record of each part.
        cell: what identifies the blend among the experiments.
    """
    return {
        **runs[0],
        "config": {**cell, "parts": [run["config"] for run in runs]},
        "inputs": {name: value for run in runs for name, value in run["inputs"].items()},
        "chosen": [
            {"model": run["config"]["model"], **row} for run in runs for row in run["chosen"]
        ],
        "warnings": sorted(sentence for run in runs for sentence in run["warnings"]),
    }
