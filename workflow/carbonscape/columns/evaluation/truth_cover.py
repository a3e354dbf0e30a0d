"""What the standard deviation of the XCO2 map covers of the truth (simulated Earth only)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.columns.evaluation.spread_tables import BANDS
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.comparison import Fields, spreads
from carbonscape.evaluation.grids import MapFiles, monthly_fields
from carbonscape.evaluation.seasons import ALL, SEASONS, season_of
from carbonscape.products.product import Product

_PPM = "ppm"

XCO2_TRUTH_COVER = TableSchema(
    "truth within the spread of XCO2",
    (
        Column("product", "text", "{model}-{time_input} of a map with a standard deviation"),
        Column("scope", "text", "all, soundings, season or latitude"),
        Column(
            "group", "text",
            "cell-months with soundings ('seen') or without ('unseen'), season, band of latitude",
        ),
        Column("cell_months", "integer", "months of cells with truth and standard deviation", "1"),
        Column("std", "number", "standard deviation of the map, mean by area", _PPM),
        Column("rmse", "number", "root mean square error of the map, by area", _PPM),
        Column("coverage", "number", "share of the area and months whose error lies within", "1"),
        Column("coverage95", "number", "share within the interval of 95 %", "1"),
    ),
    key=("product", "scope", "group"),
)  # fmt: skip


def truth_cover(
    product: Product,
    fields: Fields,
    files: MapFiles,
    soundings: Sequence[str | os.PathLike[str]],
) -> pd.DataFrame:
    """Say how much of the truth lies within the standard deviation of a map (XCO2_TRUTH_COVER).

    Its factor was fitted where there are soundings; most months of high latitudes have none. A map
    without a standard deviation has no row.

    Args:
        product: the column.
        fields: truth and maps.
        files: files of every map of ``fields``.
        soundings: gridded ones of each instrument, on the grid of the maps.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.
    """
    rows = []
    groups = list(_groups(fields, _seen(product, fields, soundings)))
    for name, spread in spreads(product, fields, files):
        for scope, group, cells in groups:
            inside = cells & spread.known
            if not inside.any():
                continue
            found = spread.scores(inside)
            found["coverage"], found["coverage95"] = found.pop("within"), found.pop("within95")
            rows.append({"product": name, "scope": scope, "group": group, **found})
    table = pd.DataFrame(rows, columns=XCO2_TRUTH_COVER.names)
    return XCO2_TRUTH_COVER.check(table, "truth within the spread of XCO2")


def _seen(
    product: Product, fields: Fields, soundings: Sequence[str | os.PathLike[str]]
) -> NDArray[np.bool_]:
    """Return the cells and months with soundings, (time, lat, lon)."""
    seen = np.zeros(fields.truth.shape, dtype=bool)
    row = {month: number for number, month in enumerate(fields.months)}
    for month, (field,) in monthly_fields(soundings, product.name, grid=fields.grid):
        if month in row:
            seen[row[month]] |= np.isfinite(field)
    return seen


def _groups(
    fields: Fields, seen: NDArray[np.bool_]
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Yield scope, group and the cells and months of it, (time, lat, lon)."""
    yield "all", ALL, np.ones(seen.shape, dtype=bool)
    yield "soundings", "seen", seen
    yield "soundings", "unseen", ~seen
    season, lat = season_of(fields.calendar), fields.grid.lat
    for name in SEASONS:
        yield "season", name, np.broadcast_to((season == name)[:, None, None], seen.shape)
    for name, (low, high) in BANDS.items():
        inside = (lat > low) & (lat <= high)
        yield "latitude", name, np.broadcast_to(inside[:, None], seen.shape)
