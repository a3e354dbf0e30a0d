"""Scores of harder ways to hold out, beside those of random site splits.

Random splits leave neighbours of a held-out site in training. Three schemes ask more: spatial
blocks hold out whole neighbourhoods, years hold out all sites for a time (their other years stay
in training, so that it is easier in space), and climates hold out a whole climate.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.settings import CROSSVAL_SCHEMES, PFT_SETTINGS, WINDOWS
from carbonscape.fluxes.tables import SCORES

#: The scheme of random site splits, in figures beside the others.
RANDOM = "sites"

_FLUX = "gC m-2 d-1"

HOLDOUT_SCORES = TableSchema(
    "hold-out schemes",
    (
        Column("scheme", "text", "what is held out together: " + ", ".join(CROSSVAL_SCHEMES)),
        Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS)),
        Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
        Column("model", "text", "model of the registry"),
        Column("scope", "text", "global or climate"),
        Column("group", "text", "the climate; 'all' for the global scope"),
        Column("samples", "integer", "pairs scored", "1"),
        Column("sites", "integer", "sites among them", "1"),
        Column("r2", "number", "R2 of monthly GPP; missing where it has no value", "1", True),
        Column("rmse", "number", "root mean square error", _FLUX),
        Column("bias", "number", "mean of predicted minus observed", _FLUX),
        Column("random_splits", "integer", "random site splits of the same cell; 0 if none", "1"),
        Column("r2_random", "number", "mean R2 over these splits", "1", missing=True),
        Column("rmse_random", "number", "mean RMSE over these splits", _FLUX, missing=True),
        Column("bias_random", "number", "mean bias over these splits", _FLUX, missing=True),
    ),
    key=("scheme", "window", "pft", "model", "scope", "group"),
)

#: The same in long form, for a figure: a row a scheme, random splits being one of them.
HOLDOUT_ROWS = TableSchema(
    "scores by scheme",
    (
        Column("scheme", "text", f"{RANDOM} (random site splits), " + ", ".join(CROSSVAL_SCHEMES)),
        *HOLDOUT_SCORES.columns[1:4],
        Column("group", "text", "'all' sites, or the climate"),
        Column("sites", "integer", "sites scored", "1"),
        Column("r2", "number", "R2 of monthly GPP (random: mean over splits)", "1", missing=True),
        Column("rmse", "number", "root mean square error (random: mean over splits)", _FLUX),
    ),
    key=("scheme", "window", "pft", "model", "group"),
)

_CELL = ["window", "pft", "model", "scope", "group"]
_METRICS = ["r2", "rmse", "bias"]


def compare_holdouts(
    holdouts: Iterable[tuple[str, pd.DataFrame]], scores: pd.DataFrame
) -> pd.DataFrame:
    """Put the scores of hold-out schemes beside the mean of random site splits (HOLDOUT_SCORES).

    Monthly GPP, over all sites and by climate.

    Args:
        holdouts: scheme and its SCORES table (``crossval.score_predictions``).
        scores: a SCORES table of the random site splits.

    Raises:
        ResultError: a scheme is unknown, or was scored on other samples than random splits.
    """
    random = _chosen(SCORES.check(scores, "scores"))
    means = random.groupby(_CELL, as_index=False, sort=False).agg(
        random_splits=("split", "nunique"),
        samples_random=("samples", "min"),
        **{f"{metric}_random": (metric, "mean") for metric in _METRICS},
    )
    parts = []
    for scheme, table in holdouts:
        if scheme not in CROSSVAL_SCHEMES:
            raise ResultError(
                f"no hold-out scheme is called '{scheme}'; there are {', '.join(CROSSVAL_SCHEMES)}."
            )
        part = _chosen(SCORES.check(table, f"scores of scheme {scheme}"))
        parts.append(part.assign(scheme=scheme))
    if not parts:
        return HOLDOUT_SCORES.check(pd.DataFrame(columns=HOLDOUT_SCORES.names), "hold-out schemes")
    joined = pd.concat(parts).merge(means, on=_CELL, how="left")
    other = joined[joined["samples_random"].notna()].query("samples != samples_random")
    if not other.empty:
        row = other.iloc[0]
        raise ResultError(
            f"scheme {row['scheme']}, {row['window']}-{row['pft']}-{row['model']}: "
            f"{row['samples']} samples of {row['group']} were scored, but "
            f"{row['samples_random']:.0f} with random site splits; schemes are compared on the "
            "same samples only: delete the older of the two results and run again."
        )
    joined["random_splits"] = joined["random_splits"].fillna(0)
    order = {scheme: at for at, scheme in enumerate(CROSSVAL_SCHEMES)}
    joined = joined.sort_values("scheme", key=lambda names: names.map(order), kind="stable")
    dropped = ["split", "quantity", "mae", "samples_random"]
    return HOLDOUT_SCORES.check(joined.drop(columns=dropped), "hold-out schemes")


def figure_holdouts(holdouts: pd.DataFrame, *, window: str, pft: str) -> pd.DataFrame:
    """Return one row a scheme, model and group of one window and PFT setting (HOLDOUT_ROWS).

    Random site splits are one of the schemes, where the run has them.
    """
    table = HOLDOUT_SCORES.check(holdouts, "hold-out schemes")
    table = table[(table["window"] == window) & (table["pft"] == pft)]
    columns = ["window", "pft", "model", "group", "sites"]
    random = table[table["random_splits"] > 0].drop_duplicates(["model", "group"])
    random = random[[*columns, "r2_random", "rmse_random"]].assign(scheme=RANDOM)
    random = random.rename(columns={"r2_random": "r2", "rmse_random": "rmse"})
    parts = [part for part in (random, table[["scheme", *columns, "r2", "rmse"]]) if len(part)]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=HOLDOUT_ROWS.names)
    return HOLDOUT_ROWS.check(rows, "scores by scheme")


def _chosen(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of monthly GPP over all sites and by climate."""
    known = (scores["scope"] == "global") | (
        (scores["scope"] == "climate") & scores["group"].isin(CLIMATES)
    )
    return scores[(scores["quantity"] == "monthly") & known]
