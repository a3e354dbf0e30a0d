"""Simulated land cover: ESA-CCI plant functional types and MCD12Q1.061, yearly, raw.

Two imperfect views of one true cover (``cover``), in the layouts of the two products: percent
of 17 variables with hyphens in their names on pixels of a quarter of a cell, and the IGBP
classes of native pixels on cells.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy import ndimage

from carbonscape.core.io import write_text
from carbonscape.core.progress import Progress
from carbonscape.simulate.cells import write_classes
from carbonscape.simulate.cover import PFTS, WATER, esa_view, igbp_view
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_cells,
    add_variable,
    centres,
    netcdf_file,
    random_numbers,
)
from carbonscape.simulate.native import NativeArchive

#: The 17 variables of a file in its order: the types and what derives from WATER.
VARIABLES = (
    "WATER", "BARE", "BUILT", "GRASS-MAN", "GRASS-NAT", "SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND",
    "SHRUBS-NE", "WATER_INLAND", "SNOWICE", "TREES-BD", "TREES-BE", "TREES-ND", "TREES-NE",
    "LAND", "WATER_OCEAN",
)  # fmt: skip
_SPLIT = 4  # pixels along the side of a cell
_AROUND = 25  # pixels of a site, 5x5
_PATCHINESS = 1.2  # choice: standard deviation of the logarithm of a class within a cell
_BALANCING = 25  # rounds of scaling


def patches(view: Array, unevenness: Array) -> Array:
    """Spread the cover of a place unevenly over its pixels.

    Iterative proportional fitting (Deming & Stephan 1940, doi 10.1214/aoms/1177731829): every
    pixel's classes sum to one and the mean over the pixels is the cover of the place.

    Args:
        view: fractions (place, class) that sum to one.
        unevenness: positive weights (place, pixel, class).

    Returns:
        Fractions (place, pixel, class).
    """
    share = view[:, None, :] * unevenness
    for _ in range(_BALANCING):
        mean = share.mean(axis=1, keepdims=True)
        share *= np.divide(view[:, None, :], mean, out=np.zeros_like(mean), where=mean > 0)
        share /= share.sum(axis=2, keepdims=True)
    return share


def whole_percent(share: Array, total: Array) -> Array:
    """Round fractions to whole percent by largest remainders.

    Args:
        share: fractions (..., class) that sum to one.
        total: what the percents shall sum to (...), such as 100; where the whole parts alone
            exceed it, they stay.

    Returns:
        Percents (..., class), uint8.
    """
    percent = 100 * share
    whole = np.floor(percent)
    short = total - whole.sum(axis=-1)
    rank = np.argsort(np.argsort(whole - percent, axis=-1, kind="stable"), axis=-1)
    return (whole + (rank < short[..., None])).astype("uint8")


def _percents(view: Array, rng: np.random.Generator, pixels: int) -> Array:
    """Return percents (place, pixel, class), uint8, of the pixels of places (place, class).

    The random numbers do not depend on the view: cover changes over the years, patches stay.
    A tenth of the pixels sum to 99 or 101, as rounding makes of real ones.
    """
    shape = len(view), pixels, view.shape[1]
    unevenness = np.exp(_PATCHINESS * rng.standard_normal(shape, dtype="float32"))
    total = rng.choice([99, 100, 101], p=[0.05, 0.9, 0.05], size=shape[:2])
    pure = view.max(axis=1) > 0.999  # one class: nothing to round
    return whole_percent(patches(view, unevenness), np.where(pure[:, None], 100, total))


def _variables(percent: Array, ocean: Array) -> dict[str, Array]:
    """Return the 17 variables (...) of percents (..., class); ``ocean`` (...): water is sea."""
    found = {name: percent[..., number] for number, name in enumerate(PFTS)}
    water = percent[..., WATER]
    found["WATER_OCEAN"] = np.where(ocean, water, np.uint8(0))
    found["WATER_INLAND"] = np.where(ocean, np.uint8(0), water)
    found["LAND"] = np.minimum(percent.sum(axis=-1), 100).astype("uint8") - water
    return {name: found[name] for name in VARIABLES}


def write_land_cover(
    folder_esa: str | os.PathLike[str],
    folder_mcd12q1: str | os.PathLike[str],
    *,
    grid: xr.Dataset,
    sites: xr.Dataset,
    cell: float,
    first_year: int,
    last_year: int,
    seed: int,
    parts: Any,
    pixels: int = 2,
) -> list[Path]:
    """Write both products, each a grid and a site table a year.

    Args:
        folder_esa: where the files of ESA-CCI go.
        folder_mcd12q1: where the files of MCD12Q1 go.
        grid: the truth on cells: pft (year, pft_class, lat, lon), fractions; igbp (year, lat,
            lon), codes 1-17; both NaN off land.
        sites: the truth at towers: pft (site, year, pft_class), igbp_code (site, year), lat,
            lon (site).
        cell: size of a cell in degrees.
        first_year: first year.
        last_year: last year.
        seed: seed of the run.
        parts: ``cover_views`` off: both products show the true cover.
        pixels: pixels of MCD12Q1 along the side of a cell.

    Returns:
        The files: grid and table of ESA-CCI, grid and table of MCD12Q1, of each year in turn.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    esa, mcd12q1, written = Path(folder_esa), Path(folder_mcd12q1), []
    archive = NativeArchive(grid, cell=cell, seed=seed, parts=parts, pixels=pixels)
    progress = Progress("land cover years", last_year - first_year + 1)
    for year in range(first_year, last_year + 1):
        name = f"ESACCI-LC-L4-PFT-Map-300m-P1Y-{year}-v2.0.8"
        cells, towers = grid.sel(year=year).load(), sites.sel(year=year).load()
        paths = [
            esa / f"{name}.nc", esa / f"sites_{name}.csv",
            mcd12q1 / f"MCD12Q1.061_{year}.nc", mcd12q1 / f"sites_MCD12Q1.061_{year}.csv",
        ]  # fmt: skip
        _write_fractions(paths[0], cells, year, cell, seed, parts)
        _write_site_fractions(paths[1], towers, seed, parts)
        write_classes(paths[2], archive=archive, year=year)
        _write_site_classes(paths[3], towers, year, seed, parts)
        written += paths
        progress.advance()
    return written


def _seen(fractions: Array, rng: np.random.Generator, parts: Any) -> Array:
    """Return what the map says of the true fractions (place, class), in their shape."""
    return esa_view(fractions.T, rng, noise=parts.cover_views).T / 100


def _write_fractions(
    path: Path, truth: xr.Dataset, year: int, cell: float, seed: int, parts: Any
) -> None:
    """Write the ESA-CCI file of a year: percent on pixels of a quarter of a cell."""
    cover = truth["pft"].sel(pft_class=list(PFTS)).transpose("lat", "lon", "pft_class")
    land = ~np.isnan(cover.values[..., 0])
    view = np.zeros(cover.shape)
    view[..., WATER] = 1.0
    view[land] = _seen(cover.values[land], random_numbers(seed, "esa", 2), parts)
    ocean = _near_sea(land).repeat(_SPLIT, axis=0).repeat(_SPLIT, axis=1)
    lat, lon = centres(cell / _SPLIT)
    percent = np.empty((len(lat), len(lon), len(PFTS)), "uint8")
    for row, places in enumerate(view):
        found = _percents(places, random_numbers(seed, "esa", 0, row), _SPLIT**2)
        block = found.reshape(-1, _SPLIT, _SPLIT, len(PFTS)).swapaxes(0, 1)
        percent[row * _SPLIT : (row + 1) * _SPLIT] = block.reshape(_SPLIT, -1, len(PFTS))
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, lat, lon, [dt.date(year, 1, 1)])
        for name, values in _variables(percent, ocean).items():
            text = {"long_name": f"percentage cover of {name} (0-100 %)"}
            add_variable(data, name, values[None], ("time", "lat", "lon"), text)


def _near_sea(land: Array) -> Array:
    """Say which cells (lat, lon) are sea or touch it, across the date line too."""
    sea = np.pad(np.pad(~land, ((0, 0), (1, 1)), "wrap"), ((1, 1), (0, 0)), "edge")
    return ndimage.binary_dilation(sea, np.ones((3, 3)))[1:-1, 1:-1]


def _write_site_fractions(path: Path, truth: xr.Dataset, seed: int, parts: Any) -> None:
    """Write the 5x5 pixels of ESA-CCI around each tower; their water is inland."""
    cover = truth["pft"].sel(pft_class=list(PFTS)).transpose("site", "pft_class").values
    view = _seen(cover, random_numbers(seed, "esa", 3), parts)
    lines = [",".join(["site", "pixel", *VARIABLES])]
    for index, site in enumerate(truth["site"].values.tolist()):
        rng = random_numbers(seed, "esa", 1, index)
        percent = _percents(view[index : index + 1], rng, _AROUND)[0]
        found = _variables(percent, np.zeros(_AROUND, bool))
        rows = np.stack([found[name] for name in VARIABLES], axis=-1).tolist()
        lines += [",".join(map(str, (site, pixel, *row))) for pixel, row in enumerate(rows)]
    write_text(path, "\n".join(lines) + "\n")


def _write_site_classes(path: Path, truth: xr.Dataset, year: int, seed: int, parts: Any) -> None:
    """Write the class of each tower's own pixel."""
    rng = random_numbers(seed, "mcd12q1", 1)
    seen = igbp_view(truth["igbp_code"].values, rng, noise=parts.cover_views)
    sites = truth["site"].values.tolist()
    lines = [f"{year}_01_01,{site},{code}" for site, code in zip(sites, seen.tolist(), strict=True)]
    write_text(path, "\n".join(["system:index,site,LC_Type1", *lines]) + "\n")
