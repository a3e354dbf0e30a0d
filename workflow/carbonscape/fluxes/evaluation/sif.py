"""How monthly GPP and sun-induced fluorescence (SIF) go together in each cell (figure 8)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import cell_areas
from carbonscape.evaluation.grids import open_grid, require_same_grid, with_grid
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN, ProductFiles, open_product

#: Shares of the cells at which the distribution of r is given: its column, and the share.
QUANTILES = {"r_p05": 0.05, "r_p25": 0.25, "r": 0.5, "r_p75": 0.75, "r_p95": 0.95}

SIF_CLIMATES = TableSchema(
    "correlation with SIF",
    (
        PRODUCT_COLUMN,
        Column("climate", "text", "main Koppen-Geiger class of the cell, or 'all'"),
        Column("cells", "integer", "cells with a correlation", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column("months", "number", "months with GPP and SIF, median over these cells", "1", True),
        Column("r", "number", "Pearson correlation of the months, median over cells", "1", True),
        Column("r_p05", "number", "r that 5 % of the cells do not exceed", "1", True),
        Column("r_p25", "number", "r that 25 % of the cells do not exceed", "1", True),
        Column("r_p75", "number", "r that 75 % of the cells do not exceed", "1", True),
        Column("r_p95", "number", "r that 95 % of the cells do not exceed", "1", True),
        Column("positive", "number", "share of their area on which r is above zero", "1", True),
    ),
    key=("product", "climate"),
)

#: Variables of the maps: meaning and unit; dimensions product, lat, lon.
MAP_VARIABLES = {
    "r": ("Pearson correlation of monthly GPP with SIF", "1"),
    "months": ("months with GPP and SIF; NaN where the product has no GPP", "1"),
}


@dataclass(frozen=True)
class SifNumbers:
    """What figure 8 shows.

    Attributes:
        maps: MAP_VARIABLES (product, lat, lon), with cell bounds.
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
    files: ProductFiles, sif_path: str | Path, classes_path: str | Path, *, min_months: int
) -> SifNumbers:
    """Correlate the monthly GPP of each product with SIF, cell by cell.

    Args:
        files: product files of every year in which there is SIF; other years are passed over.
        sif_path: netCDF of ``quality.sif.grid_sif``: sif (time, lat, lon), mW m-2 sr-1 nm-1.
        classes_path: netCDF of the class maps, of which the climates are used.
        min_months: fewest months with GPP and SIF for the correlation of a cell.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or a product lacks
            a year.

    Source: the GPP paper, sections 3.1 and figure 8 ("mean seasonal correlation"), read as the
    correlation over single months.
    """
    maps: dict[str, list[NDArray[np.float32]]] = {name: [] for name in MAP_VARIABLES}
    with open_grid(sif_path, "sif", "time", "lat", "lon") as dataset:
        sif = dataset["sif"].transpose("time", "lat", "lon")
        months = list(zip(sif["time"].dt.year.values, sif["time"].dt.month.values, strict=True))
        grid = None
        for product, years in files.items():
            _require_years(product, years, months)
            total, gpp_seen = Correlation(sif.shape[1:]), np.zeros(sif.shape[1:], dtype=bool)
            for year in sorted({int(year) for year, _ in months}):
                with open_product(years[year], year=year) as one:
                    if grid is None:
                        grid = one[["lat", "lon", "lat_bnds", "lon_bnds"]].load()
                        require_same_grid(dataset, grid, str(sif_path))
                    require_same_grid(one, grid, str(years[year]))
                    for step, (when, month) in enumerate(months):
                        if when == year:
                            gpp = one["gpp"].isel(time=int(month) - 1).values
                            gpp_seen |= np.isfinite(gpp)
                            total.add(gpp, sif.isel(time=step).values)
            maps["r"].append(total.r(min_months=min_months).astype(np.float32))
            count = np.where(gpp_seen, total.count, np.nan)
            maps["months"].append(count.astype(np.float32))
    with open_grid(classes_path, "climate") as classes:
        require_same_grid(classes, grid, str(classes_path))
        climate = classes["climate"].transpose("lat", "lon").values
    labelled = _label(maps, [*files], grid, months)
    areas = cell_areas(grid["lat_bnds"], grid["lon_bnds"])
    return SifNumbers(labelled, climates_table(labelled, climate, areas))


def _require_years(product: str, years: dict[int, Path], months: list[tuple[int, int]]) -> None:
    """Refuse a product that lacks a year of the months of SIF."""
    absent = sorted({int(year) for year, _ in months} - set(years))
    if absent:
        raise ResultError(
            f"product {product} has no year {', '.join(map(str, absent))}, of which there is "
            "fluorescence; delete the gridded fluorescence (sif_monthly.nc) and run again."
        )


def _label(
    maps: dict[str, list[NDArray[np.float32]]],
    products: list[str],
    grid: xr.Dataset,
    months: list[tuple[int, int]],
) -> xr.Dataset:
    """Return the maps as a labelled dataset."""
    dataset = xr.Dataset(
        {name: (("product", "lat", "lon"), np.stack(fields)) for name, fields in maps.items()},
        coords={"product": products},
    )
    for name, (meaning, unit) in MAP_VARIABLES.items():
        dataset[name].attrs = {"long_name": meaning, "units": unit}
    first, last = (f"{year}-{month:02d}" for year, month in (months[0], months[-1]))
    title = "Correlation of monthly gross primary productivity with sun-induced fluorescence"
    dataset = with_grid(dataset, grid, title=title, year=int(months[0][0]))
    del dataset.attrs["year"]  # several years are correlated
    dataset.attrs |= {"first_month": first, "last_month": last}
    return dataset


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
