"""What the errors of cross-validations are made of, and which sites carry them.

The mean squared error of predictions at sites is the sum of three parts: errors of the means of
sites, of their mean seasonal cycles about these, and of the departures from the cycles. They add up
exactly, because means of samples are taken within sites, and within sites and calendar months.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.metrics import score
from carbonscape.fluxes.evaluation.crossval import with_site_classes
from carbonscape.fluxes.tables import SCORES, SITE_SCORES

_SQUARE = "(gC m-2 d-1)2"
_SHARE = "share of the squared error of all samples of the experiment"
_EXPERIMENT = tuple(c for c in SITE_SCORES.columns if c.name in ("split", "window", "pft", "model"))

#: The parts of a mean squared error, as columns of the table.
PARTS = ("site_mean", "cycle", "anomaly")

ERROR_PARTS = TableSchema(
    "parts of the errors",
    (
        *_EXPERIMENT,
        *(c for c in SCORES.columns if c.name in ("scope", "group", "samples", "sites")),
        Column("mse", "number", "mean squared error of monthly values", _SQUARE),
        Column("site_mean", "number", "part of it: errors of the means of sites", _SQUARE),
        Column("cycle", "number", "part of it: errors of their mean seasonal cycles", _SQUARE),
        Column("anomaly", "number", "part of it: errors of departures from the cycles", _SQUARE),
        *(c for c in SCORES.columns if c.name == "r2"),
        Column("share_samples", "number", "share of the samples of the experiment", "1"),
        Column("share", "number", _SHARE, "1"),
    ),
    key=("split", "window", "pft", "model", "scope", "group"),
)

ERROR_SITES = TableSchema(
    "sites that carry the errors",
    (
        *_EXPERIMENT,
        Column("rank", "integer", "place of the site, 1 for the largest share"),
        Column("site", "text", "FLUXNET site identifier"),
        Column("igbp", "text", "IGBP class of the tower"),
        Column("climate", "text", "main Koppen-Geiger class"),
        Column("samples", "integer", "months scored", "1"),
        Column("rmse", "number", "root mean square error of the site's months", "gC m-2 d-1"),
        Column("bias", "number", "mean predicted minus observed", "gC m-2 d-1"),
        Column("share", "number", _SHARE, "1"),
        Column("cumulative", "number", "share of this site and of those before it", "1"),
    ),
    key=("split", "window", "pft", "model", "site"),
)


def error_parts(
    predictions: pd.DataFrame, sites: pd.DataFrame, **named: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split the squared error of an experiment into its parts, by group, and rank the sites.

    A calendar month that a site has once adds nothing to the anomaly: its error counts for the
    cycle.

    Args:
        predictions: a PREDICTIONS table [site-month].
        sites: a TOWER_SITES table that holds every site of ``predictions``.
        named: split, window, pft and model of the experiment.

    Returns:
        One row a group (ERROR_PARTS): all samples, each climate and each IGBP class; and one row a
        site (ERROR_SITES), the largest share first.

    Raises:
        ResultError: a site is not in ``sites``.
    """
    months = with_site_classes(predictions, sites, origin=f"predictions of {named}")
    error = months["predicted"] - months["observed"]
    of_site = error.groupby(months["site"]).transform("mean")
    of_cycle = error.groupby([months["site"], months["month"]]).transform("mean")
    squares = months[["site", "igbp", "climate", "observed", "predicted"]].assign(
        mse=error**2,
        site_mean=of_site**2,
        cycle=(of_cycle - of_site) ** 2,
        anomaly=(error - of_cycle) ** 2,
    )
    rows = [_row(squares, squares) | {"scope": "global", "group": "all"}]
    for scope, order in (("climate", CLIMATES), ("igbp", IGBP_CLASSES)):
        members = dict(list(squares.groupby(scope, sort=True)))
        # A class outside the known ones is shown too, after them.
        for group in [*(g for g in order if g in members), *(g for g in members if g not in order)]:
            rows.append(_row(members[group], squares) | {"scope": scope, "group": group})
    parts = pd.DataFrame([named | row for row in rows])
    return (
        ERROR_PARTS.check(parts[ERROR_PARTS.names], "parts of the errors"),
        ERROR_SITES.check(_ranked(squares, error, named), "sites that carry the errors"),
    )


def _row(members: pd.DataFrame, everything: pd.DataFrame) -> dict[str, Any]:
    """Return the row of one group of samples."""
    total = float(everything["mse"].sum())
    return {
        "samples": len(members),
        "sites": members["site"].nunique(),
        **members[["mse", *PARTS]].mean().to_dict(),
        "r2": score(members["observed"], members["predicted"])["r2"],
        "share_samples": len(members) / len(everything),
        "share": _share(float(members["mse"].sum()), total),
    }


def _ranked(squares: pd.DataFrame, error: pd.Series, named: Mapping[str, Any]) -> pd.DataFrame:
    """Return the sites of an experiment by their share of its squared error."""
    table = (
        squares.assign(error=error)
        .groupby("site", as_index=False, sort=True)
        .agg(
            igbp=("igbp", "first"),
            climate=("climate", "first"),
            samples=("error", "size"),
            total=("mse", "sum"),
            bias=("error", "mean"),
        )
    )
    table["rmse"] = np.sqrt(table["total"] / table["samples"])
    everything = float(table["total"].sum())
    table["share"] = [_share(value, everything) for value in table["total"]]
    # Of equal shares the first by name, on every machine.
    table = table.sort_values(["total", "site"], ascending=[False, True], ignore_index=True)
    table = table.assign(rank=range(1, len(table) + 1), cumulative=table["share"].cumsum(), **named)
    return table[ERROR_SITES.names]


def _share(part: float, whole: float) -> float:
    """Return a share; none of an error that is zero."""
    return part / whole if whole > 0 else 0.0
