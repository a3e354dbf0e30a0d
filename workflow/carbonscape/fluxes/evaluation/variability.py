"""Interannual variability of a flux in each cell, by map (figures 7 and 13)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.findings import left_out
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import annual_sum
from carbonscape.evaluation.grids import (
    MapFiles,
    areas_of,
    grid_of_maps,
    labelled,
    open_year,
    require_grid,
)
from carbonscape.fluxes.evaluation.classes import Classes, read_classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.fluxes.evaluation.other_maps import NO_OTHERS, ToGrid, other_annual
from carbonscape.products.product import Product

#: Mean annual flux below which a cell has no variability: a ratio to next to nothing.
LOWEST_MEAN = 10.0

#: Fewest years of a standard deviation.
MIN_YEARS = 3

#: IGBP classes of arid cells that count as desert: bare land and open shrubland, such as that of
#: Australia. Class maps hold the five main climates, which do not tell deserts from steppes.
DESERT_COVER = ("BSV", "OSH")

#: Groups of cells in the table: all land, the main climates, and the deserts.
GROUPS = ("all", *CLIMATES, "desert")

VARIABILITY = TableSchema(
    "interannual variability",
    (
        PRODUCT_COLUMN,
        Column(
            "group",
            "text",
            "main Koppen-Geiger class of the cell, 'all', or 'desert': arid cells of the IGBP "
            "classes BSV and OSH",
        ),
        Column("first_year", "integer", "first year"),
        Column("last_year", "integer", "last year"),
        Column("years", "integer", "years between them that count", "1"),
        Column("cells", "integer", "cells with a variability", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column("median", "number", "variability, median over these cells", "1", True),
        Column("mean", "number", "variability, mean over their area", "1", True),
        Column("common_cells", "integer", "cells in which every product has one", "1"),
        Column("common_median", "number", "median over those cells", "1", True),
        Column("common_mean", "number", "mean over the area of those cells", "1", True),
    ),
    key=("product", "group"),
)


#: Variability and mean of a map, (lat, lon) each.
_Maps = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class VariabilityNumbers:
    """What figures 7 and 13 show.

    Attributes:
        settings, products: variability and mean_annual (product, lat, lon), with cell bounds, and
            first_year, last_year and years (product,): of the maps of figure 7 and of figure 13.
        table: VARIABILITY of all of these maps.
    """

    settings: xr.Dataset
    products: xr.Dataset
    table: pd.DataFrame


class YearSpread:
    """Mean and spread of maps in each cell, year by year: one map is in memory at a time."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = 0
        self.mean = np.zeros(shape)
        self._squares = np.zeros(shape)

    def add(self, annual: NDArray[np.floating]) -> None:
        """Add a year; a cell without a value in any year has none in the end.

        Source: Welford (1962, doi 10.1080/00401706.1962.10490022), which loses no digits to
        large means and leaves a constant series with a spread of exactly zero.
        """
        self.count += 1
        before = annual - self.mean
        self.mean += before / self.count
        self._squares += before * (annual - self.mean)

    def variability(self, *, lowest_mean: float = LOWEST_MEAN) -> NDArray[np.float64]:
        """Return the standard deviation (ddof 1) divided by the mean.

        NaN where a year has no value or the mean is below ``lowest_mean``.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.sqrt(self._squares / (self.count - 1)) / self.mean
            return np.where(self.mean >= lowest_mean, ratio, np.nan)


def variability_numbers(
    product: Product,
    files: MapFiles,
    classes_path: str | os.PathLike[str],
    *,
    settings: Sequence[str],
    products: Sequence[str],
    others: MapFiles = NO_OTHERS,
    asked: Sequence[str] = (),
) -> VariabilityNumbers:
    """Compute the interannual variability of each map.

    It is the standard deviation (ddof 1) of the sums of single years divided by their mean, and
    no trend is taken out. Years of a map are those that it shares with the first map.

    Args:
        product: the flux that is mapped.
        files: files of every map of both figures.
        classes_path: netCDF of the class maps.
        settings: maps of figure 7, the settings of one model.
        products: maps of figure 13.
        others: files of products of others, which figure 13 shows as well. The sums of their years
            are brought to the grid of the run by area.
        asked: names of those that the run compares with, in order.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or there is no map.

    Source: the GPP paper, section 3.2.2 ("the standard deviation divided by the mean of annual
    fluxes"), figures 7 and 13.
    """
    grid = grid_of_maps(files, product.name)
    beside = {name: others.get(name, {}) for name in asked}
    years, to_grid = shared_years({**files, **beside}), ToGrid(grid)
    found: dict[str, _Maps] = {}
    for name, span in years.items():
        spread = YearSpread((grid.n_lat, grid.n_lon))
        for year in span:
            spread.add(
                _annual_of_other(product.name, beside[name][year], year, to_grid)
                if name in beside
                else _annual(product.name, files[name][year], year, grid)
            )
        # Single precision, as in the file: no more is kept of a map that is done.
        found[name] = tuple(part.astype(np.float32) for part in (spread.variability(), spread.mean))
    both = (
        _dataset(product, {name: found[name] for name in names if name in found}, years, grid)
        for names in (settings, [*products, *beside])
    )
    table = variability_table(
        {name: ratio for name, (ratio, _) in found.items()},
        years,
        read_classes(classes_path, grid),
        areas_of(grid),
    )
    return VariabilityNumbers(*both, table)


def _annual(name: str, path: Path, year: int, grid: Grid) -> NDArray[np.float64]:
    """Return the sum of a year of a map of the run, (lat, lon) gC m-2 yr-1."""
    with open_year(path, name, year) as flux:
        require_grid(flux, grid, str(path))
        # An iterable of months: no more than one is in memory.
        return annual_sum((month.values for month in flux), year=year)


def _annual_of_other(name: str, path: Path, year: int, to_grid: ToGrid) -> NDArray[np.floating]:
    """Return the sum of a year of a product of others on the grid of the run."""
    annual, own = other_annual(path, name, year)
    return to_grid.apply(annual, own, origin=str(path))


def shared_years(files: MapFiles) -> dict[str, list[int]]:
    """Return the years of each map that the first map has as well, at least three.

    A map with fewer is left out, with a line that says so.
    """
    reference = set(next(iter(files.values()), {}))
    found = {}
    for name, years in files.items():
        shared = sorted(reference & set(years))
        if len(shared) < MIN_YEARS:
            left_out(
                name,
                f"interannual variability needs {MIN_YEARS} years that {next(iter(files))}, the "
                f"first map, has as well, found {len(shared)}",
                source="maps",
                kind="variable",
            )
            continue
        found[name] = shared
    return found


def variability_table(
    maps: Mapping[str, NDArray[np.floating]],
    years: Mapping[str, Sequence[int]],
    classes: Classes,
    areas: NDArray[np.float64],
) -> pd.DataFrame:
    """Summarise variability over the cells of each climate and of the deserts (VARIABILITY).

    Args:
        maps: variability (lat, lon) by product, NaN where there is none.
        years: the years of each product.
        classes: climate and land cover of the cells.
        areas: (lat, lon) m2.

    Returns:
        Rows of products; common columns are over the cells in which every product has a value, on
        which alone products with different masks compare.
    """
    common = np.ones(areas.shape, dtype=bool)
    for values in maps.values():
        common &= np.isfinite(values)
    rows = []
    for name, values in maps.items():
        span = years[name]
        said = {"first_year": min(span), "last_year": max(span), "years": len(span)}
        for group in GROUPS:
            inside = cells_of(group, classes)
            row = {"product": name, "group": group, **said}
            row |= summary_of(values, areas, inside & np.isfinite(values))
            beside = summary_of(values, areas, inside & common)
            row |= {f"common_{key}": beside[key] for key in ("cells", "median", "mean")}
            rows.append(row)
    table = pd.DataFrame(rows, columns=VARIABILITY.names)
    return VARIABILITY.check(table, "interannual variability")


def cells_of(group: str, classes: Classes) -> NDArray[np.bool_]:
    """Return the cells (lat, lon) of a group: a climate, ``desert`` or ``all``."""
    if group == "all":
        return np.ones(classes.climate.shape, dtype=bool)
    if group == "desert":
        codes = [IGBP_CLASSES.index(name) + 1 for name in DESERT_COVER]
        return cells_of("arid", classes) & np.isin(classes.igbp, codes)
    return classes.climate == CLIMATES.index(group) + 1


def summary_of(
    values: NDArray[np.floating], areas: NDArray[np.float64], inside: NDArray[np.bool_]
) -> dict[str, float]:
    """Return number, area (1e6 km2), median and mean over the area of some cells."""
    found = {"cells": int(inside.sum()), "area": float(areas[inside].sum() / 1e12)}
    if not inside.any():
        return found | {"median": np.nan, "mean": np.nan}
    mean = float(np.average(values[inside], weights=areas[inside]))
    return found | {"median": float(np.median(values[inside])), "mean": mean}


def _dataset(
    product: Product,
    found: Mapping[str, _Maps],
    years: Mapping[str, Sequence[int]],
    grid: Grid,
) -> xr.Dataset:
    """Return variability and mean of some maps as a labelled dataset."""
    dims, shape = ("product", "lat", "lon"), (len(found), grid.n_lat, grid.n_lon)
    ratio, mean = ([maps[at] for maps in found.values()] for at in (0, 1))
    dataset = labelled(
        {
            "variability": (
                dims,
                np.reshape(ratio, shape),
                f"interannual variability of {product.label}",
                "1",
            ),
            "mean_annual": (
                dims,
                np.reshape(mean, shape),
                f"{product.label} summed over a year, mean over the years, as mass of carbon",
                "g m-2 year-1",
            ),
        },
        grid,
        title=f"Interannual variability of {product.long_name}",
        coordinates={"product": np.array([*found], dtype=object)},
        definition=(
            "standard deviation (ddof 1) of annual sums divided by their mean, not detrended; "
            f"cells with a mean below {LOWEST_MEAN:g} g m-2 year-1 are masked"
        ),
    )
    for name, pick, meaning in (
        ("first_year", min, "first year"),
        ("last_year", max, "last year"),
        ("years", len, "number of years"),
    ):
        values = np.array([pick(years[one]) for one in found], dtype=np.int32)
        dataset[name] = ("product", values, {"long_name": meaning, "units": "1"})
    return dataset
