"""The finished map against the true one: only a simulated Earth has it.

All products are compared on the same cell-months: those where the truth and every product have a
value. How much of the land a product covers stands with its annual totals. R2 is 1 - SSE / SST.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.baselines import baselines_beside
from carbonscape.evaluation.comparison import Comparison
from carbonscape.evaluation.metrics import r2, score
from carbonscape.evaluation.seasons import ALL, SEASONS
from carbonscape.evaluation.variability import anomalies, mean_cycle, means_of_cells
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.products.map_name import MapName

#: The model that every other must beat: the mean of the towers by calendar month (and class).
BASELINE = "climatology"

#: A spread under this is a rounding error, gC m-2 d-1.
_STILL = 1e-9

_FLUX = "gC m-2 d-1"

TRUTH_SCORES = TableSchema(
    "scores against the truth",
    (
        PRODUCT_COLUMN,
        Column("scope", "text", "all, climate, season, climate_season or igbp"),
        Column("group", "text", "the class, the season, or both as in 'arid, JJA'"),
        Column("cells", "integer", "cells of the group", "1"),
        Column("cell_months", "integer", "pairs scored", "1"),
        Column("r2", "number", "R2, pairs weighted by the area of the cell", "1", missing=True),
        Column("rmse", "number", "root mean square error, weighted by area", _FLUX),
        Column("bias", "number", "mean of product minus truth, weighted by area", _FLUX),
        Column("spread", "number", "standard deviation of the truth, weighted by area", _FLUX),
        Column("r2_cells", "number", "R2, every cell alike", "1", missing=True),
        Column("rmse_cells", "number", "root mean square error, every cell alike", _FLUX),
        Column("bias_cells", "number", "mean of product minus truth, every cell alike", _FLUX),
        Column("cycle_r2", "number", "R2 of the mean seasonal cycles, by area", "1", missing=True),
        Column("mean_r2", "number", "R2 of the means of cells, by area", "1", missing=True),
        Column(
            "anomaly_r",
            "number",
            "Pearson correlation, by area, of the departures from the cell's mean seasonal cycle",
            "1",
            missing=True,
        ),
    ),
    key=("product", "scope", "group"),
)

_SKILL = "skill, 1 - MSE / MSE of the baseline, by area;"

TRUTH_SKILL = TableSchema(
    "skill over the climatology",
    (
        PRODUCT_COLUMN,
        Column("baseline", "text", "the climatology product that it is compared with"),
        Column("climate", "text", "main Koppen-Geiger class of the cell, or 'all'"),
        Column("year", "number", f"{_SKILL} all months", "1", missing=True),
        *(Column(name, "number", f"{_SKILL} {name}", "1", missing=True) for name in SEASONS),
        Column("not_better", "text", "columns in which the product is no better; or 'nowhere'"),
    ),
    key=("product", "climate"),
)


def score_map(data: Comparison, classes: Classes) -> pd.DataFrame:
    """Score every product against the truth, over all land and by group (TRUTH_SCORES).

    Groups without a pair have no row. A climate or class is that of the map features, as every
    product has read it, and not the true one.

    Args:
        data: truth and products.
        classes: class maps of the features.
    """
    rows = []
    areas, calendar, years = data.areas, data.calendar, data.years
    cycles = {name: mean_cycle(values, calendar) for name, values in data.products.items()}
    true_cycle = mean_cycle(data.truth, calendar)
    for scope, group, cells, months in _groups(data, classes):
        truth = data.truth[np.ix_(months, cells)]
        if not np.isfinite(truth).any():
            continue
        month, weights = calendar[months], areas[cells]
        kept = sorted(set(month - 1))
        for product, values in data.products.items():
            own, cycle = values[np.ix_(months, cells)], cycles[product][:, cells]
            departures = [
                anomalies(part, mean[month - 1], years[months])
                for part, mean in ((truth, true_cycle[:, cells]), (own, cycle))
            ]
            rows.append(
                {"product": product, "scope": scope, "group": group}
                | _pair_scores(truth, own, weights)
                | {
                    "cycle_r2": _r2(true_cycle[kept][:, cells], cycle[kept], weights),
                    "mean_r2": _r2(means_of_cells(truth), means_of_cells(own), weights),
                    "anomaly_r": correlation(*departures, weights),
                }
            )
    return TRUTH_SCORES.check(pd.DataFrame(rows), "scores against the truth")


def _groups(
    data: Comparison, classes: Classes
) -> Iterator[tuple[str, str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield scope, group, cells (cell,) and months (time,) of every group, in a fixed order."""
    climate, igbp = classes.climate[data.where], classes.igbp[data.where]
    every_cell, every_month = np.ones(len(climate), bool), np.ones(len(data.months), bool)
    climates = {name: climate == code for code, name in enumerate(CLIMATES, start=1)}
    seasons = {name: np.isin(data.calendar, months) for name, months in SEASONS.items()}
    yield ALL, ALL, every_cell, every_month
    for climate, cells in climates.items():
        yield "climate", climate, cells, every_month
    for season, months in seasons.items():
        yield "season", season, every_cell, months
    for climate, cells in climates.items():
        for season, months in seasons.items():
            yield "climate_season", f"{climate}, {season}", cells, months
    for code, name in enumerate(IGBP_CLASSES, start=1):
        yield "igbp", name, igbp == code, every_month


def _pair_scores(
    truth: NDArray[np.float64], product: NDArray[np.float64], areas: NDArray[np.float64]
) -> dict[str, float | int]:
    """Return the scores of all cell-months (time, cell) that have values."""
    pairs = np.isfinite(truth)
    weights = np.broadcast_to(areas, truth.shape)[pairs]
    by_area = score(truth[pairs], product[pairs], weights=weights)
    alike = score(truth[pairs], product[pairs])
    return {
        "cells": int(pairs.any(axis=0).sum()),
        "cell_months": int(pairs.sum()),
        "spread": spread(truth[pairs], weights),
        **{name: by_area[name] for name in ("r2", "rmse", "bias")},
        **{f"{name}_cells": alike[name] for name in ("r2", "rmse", "bias")},
    }


def spread(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> float:
    """Return the weighted standard deviation of values, all of which are finite."""
    return float(np.sqrt(np.average((values - np.average(values, weights=weights)) ** 2,
                                    weights=weights)))  # fmt: skip


def correlation(
    one: NDArray[np.float64], two: NDArray[np.float64], areas: NDArray[np.float64]
) -> float:
    """Return Pearson's r of (time, cell) weighted by area; NaN where one of them does not vary."""
    pairs = np.isfinite(one) & np.isfinite(two)
    weights = np.broadcast_to(areas, one.shape)[pairs]
    if not weights.size:
        return float("nan")
    one = one[pairs] - np.average(one[pairs], weights=weights)
    two = two[pairs] - np.average(two[pairs], weights=weights)
    spreads = [np.sqrt(np.average(values**2, weights=weights)) for values in (one, two)]
    # What varies only by the rounding of its mean does not vary.
    if min(spreads) < _STILL:
        return float("nan")
    return float(np.average(one * two, weights=weights) / (spreads[0] * spreads[1]))


def _r2(
    truth: NDArray[np.float64], product: NDArray[np.float64], areas: NDArray[np.float64]
) -> float:
    """Return R2 of (..., cell) by area over the values that there are."""
    pairs = np.isfinite(truth)
    return r2(truth[pairs], product[pairs], weights=np.broadcast_to(areas, truth.shape)[pairs])


def baseline_of(product: str, products: Iterable[str]) -> str | None:
    """Return the climatology product that a product is compared with, or None.

    It is the one of the same PFT setting, else the first there is.
    """
    found = baselines_beside(product, products, [BASELINE])
    same = MapName(BASELINE, MapName.parse(product).variant).name
    return same if same in found else next(iter(found), None)


def skill_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Say by climate and season how much better than the climatology each product is (TRUTH_SKILL).

    1 is perfect, 0 no better than the climatology, and below 0 it is worse. Products without a
    climatology beside them have no row.

    Args:
        scores: a TRUTH_SCORES table.
    """
    mse = scores.set_index(["product", "scope", "group"])["rmse"] ** 2
    products = scores["product"].unique().tolist()
    rows = []
    for product in products:
        baseline = baseline_of(product, products)
        if baseline is None:
            continue
        own, other = mse[product], mse[baseline]
        with np.errstate(divide="ignore", invalid="ignore"):
            skill = 1 - own / other
        for climate in (ALL, *CLIMATES):
            found = {column: skill.get(key, np.nan) for column, key in _skill_keys(climate).items()}
            if all(np.isnan(value) for value in found.values()):
                continue
            failed = [column for column, value in found.items() if value <= 0]
            rows.append(
                {"product": product, "baseline": baseline, "climate": climate, **found}
                | {"not_better": ", ".join(failed) or "nowhere"}
            )
    return TRUTH_SKILL.check(pd.DataFrame(rows, columns=TRUTH_SKILL.names), "skill")


def _skill_keys(climate: str) -> dict[str, tuple[str, str]]:
    """Return scope and group of each column of the skill table, for one climate."""
    if climate == ALL:
        return {"year": (ALL, ALL)} | {season: ("season", season) for season in SEASONS}
    groups = {season: ("climate_season", f"{climate}, {season}") for season in SEASONS}
    return {"year": ("climate", climate)} | groups
