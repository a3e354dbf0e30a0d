"""Checks of a finished product of XCO2: promises that every map must keep."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.evaluation.checks import PHYSICAL_BOUNDS
from carbonscape.columns.evaluation.grids import (
    Month,
    areas_of,
    grid_in,
    month_text,
    monthly_fields,
    months_of,
    parse_month,
    require_grid,
)
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import open_grid
from carbonscape.evaluation.metrics import regression

logger = logging.getLogger(__name__)

#: Growth of the global mean that is plausible, ppm yr-1.
PLAUSIBLE_GROWTH = (0.0, 5.0)

#: CF attributes that a variable must have.
_NEEDED = {
    "xco2": ("units", "long_name"),
    "lat": ("units", "standard_name"),
    "lon": ("units", "standard_name"),
    "time": ("standard_name",),
}

#: Ways of writing ppm that CF tools understand, or readers of this field.
_PPM = ("1e-6", "1e-06", "ppm", "micromol mol-1", "umol mol-1")


def check_product(
    years: Mapping[int, str | os.PathLike[str]],
    *,
    tiles: Sequence[str | os.PathLike[str]],
    composites: Sequence[str | os.PathLike[str]],
    months: Sequence[str],
    strict: bool,
) -> list[str]:
    """Check the yearly files of one product, and that they are its tiles put together.

    All months of the run are there and none is empty; values stand on land only and are physical;
    each cell has the value of its tile, to the last bit; growth is plausible; attributes follow CF.

    Args:
        years: file of each year.
        tiles: tile files, each with xco2 (time, lat, lon) over all months.
        composites: yearly composites, which say what is land.
        months: the run's months, YYYY-MM.
        strict: refuse growth that is not plausible; else it is only said.

    Returns:
        Sentences on coverage and growth.

    Raises:
        InputError: a file is absent or damaged.
        ResultError: a promise is broken.
    """
    paths = [years[year] for year in sorted(years)]
    grid = grid_in(paths[0])
    land = _land(composites, grid)
    found: list[Month] = []
    means: list[float] = []
    covered = np.ones(land.shape, dtype=bool)
    areas = areas_of(grid)
    for path in paths:
        with open_grid(path, *_NEEDED) as dataset:
            _check_attributes(dataset, origin=str(path))
        for month, (field,) in monthly_fields([path], "xco2", grid=grid):
            _check_field(field, land, origin=f"{path}, {month_text(month)}")
            there = np.isfinite(field)
            covered &= there
            found.append(month)
            means.append(float(np.average(field[there].astype(float), weights=areas[there])))
    wanted = [parse_month(month) for month in months]
    if found != wanted:
        absent = sorted(set(wanted) - set(found)) or sorted(set(found) - set(wanted)) or found[:1]
        raise ResultError(
            f"{Path(paths[0]).parent}: its months are not those of the run, {months[0]} to "
            f"{months[-1]}: look at {month_text(absent[0])}; delete the product and run again."
        )
    _check_tiles(years, tiles, grid, land)
    share = areas[covered & land].sum() / areas[land].sum()
    said = [f"{Path(paths[0]).parent.name}: {share:.1%} of the land has XCO2 in every month"]
    said += _judge_growth(found, means, str(Path(paths[0]).parent), strict=strict)
    for sentence in said:
        logger.info("%s", sentence)
    return said


def _land(composites: Sequence[str | os.PathLike[str]], grid: Grid) -> NDArray[np.bool_]:
    """Return the cells that are land in any year, (lat, lon)."""
    land = np.zeros((grid.n_lat, grid.n_lon), dtype=bool)
    for path in composites:
        with open_grid(path, "land", "lat", "lon") as dataset:
            require_grid(dataset, grid, str(path))
            land |= dataset["land"].transpose("lat", "lon").values > 0
    if not land.any():
        raise ResultError("the composites have no land at all; look at their variable 'land'.")
    return land


def _check_attributes(dataset: xr.Dataset, *, origin: str) -> None:
    """Refuse a file whose attributes do not follow the CF conventions."""
    absent = [
        f"{name}:{attribute}"
        for name, attributes in _NEEDED.items()
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
    if "xco2" in dataset and dataset["xco2"].attrs.get("units") not in _PPM:
        absent.append(f"xco2:units as one of {', '.join(_PPM)}")
    if absent:
        raise ResultError(f"{origin}: lacks the attributes {', '.join(absent)}; run again.")


def _check_field(field: NDArray[np.floating], land: NDArray[np.bool_], *, origin: str) -> None:
    """Refuse an empty month, values off land and values that are not physical."""
    valid = np.isfinite(field)
    if not valid.any():
        raise ResultError(
            f"{origin}: has no value at all; the predictors of its window are missing everywhere: "
            "look at the composites."
        )
    at_sea = valid & ~land
    if at_sea.any():
        row, column = np.argwhere(at_sea)[0]
        raise ResultError(
            f"{origin}: {int(at_sea.sum())} cells off land have values, the first in row {row}, "
            f"column {column}; the land mask of the product is wrong."
        )
    low, high = PHYSICAL_BOUNDS
    outside = valid & ((field < low) | (field > high))
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ResultError(
            f"{origin}: XCO2 of row {row}, column {column} is {field[row, column]:g} ppm, outside "
            f"{low:g} to {high:g} ({int(outside.sum())} such values); the model has probably "
            "diverged, or a predictor has a wrong unit."
        )


def _judge_growth(
    months: Sequence[Month], means: Sequence[float], origin: str, *, strict: bool
) -> list[str]:
    """Return a sentence on the growth of the global mean; refuse implausible growth if strict.

    Of the annual means of full years only, since the season would pass for growth otherwise.
    """
    counts = {year: [m for y, m in months if y == year] for year, _ in months}
    full = [year for year, inside in counts.items() if len(inside) == 12]
    if len(full) < 2:
        return []
    values = [
        np.mean([mean for (y, _), mean in zip(months, means, strict=True) if y == year])
        for year in full
    ]
    growth = regression(full, values)[0]
    sentence = f"{Path(origin).name}: XCO2 grows by {growth:.2f} ppm yr-1"
    low, high = PLAUSIBLE_GROWTH
    if not low < growth < high:
        sentence += f", outside {low:g} to {high:g}"
        if strict:
            raise ResultError(
                f"{origin}: {sentence}, which the atmosphere did not in these years: the model "
                "does not know the time (config key 'xco2.product.time_inputs')."
            )
    return [sentence]


def _check_tiles(
    years: Mapping[int, str | os.PathLike[str]],
    tiles: Sequence[str | os.PathLike[str]],
    grid: Grid,
    land: NDArray[np.bool_],
) -> None:
    """Refuse mosaics that are not their tiles: another value, a cell from two tiles or from none.

    Tile by tile, so that one tile with all of its months is the most that is in memory.
    """
    taken = np.zeros(land.shape, dtype=np.int64)
    for path in tiles:
        with open_grid(path, "xco2", "time", "lat", "lon") as tile:
            rows = _places((90 - tile["lat"].values) / grid.cell, grid.n_lat, str(path))
            cols = _places((tile["lon"].values + 180) / grid.cell, grid.n_lon, str(path))
            months = months_of(tile)
            values = tile["xco2"].transpose("time", "lat", "lon").values
        taken[rows, cols] += 1
        for year, mosaic_path in sorted(years.items()):
            with open_grid(mosaic_path, "xco2") as mosaic:
                block = mosaic["xco2"].transpose("time", "lat", "lon").isel(lat=rows, lon=cols)
                own = values[[number for number, (y, _) in enumerate(months) if y == year]]
                if not np.array_equal(own, block.values, equal_nan=True):
                    raise ResultError(
                        f"{mosaic_path}: its values differ from those of the tile {path} "
                        f"({len(own)} months of {year}); delete both and run again."
                    )
    for wrong, text in (
        (taken > 1, "lie in several tiles"),
        ((taken == 0) & land, "lie in no tile"),
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
