"""The finished maps of XCO2 against the true ones, cell by cell (simulated Earth only).

All products are compared on the same cell-months: those where the truth and every product have a
value. Pairs are weighted by the area of their cell. Beside every product stands the better of the
trivial baselines that are products of the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.continents import CONTINENTS, continents_of
from carbonscape.columns.evaluation.skill import BASELINES, decimal_year, skill
from carbonscape.columns.evaluation.tables import MAP_VARIABLES, XCO2_TRUTH_SCORES
from carbonscape.core.errors import ResultError
from carbonscape.evaluation.baselines import baselines_beside, beside_best
from carbonscape.evaluation.comparison import Comparison
from carbonscape.evaluation.grids import Month, labelled, month_text, parse_month
from carbonscape.evaluation.seasons import ALL, SEASONS
from carbonscape.evaluation.variability import anomalies, mean_cycle

#: A variance under this, ppm2, is a rounding error of single precision.
_STILL = 1e-8


def tropomi_observed(
    months: Sequence[Month], *, first_month: Mapping[str, str], steps: int, window: str
) -> NDArray[np.bool_]:
    """Say in which months the gases of TROPOMI are observed in the whole window, (time,).

    Args:
        months: year and month.
        first_month: first complete month of each gas, YYYY-MM.
        steps: months of a window.
        window: trailing (the month and those before it) or centred.
    """
    first = max(12 * year + month for year, month in map(parse_month, first_month.values()))
    before = steps - 1 if window == "trailing" else steps // 2
    return np.array([12 * year + month - before >= first for year, month in months], dtype=bool)


def _groups(
    data: Comparison, observed: NDArray[np.bool_], continents: NDArray[np.str_]
) -> Iterator[tuple[str, str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield scope, group, months (time,) and cells (cell,), in a fixed order."""
    every_month, every_cell = np.ones(len(data.months), bool), np.ones(len(continents), bool)
    yield "global", ALL, every_month, every_cell
    for year in sorted(set(data.years.tolist())):
        yield "year", str(year), data.years == year, every_cell
    for season, months in SEASONS.items():
        yield "season", season, np.isin(data.calendar, months), every_cell
    yield "tropomi", "observed", observed, every_cell
    yield "tropomi", "climatology", ~observed, every_cell
    for name in CONTINENTS:
        yield "continent", name, every_month, continents == name


def score_truth(
    data: Comparison,
    *,
    continents_path: str | os.PathLike[str],
    tropomi_first_month: Mapping[str, str],
    steps: int,
    window: str,
) -> pd.DataFrame:
    """Score every product against the truth, all of it and by group (XCO2_TRUTH_SCORES).

    Groups without a pair have no row.

    Args:
        data: truth and products.
        continents_path: the map of continents.
        tropomi_first_month, steps, window: as in :func:`tropomi_observed`.
    """
    lat, lon = data.places
    continents = continents_of(lat, lon, path=continents_path)
    observed = tropomi_observed(
        data.months, first_month=tropomi_first_month, steps=steps, window=window
    )
    rows = []
    for scope, group, months, cells in _groups(data, observed, continents):
        pairs = np.isfinite(data.truth) & months[:, None] & cells
        if not pairs.any():
            continue
        found = {name: pair_skill(data, values, pairs) for name, values in data.products.items()}
        for product, numbers in found.items():
            others = baselines_beside(product, found, BASELINES)
            beside = beside_best(numbers["rmse"], {name: found[name]["rmse"] for name in others})
            rows.append({"product": product, "scope": scope, "group": group, **numbers, **beside})
    table = pd.DataFrame(rows)
    order = {name: number for number, name in enumerate(data.products)}
    table = table.sort_values("product", key=lambda names: names.map(order), kind="stable")
    return XCO2_TRUTH_SCORES.check(table, "XCO2 against the truth")


def pair_skill(
    data: Comparison, values: NDArray[np.float64], pairs: NDArray[np.bool_]
) -> dict[str, float | int]:
    """Return the columns SKILL of some cell-months (time, cell), weighted by area."""
    time = np.broadcast_to(np.arange(len(data.months))[:, None], pairs.shape)[pairs]
    return skill(
        data.truth[pairs],
        values[pairs],
        year=data.years[time],
        month=data.calendar[time],
        weights=np.broadcast_to(data.areas, pairs.shape)[pairs],
    )


def truth_map(data: Comparison, *, shown: str) -> xr.Dataset:
    """Return scores of each cell over all months for one product: ``MAP_VARIABLES`` (lat, lon).

    The correlation needs two years of a calendar month, and is NaN where nothing is left to vary.

    Raises:
        ResultError: there is no such product.
    """
    if shown not in data.products:
        raise ResultError(
            f"there is no product {shown} (the run has {', '.join(data.products)}); set "
            "'xco2.figures.model' and 'xco2.figures.time_input' to one of 'xco2.product'."
        )
    error = data.products[shown] - data.truth
    rest = [_departures(values, data) for values in (data.truth, data.products[shown])]
    cells = {
        "bias": np.nanmean(error, axis=0),
        "rmse": np.sqrt(np.nanmean(error**2, axis=0)),
        "correlation": _correlate(*rest),
    }
    return labelled(
        {
            name: (("lat", "lon"), data.on_grid(cells[name]), meaning, unit)
            for name, (meaning, unit) in MAP_VARIABLES.items()
        },
        data.grid,
        title="XCO2 of a simulated Earth: product against truth",
        product=shown,
        first_month=month_text(data.months[0]),
        last_month=month_text(data.months[-1]),
    )


def _departures(values: NDArray[np.float64], data: Comparison) -> NDArray[np.float64]:
    """Return (time, cell) less each cell's line in time and mean seasonal cycle, fitted together.

    One after the other would leave a part of the season in the line, where years are not whole.
    """
    time = np.where(np.isfinite(values), decimal_year(data.years, data.calendar)[:, None], np.nan)
    own, offset = (
        anomalies(part, mean_cycle(part, data.calendar)[data.calendar - 1], data.years)
        for part in (values, time)
    )
    spread = np.nansum(offset**2, axis=0)
    slope = np.nansum(offset * own, axis=0) / np.where(spread > 0, spread, 1.0)
    return own - slope * offset


def _correlate(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Pearson's r of departures (time, cell), whose means are zero, in each cell."""
    top = np.nansum(one * two, axis=0)
    sums = np.nansum(one**2, axis=0), np.nansum(two**2, axis=0)
    varies = np.minimum(*sums) > _STILL * len(one)
    return np.where(varies, top / np.sqrt(np.where(varies, sums[0] * sums[1], 1.0)), np.nan)
