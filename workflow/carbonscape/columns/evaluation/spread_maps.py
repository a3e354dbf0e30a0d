"""The standard deviation of the XCO2 map: means over months, by season and by latitude."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.columns.evaluation.spread_tables import BANDS, XCO2_SPREAD_MONTHS
from carbonscape.evaluation.grids import areas_of, grid_in, labelled, monthly_fields
from carbonscape.evaluation.seasons import ALL, SEASONS, season_of
from carbonscape.products.product import Product


def spread_maps(
    product: Product, files: Sequence[str | os.PathLike[str]]
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Average the standard deviation of a map over its months, one month in memory at a time.

    Args:
        product: the column that is mapped.
        files: the map's files, with ``<product>_std``.

    Returns:
        ``mean`` (lat, lon) over all months and ``seasonal`` (season, lat, lon), ppm, NaN where a
        cell has none, with the attributes ``first_month`` and ``last_month``; and a
        XCO2_SPREAD_MONTHS table of the bands that have a value.

    Raises:
        InputError, ResultError: a file is absent, damaged, of another grid or has no spread.
    """
    grid = grid_in(files[0])
    areas, lat = areas_of(grid), grid.lat
    rows = {name: (lat > low) & (lat <= high) for name, (low, high) in BANDS.items()}
    rows[ALL] = lat > min(low for low, _ in BANDS.values())
    total = np.zeros((len(SEASONS), grid.n_lat, grid.n_lon))
    count = np.zeros(total.shape, dtype=np.int16)
    sums: dict[tuple[str, int], list[float]] = {}
    months = []
    for month, (field,) in monthly_fields(files, f"{product.name}_std", grid=grid):
        months.append(month)
        there = np.isfinite(field)
        values = np.where(there, field, 0.0)
        season = [*SEASONS].index(str(season_of(month[1])))
        total[season] += values
        count[season] += there
        by_row = (values * areas).sum(axis=1), (there * areas).sum(axis=1)
        for name, inside in rows.items():
            found = sums.setdefault((name, month[1]), [0.0, 0.0])
            for place, part in enumerate(by_row):
                found[place] += float(part[inside].sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        seasonal = np.where(count > 0, total / count, np.nan)
        every = count.sum(axis=0)
        mean = np.where(every > 0, total.sum(axis=0) / every, np.nan)
    text = f"{product.label} standard deviation, mean over"
    first, last = (f"{year}-{month:02d}" for year, month in (min(months), max(months)))
    dataset = labelled(
        {
            "mean": (("lat", "lon"), mean, f"{text} all months", "ppm"),
            "seasonal": (("season", "lat", "lon"), seasonal, f"{text} the season's months", "ppm"),
        },
        grid,
        title="Standard deviation of the XCO2 map",
        coordinates={"season": np.array([*SEASONS], dtype=object)},
        first_month=first,
        last_month=last,
    )
    table = pd.DataFrame(
        [
            {"band": name, "month": month, "std": value / area}
            for (name, month), (value, area) in sums.items()
            if area > 0
        ],
        columns=XCO2_SPREAD_MONTHS.names,
    )
    order = [*BANDS, ALL]
    table = table.sort_values(["band", "month"], key=lambda c: c.map(order.index)
                              if c.name == "band" else c, ignore_index=True)  # fmt: skip
    return dataset, XCO2_SPREAD_MONTHS.check(table, "spread of the XCO2 map by month")
