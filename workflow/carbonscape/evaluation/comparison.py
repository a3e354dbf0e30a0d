"""Truth and finished maps side by side, on one grid and one time axis (simulated Earth only)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import (
    MapFiles,
    Month,
    areas_of,
    grid_of_maps,
    monthly_fields,
    open_grid,
    read_months,
)
from carbonscape.products.product import Product


@dataclass(frozen=True)
class _Beside:
    """Truth and maps over the same months."""

    months: list[Month]
    truth: NDArray[np.floating]
    products: dict[str, NDArray[np.floating]]
    grid: Grid

    @property
    def years(self) -> NDArray[np.int64]:
        """(time,) calendar year."""
        return np.array([year for year, _ in self.months], dtype=np.int64)

    @property
    def calendar(self) -> NDArray[np.int64]:
        """(time,) calendar month."""
        return np.array([month for _, month in self.months], dtype=np.int64)


class Fields(_Beside):
    """Truth and maps on the whole grid, each with its own mask.

    Attributes:
        months: (time,) year and month.
        truth: (time, lat, lon) in the unit of the product, NaN where there is none.
        products: the same for each map.
        grid: the grid.
    """

    @property
    def areas(self) -> NDArray[np.float64]:
        """(lat, lon) areas of the cells, m2."""
        return areas_of(self.grid)


@dataclass(frozen=True)
class Comparison(_Beside):
    """Truth and maps on the cells that all of them have.

    Attributes:
        months: (time,) year and month.
        truth: (time, cell) in the unit of the product; NaN where the truth or any map has no value.
        products: the same for each map.
        grid: the grid.
        where: (lat, lon) the cells, in whose order the others stand.
    """

    where: NDArray[np.bool_]

    @property
    def areas(self) -> NDArray[np.float64]:
        """(cell,) areas, m2."""
        return areas_of(self.grid)[self.where]

    @property
    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latitudes and longitudes of the cells, (cell,)."""
        rows, cols = np.nonzero(self.where)
        return self.grid.lat[rows], self.grid.lon[cols]

    def on_grid(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return values (..., cell) as maps (..., lat, lon), NaN elsewhere."""
        maps = np.full((*values.shape[:-1], *self.where.shape), np.nan, dtype=np.float32)
        maps[..., self.where] = values
        return maps


def read_fields(truth_path: str | os.PathLike[str], files: MapFiles, name: str) -> Fields:
    """Read the truth and all maps over all months of the maps.

    Everything is in memory together: a simulated Earth has coarse cells.

    Args:
        truth_path: netCDF of the truth.
        files: files of every map.
        name: the product: the variable in all files.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, maps differ in their
            months, or the truth lacks one.
    """
    grid = grid_of_maps(files, name)
    products: dict[str, NDArray[np.floating]] = {}
    months: list[Month] = []
    for product, years in files.items():
        found = list(monthly_fields([years[year] for year in sorted(years)], name, grid=grid))
        own = [month for month, _ in found]
        if months and own != months:
            raise ResultError(
                f"the products {next(iter(products))} and {product} differ in their months; delete "
                "both and run again."
            )
        months = own
        products[product] = np.stack([field for _, (field,) in found])
    return Fields(months, read_months(truth_path, name, months, grid=grid), products, grid)


def compare(fields: Fields) -> Comparison:
    """Keep the cell-months at which the truth and every map have a value.

    Raises:
        ResultError: there is none.
    """
    common = np.isfinite(fields.truth)
    for values in fields.products.values():
        common &= np.isfinite(values)
    where = common.any(axis=0)
    if not where.any():
        raise ResultError(
            "the products have no value where the simulated Earth has one, so there is nothing to "
            "compare; look at their maps."
        )

    def cells(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.where(common, values, np.nan)[:, where].astype(np.float64)

    products = {name: cells(values) for name, values in fields.products.items()}
    return Comparison(fields.months, cells(fields.truth), products, fields.grid, where)


@dataclass(frozen=True)
class Spread:
    """The errors of a map beside its calibrated standard deviation.

    Attributes:
        error: (time, lat, lon) departure from the truth, without its sign.
        std: (time, lat, lon) standard deviation.
        areas: (time, lat, lon) areas of the cells.
        said: attributes of the standard deviation: ``factor`` and ``factor95`` among them.
    """

    error: NDArray[np.floating]
    std: NDArray[np.floating]
    areas: NDArray[np.floating]
    said: dict[str, Any]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(time, lat, lon) whether both are known."""
        return np.isfinite(self.error) & np.isfinite(self.std)

    def scores(self, inside: NDArray[np.bool_]) -> dict[str, float]:
        """Return cell_months, rmse, std and the shares within both intervals, by area.

        Args:
            inside: (time, lat, lon) some of what is known.
        """
        off, width, weights = self.error[inside], self.std[inside], self.areas[inside]
        wide = width * (self.said["factor95"] / self.said["factor"])
        return {
            "cell_months": int(inside.sum()),
            "rmse": float(np.sqrt(np.average(off**2, weights=weights))),
            "std": float(np.average(width, weights=weights)),
            "within": float(np.average(off <= width, weights=weights)),
            "within95": float(np.average(off <= wide, weights=weights)),
        }


def spreads(product: Product, fields: Fields, files: MapFiles) -> Iterator[tuple[str, Spread]]:
    """Yield the maps that have a calibrated standard deviation, and their errors beside it.

    Args:
        product: what is mapped.
        fields: truth and maps.
        files: files of every map of ``fields``.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.
    """
    layer = f"{product.name}_std"
    for name, years in files.items():
        paths = [years[year] for year in sorted(years)]
        with open_grid(paths[0], product.name) as dataset:
            if layer not in dataset:
                continue
            said = dict(dataset[layer].attrs)
        std = np.stack([field for _, (field,) in monthly_fields(paths, layer, grid=fields.grid)])
        error = np.abs(fields.products[name] - fields.truth)
        yield name, Spread(error, std, np.broadcast_to(fields.areas, error.shape), said)
