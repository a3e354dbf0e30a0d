"""Products of others in the cells of their own grids in which towers lie (figure 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.findings import left_out
from carbonscape.evaluation.grids import MapFiles
from carbonscape.fluxes.evaluation.other_maps import locate, open_other

#: Share of the tower months of our maps that a product must have a value in: all are scored in
#: the months that all have, which a product of few years or places would take from the others.
LEAST_SHARE = 0.5


def other_columns(
    name: str,
    others: MapFiles,
    months: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    asked: Sequence[str],
    kept: NDArray[np.bool_],
) -> dict[str, pd.Series]:
    """Return the values of products of others at tower months, gC m-2 d-1, by product.

    A product with a value in less than half of the months that our maps share is left out, with a
    line that says so.

    Args:
        name: variable of the maps.
        others: files of products of others.
        months: site, year and month of scored tower months.
        sites: site, lat and lon (degrees north and east).
        asked: names of the products that the run compares with, in order.
        kept: (month,) whether every map of ours has a value.

    Raises:
        InputError, ResultError: a file is absent, damaged, of another year or of no regular grid.
    """
    found = {}
    for other in asked:
        values = sample_other(name, others.get(other, {}), months, sites)
        there = int((np.isfinite(values) & kept).sum())
        if not kept.any() or there < LEAST_SHARE * kept.sum():
            reason = (
                f"it has a value in {there} of the {int(kept.sum())} tower months that the maps of "
                f"this run share, expected at least {LEAST_SHARE:.0%}; figure 15 does not show it"
            )
            left_out(other, reason, source=other, kind="variable")
            continue
        found[other] = values
    return found


def sample_other(
    name: str, years: Mapping[int, Path], months: pd.DataFrame, sites: pd.DataFrame
) -> pd.Series:
    """Return a product in the cells of its own grid that hold the towers, gC m-2 d-1.

    Args:
        name: variable of the map.
        years: its file of each year that it has.
        months: site, year and month.
        sites: site, lat and lon (degrees north and east).

    Returns:
        A value a row of ``months``; NaN in years that it lacks, where a cell has none, and off its
        grid.

    Raises:
        InputError, ResultError: a file is absent, damaged, of another year or of no regular grid.
    """
    places = sites.set_index("site")
    values = pd.Series(np.nan, index=months.index)
    for year, of_year in months[months["year"].isin(list(years))].groupby("year"):
        with open_other(years[year], name, int(year)) as (flux, own):
            for month, part in of_year.groupby("month"):
                place = places.loc[part["site"]]
                rows, columns, inside = locate(own, place["lat"], place["lon"])
                field = flux.isel(time=int(month) - 1).values[rows, columns]
                values[part.index] = np.where(inside, field, np.nan)
    return values
