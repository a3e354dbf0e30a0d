"""Scores of out-of-fold predictions of XCO2, and what is shown of them (figure 5, first table 4).

One table of predictions belongs to one scheme of holding samples out, one way of telling the
model the time, and one model. Beside every model stand two trivial baselines, since most of the
variance of XCO2 is growth, season and latitude.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.archives.continents import CONTINENTS, continents_of
from carbonscape.columns.evaluation.skill import (
    BASELINES,
    density,
    groups_in_order,
    scores_with_line,
    skill,
)
from carbonscape.columns.evaluation.tables import (
    XCO2_FIG05,
    XCO2_FIG05_SCORES,
    XCO2_TABLE4,
    XCO2_VALIDATION,
)
from carbonscape.columns.tables import SKILL, XCO2_PREDICTIONS, XCO2_SCORES
from carbonscape.core.errors import ResultError
from carbonscape.evaluation.baselines import baselines_beside, beside_best
from carbonscape.evaluation.seasons import SEASONS, season_of

#: The scheme of the paper: samples held out at random.
PUBLISHED = "sample"

_EXPERIMENT = ("scheme", "time_input", "model")


class Cell(NamedTuple):
    """One cross-validation: its scheme, time input and model."""

    scheme: str
    time_input: str
    model: str


class CrossvalNumbers(NamedTuple):
    """What evaluate_xco2_crossval writes: XCO2_SCORES, XCO2_TABLE4, and so on in this order."""

    scores: pd.DataFrame
    table4: pd.DataFrame
    validation: pd.DataFrame
    fig05: pd.DataFrame
    fig05_scores: pd.DataFrame


def parse_cell(path: str | os.PathLike[str]) -> Cell:
    """Read ``.../<scheme>/<model>-<time_input>.<ending>``.

    Raises:
        ValueError: the path does not follow that pattern.
    """
    path = Path(path)
    model, time_input = path.name.split(".")[0].split("-")
    return Cell(path.parent.name, time_input, model)


def crossval_numbers(
    predictions: Iterable[tuple[Cell, pd.DataFrame]],
    *,
    continents_path: str | os.PathLike[str],
    shown: Mapping[str, str],
) -> CrossvalNumbers:
    """Score all predictions and derive the tables and figures from the scores.

    Args:
        predictions: each cross-validation and its XCO2_PREDICTIONS table; one is in memory at a
            time, since a published run has tens of millions of samples.
        continents_path: the map of continents.
        shown: time_input and model of figure 5 and the first table 4.

    Raises:
        InputError, ResultError: a table or the map is damaged, or the scheme of the paper was run
            without the setting to show.
    """
    parts, places = [], pd.DataFrame({"lat": [], "lon": [], "continent": []})
    to_show = Cell(PUBLISHED, shown["time_input"], shown["model"])
    fig05 = figure_fig05(None)
    for cell, table in predictions:
        places = _with_continents(places, table, continents_path)
        continents = table[["lat", "lon"]].merge(places, on=["lat", "lon"], how="left")
        parts.append(
            score_predictions(table, cell, continents=continents["continent"].to_numpy(str))
        )
        if cell == to_show:
            fig05 = figure_fig05(table)
    scores = XCO2_SCORES.check(pd.concat(parts), "scores of XCO2")
    if fig05[1].empty and (scores["scheme"] == PUBLISHED).any():
        raise ResultError(
            f"the run has no cross-validation of {shown['model']} with time input "
            f"'{shown['time_input']}'; set 'xco2.figures.model' and 'xco2.figures.time_input' to "
            "what 'xco2.crossval' runs."
        )
    return CrossvalNumbers(scores, table4(scores, shown=shown), validation_table(scores), *fig05)


def _with_continents(
    places: pd.DataFrame, table: pd.DataFrame, path: str | os.PathLike[str]
) -> pd.DataFrame:
    """Return known places (lat, lon, continent) and those of a table."""
    cells = table[["lat", "lon"]].drop_duplicates().merge(places, how="left", on=["lat", "lon"])
    new = cells[cells["continent"].isna()]
    if new.empty:
        return places
    new = new.assign(continent=continents_of(new["lat"], new["lon"], path=path))
    return pd.concat([places, new]) if len(places) else new


def score_predictions(
    predictions: pd.DataFrame, cell: Cell, *, continents: NDArray[np.str_]
) -> pd.DataFrame:
    """Score one table of out-of-fold predictions, all of it and by group (XCO2_SCORES).

    Every sample counts alike, whatever its fold or its number of soundings. Groups: season,
    continent ('none' for islands far from any), instrument, whether the gases of TROPOMI were
    observed, and calendar year.

    Args:
        predictions: an XCO2_PREDICTIONS table [sample].
        cell: what it is the prediction of.
        continents: (sample,) continent of each sample.

    Raises:
        ResultError: ``predictions`` is not such a table, or is empty.
    """
    origin = f"predictions of {'/'.join(cell)}"
    table = XCO2_PREDICTIONS.check(predictions, origin)
    table = table.assign(season=season_of(table["month"]), continent=continents)
    rows = []
    scopes = (
        ("season", "season", SEASONS),
        ("continent", "continent", CONTINENTS),
        ("instrument", "instrument", None),
        ("tropomi", "tropomi", None),
        ("year", "year", None),
    )
    for scope, group, members in groups_in_order(table, scopes):
        found = skill(
            members["observed"], members["predicted"], year=members["year"], month=members["month"]
        )
        rows.append({**cell._asdict(), "scope": scope, "group": group, **found})
    return XCO2_SCORES.check(pd.DataFrame(rows), f"scores of {origin}")


def table4(scores: pd.DataFrame, *, shown: Mapping[str, str]) -> pd.DataFrame:
    """Return the scores by continent of the shown setting and of the baselines (XCO2_TABLE4).

    Those of the published scheme; empty if it was not run. A baseline is shown once: with the
    time input of the shown setting if it was run so, else with the first.

    Source: the XCO2 paper, first table 4; the baselines and the detrended R2 are this project's.
    """
    chosen = scores[(scores["scheme"] == PUBLISHED) & (scores["scope"] == "continent")]
    parts = []
    for model in (shown["model"], *(name for name in BASELINES if name != shown["model"])):
        rows = chosen[chosen["model"] == model]
        inputs = rows["time_input"].unique().tolist()
        if model == shown["model"] or shown["time_input"] in inputs:
            inputs = [shown["time_input"]]
        parts.append(rows[rows["time_input"].isin(inputs[:1])])
    table = pd.concat(parts).rename(columns={"group": "continent"})
    table = table[table["continent"].isin(CONTINENTS)]
    order = table["continent"].map({name: number for number, name in enumerate(CONTINENTS)})
    table = table.loc[order.sort_values(kind="stable").index]
    return XCO2_TABLE4.check(table[XCO2_TABLE4.names], "XCO2 by continent")


def validation_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Put every model of every scheme beside the better baseline of that scheme (XCO2_VALIDATION).

    The better baseline has the lower RMSE over the same samples. A baseline is compared with the
    other one, so that one of the two never beats anything.

    Raises:
        ResultError: the models of a scheme were scored on different numbers of samples.
    """
    rows = scores[scores["scope"] == "global"].reset_index(drop=True)
    found = []
    for scheme, table in rows.groupby("scheme", sort=False):
        if table["samples"].min() != table["samples"].max():
            counts = table.set_index(["time_input", "model"])["samples"].to_dict()
            raise ResultError(
                f"the models of the scheme '{scheme}' were scored on different numbers of samples "
                f"({counts}), so that they cannot be compared; delete crossval/{scheme} and run "
                "again."
            )
        for _, row in table.iterrows():
            others = baselines_beside(row["model"], table["model"], BASELINES)
            errors = table[table["model"].isin(others)].groupby("model", sort=False)["rmse"].min()
            beside = beside_best(row["rmse"], errors.to_dict())
            low = beside["baseline_rmse"]
            share = (row["rmse"] / low) ** 2 if low > 0 else np.nan
            scores = row[[*_EXPERIMENT, *(column.name for column in SKILL)]]
            found.append({**scores, **beside, "skill": 1 - share})
    return XCO2_VALIDATION.check(
        pd.DataFrame(found, columns=XCO2_VALIDATION.names), "validation of XCO2"
    )


def figure_fig05(predictions: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bin predictions by season, and score each season.

    Args:
        predictions: XCO2_PREDICTIONS of the published scheme and the shown setting; None where it
            was not run.

    Returns:
        XCO2_FIG05 and XCO2_FIG05_SCORES; without rows where there are no predictions.

    Source: the XCO2 paper, figure 5; season names of the northern hemisphere.
    """
    bins, scores = [], []
    if predictions is not None:
        seasons = season_of(predictions["month"])
        for season in SEASONS:
            rows = predictions[seasons == season]
            if len(rows):
                pairs = rows["observed"], rows["predicted"]
                bins.append(density(*pairs).assign(season=season))
                scores.append({"season": season, **scores_with_line(*pairs)})
    table = pd.concat(bins) if bins else pd.DataFrame(columns=XCO2_FIG05.names)
    return (
        XCO2_FIG05.check(table, "density of XCO2 by season"),
        XCO2_FIG05_SCORES.check(
            pd.DataFrame(scores, columns=XCO2_FIG05_SCORES.names), "scores of XCO2 by season"
        ),
    )
