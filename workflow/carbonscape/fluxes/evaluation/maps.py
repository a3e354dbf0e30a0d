"""The finished maps: yearly sums by cell (figure 11) and over the land (figure 16)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import annual_sum, petagrams
from carbonscape.evaluation.grids import (
    MapFiles,
    areas_of,
    grid_of_maps,
    labelled,
    open_year,
    require_grid,
)
from carbonscape.evaluation.trends import fit_line, slope_interval
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.fluxes.evaluation.other_maps import NO_OTHERS
from carbonscape.fluxes.evaluation.other_totals import other_sums
from carbonscape.fluxes.evaluation.vegetated import read_vegetated, vegetated_total
from carbonscape.products.product import Product

PRODUCT_COLUMN = Column(
    "product", "text", "model and PFT setting: <model>-<pft>; of a product of others its name"
)

ANNUAL_TOTALS = TableSchema(
    "annual totals",
    (
        PRODUCT_COLUMN,
        Column("year", "integer", "calendar year"),
        Column(
            "total",
            "number",
            "sum over the whole area of all cells with twelve valid months, as in the paper",
            "PgC yr-1",
        ),
        Column(
            "vegetated_total",
            "number",
            "sum over the vegetated part of these cells, for maps that know it",
            "PgC yr-1",
            missing=True,
        ),
        Column("cells", "integer", "such cells", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column("coverage", "number", "share of the land area that they cover", "1"),
    ),
    key=("product", "year"),
)

GROWTH = TableSchema(
    "growth of annual totals",
    (
        PRODUCT_COLUMN,
        Column("first_year", "integer", "first year"),
        Column("last_year", "integer", "last year"),
        Column("total", "number", "mean of the annual totals over whole cells (paper)", "PgC yr-1"),
        Column(
            "vegetated_total",
            "number",
            "mean of the annual totals over the vegetated part of cells",
            "PgC yr-1",
            missing=True,
        ),
        Column("coverage", "number", "mean share of the land area that they cover", "1"),
        Column("growth", "number", "slope of the totals on the year (OLS)", "PgC yr-2", True),
        Column(
            "growth_error",
            "number",
            "standard error of the slope, years taken as independent; from three years on",
            "PgC yr-2",
            missing=True,
        ),
        Column(
            "autocorrelation",
            "number",
            "a = (years r + 2) / (years - 4), within 0 and 0.99, with r the lag-1 autocorrelation "
            "of the residuals, which is too low in a short series; from five years on",
            "1",
            missing=True,
        ),
        Column(
            "effective_years",
            "number",
            "years (1 - a) / (1 + a), at least 3: how many independent years "
            "that the series is worth",
            "1",
            missing=True,
        ),
        Column(
            "growth_low",
            "number",
            "lower end of the 95 % interval of the slope: its standard error and Student's t with "
            "the effective years in place of the years",
            "PgC yr-2",
            missing=True,
        ),
        Column("growth_high", "number", "upper end of that interval", "PgC yr-2", missing=True),
    ),
    key=("product",),
)


@dataclass(frozen=True)
class MapNumbers:
    """What figures 11 and 16 show.

    Attributes:
        annual: the flux (product, lat, lon), gC m-2 yr-1, of one year, with cell bounds.
        totals: ANNUAL_TOTALS.
        growth: GROWTH.
    """

    annual: xr.Dataset
    totals: pd.DataFrame
    growth: pd.DataFrame


def map_numbers(
    product: Product,
    files: MapFiles,
    classes_path: str | os.PathLike[str],
    *,
    map_year: int,
    others: MapFiles = NO_OTHERS,
    asked: Sequence[str] = (),
) -> MapNumbers:
    """Compute the numbers of figures 11 and 16, one year of one map in memory at a time.

    Args:
        product: the flux that is mapped.
        files: files of every map; all have the same years.
        classes_path: netCDF of the class maps, of which only the land is used.
        map_year: year of the map.
        others: files of products of others.
        asked: names of those that the run compares with; what is absent of them is stated.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or no map has
            ``map_year``.

    Source: the GPP paper, figures 11 and 16.
    """
    grid = grid_of_maps(files, product.name)
    areas, land = areas_of(grid), read_classes(classes_path, grid).land
    maps: dict[str, NDArray[np.float64]] = {}
    rows = []
    for name, years in files.items():
        if map_year not in years:
            raise ResultError(
                f"product {name} has no year {map_year} (it has {min(years)} to {max(years)}); "
                "set 'figures.map_year' to one of its years."
            )
        for year, path in sorted(years.items()):
            with open_year(path, product.name, year) as flux:
                require_grid(flux, grid, str(path))
                annual = annual_sum(flux.values, year=year)
            vegetated = vegetated_total(annual, areas, read_vegetated(path))
            rows.append(
                {
                    "product": name,
                    "year": year,
                    **_total(annual, areas, land),
                    "vegetated_total": vegetated,
                }
            )
            if year == map_year:
                maps[name] = annual
    beside, of_others = other_sums(
        product.name,
        others,
        asked=asked,
        land=land,
        grid=grid,
        map_year=map_year,
        map_years=sorted({year for years in files.values() for year in years}),
    )
    maps, rows = maps | beside, rows + of_others
    table = pd.DataFrame(rows, columns=ANNUAL_TOTALS.names)
    totals = ANNUAL_TOTALS.check(table, "annual totals")
    return MapNumbers(
        annual=_annual_dataset(product, maps, grid, map_year=map_year),
        totals=totals,
        growth=growth_of(totals),
    )


def _total(
    annual: NDArray[np.float64], areas: NDArray[np.float64], land: NDArray[np.bool_]
) -> dict[str, float | int]:
    """Return the sum of one year, and how much of the land it covers."""
    valid = np.isfinite(annual)
    return {
        "total": petagrams(annual, areas),
        "cells": int(valid.sum()),
        "area": float(areas[valid].sum() / 1e12),
        "coverage": float(areas[valid & land].sum() / areas[land].sum()),
    }


def growth_of(totals: pd.DataFrame) -> pd.DataFrame:
    """Fit a line through the annual totals of each product (GROWTH).

    Args:
        totals: an ANNUAL_TOTALS table.

    Source: the GPP paper, figure 16b (growth rates); the intervals are those of
        :func:`carbonscape.evaluation.trends.slope_interval`.
    """
    rows = []
    for product, years in totals.groupby("product", sort=False):
        year, total = years["year"].to_numpy(), years["total"].to_numpy()
        slope, error = fit_line(year, total)
        interval = slope_interval(year, total)
        rows.append(
            {
                "product": product,
                "first_year": years["year"].min(),
                "last_year": years["year"].max(),
                "total": years["total"].mean(),
                "vegetated_total": years["vegetated_total"].mean(),
                "coverage": years["coverage"].mean(),
                "growth": slope,
                "growth_error": error,
                "autocorrelation": interval.autocorrelation,
                "effective_years": interval.effective_years,
                "growth_low": interval.low,
                "growth_high": interval.high,
            }
        )
    return GROWTH.check(pd.DataFrame(rows, columns=GROWTH.names), "growth of annual totals")


def _annual_dataset(
    product: Product, maps: Mapping[str, NDArray[np.float64]], grid: Grid, *, map_year: int
) -> xr.Dataset:
    """Return the maps of one year as a labelled dataset."""
    meaning = f"{product.label} summed over {map_year}, as mass of carbon"
    values = np.stack([*maps.values()])
    dataset = labelled(
        {product.name: (("product", "lat", "lon"), values, meaning, "g m-2 year-1")},
        grid,
        title=f"{product.long_name.capitalize()} of {map_year} by product",
        coordinates={"product": [*maps]},
        year=map_year,
    )
    said = {"cell_methods": "area: mean time: sum"}
    if standard := product.layers[product.name].attributes.get("standard_name"):
        said["standard_name"] = standard
    dataset[product.name].attrs |= said
    return dataset
