"""Importance of predictors at held-out sites, of several models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from carbonscape.archives.tables import FLUX
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema

IMPORTANCE = TableSchema(
    "importance of predictors",
    (
        Column("model", "text", "model of the registry"),
        Column("window", "text", "window of the predictors"),
        Column("pft", "text", "plant functional types"),
        Column(
            "group",
            "text",
            "predictor, permuted with all steps of the window, or pft: the land cover as a whole",
        ),
        Column("samples", "integer", "months at held-out sites", "1"),
        Column("repeats", "integer", "permutations", "1"),
        Column("rmse", "number", "error of the out-of-fold predictions", FLUX),
        Column(
            "importance",
            "number",
            "mean growth of the error when the predictor is permuted among the held-out samples of "
            "its calendar month",
            FLUX,
        ),
        Column("low", "number", "smallest growth over the permutations", FLUX),
        Column("high", "number", "largest growth over the permutations", FLUX),
        Column(
            "weight",
            "number",
            "growth of the squared error, none below zero, as a share of the sum over predictors",
            "1",
        ),
    ),
    key=("model", "group"),
)


def importance_table(runs: Iterable[tuple[Mapping[str, str], Mapping[str, Any]]]) -> pd.DataFrame:
    """Gather the importance of predictors from cross-validations (IMPORTANCE).

    Args:
        runs: setting (``model``, ``window``, ``pft``) and provenance record of each.

    Raises:
        ResultError: predictors were not permuted in one of them.
    """
    parts = []
    for setting, run in runs:
        if not run.get("importance"):
            raise ResultError(
                f"run.json of {setting['model']}: found no 'importance', expected the errors with "
                "permuted predictors; delete the file and run again."
            )
        rows = pd.DataFrame(run["importance"])
        rows["growth"] = rows["permuted_rmse"] - rows["rmse"]
        rows["squares"] = rows["permuted_rmse"] ** 2 - rows["rmse"] ** 2
        found = rows.groupby("group", as_index=False, sort=False).agg(
            samples=("samples", "first"),
            repeats=("repeat", "nunique"),
            rmse=("rmse", "first"),
            importance=("growth", "mean"),
            low=("growth", "min"),
            high=("growth", "max"),
            squares=("squares", "mean"),
        )
        squares = found["squares"].clip(lower=0)
        # Where nothing helps, all predictors weigh alike.
        share = squares / squares.sum() if squares.sum() > 0 else squares * 0 + 1 / len(found)
        parts.append(found.assign(weight=share, **{key: setting[key] for key in _SETTING}))
    table = pd.concat(parts, ignore_index=True)
    return IMPORTANCE.check(table[IMPORTANCE.names], "importance of predictors")


_SETTING = ("model", "window", "pft")


def mean_weights(table: pd.DataFrame) -> dict[str, float]:
    """Return the weight of each predictor, mean over models; their sum is 1.

    Args:
        table: an IMPORTANCE table.
    """
    weights = table.groupby("group", sort=False)["weight"].sum() / table["model"].nunique()
    return (weights / weights.sum()).to_dict()
