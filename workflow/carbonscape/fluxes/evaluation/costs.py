"""What a model costs beside what it scores."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.settings import PFT_SETTINGS, WINDOWS
from carbonscape.fluxes.tables import COSTS, SCORES
from carbonscape.models.registry import MODELS

COSTS_AND_SCORES = TableSchema(
    "costs and scores",
    (
        Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS)),
        Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
        Column("model", "text", "model of the registry"),
        Column("splits", "integer", "site splits averaged", "1"),
        Column("models", "integer", "trainings of one split: folds times monthly models", "1"),
        Column("members", "integer", "networks of each, or models of a blend", "1"),
        Column("samples", "integer", "training samples, summed over trainings", "1"),
        Column("training_core_s", "number", "core time to train all folds of one split", "s"),
        Column(
            "prediction_core_s", "number", "core time to predict 1,000 samples", "s", missing=True
        ),
        Column("search_core_s", "number", "core time of choices inside the training sites", "s"),
        Column("r2", "number", "R2 of monthly GPP, mean over splits", "1", missing=True),
        Column("rmse", "number", "RMSE of monthly GPP, mean over splits", "gC m-2 d-1", True),
    ),
    key=("window", "pft", "model"),
)


def gather_costs(costs: Iterable[tuple[int, pd.DataFrame]], scores: pd.DataFrame) -> pd.DataFrame:
    """Put training and prediction times beside R2 and RMSE, means over splits.

    Core time is that of this run's machine: compare within a run only.

    Args:
        costs: number of the site split and its COSTS table, one for each experiment.
        scores: a SCORES table of the same experiments.

    Returns:
        A COSTS_AND_SCORES table in the registry's order of models.
    """
    cell = list(COSTS_AND_SCORES.key)
    parts = [COSTS.check(table, "costs").assign(split=split) for split, table in costs]
    if not parts:
        empty = pd.DataFrame(columns=COSTS_AND_SCORES.names)
        return COSTS_AND_SCORES.check(empty, "costs and scores")
    table = pd.concat(parts, ignore_index=True)
    # No time per sample where nothing was predicted.
    table["prediction_core_s"] = (
        1000 * table["prediction_core_s"] / table["predicted"].where(table["predicted"] > 0)
    )
    means = table.groupby(cell, as_index=False, sort=False).agg(
        splits=("split", "nunique"),
        models=("models", "max"),
        members=("members", "max"),
        samples=("samples", "max"),
        training_core_s=("training_core_s", "mean"),
        prediction_core_s=("prediction_core_s", "mean"),
        search_core_s=("search_core_s", "mean"),
    )
    scores = SCORES.check(scores, "scores")
    pooled = scores[(scores["quantity"] == "monthly") & (scores["scope"] == "global")]
    pooled = pooled.groupby(cell, as_index=False, sort=False)[["r2", "rmse"]].mean()
    joined = means.merge(pooled, on=cell, how="left")
    orders = {"window": list(WINDOWS), "pft": list(PFT_SETTINGS), "model": list(MODELS)}
    joined = joined.sort_values(
        cell, key=lambda names: names.map({name: i for i, name in enumerate(orders[names.name])})
    )
    return COSTS_AND_SCORES.check(joined, "costs and scores")


def figure_costs(costs: pd.DataFrame, *, window: str, pft: str) -> pd.DataFrame:
    """Return the costs and scores of one window and PFT setting (COSTS_AND_SCORES)."""
    chosen = costs[(costs["window"] == window) & (costs["pft"] == pft)]
    return COSTS_AND_SCORES.check(chosen, "costs and scores")
