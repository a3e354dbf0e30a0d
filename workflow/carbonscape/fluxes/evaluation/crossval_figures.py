"""The numbers behind the figures of the cross-validation (gpp_fig04 to gpp_quantities).

Every function returns one tidy table, which is saved beside the figure and is all that the
drawing may use; a table is empty where the run has nothing of the kind. GPP is in gC m-2 d-1
throughout.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.metrics import score
from carbonscape.fluxes.evaluation.crossval import (
    SCORE_SUMMARY,
    mean_seasonal_cycle,
    northern_month,
    summarise_splits,
    with_site_classes,
)
from carbonscape.fluxes.tables import PREDICTIONS, SITE_SCORES

#: Name of the observations among the series of the seasonal cycles.
OBSERVED = "observed"

_FLUX = "gC m-2 d-1"
_EXPERIMENT = tuple(c for c in SITE_SCORES.columns if c.name in ("split", "window", "pft", "model"))

SCATTER = TableSchema(
    "scatter",
    (
        *_EXPERIMENT,
        Column("observed", "number", "lower edge of the bin of observed GPP", _FLUX),
        Column("predicted", "number", "lower edge of the bin of predicted GPP", _FLUX),
        Column("width", "number", "width of both bins", _FLUX),
        Column("count", "integer", "site-months in the bin", "1"),
        Column("samples", "integer", "site-months of the model", "1"),
        Column("r2", "number", "R2 of the model over all of them", "1", missing=True),
        Column("rmse", "number", "root mean square error over all of them", _FLUX),
        Column("bias", "number", "mean predicted minus observed over all of them", _FLUX),
    ),
    key=("model", "observed", "predicted"),
)

SEASONAL_CYCLES = TableSchema(
    "seasonal cycles",
    (
        *(column for column in _EXPERIMENT if column.name != "model"),
        Column("climate", "text", "main Koppen-Geiger class: " + ", ".join(CLIMATES)),
        Column("series", "text", f"'{OBSERVED}' or the model"),
        Column(
            "month",
            "integer",
            "calendar month, 1 to 12; southern sites are shifted by six months, so that 1 is "
            "mid-winter (January in the north, July in the south)",
        ),
        Column("sites", "integer", "sites averaged", "1"),
        Column("mean", "number", "mean over sites of their mean seasonal cycles", _FLUX),
        Column("q25", "number", "lower quartile over sites", _FLUX),
        Column("q75", "number", "upper quartile over sites", _FLUX),
    ),
    key=("climate", "series", "month"),
)

SITE_DISTRIBUTION = TableSchema(
    "distribution of site scores",
    (
        *_EXPERIMENT,
        Column("site", "text", "FLUXNET site identifier"),
        Column("igbp", "text", "IGBP class of the tower"),
        Column("climate", "text", "main Koppen-Geiger class"),
        Column("samples", "integer", "months scored", "1"),
        Column("r2", "number", "R2 of the site's months", "1"),
        Column("r2_share", "number", "share of the model's sites with this R2 or less", "1"),
        Column("rmse", "number", "root mean square error of the site's months", _FLUX),
        Column("rmse_share", "number", "share of the model's sites with this RMSE or less", "1"),
        Column("bias", "number", "mean predicted minus observed of the site's months", _FLUX),
    ),
    key=("model", "site"),
)


def figure_fig04(scores: pd.DataFrame) -> pd.DataFrame:
    """Global R2 and RMSE of monthly GPP of every experiment, over splits (SCORE_SUMMARY).

    Source: the GPP paper, figure 4.
    """
    return _summary(scores, quantity="monthly", scope="global")


def figure_fig05(scores: pd.DataFrame, *, window: str = "jan_to_m") -> pd.DataFrame:
    """R2 of monthly GPP by climate, for one window (SCORE_SUMMARY).

    Source: the GPP paper, figure 5.
    """
    return _summary(scores, quantity="monthly", scope="climate", window=window)


def figure_fig06(scores: pd.DataFrame, *, window: str = "jan_to_m") -> pd.DataFrame:
    """R2 of the mean seasonal cycle by climate, for one window (SCORE_SUMMARY).

    Source: the GPP paper, figure 6.
    """
    return _summary(scores, quantity="seasonal_cycle", scope="climate", window=window)


def figure_monthly_scores(scores: pd.DataFrame, *, window: str, pft: str) -> pd.DataFrame:
    """R2 and RMSE of monthly GPP by calendar month, for one window and PFT (SCORE_SUMMARY)."""
    return _summary(scores, quantity="monthly", scope="month", window=window, pft=pft)


def figure_quantities(scores: pd.DataFrame, *, window: str) -> pd.DataFrame:
    """R2 and RMSE on six time scales, from months to means of sites (SCORE_SUMMARY).

    Over all sites, for one window and all PFT settings.
    """
    return _summary(scores, scope="global", window=window)


def _summary(scores: pd.DataFrame, **chosen: str) -> pd.DataFrame:
    """Return the rows of the score summary with the chosen values."""
    summary = summarise_splits(scores)
    for name, value in chosen.items():
        summary = summary[summary[name] == value]
    return SCORE_SUMMARY.check(summary, "score summary")


def figure_scatter(
    predictions: Mapping[str, pd.DataFrame],
    *,
    split: int,
    window: str,
    pft: str,
    bin_width: float = 0.25,
) -> pd.DataFrame:
    """Count site-months in square bins of observed against predicted GPP, by model (SCATTER).

    Bins start at multiples of ``bin_width`` and hold their lower edge; empty bins have no row.
    The scores are those of the pairs themselves, not of the bins.

    Args:
        predictions: a PREDICTIONS table [site-month] for each model.
        bin_width: width of the bins in gC m-2 d-1.
    """
    parts = []
    for model, table in predictions.items():
        table = PREDICTIONS.check(table, f"predictions of {model}")
        scores = score(table["observed"], table["predicted"])
        edges = np.floor(table[["observed", "predicted"]] / bin_width) * bin_width
        bins = edges.groupby(["observed", "predicted"], sort=True).size().rename("count")
        named = {"split": split, "window": window, "pft": pft, "model": model, "width": bin_width}
        named |= {name: scores[name] for name in ("samples", "r2", "rmse", "bias")}
        parts.append(bins.reset_index().assign(**named))
    return SCATTER.check(pd.concat(parts), "scatter")


def figure_seasonal_cycle(
    predictions: Mapping[str, pd.DataFrame],
    sites: pd.DataFrame,
    *,
    split: int,
    window: str,
    pft: str,
    min_years: int = 2,
) -> pd.DataFrame:
    """Average the sites' mean seasonal cycles by climate, observed and predicted.

    Every site counts once, however long its record. Sites south of the equator are shifted by
    six months, so that the summers of both hemispheres coincide; without the shift the mean of
    a class with sites in both would have no season at all. Observations and models are averaged
    over the same site-months.

    Args:
        predictions: a PREDICTIONS table [site-month] for each model, all with the same rows.
        sites: a TOWER_SITES table.
        min_years: fewest years of a calendar month in a site's mean seasonal cycle.

    Returns:
        A SEASONAL_CYCLES table.

    Raises:
        ResultError: the models' tables differ in their site-months or observations.
    """
    _require_same_months(predictions)
    parts = []
    for number, (model, table) in enumerate(predictions.items()):
        cycle = mean_seasonal_cycle(table, min_years=min_years)
        cycle = with_site_classes(cycle, sites, origin=f"predictions of {model}")
        cycle["month"] = northern_month(cycle["month"], cycle["lat"])
        columns = {"predicted": model} if number else {"observed": OBSERVED, "predicted": model}
        for column, series in columns.items():
            parts.append(_over_sites(cycle, column).assign(series=series))
    table = pd.concat(parts).assign(split=split, window=window, pft=pft)
    order = pd.Categorical(table["climate"], [*CLIMATES], ordered=True)
    table = table.assign(order=order.codes).sort_values("order", kind="stable")
    return SEASONAL_CYCLES.check(table.drop(columns="order"), "seasonal cycles")


def _over_sites(cycle: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return mean, quartiles and number of sites of a column by climate and month."""
    grouped = cycle.groupby(["climate", "month"], sort=True)[column]
    return pd.DataFrame(
        {
            "sites": grouped.size(),
            "mean": grouped.mean(),
            "q25": grouped.quantile(0.25),
            "q75": grouped.quantile(0.75),
        }
    ).reset_index()


def _require_same_months(predictions: Mapping[str, pd.DataFrame]) -> None:
    """Refuse models that were not judged on the same observations."""
    columns = ["site", "year", "month", "observed"]
    first: pd.DataFrame | None = None
    for model, table in predictions.items():
        rows = PREDICTIONS.check(table, f"predictions of {model}")[columns]
        rows = rows.sort_values(columns[:3], ignore_index=True)
        if first is None:
            first = rows
        elif not rows.equals(first):
            raise ResultError(
                f"predictions of {model} are for other site-months or observations than those "
                f"of {next(iter(predictions))}; models are compared on the same samples only."
            )


def figure_site_scores(
    site_scores: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    split: int,
    window: str,
    pft: str,
    min_samples: int = 12,
) -> pd.DataFrame:
    """Rank the sites of each model by R2 and by RMSE (SITE_DISTRIBUTION).

    Sites with fewer than ``min_samples`` scored months, or whose R2 has no value, are left out:
    the R2 of a handful of months says little about a model.

    Args:
        site_scores: a SITE_SCORES table of all experiments.
        sites: a TOWER_SITES table.
    """
    table = SITE_SCORES.check(site_scores, "site scores")
    chosen = (table["split"] == split) & (table["window"] == window) & (table["pft"] == pft)
    table = table[chosen & (table["samples"] >= min_samples) & table["r2"].notna()]
    table = with_site_classes(table, sites, origin="site scores")
    for metric in ("r2", "rmse"):
        # method="max": the share of sites with this value or less, ties included.
        table[f"{metric}_share"] = table.groupby("model")[metric].rank(method="max", pct=True)
    return SITE_DISTRIBUTION.check(table.drop(columns=["lat", "mae"]), "site distribution")
