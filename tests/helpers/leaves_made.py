"""A surface of 18 cells and three towers, of which MOD15A2H is simulated."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import xarray as xr

from carbonscape.simulate.leaf_files import write_modis_lai
from carbonscape.simulate.native import NativeArchive

ALL, CLEAR = (SimpleNamespace(clouds=on, missing_composites=on) for on in (True, False))
LAT, LON = [60.0, 0.0, -60.0], [-150.0, -90.0, -30.0, 30.0, 90.0, 150.0]
YEARS = [2000, 2001, 2016]
# True classes by row: vegetation, then those where the product is not defined, then the sea.
IGBP = np.array(
    [
        [1, 10, 17, 16, 15, 13],
        [2, 2, 2, 2, 2, 2],
        [np.nan, 10, 10, np.nan, np.nan, np.nan],
    ]
)


def truth(lai: float = 2.34, cloud: float = 0.0) -> tuple[xr.Dataset, xr.Dataset]:
    """Return the truth of 18 cells and of three towers."""
    shape = (len(YEARS), 46, 3, 6)
    land = ~np.isnan(IGBP)
    axes = ("year", "step", "lat", "lon")
    fields = {"lai": lai, "fpar": 0.678, "cloud": cloud}
    grid = xr.Dataset(
        {n: (axes, np.where(land, np.full(shape, x), np.nan)) for n, x in fields.items()}
        | {"igbp": (("year", "lat", "lon"), np.stack([IGBP] * len(YEARS)))},
        coords={"year": YEARS, "lat": LAT, "lon": LON},
    )
    towers = xr.Dataset(
        {f"{n}8": (("site", "year", "step"), np.full((3, 3, 46), x)) for n, x in fields.items()}
        | {"igbp_code": (("site", "year"), [[4] * 3, [12] * 3, [16] * 3])},
        coords={
            "site": ["ZZ-Aa1", "ZZ-Bb2", "ZZ-Cc3"], "year": YEARS,
            "lat": ("site", [45.0, 2.0, 70.0]), "lon": ("site", [9.0, 8.0, 7.0]),
        },
    )  # fmt: skip
    return grid, towers


def write(folder: Path, parts: SimpleNamespace = ALL, seed: int = 1, **options: float) -> list:
    grid, sites = truth(**options)
    paths = []
    for year in YEARS:
        span = {"first_year": year, "last_year": year}
        paths += write_modis_lai(folder, grid=grid, sites=sites, seed=seed, parts=parts, **span)
    return paths


def archive(parts: SimpleNamespace = ALL, seed: int = 1, **options: float) -> NativeArchive:
    """Return the images; a pixel is a cell."""
    return NativeArchive(truth(**options)[0], seed=seed, parts=parts, pixels=1)


def raw(path: Path, name: str) -> np.ndarray:
    with netCDF4.Dataset(path) as data:
        data.set_auto_maskandscale(False)
        return data[name][:]
