"""Scores of out-of-fold predictions, and their summary over site splits.

One table of predictions belongs to one experiment: a site split, a window of the predictors, a
setting of the plant functional types and a model. Scores are always derived from predictions;
nothing here is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.metrics import score
from carbonscape.fluxes.tables import PREDICTIONS, SCORES, SITE_SCORES

#: Scored months that a calendar year needs for its mean.
MONTHS_OF_A_YEAR = 10

_EXPERIMENT = ["window", "pft", "model", "quantity", "scope", "group"]

#: The scores of one experiment over all of its site splits; figures 4 to 6 draw it.
SCORE_SUMMARY = TableSchema(
    "score summary",
    (
        *(column for column in SCORES.columns if column.name in _EXPERIMENT),
        Column("splits", "integer", "site splits averaged", "1"),
        Column("samples", "integer", "pairs scored in a split (the fewest)", "1"),
        Column("sites", "integer", "sites among them (the fewest)", "1"),
        Column("r2", "number", "mean R2 over the splits", "1", missing=True),
        Column("r2_min", "number", "lowest R2 of a split", "1", missing=True),
        Column("r2_max", "number", "highest R2 of a split", "1", missing=True),
        Column("rmse", "number", "mean RMSE over the splits", "gC m-2 d-1"),
        Column("rmse_min", "number", "lowest RMSE of a split", "gC m-2 d-1"),
        Column("rmse_max", "number", "highest RMSE of a split", "gC m-2 d-1"),
    ),
    key=tuple(_EXPERIMENT),
)


def score_predictions(
    predictions: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    split: int,
    window: str,
    pft: str,
    model: str,
    min_years: int = 2,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score one table of out-of-fold predictions: pooled (SCORES) and site by site (SITE_SCORES).

    Pooled means that all pairs of a group count alike, whatever their site or fold. Seven
    quantities are scored (gC m-2 d-1):

    - monthly: every site-month;
    - season: the mean of a site's season (December to February and so on) of which all three
      months are scored;
    - year: the mean of a site's calendar year of which at least ten months are scored;
    - seasonal_cycle: the mean over years of a site's calendar month, where it has at least
      ``min_years`` years;
    - climate_cycle: the mean over sites of their mean seasonal cycles, by climate alone: at most
      twelve pairs (:func:`climate_cycles`);
    - site_mean: the mean of all scored months of a site;
    - anomaly: a month minus its site's mean seasonal cycle, observed and predicted each by its
      own, over the site-months of the seasonal cycle.

    Each of the others is scored over all sites (scope global), by climate and by IGBP class;
    monthly also by calendar month. Groups without a pair have no row.

    Args:
        predictions: a PREDICTIONS table [site-month].
        sites: a TOWER_SITES table that holds every site of ``predictions``.
        min_years: fewest years of a calendar month in the mean seasonal cycle.

    Raises:
        ResultError: the predictions are empty or malformed, or a site is not in ``sites``.

    Source: the GPP paper, sections 3.2.1 and 4.1; ``min_years`` is this project's choice.
    """
    named = {"split": split, "window": window, "pft": pft, "model": model}
    origin = f"predictions of {window}-{pft}-{model}, split {split}"
    predictions = PREDICTIONS.check(predictions, origin)
    if predictions.empty:
        raise ResultError(f"{origin}: the table has no rows, so there is nothing to score.")
    months = with_site_classes(predictions, sites, origin=origin)
    cycle = mean_seasonal_cycle(months, min_years=min_years)
    classed_cycle = with_site_classes(cycle, sites, origin=origin)

    rows = []
    for quantity, table in (
        ("monthly", months),
        ("season", with_site_classes(_season_means(months), sites, origin=origin)),
        ("year", with_site_classes(_year_means(months), sites, origin=origin)),
        ("seasonal_cycle", classed_cycle),
        ("site_mean", with_site_classes(_site_means(months), sites, origin=origin)),
        ("anomaly", _anomalies(months, cycle)),
    ):
        for scope, group, members in _groups(table, by_month=quantity == "monthly"):
            rows.append(
                named
                | {"quantity": quantity, "scope": scope, "group": group}
                | {"sites": members["site"].nunique()}
                | score(members["observed"], members["predicted"])
            )
    sites_of = classed_cycle.groupby("climate")["site"].nunique()
    for climate, members in climate_cycles(classed_cycle).groupby("climate", sort=True):
        rows.append(
            named
            | {"quantity": "climate_cycle", "scope": "climate", "group": climate}
            | {"sites": int(sites_of[climate])}
            | score(members["observed"], members["predicted"])
        )
    site_rows = [
        named | {"site": site} | score(members["observed"], members["predicted"])
        for site, members in months.groupby("site", sort=True)
    ]
    return (
        SCORES.check(pd.DataFrame(rows), f"scores of {origin}"),
        SITE_SCORES.check(pd.DataFrame(site_rows), f"site scores of {origin}"),
    )


def mean_seasonal_cycle(months: pd.DataFrame, *, min_years: int = 2) -> pd.DataFrame:
    """Average each site's calendar months over years, where there are ``min_years`` or more.

    Args:
        months: one row a site-month, with site, month, observed and predicted.

    Returns:
        One row a site and calendar month: site, month, years (number averaged), observed,
        predicted (gC m-2 d-1).

    Source: the GPP paper, figure 6; the fewest years are this project's choice.
    """
    cycle = months.groupby(["site", "month"], as_index=False, sort=True).agg(
        years=("observed", "size"), observed=("observed", "mean"), predicted=("predicted", "mean")
    )
    return cycle[cycle["years"] >= min_years].reset_index(drop=True)


def climate_cycles(cycle: pd.DataFrame) -> pd.DataFrame:
    """Average the mean seasonal cycles of sites by climate.

    Every site counts once. Sites south of the equator are shifted by six months, so that the
    summers of both hemispheres coincide.

    Args:
        cycle: what :func:`mean_seasonal_cycle` returns, with lat and climate of each site.

    Returns:
        One row a climate and calendar month: climate, month, observed, predicted (gC m-2 d-1).
    """
    shifted = cycle.assign(month=northern_month(cycle["month"], cycle["lat"]))
    grouped = shifted.groupby(["climate", "month"], as_index=False, sort=True)
    return grouped[["observed", "predicted"]].mean()


def northern_month(month: pd.Series, lat: pd.Series) -> pd.Series:
    """Return calendar months, those of places south of the equator shifted by six months."""
    return month.where(lat >= 0, (month + 5) % 12 + 1)


def with_site_classes(table: pd.DataFrame, sites: pd.DataFrame, *, origin: str) -> pd.DataFrame:
    """Add lat, igbp and climate of its site to each row of a table.

    Raises:
        ResultError: a site of the table is not in ``sites``.
    """
    sites = TOWER_SITES.check(sites, "tower sites")
    unknown = sorted(set(table["site"]) - set(sites["site"]))
    if unknown:
        raise ResultError(
            f"{origin}: site {unknown[0]} ({len(unknown)} in all) is not in the table of tower "
            "sites; predictions and sites must come from the same run."
        )
    return table.merge(sites[["site", "lat", "igbp", "climate"]], on="site", how="left")


def _season_means(months: pd.DataFrame) -> pd.DataFrame:
    """Return the means of each site's seasons with three scored months; December opens a winter."""
    year = months["year"] + (months["month"] == 12)
    season = months["month"] % 12 // 3
    return _means(months, [months["site"], year, season], fewest=3)


def _year_means(months: pd.DataFrame) -> pd.DataFrame:
    """Return the means of each site's calendar years with enough scored months."""
    return _means(months, [months["site"], months["year"]], fewest=MONTHS_OF_A_YEAR)


def _means(months: pd.DataFrame, keys: list[pd.Series], *, fewest: int) -> pd.DataFrame:
    """Return site, observed and predicted, averaged by keys, of groups of at least ``fewest``."""
    grouped = months[["site", "observed", "predicted"]].groupby(
        [key.rename(f"key{number}") for number, key in enumerate(keys)], sort=True
    )
    table = grouped.agg(
        site=("site", "first"),
        observed=("observed", "mean"),
        predicted=("predicted", "mean"),
        found=("observed", "size"),
    )
    chosen = table[table["found"] >= fewest]
    return chosen[["site", "observed", "predicted"]].reset_index(drop=True)


def _site_means(months: pd.DataFrame) -> pd.DataFrame:
    """Return the mean observed and predicted value of each site over its scored months."""
    return months.groupby("site", as_index=False, sort=True)[["observed", "predicted"]].mean()


def _anomalies(months: pd.DataFrame, cycle: pd.DataFrame) -> pd.DataFrame:
    """Subtract from each month its site's mean seasonal cycle; months without one are dropped."""
    anomalies = months.merge(cycle, on=["site", "month"], suffixes=("", "_cycle"), how="inner")
    for name in ("observed", "predicted"):
        anomalies[name] = anomalies[name] - anomalies[f"{name}_cycle"]
    return anomalies


def _groups(table: pd.DataFrame, *, by_month: bool) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield scope, group and members of every non-empty group, in a fixed order."""
    if table.empty:
        return
    yield "global", "all", table
    scopes: list[tuple[str, Sequence[object]]] = [("climate", CLIMATES), ("igbp", IGBP_CLASSES)]
    if by_month:
        scopes.append(("month", range(1, 13)))
    for scope, order in scopes:
        members = dict(list(table.groupby(scope, sort=True)))
        # A class outside the known ones is scored too, after them: nothing is lost silently.
        for group in [*(g for g in order if g in members), *(g for g in members if g not in order)]:
            yield scope, str(group), members[group]


def summarise_splits(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the mean, lowest and highest R2 and RMSE over site splits (SCORE_SUMMARY).

    One row per window, pft, model, quantity, scope and group. A split in which R2 has no value
    does not count for R2.

    Raises:
        ResultError: ``scores`` is not a SCORES table.
    """
    scores = SCORES.check(scores, "scores")
    summary = scores.groupby(_EXPERIMENT, as_index=False, sort=False).agg(
        splits=("split", "nunique"),
        samples=("samples", "min"),
        sites=("sites", "min"),
        r2=("r2", "mean"),
        r2_min=("r2", "min"),
        r2_max=("r2", "max"),
        rmse=("rmse", "mean"),
        rmse_min=("rmse", "min"),
        rmse_max=("rmse", "max"),
    )
    return SCORE_SUMMARY.check(summary, "score summary")
