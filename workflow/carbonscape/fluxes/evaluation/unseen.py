"""Scores of site splits that no choice was made on, beside those that served choices.

Whoever chooses models, options or weights by the scores of some splits flatters these splits. An
unseen split is cross-validated like the others and kept out of every mean: what it gives beside
their mean says what the choices owe to the splits that they were made on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.evaluation.crossval import summarise_splits
from carbonscape.fluxes.evaluation.differences import INTERVALS, compare_settings
from carbonscape.fluxes.settings import Setting

_CELL = ["window", "pft", "model"]
_SCORES = ("r2", "rmse")
_FLUX = "gC m-2 d-1"
_INTERVAL = "of its 95 % interval over sites"

UNSEEN_SPLITS = TableSchema(
    "unseen splits",
    (
        *(column for column in INTERVALS.columns if column.name in _CELL),
        Column("split", "integer", "number of the site split that no choice was made on"),
        Column("samples", "integer", "pairs scored", "1"),
        Column("sites", "integer", "sites among them, which are resampled", "1"),
        Column("r2", "number", "pooled R2 of monthly GPP in this split", "1"),
        Column("r2_low", "number", f"lower end {_INTERVAL}", "1"),
        Column("r2_high", "number", f"upper end {_INTERVAL}", "1"),
        Column("rmse", "number", "RMSE in this split", _FLUX),
        Column("rmse_low", "number", f"lower end {_INTERVAL}", _FLUX),
        Column("rmse_high", "number", f"upper end {_INTERVAL}", _FLUX),
        Column("splits", "integer", "splits that served choices, in the means beside", "1"),
        Column("r2_splits", "number", "mean R2 over these splits", "1"),
        Column("rmse_splits", "number", "mean RMSE over these splits", _FLUX),
        Column("r2_difference", "number", "R2 of this split minus that mean", "1"),
        Column("rmse_difference", "number", "RMSE of this split minus that mean", _FLUX),
        Column("draws", "integer", "bootstrap draws of sites", "1"),
    ),
    key=("window", "pft", "model", "split"),
)


def score_unseen(
    unseen: Mapping[tuple[int, Setting], pd.DataFrame], scores: pd.DataFrame, **options: Any
) -> pd.DataFrame:
    """Return the scores of unseen splits beside the mean of the splits that served choices.

    Args:
        unseen: a PREDICTIONS table for each unseen split and setting.
        scores: a SCORES table of the other splits.
        options: window, pft, seed, draws and common_samples of
            :func:`~carbonscape.fluxes.evaluation.differences.compare_settings`, which makes the
            intervals, of each split alone.

    Returns:
        An UNSEEN_SPLITS table.

    Raises:
        ResultError: an unseen split is among the scores, or a setting has no scores in them.
    """
    served = sorted({*scores["split"]} & {split for split, _ in unseen})
    if served:
        raise ResultError(
            f"the scores of the run hold split {served[0]}, which is unseen and expected in no "
            "mean; delete scores/scores.csv and run again."
        )
    parts = []
    for split in dict.fromkeys(split for split, _ in unseen):
        alone = {key: table for key, table in unseen.items() if key[0] == split}
        intervals, _ = compare_settings(alone, **options)
        parts.append(intervals.drop(columns="splits").assign(split=split))
    summary = summarise_splits(scores)
    summary = summary[(summary["quantity"] == "monthly") & (summary["scope"] == "global")]
    beside = summary[[*_CELL, "splits", *_SCORES]]
    beside = beside.rename(columns={name: f"{name}_splits" for name in _SCORES})
    table = pd.concat(parts).merge(beside, on=_CELL, how="left", validate="m:1")
    if table["splits"].isna().any():
        first = table[table["splits"].isna()].iloc[0]
        raise ResultError(
            f"{'-'.join(first[['model', 'pft', 'window']])} has split {first['split']}, which is "
            "unseen, but no scores in other splits to stand beside; run these first."
        )
    for name in _SCORES:
        table[f"{name}_difference"] = table[name] - table[f"{name}_splits"]
    table["splits"] = table["splits"].astype(int)
    return UNSEEN_SPLITS.check(table[UNSEEN_SPLITS.names], "unseen splits")
