"""Checks of a finished product: promises that every map must keep."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.areas import annual_sum, cell_areas, petagrams
from carbonscape.evaluation.grids import open_grid, require_same_grid
from carbonscape.fluxes.evaluation.maps import land_of, open_product

logger = logging.getLogger(__name__)

#: Monthly GPP of a cell outside these bounds is not physical (gC m-2 d-1).
PHYSICAL_BOUNDS = (-5.0, 40.0)

#: Largest distance, in degrees, at which a cell of a tile is one of the mosaic.
_NEAR = 1e-4


def check_product(
    years: Mapping[int, str | os.PathLike[str]],
    *,
    tiles: Sequence[str | os.PathLike[str]],
    classes_path: str | os.PathLike[str],
    plausible: tuple[float, float],
    strict: bool,
) -> list[str]:
    """Check the yearly files of one product, and that they are its tiles put together.

    All twelve months are there and none is empty; values stand on land only and are physical; each
    cell comes from one tile and has its value, to the last bit; the yearly total is plausible.

    Args:
        years: file of each year.
        tiles: tile files, each with gpp (time, lat, lon) over all years.
        classes_path: netCDF of the class maps, which say what is land.
        plausible: lowest and highest total that a year may have, PgC yr-1.
        strict: refuse a total outside ``plausible``; else it is only said.

    Returns:
        Sentences on total and coverage, one a year.

    Raises:
        InputError: a file is absent or damaged.
        ResultError: a promise is broken.
    """
    with open_grid(classes_path, "climate", "igbp") as classes:
        classes = classes[["lat", "lon", "climate", "igbp"]].load()
    land = land_of(classes)
    ever = np.zeros(land.shape, dtype=bool)
    said = []
    for year, path in sorted(years.items()):
        with open_product(path, year=year) as dataset:
            require_same_grid(classes, dataset, str(classes_path))
            gpp = dataset["gpp"].values
            areas = cell_areas(dataset["lat_bnds"], dataset["lon_bnds"])
        _check_values(gpp, land, origin=str(path))
        ever |= np.isfinite(gpp).any(axis=0)
        annual = annual_sum(gpp, year=year)
        share = areas[np.isfinite(annual) & land].sum() / areas[land].sum()
        said.append(_judge(path, year, petagrams(annual, areas), share, plausible, strict=strict))
    _check_tiles(years, tiles, classes, needed=land | ever)
    return said


def _judge(
    path: str | os.PathLike[str],
    year: int,
    total: float,
    share: float,
    plausible: tuple[float, float],
    *,
    strict: bool,
) -> str:
    """Return a sentence on total and coverage of a year; refuse an implausible total if strict."""
    low, high = plausible
    sentence = f"{Path(path).parent.name}, {year}: {total:.1f} PgC over {share:.1%} of the land"
    if not low <= total <= high:
        sentence += f"; a total outside {low:g} to {high:g} PgC yr-1"
        if strict:
            raise ResultError(
                f"{path}: {sentence} is not plausible: look at the maps and at the units of the "
                "gridded predictors."
            )
        sentence += ", which a simulated Earth may have"
    logger.info("%s", sentence)
    return sentence


def _check_values(gpp: NDArray[np.float32], land: NDArray[np.bool_], *, origin: str) -> None:
    """Refuse empty months, values off land and values that are not physical."""
    valid = np.isfinite(gpp)
    empty = [month for month, field in enumerate(valid, start=1) if not field.any()]
    if empty:
        raise ResultError(
            f"{origin}: month {empty[0]} has no value at all; the predictors of its window are "
            "missing everywhere: look at the gap rule and at the years of the archive."
        )
    at_sea = valid.any(axis=0) & ~land
    if at_sea.any():
        row, column = np.argwhere(at_sea)[0]
        raise ResultError(
            f"{origin}: {int(at_sea.sum())} cells off land have values, the first in row {row}, "
            f"column {column}; the land mask of the product is wrong."
        )
    low, high = PHYSICAL_BOUNDS
    outside = valid & ((gpp < low) | (gpp > high))
    if outside.any():
        month, row, column = np.argwhere(outside)[0]
        raise ResultError(
            f"{origin}: GPP of row {row}, column {column} is {gpp[month, row, column]:g} "
            f"gC m-2 d-1 in month {month + 1}, outside {low:g} to {high:g} ({int(outside.sum())} "
            "such values); the model has probably diverged, or a predictor has a wrong unit."
        )


def _check_tiles(
    years: Mapping[int, str | os.PathLike[str]],
    tiles: Sequence[str | os.PathLike[str]],
    classes: xr.Dataset,
    *,
    needed: NDArray[np.bool_],
) -> None:
    """Refuse mosaics that are not their tiles: another value, a cell from two tiles or from none.

    Tile by tile, so that one tile with all of its years is the most that is in memory.

    Args:
        classes: has the centres of the mosaic's cells, lat and lon.
        needed: (lat, lon) cells that must lie in a tile: land, and wherever there is a value.
    """
    taken = np.zeros(needed.shape, dtype=np.int64)
    for path in tiles:
        with open_grid(path, "gpp", "time", "lat", "lon") as tile:
            rows = _places(tile["lat"].values, classes["lat"].values, str(path))
            columns = _places(tile["lon"].values, classes["lon"].values, str(path))
            of_year = tile["time"].dt.year.values
            values = tile["gpp"].transpose("time", "lat", "lon").values
        taken[np.ix_(rows, columns)] += 1
        for year, mosaic_path in sorted(years.items()):
            with open_product(mosaic_path, year=year) as mosaic:
                block = mosaic["gpp"].isel(
                    lat=slice(rows[0], rows[-1] + 1), lon=slice(columns[0], columns[-1] + 1)
                )
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


def _places(
    centres: NDArray[np.floating], of_mosaic: NDArray[np.floating], origin: str
) -> NDArray[np.int64]:
    """Return the positions of a tile's centres, side by side, on an axis of the mosaic."""
    distance = np.abs(np.asarray(centres, float)[:, None] - np.asarray(of_mosaic, float))
    nearest = distance.argmin(axis=1)
    if distance.min(axis=1).max() > _NEAR or np.any(np.diff(nearest) != 1):
        raise ResultError(f"{origin}: its cells are not cells of the mosaic; delete it.")
    return nearest
