"""How a monthly flux and sun-induced fluorescence (SIF) go together in each cell (figure 8)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.grids import (
    MapFiles,
    Month,
    areas_of,
    grid_of_maps,
    labelled,
    month_text,
    months_of,
    open_grid,
    open_year,
    require_grid,
)
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.products.product import Product

#: Reads one month, 1 to 12, of an open year of a map: (lat, lon).
MonthOf = Callable[[int], NDArray[np.floating]]

#: Shares of the cells at which the distribution of r is given: its column, and the share.
QUANTILES = {"r_p05": 0.05, "r_p25": 0.25, "r": 0.5, "r_p75": 0.75, "r_p95": 0.95}

SIF_CLIMATES = TableSchema(
    "correlation with SIF",
    (
        PRODUCT_COLUMN,
        Column("climate", "text", "main Koppen-Geiger class of the cell, or 'all'"),
        Column("cells", "integer", "cells with a correlation", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column("months", "number", "months with flux and SIF, median over these cells", "1", True),
        Column("r", "number", "Pearson correlation of the months, median over cells", "1", True),
        Column("r_p05", "number", "r that 5 % of the cells do not exceed", "1", True),
        Column("r_p25", "number", "r that 25 % of the cells do not exceed", "1", True),
        Column("r_p75", "number", "r that 75 % of the cells do not exceed", "1", True),
        Column("r_p95", "number", "r that 95 % of the cells do not exceed", "1", True),
        Column("positive", "number", "share of their area on which r is above zero", "1", True),
    ),
    key=("product", "climate"),
)


@dataclass(frozen=True)
class SifNumbers:
    """What figure 8 shows.

    Attributes:
        maps: r, the correlation, and months, those with flux and SIF, NaN where the product has no
            flux; both (product, lat, lon), with cell bounds.
        climates: SIF_CLIMATES.
    """

    maps: xr.Dataset
    climates: pd.DataFrame


class Correlation:
    """Pearson's r of two maps in each cell, month by month: two maps are in memory at a time."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = np.zeros(shape, dtype=np.int32)
        self._means = np.zeros((2, *shape))
        self._squares = np.zeros((2, *shape))
        self._products = np.zeros(shape)

    def add(self, one: NDArray[np.floating], two: NDArray[np.floating]) -> None:
        """Add a month of both maps; it counts in those cells where both have a value.

        Source: Welford (1962, doi 10.1080/00401706.1962.10490022), which loses no digits to
        large means and leaves a constant series with a spread of exactly zero.
        """
        valid = np.isfinite(one) & np.isfinite(two)
        self.count += valid
        values = np.stack([one, two]).astype(np.float64)
        before = np.where(valid, values - self._means, 0.0)
        self._means += before / np.maximum(self.count, 1)
        after = np.where(valid, values - self._means, 0.0)
        self._squares += before * after
        self._products += before[0] * after[1]

    def r(self, *, min_months: int) -> NDArray[np.float64]:
        """Return r; NaN below ``min_months`` common months, or where a series does not vary."""
        spread = np.sqrt(self._squares[0]) * np.sqrt(self._squares[1])
        enough = (self.count >= min_months) & (spread > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(enough, np.clip(self._products / spread, -1.0, 1.0), np.nan)


def sif_numbers(
    product: Product,
    files: MapFiles,
    sif_path: str | os.PathLike[str],
    classes_path: str | os.PathLike[str],
    *,
    min_months: int,
) -> SifNumbers:
    """Correlate the monthly flux of each map with SIF, cell by cell.

    Args:
        product: the flux that is mapped.
        files: files of every map of every year in which there is SIF; other years are passed over.
        sif_path: netCDF of ``quality.sif.grid_sif``: sif (time, lat, lon), mW m-2 sr-1 nm-1.
        classes_path: netCDF of the class maps, of which the climates are used.
        min_months: fewest months with flux and SIF for the correlation of a cell.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or a map lacks a
            year.

    Source: the GPP paper, section 3.2.2 and figure 8 ("mean seasonal correlation"), read as the
    correlation over single months.
    """
    grid = grid_of_maps(files, product.name)
    found: dict[str, list[NDArray[np.floating]]] = {"r": [], "months": []}
    with open_grid(sif_path, "sif", "time", "lat", "lon") as dataset:
        require_grid(dataset, grid, str(sif_path))
        sif, months = dataset["sif"].transpose("time", "lat", "lon"), months_of(dataset)
        for name, years in files.items():
            _require_years(name, years, months)
            open_map = partial(_open_own, name=product.name, grid=grid)
            r, seen = correlate(sif, months, years, open_map, min_months=min_months)
            found["r"].append(r)
            found["months"].append(seen)
    return numbers_of(product, [*files], found, months, grid, classes_path)


@contextlib.contextmanager
def _open_own(path: Path, year: int, *, name: str, grid: Grid) -> Iterator[MonthOf]:
    """Open a year of a map of the run: a function that reads a month."""
    with open_year(path, name, year) as flux:
        require_grid(flux, grid, str(path))
        yield lambda month: flux.isel(time=month - 1).values


def correlate(
    sif: xr.DataArray,
    months: list[Month],
    years: Mapping[int, Path],
    open_map: Callable[[Path, int], AbstractContextManager[MonthOf]],
    *,
    min_months: int,
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Correlate one map with SIF over the months of the years that it has.

    Args:
        sif: (time, lat, lon).
        months: of ``sif``.
        years: files of the map by year.
        open_map: opens a file of a year: a function that returns a month (lat, lon) on the grid
            of ``sif``.
        min_months: fewest months with flux and SIF.

    Returns:
        r, and the number of months with both, NaN where the map has no flux; (lat, lon) each.
    """
    total, seen = Correlation(sif.shape[1:]), np.zeros(sif.shape[1:], dtype=bool)
    for year in sorted({year for year, _ in months} & set(years)):
        with open_map(years[year], year) as month_of:
            for step, (when, month) in enumerate(months):
                if when == year:
                    field = month_of(month)
                    seen |= np.isfinite(field)
                    total.add(field, sif.isel(time=step).values)
    return total.r(min_months=min_months), np.where(seen, total.count, np.nan)


def numbers_of(
    product: Product,
    names: list[str],
    found: Mapping[str, list[NDArray[np.floating]]],
    months: list[Month],
    grid: Grid,
    classes_path: str | os.PathLike[str],
) -> SifNumbers:
    """Return the correlations of some products as labelled maps, and by climate.

    Args:
        product: the flux that is mapped.
        names: of the products.
        found: r and months, a field (lat, lon) a product.
        months: of SIF.
        grid: of the fields.
        classes_path: netCDF of the class maps.

    Raises:
        InputError, ResultError: the class maps are absent, damaged or of another grid.
    """
    dims, label = ("product", "lat", "lon"), product.label
    meanings = {
        "r": f"Pearson correlation of monthly {label} with SIF",
        "months": f"months with {label} and SIF; NaN where the product has no {label}",
    }
    maps = labelled(
        {name: (dims, np.stack(found[name]), meaning, "1") for name, meaning in meanings.items()},
        grid,
        title=f"Correlation of monthly {product.long_name} with sun-induced fluorescence",
        coordinates={"product": names},
        first_month=month_text(months[0]),
        last_month=month_text(months[-1]),
    )
    climate = read_classes(classes_path, grid).climate
    return SifNumbers(maps, climates_table(maps, climate, areas_of(grid)))


def _require_years(name: str, years: Mapping[int, object], months: list[Month]) -> None:
    """Refuse a map that lacks a year of the months of SIF."""
    absent = sorted({year for year, _ in months} - set(years))
    if absent:
        raise ResultError(
            f"product {name} has no year {', '.join(map(str, absent))}, of which there is "
            "fluorescence; delete the gridded fluorescence (sif_monthly.nc) and run again."
        )


def climates_table(
    maps: xr.Dataset, climate: NDArray[np.integer], areas: NDArray[np.float64]
) -> pd.DataFrame:
    """Summarise the correlations over the cells of each climate (SIF_CLIMATES).

    Args:
        maps: r and months (product, lat, lon).
        climate: (lat, lon) main Koppen-Geiger class 1..5, 0 none.
        areas: (lat, lon) m2.
    """
    rows = []
    for product in maps["product"].values.tolist():
        r, months = (maps[name].sel(product=product).values for name in ("r", "months"))
        for code, name in enumerate(("all", *CLIMATES)):
            inside = np.isfinite(r) & ((climate == code) | (name == "all"))
            area = areas[inside].sum()
            row = {"product": product, "climate": name, "cells": int(inside.sum())}
            row |= {"area": area / 1e12, "months": np.nan, "positive": np.nan}
            row |= dict.fromkeys(QUANTILES, np.nan)
            if inside.any():
                row["months"] = float(np.median(months[inside]))
                row["positive"] = float(areas[inside & (r > 0)].sum() / area)
                values = np.quantile(r[inside].astype(np.float64), [*QUANTILES.values()])
                row |= dict(zip(QUANTILES, values.tolist(), strict=True))
            rows.append(row)
    return SIF_CLIMATES.check(
        pd.DataFrame(rows, columns=SIF_CLIMATES.names), "correlation with SIF"
    )
