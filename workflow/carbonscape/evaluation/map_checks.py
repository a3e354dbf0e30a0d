"""Checks of a finished map: promises that the maps of every product must keep."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.region import describe
from carbonscape.core.tiles import cells_of_region
from carbonscape.evaluation.grids import (
    Month,
    grid_in,
    month_text,
    monthly_fields,
    months_of,
    open_grid,
)
from carbonscape.products.product import Product

#: CF attributes that the axes must have; the product's own variable has a unit and a long name.
_NEEDED = {
    "lat": ("units", "standard_name"),
    "lon": ("units", "standard_name"),
    "time": ("standard_name",),
}


def within_region(
    land: NDArray[np.bool_], grid: Grid, region: Sequence[float] | None
) -> NDArray[np.bool_]:
    """Return the land that a run maps, (lat, lon).

    Args:
        land: (lat, lon) the land of the globe.
        grid: of the maps.
        region: west, south, east and north in degrees; None for the globe.

    Raises:
        ResultError: the region has no land.
    """
    inside = np.zeros(land.shape, dtype=bool)
    inside[cells_of_region(grid.cell, region)] = True
    if region and not (land & inside).any():
        raise ResultError(
            f"config key 'region': no cell of {grid.cell:g} degrees in {describe(region)} is land, "
            "and nothing is mapped at sea; give another region."
        )
    return land & inside


def check_maps(
    product: Product,
    years: Mapping[int, str | os.PathLike[str]],
    *,
    tiles: Sequence[str | os.PathLike[str]],
    land: NDArray[np.bool_],
    months: Sequence[Month],
) -> Iterator[tuple[Month, NDArray[np.floating]]]:
    """Check the yearly files of one map, and that they are its tiles put together.

    All months are there and none is empty; values stand on land only and within the product's
    bounds; each cell comes from one tile and has its value, to the last bit; attributes follow CF.

    Args:
        product: what is mapped.
        years: file of each year.
        tiles: tile files, each with the product (time, lat, lon) over all months.
        land: (lat, lon) where values may stand.
        months: the months that the map must have.

    Yields:
        Every month and its field (lat, lon), one in memory at a time. The tiles are checked after
        the last, so that whoever calls must take them all.

    Raises:
        InputError: a file is absent or damaged.
        ResultError: a promise is broken.
    """
    paths = [years[year] for year in sorted(years)]
    grid = grid_in(paths[0])
    _check_axes(product, paths, months)
    needed = land.copy()
    for month, (field,) in monthly_fields(paths, product.name, grid=grid):
        _check_field(product, field, land, origin=f"{years[month[0]]}, {month_text(month)}")
        needed |= np.isfinite(field)
        yield month, field
    _check_tiles(product.name, years, tiles, grid, needed)


def _check_axes(
    product: Product, paths: Sequence[str | os.PathLike[str]], months: Sequence[Month]
) -> None:
    """Refuse other months than those of the run, and attributes that do not follow CF."""
    found: list[Month] = []
    for path in paths:
        with open_grid(path, product.name, *_NEEDED) as dataset:
            _check_attributes(product, dataset, origin=str(path))
            found += months_of(dataset)
    if found != list(months):
        astray = sorted(set(months) ^ set(found)) or found[:1]
        raise ResultError(
            f"{Path(paths[0]).parent}: its months are not those of the run, "
            f"{month_text(months[0])} to {month_text(months[-1])}: look at "
            f"{month_text(astray[0])}; delete the product and run again."
        )


def _check_attributes(product: Product, dataset: xr.Dataset, *, origin: str) -> None:
    """Refuse a file whose attributes do not follow the CF conventions."""
    absent = [
        f"{name}:{attribute}"
        for name, attributes in {product.name: ("long_name",), **_NEEDED}.items()
        for attribute in attributes
        if attribute not in dataset[name].attrs
    ]
    if not str(dataset.attrs.get("Conventions", "")).startswith("CF-"):
        absent.append("Conventions")
    for name in dataset.data_vars:
        attributes = dataset[name].attrs
        if "flag_values" in attributes:
            meanings = str(attributes.get("flag_meanings", "")).split()
            if len(meanings) != np.size(attributes["flag_values"]):
                absent.append(f"{name}:flag_meanings")
    unit = product.layers[product.name].attributes["units"]
    if dataset[product.name].attrs.get("units") != unit:
        absent.append(f"{product.name}:units as '{unit}'")
    if absent:
        raise ResultError(f"{origin}: lacks the attributes {', '.join(absent)}; run again.")


def _check_field(
    product: Product, field: NDArray[np.floating], land: NDArray[np.bool_], *, origin: str
) -> None:
    """Refuse an empty month, values off land and values out of bounds."""
    valid = np.isfinite(field)
    if not valid.any():
        raise ResultError(
            f"{origin}: has no value at all; the predictors of its window are missing everywhere: "
            f"look at the gap rule and at the years of the archive ('{product.name}.features')."
        )
    at_sea = valid & ~land
    if at_sea.any():
        row, column = np.argwhere(at_sea)[0]
        raise ResultError(
            f"{origin}: {int(at_sea.sum())} cells off land have values, the first in row {row}, "
            f"column {column}; the land mask of the product is wrong."
        )
    low, high = product.map_bounds
    outside = valid & ((field < low) | (field > high))
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ResultError(
            f"{origin}: {product.label} of row {row}, column {column} is {field[row, column]:g} "
            f"{product.unit}, outside {low:g} to {high:g} ({int(outside.sum())} such values); the "
            "model has probably diverged, or a predictor has a wrong unit."
        )


def _check_tiles(
    name: str,
    years: Mapping[int, str | os.PathLike[str]],
    tiles: Sequence[str | os.PathLike[str]],
    grid: Grid,
    needed: NDArray[np.bool_],
) -> None:
    """Refuse mosaics that are not their tiles: another value, a cell from two tiles or from none.

    Tile by tile, so that one tile with all of its months is the most that is in memory.

    Args:
        name: variable of the maps and tiles.
        needed: (lat, lon) cells that must lie in a tile: land, and wherever there is a value.
    """
    taken = np.zeros(needed.shape, dtype=np.int64)
    for path in tiles:
        with open_grid(path, name, "time", "lat", "lon") as tile:
            rows = _places((90 - tile["lat"].values) / grid.cell, grid.n_lat, str(path))
            cols = _places((tile["lon"].values + 180) / grid.cell, grid.n_lon, str(path))
            of_year = np.array([year for year, _ in months_of(tile)])
            values = tile[name].transpose("time", "lat", "lon").values
        taken[rows, cols] += 1
        for year, mosaic_path in sorted(years.items()):
            with open_grid(mosaic_path, name) as mosaic:
                block = mosaic[name].transpose("time", "lat", "lon").isel(lat=rows, lon=cols)
                own = values[of_year == year]
                if not np.array_equal(own, block.values, equal_nan=True):
                    raise ResultError(
                        f"{mosaic_path}: its values differ from those of the tile {path} "
                        f"({len(own)} months of {year}); delete both and run again."
                    )
    for wrong, text in (
        (taken > 1, "lie in several tiles"),
        ((taken == 0) & needed, "lie in no tile"),
    ):
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise ResultError(
                f"{Path(next(iter(years.values()))).parent}: {int(wrong.sum())} cells {text}, the "
                f"first in row {row}, column {column}; delete the tiles and run again."
            )


def _places(position: NDArray[np.floating], size: int, origin: str) -> slice:
    """Return the slice of an axis of the grid on which a tile lies.

    Args:
        position: distance of the tile's centres from the first edge of the grid, cells.
        size: cells on that axis.
    """
    index = np.round(position - 0.5).astype(np.int64)
    same = np.abs(position - 0.5 - index).max() < 1e-2 and bool(np.all(np.diff(index) == 1))
    if not same or index[0] < 0 or index[-1] >= size:
        raise ResultError(f"{origin}: its cells are not cells of the mosaic; delete it.")
    return slice(int(index[0]), int(index[-1]) + 1)
