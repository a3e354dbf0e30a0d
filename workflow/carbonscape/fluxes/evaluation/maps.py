"""The finished maps: yearly sums by cell (figure 11) and over the land (figure 16a)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import annual_sum, cell_areas, petagrams
from carbonscape.evaluation.grids import open_grid, require_same_grid, with_grid

#: Product files by product ("<model>-<pft>") and year.
ProductFiles = Mapping[str, Mapping[int, Path]]

PRODUCT_COLUMN = Column("product", "text", "model and PFT setting of the product: <model>-<pft>")

ANNUAL_TOTALS = TableSchema(
    "annual totals",
    (
        PRODUCT_COLUMN,
        Column("year", "integer", "calendar year"),
        Column("gpp", "number", "sum over all cells with twelve valid months", "PgC yr-1"),
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
        Column("gpp", "number", "mean of the annual totals", "PgC yr-1"),
        Column("coverage", "number", "mean share of the land area that they cover", "1"),
        Column("growth", "number", "slope of the totals on the year (OLS)", "PgC yr-2", True),
        Column(
            "growth_error",
            "number",
            "standard error of the slope, years taken as independent; from three years on",
            "PgC yr-2",
            missing=True,
        ),
    ),
    key=("product",),
)


@dataclass(frozen=True)
class MapNumbers:
    """What figures 11 and 16a show.

    Attributes:
        annual: gpp (product, lat, lon) gC m-2 yr-1 of one year, with cell bounds.
        totals: ANNUAL_TOTALS.
        growth: GROWTH.
    """

    annual: xr.Dataset
    totals: pd.DataFrame
    growth: pd.DataFrame


def files_by_product(paths: Iterable[str | os.PathLike[str]]) -> dict[str, dict[int, Path]]:
    """Sort files ``.../<product>/gpp_<year>.nc`` by product and year, in their own order.

    Raises:
        ValueError: a path does not follow that pattern.
    """
    found: dict[str, dict[int, Path]] = {}
    for path in map(Path, paths):
        year = int(path.name.removeprefix("gpp_").removesuffix(".nc"))
        found.setdefault(path.parent.name, {})[year] = path
    return found


@contextlib.contextmanager
def open_product(path: str | os.PathLike[str], *, year: int) -> Iterator[xr.Dataset]:
    """Open one year of a product: gpp (time=12, lat, lon), gC m-2 d-1, with cell bounds.

    Raises:
        InputError: the file is absent or cannot be read.
        ResultError: it does not hold January to December of ``year``, or a variable is absent.
    """
    with open_grid(path, "gpp", "time", "lat", "lon", "lat_bnds", "lon_bnds") as dataset:
        time = dataset["time"].dt
        found = list(zip(time.year.values.tolist(), time.month.values.tolist(), strict=True))
        if found != [(year, month) for month in range(1, 13)]:
            raise ResultError(
                f"{path}: holds {len(found)} months ({_span(found)}); expected January to December "
                f"of {year}; delete it and run again."
            )
        yield dataset.transpose("time", "lat", "lon", ...)


def _span(months: list[tuple[int, int]]) -> str:
    """Return '2011-01 to 2011-12'."""
    if not months:
        return "none"
    first, last = months[0], months[-1]
    return f"{first[0]}-{first[1]:02d} to {last[0]}-{last[1]:02d}"


def land_of(classes: xr.Dataset) -> NDArray[np.bool_]:
    """Return the land of the class maps, (lat, lon): a climate, or an IGBP class but water.

    Args:
        classes: climate (0 none, 1..5) and igbp (1..17, 17 water), both (lat, lon).
    """
    climate = classes["climate"].transpose("lat", "lon").values
    igbp = classes["igbp"].transpose("lat", "lon").values
    return ((climate > 0) & (climate < 6)) | ((igbp > 0) & (igbp < 17))


def map_numbers(files: ProductFiles, classes_path: str, *, map_year: int) -> MapNumbers:
    """Compute the numbers of figures 11 and 16a, one product year in memory at a time.

    Args:
        files: product files; every product has the same years.
        classes_path: netCDF of the class maps, of which only the land is used.
        map_year: year of the map.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or no product has
            ``map_year``.

    Source: the GPP paper, figures 11 and 16a.
    """
    maps: dict[str, NDArray[np.float32]] = {}
    rows = []
    areas = land = grid = None
    for product, years in files.items():
        if map_year not in years:
            raise ResultError(
                f"product {product} has no year {map_year} (it has {min(years)} to {max(years)}); "
                "set 'figures.map_year' to one of its years."
            )
        for year, path in sorted(years.items()):
            with open_product(path, year=year) as dataset:
                if grid is None:
                    grid = dataset[["lat", "lon", "lat_bnds", "lon_bnds"]].load()
                    areas = cell_areas(grid["lat_bnds"], grid["lon_bnds"])
                    with open_grid(classes_path, "climate", "igbp") as classes:
                        require_same_grid(classes, grid, classes_path)
                        land = land_of(classes)
                require_same_grid(dataset, grid, str(path))
                annual = annual_sum(dataset["gpp"].values, year=year)
            rows.append({"product": product, "year": year, **_total(annual, areas, land)})
            if year == map_year:
                maps[product] = annual.astype(np.float32)
    totals = ANNUAL_TOTALS.check(pd.DataFrame(rows), "annual totals")
    return MapNumbers(
        annual=_annual_dataset(maps, grid, map_year=map_year),
        totals=totals,
        growth=growth_of(totals),
    )


def _total(
    annual: NDArray[np.float64], areas: NDArray[np.float64], land: NDArray[np.bool_]
) -> dict[str, float | int]:
    """Return the sum of one year, and how much of the land it covers."""
    valid = np.isfinite(annual)
    return {
        "gpp": petagrams(annual, areas),
        "cells": int(valid.sum()),
        "area": float(areas[valid].sum() / 1e12),
        "coverage": float(areas[valid & land].sum() / areas[land].sum()),
    }


def growth_of(totals: pd.DataFrame) -> pd.DataFrame:
    """Fit a line through the annual totals of each product (GROWTH).

    Args:
        totals: an ANNUAL_TOTALS table.

    Source: the GPP paper, figure 16b (growth rates).
    """
    rows = []
    for product, years in totals.groupby("product", sort=False):
        slope, error = fit_line(years["year"].to_numpy(), years["gpp"].to_numpy())
        rows.append(
            {
                "product": product,
                "first_year": years["year"].min(),
                "last_year": years["year"].max(),
                "gpp": years["gpp"].mean(),
                "coverage": years["coverage"].mean(),
                "growth": slope,
                "growth_error": error,
            }
        )
    return GROWTH.check(pd.DataFrame(rows, columns=GROWTH.names), "growth of annual totals")


def fit_line(x: NDArray[np.number], y: NDArray[np.floating]) -> tuple[float, float]:
    """Return the OLS slope of y on x and its standard error; NaN where too few points."""
    if len(x) < 2:
        return float("nan"), float("nan")
    spread = x - x.mean()
    slope = float(np.sum(spread * (y - y.mean())) / np.sum(spread**2))
    if len(x) < 3:
        return slope, float("nan")
    residual = y - y.mean() - slope * spread
    return slope, float(np.sqrt(np.sum(residual**2) / (len(x) - 2) / np.sum(spread**2)))


def _annual_dataset(
    maps: Mapping[str, NDArray[np.float32]], grid: xr.Dataset, *, map_year: int
) -> xr.Dataset:
    """Return the maps of one year as a labelled dataset."""
    dataset = xr.Dataset(
        {"gpp": (("product", "lat", "lon"), np.stack([*maps.values()]))},
        coords={"product": [*maps]},
    )
    dataset["gpp"].attrs = {
        "standard_name": "gross_primary_productivity_of_biomass_expressed_as_carbon",
        "long_name": f"GPP summed over {map_year}, as mass of carbon",
        "units": "g m-2 year-1",
        "cell_methods": "area: mean time: sum",
    }
    title = f"Gross primary productivity of {map_year} by product"
    return with_grid(dataset, grid, title=title, year=map_year)
