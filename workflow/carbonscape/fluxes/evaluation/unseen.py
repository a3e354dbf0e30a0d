"""Scores over splits of the sites on which no choice was made, beside those that served choices."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.evaluation.differences import INTERVALS, compare_settings
from carbonscape.fluxes.settings import Setting

_FLUX = "gC m-2 d-1"

UNSEEN_SPLITS = TableSchema(
    "scores over unseen splits",
    (
        Column("split", "integer", "number of the split, on which no choice was made"),
        *(column for column in INTERVALS.columns if column.name in ("window", "pft", "model")),
        Column("samples", "integer", "pairs scored", "1"),
        Column("sites", "integer", "sites, which are what is resampled", "1"),
        Column("r2", "number", "pooled R2 of the monthly flux", "1"),
        Column("r2_low", "number", "lower end of its 95 % interval over sites", "1"),
        Column("r2_high", "number", "upper end of its 95 % interval over sites", "1"),
        Column("rmse", "number", "RMSE", _FLUX),
        Column("rmse_low", "number", "lower end of its 95 % interval over sites", _FLUX),
        Column("rmse_high", "number", "upper end of its 95 % interval over sites", _FLUX),
        Column("seen_splits", "integer", "splits on which choices may have been made", "1"),
        Column("seen_r2", "number", "mean R2 over those", "1"),
        Column("seen_rmse", "number", "mean RMSE over those", _FLUX),
    ),
    key=("split", "window", "pft", "model"),
)


def score_unseen(
    predictions: Mapping[tuple[int, Setting], pd.DataFrame],
    intervals: pd.DataFrame,
    *,
    window: str,
    pft: str,
    seed: int,
    draws: int,
) -> pd.DataFrame:
    """Return the scores of each unseen split with intervals over its sites (UNSEEN_SPLITS).

    Args:
        predictions: a PREDICTIONS table for each unseen split and setting.
        intervals: INTERVALS of the splits that may have served choices.
        window, pft: of the settings.
        seed: of the bootstrap's draws.
        draws: number of them.

    Raises:
        ResultError: settings of a split differ in their samples.
    """
    seen = INTERVALS.check(intervals, "intervals").set_index(list(INTERVALS.key))
    rows = []
    for split in sorted({split for split, _ in predictions}):
        own = {key: table for key, table in predictions.items() if key[0] == split}
        found, _ = compare_settings(own, window=window, pft=pft, seed=seed, draws=draws)
        for row in found.to_dict("records"):
            before = seen.loc[tuple(row[name] for name in INTERVALS.key)]
            rows.append(
                row
                | {"split": split, "seen_splits": int(before["splits"])}
                | {f"seen_{metric}": before[metric] for metric in ("r2", "rmse")}
            )
    table = pd.DataFrame(rows, columns=UNSEEN_SPLITS.names)
    return UNSEEN_SPLITS.check(table, "scores over unseen splits")
