"""Scores, density and regression of XCO2: one way to count pairs for every table and figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.tables import Column
from carbonscape.evaluation.metrics import regression, score, trend_scores
from carbonscape.evaluation.seasons import ALL

#: Trivial models that stand beside every other: what latitude, month and year alone tell, last
#: years' values carried on by the growth rate, and harmonics of the year by place.
BASELINES = ("latitude_month_year", "growth_persistence", "lasso_harmonics")

#: Width of the bins of density scatters, ppm.
BIN = 0.5

#: Columns of a regression of predictions on observations.
LINE = (
    Column("slope", "number", "slope of the line of predictions on observations", "1", True),
    Column("intercept", "number", "its value at an observation of 0 ppm", "ppm", True),
)

#: Columns of a density scatter.
DENSITY = (
    Column("observed", "number", f"centre of the bin of observations, {BIN} ppm wide", "ppm"),
    Column("predicted", "number", f"centre of the bin of predictions, {BIN} ppm wide", "ppm"),
    Column("share", "number", "share of the panel's pairs that lie in the bin", "1"),
)


def decimal_year(year: ArrayLike, month: ArrayLike) -> NDArray[np.float64]:
    """Return the middle of months as decimal years: year + (month - 0.5) / 12."""
    return np.asarray(year, np.float64) + (np.asarray(month, np.float64) - 0.5) / 12


def skill(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    year: ArrayLike,
    month: ArrayLike,
    weights: ArrayLike | None = None,
) -> dict[str, float | int]:
    """Return the columns ``SKILL`` of carbonscape.columns.tables: scores, and what is trend.

    Args:
        observed, predicted: (pair,) ppm, without missing values.
        year, month: (pair,) of the pairs.
        weights: (pair,) such as areas; every pair alike without.

    Raises:
        ResultError: there is no pair, or a value is missing.

    Source: the XCO2 paper, equations 5 to 7; mean bias is predicted minus observed.
    """
    time = decimal_year(year, month)
    return score(observed, predicted, weights=weights) | trend_scores(
        observed, predicted, time=time, weights=weights
    )


def scores_with_line(observed: ArrayLike, predicted: ArrayLike) -> dict[str, float | int]:
    """Return samples, r2, rmse, mae, bias, and slope and intercept of the line through the pairs.

    Raises:
        ResultError: there is no pair, or a value is missing.
    """
    slope, intercept = regression(observed, predicted)
    return score(observed, predicted) | {"slope": slope, "intercept": intercept}


def density(observed: ArrayLike, predicted: ArrayLike) -> pd.DataFrame:
    """Count pairs in square bins (columns ``DENSITY``); empty bins have no row.

    Bins start at multiples of ``BIN`` and hold their lower edge.
    """
    table = pd.DataFrame({"observed": observed, "predicted": predicted}, dtype=float)
    centres = np.floor(table / BIN) * BIN + BIN / 2
    share = centres.groupby(["observed", "predicted"], sort=True).size() / len(table)
    return share.rename("share").reset_index()


def groups_in_order(
    table: pd.DataFrame, scopes: Iterable[tuple[str, str, Iterable[str] | None]]
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield scope, group and the rows of every group of a table, all of it first.

    Args:
        table: any table.
        scopes: scope, the column that holds its groups, and their order (None: sorted). Groups
            that the order does not know follow it; groups without rows are left out.
    """
    yield "global", ALL, table
    for scope, column, order in scopes:
        members = {str(name): rows for name, rows in table.groupby(column, sort=True)}
        known = [name for name in order or () if name in members]
        for name in [*known, *(name for name in members if name not in known)]:
            yield scope, name, members[name]
