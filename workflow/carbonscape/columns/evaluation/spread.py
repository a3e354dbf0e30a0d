"""The spread of the members of XCO2 calibrated on errors of held-out samples."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carbonscape.columns.tables import XCO2_SCORES
from carbonscape.columns.training.folds import block_number
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.calibration import calibrate_spread

_PPM = "ppm"

XCO2_SPREAD = TableSchema(
    "spread of XCO2",
    (
        *(column for column in XCO2_SCORES.columns if column.name in ("time_input", "model")),
        Column("members", "integer", "networks that differ in their seed alone", "1"),
        Column("scheme", "text", "how the samples behind the factors were held out"),
        Column("samples", "integer", "held-out samples", "1"),
        Column("blocks", "integer", "blocks of the globe that they lie in, which weigh alike", "1"),
        Column("spread", "number", "mean standard deviation of the members", _PPM),
        Column("rmse", "number", "root mean square error of the model of the map", _PPM),
        Column(
            "factor", "number", "factor within which, times the spread, lie 68 % of errors", "1"
        ),
        Column("factor95", "number", "the same of 95 %", "1"),
        Column("coverage", "number", "share of errors within a factor of the other folds", "1"),
        Column("coverage95", "number", "the same of the factor of 95 %", "1"),
        Column("correlation", "number", "Spearman's, of the spread and the size of errors", "1"),
    ),
    key=("time_input", "model"),
)


def calibrate_members(
    predictions: pd.DataFrame, members: pd.DataFrame, *, block_km: float, origin: str
) -> dict[str, Any]:
    """Fit the factors of the spread of members on the errors of a map's model.

    Blocks of the globe, which are about equal in area, weigh alike, however many soundings they
    have: the factors are those of land by area.

    Args:
        predictions: XCO2_PREDICTIONS of the map's model.
        members: XCO2_PREDICTIONS of the mean of the members and their spread, of some of these
            samples in the same folds.
        block_km: edge of a block, km.
        origin: file of the members' predictions, for messages.

    Returns:
        What :func:`carbonscape.evaluation.calibration.calibrate_spread` returns (ppm) by
        ``blocks``, and ``correlation``: Spearman's, of the spread and the size of the error.

    Raises:
        ResultError: the tables hold other samples or folds, members hardly differ, or there is a
            single fold.
    """
    both = held_out_pairs(predictions, members, origin=origin)
    error = both["predicted"] - both["observed"]
    found = calibrate_spread(
        error.to_numpy(dtype=float),
        both["spread"].to_numpy(dtype=float),
        group=block_number(both["lat"], both["lon"], block_km),
        fold=both["fold"].to_numpy(),
        origin=origin,
        groups="blocks",
        remedy="Look at the training of the network, or set 'xco2.product.spread.members' to 0.",
    )
    ranks = pd.DataFrame({"error": error.abs(), "spread": both["spread"]}).rank()
    return found | {"correlation": float(ranks.corr().iloc[0, 1])}


def held_out_pairs(
    predictions: pd.DataFrame, members: pd.DataFrame, *, origin: str
) -> pd.DataFrame:
    """Return the samples that members predicted, with the prediction of the map's model.

    Args:
        predictions, members, origin: as of :func:`calibrate_members`.

    Returns:
        The columns of ``members``, and ``predicted`` of the map's model in place of theirs.

    Raises:
        ResultError: the tables hold other samples or folds, or a spread is missing.
    """
    keys = ["sample", "fold"]
    both = members.drop(columns="predicted").merge(
        predictions[[*keys, "predicted"]], on=keys, validate="1:1"
    )
    if len(both) != len(members) or both["spread"].isna().any():
        raise ResultError(
            f"{origin}: {len(both)} of its {len(members)} samples are those of the model of the "
            "map in the same fold, with a spread; expected all; delete both and run again."
        )
    return both
