"""Truth and finished maps side by side, on one grid and one time axis (simulated Earth only)."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.areas import cell_areas
from carbonscape.evaluation.grids import open_grid, require_same_grid
from carbonscape.fluxes.evaluation.maps import ProductFiles, open_product


@dataclass(frozen=True)
class Comparison:
    """Truth and products on the cells that all of them have.

    Attributes:
        years, months: (time,) calendar year and month.
        truth: (time, cell) gC m-2 d-1; NaN where the truth or any product has no value.
        products: the same for each product.
        areas: (cell,) m2.
        climate, igbp: (cell,) class codes, 0 for none.
        where: (lat, lon) the cells, in whose order the others stand.
        grid: lat, lon and their bounds.
    """

    years: NDArray[np.int64]
    months: NDArray[np.int64]
    truth: NDArray[np.float64]
    products: dict[str, NDArray[np.float64]]
    areas: NDArray[np.float64]
    climate: NDArray[np.int64]
    igbp: NDArray[np.int64]
    where: NDArray[np.bool_]
    grid: xr.Dataset

    def on_grid(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return values (..., cell) as maps (..., lat, lon), NaN elsewhere."""
        maps = np.full((*values.shape[:-1], *self.where.shape), np.nan, dtype=np.float32)
        maps[..., self.where] = values
        return maps


@dataclass(frozen=True)
class Fields:
    """Truth and products on the whole grid, each with its own mask.

    Attributes:
        years, months: (time,) calendar year and month.
        truth: (time, lat, lon) gC m-2 d-1, NaN off land.
        products: the same for each product, NaN where it has no value.
        climate, igbp: (lat, lon) class codes, 0 for none.
        grid: lat, lon and their bounds.
    """

    years: NDArray[np.int64]
    months: NDArray[np.int64]
    truth: NDArray[np.float32]
    products: dict[str, NDArray[np.float32]]
    climate: NDArray[np.int64]
    igbp: NDArray[np.int64]
    grid: xr.Dataset

    @property
    def areas(self) -> NDArray[np.float64]:
        """(lat, lon) areas of the cells, m2."""
        return cell_areas(self.grid["lat_bnds"], self.grid["lon_bnds"])


def read_fields(
    truth_path: str | os.PathLike[str],
    files: ProductFiles,
    classes_path: str | os.PathLike[str],
) -> Fields:
    """Read the truth, all products and the class maps over all years of the products.

    Everything is in memory together: a simulated Earth has coarse cells.

    Raises:
        InputError, ResultError: a file is absent or damaged, the grids differ, or the truth lacks
            a month of the products.
    """
    products: dict[str, NDArray[np.float32]] = {}
    grid = None
    every = sorted({year for years in files.values() for year in years})
    for product, years in files.items():
        parts = []
        for year in every:
            with open_product(years[year], year=year) as dataset:
                if grid is None:
                    grid = dataset[["lat", "lon", "lat_bnds", "lon_bnds"]].load()
                require_same_grid(dataset, grid, str(years[year]))
                parts.append(dataset["gpp"].values.astype(np.float32))
        products[product] = np.concatenate(parts)
    with open_grid(classes_path, "climate", "igbp") as classes:
        require_same_grid(classes, grid, str(classes_path))
        codes = {
            name: np.nan_to_num(classes[name].transpose("lat", "lon").values).astype(np.int64)
            for name in ("climate", "igbp")
        }
    years_, months = np.repeat(every, 12), np.tile(np.arange(1, 13), len(every))
    with open_grid(truth_path, "gpp", "time") as truth:
        require_same_grid(truth, grid, str(truth_path))
        rows = month_rows(truth, years_, months, origin=str(truth_path))
        gpp = truth["gpp"].transpose("time", "lat", "lon").values[rows]
    return Fields(years_, months, gpp, products, grid=grid, **codes)


def month_rows(
    dataset: xr.Dataset, years: NDArray[np.integer], months: NDArray[np.integer], *, origin: str
) -> NDArray[np.int64]:
    """Return the positions of months on the time axis of a dataset.

    Raises:
        ResultError: a month is not there.
    """
    time = dataset["time"].dt
    position = {
        (int(year), int(month)): row
        for row, (year, month) in enumerate(zip(time.year.values, time.month.values, strict=True))
    }
    wanted = list(zip(map(int, years), map(int, months), strict=True))
    absent = [month for month in wanted if month not in position]
    if absent:
        raise ResultError(
            f"{origin}: has no {absent[0][0]}-{absent[0][1]:02d} ({len(absent)} months are "
            "absent); the simulated Earth must span the years of the product."
        )
    return np.array([position[month] for month in wanted], dtype=np.int64)


def compare(fields: Fields) -> Comparison:
    """Keep the cell-months at which the truth and every product have a value.

    Raises:
        ResultError: there is none.
    """
    common = np.isfinite(fields.truth)
    for values in fields.products.values():
        common &= np.isfinite(values)
    where = common.any(axis=0)
    if not where.any():
        raise ResultError(
            "the products have no value on the land of the simulated Earth, so there is nothing "
            "to compare; look at the maps of gpp_fig11."
        )

    def cells(values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.where(common, values, np.nan)[:, where].astype(np.float64)

    return Comparison(
        years=fields.years,
        months=fields.months,
        truth=cells(fields.truth),
        products={name: cells(values) for name, values in fields.products.items()},
        areas=fields.areas[where],
        climate=fields.climate[where],
        igbp=fields.igbp[where],
        where=where,
        grid=fields.grid,
    )
