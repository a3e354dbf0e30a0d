"""Checks of results inside the workflow: promises that every run must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from carbonscape.errors import ResultError

#: Monthly GPP outside these bounds is not physical (gC m-2 d-1); the highest tower months
#: reach about 20.
PHYSICAL_BOUNDS = (-20.0, 60.0)

_KEY = ["site", "year", "month"]


def check_predictions(
    predictions: pd.DataFrame, samples: pd.DataFrame, folds: dict[str, Any], *, origin: str
) -> None:
    """Check out-of-fold predictions against the samples and folds that they claim to follow.

    Every sample is predicted once, by the fold that holds its site, from the same observation;
    no site stands in two folds; every prediction is a physical number.

    Args:
        predictions, samples: tables of carbonscape.artefacts.
        folds: folds of the same split.
        origin: name of the predictions, for the message.

    Raises:
        ResultError: a promise is broken.
    """
    doubled = predictions[predictions.duplicated(_KEY)]
    if not doubled.empty:
        first = doubled.iloc[0]
        raise ResultError(
            f"{origin}: {first['site']} {first['year']}-{first['month']:02d} was predicted twice."
        )
    joined = samples[[*_KEY, "gpp"]].merge(predictions, on=_KEY, how="outer", indicator=True)
    astray = joined[joined["_merge"] != "both"]
    if not astray.empty:
        first = astray.iloc[0]
        side = "no prediction" if first["_merge"] == "left_only" else "no sample"
        raise ResultError(
            f"{origin}: {len(astray)} site-months do not match the samples; {first['site']} "
            f"{first['year']}-{first['month']:02d} has {side}."
        )
    changed = joined["gpp"] != joined["observed"]
    if changed.any():
        first = joined[changed].iloc[0]
        raise ResultError(
            f"{origin}: {first['site']} {first['year']}-{first['month']:02d} was scored against "
            f"{first['observed']} but {first['gpp']} was observed."
        )
    per_site = predictions.groupby("site")["fold"].nunique()
    if (per_site > 1).any():
        raise ResultError(f"{origin}: site {per_site.idxmax()} was held out in two folds.")
    expected = {site: int(fold) for fold, sites in folds["folds"].items() for site in sites}
    wrong = predictions[predictions["site"].map(expected) != predictions["fold"]]
    if not wrong.empty:
        first = wrong.iloc[0]
        raise ResultError(
            f"{origin}: site {first['site']} was predicted in fold {first['fold']} but belongs "
            f"to fold {expected.get(first['site'], 'none')}."
        )
    values = predictions["predicted"].to_numpy()
    low, high = PHYSICAL_BOUNDS
    outside = ~((values >= low) & (values <= high))
    if outside.any():
        first = predictions.iloc[int(np.argmax(outside))]
        raise ResultError(
            f"{origin}: predicted GPP of {first['site']} {first['year']}-{first['month']:02d} is "
            f"{first['predicted']:g} gC m-2 d-1, outside {low:g} to {high:g}; the model has "
            "probably diverged: lower its learning rate."
        )
