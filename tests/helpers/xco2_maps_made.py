"""Small products, soundings and composites of XCO2, written as the workflow writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from carbonscape.core.months import months_between
from helpers.synthetic_maps import grid

CELL = 30.0
SHAPE = (6, 12)
#: Rows of cells from 90 N to 90 S; the last lies south of 60 S.
LAT = np.array([75.0, 45, 15, -15, -45, -75])

ATTRIBUTES = {
    "xco2": {"units": "ppm", "long_name": "column-averaged mole fraction of CO2"},
    "lat": {"units": "degrees_north", "standard_name": "latitude"},
    "lon": {"units": "degrees_east", "standard_name": "longitude"},
    "time": {"standard_name": "time"},
}


def stamps(months: Sequence[str]) -> np.ndarray:
    """The first day of every month."""
    return np.array([f"{month}-01" for month in months], dtype="datetime64[ns]")


def on_grid(xco2: np.ndarray, months: Sequence[str], cell: float = CELL, **more) -> xr.Dataset:
    """XCO2 (time, lat, lon) with coordinates, bounds and attributes, and further variables."""
    dims = ("time", "lat", "lon")
    dataset = grid(cell).assign(xco2=(dims, xco2.astype(np.float32)))
    dataset = dataset.assign(**{name: (dims, values) for name, values in more.items()})
    dataset = dataset.assign_coords(time=stamps(months))
    for name, attributes in ATTRIBUTES.items():
        dataset[name].attrs = attributes
    dataset.attrs["Conventions"] = "CF-1.11"
    return dataset


def write_product(
    folder: Path, xco2: np.ndarray, first: str, last: str, cell: float = CELL
) -> list[str]:
    """Write XCO2 (time, lat, lon) as one file a calendar year; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    months = months_between(first, last)
    assert len(months) == len(xco2)
    paths = []
    for year in sorted({month[:4] for month in months}):
        inside = [number for number, month in enumerate(months) if month[:4] == year]
        paths.append(str(folder / f"xco2_{year}.nc"))
        part = on_grid(xco2[inside], [months[number] for number in inside], cell)
        part.to_netcdf(paths[-1])
    return paths


def write_soundings(
    path: Path, xco2: np.ndarray, count: np.ndarray, months: Sequence[str], cell: float = CELL
) -> str:
    """Write gridded soundings; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    on_grid(xco2, months, cell, count=count.astype(np.int32)).to_netcdf(path)
    return str(path)


def flat(*levels: float) -> np.ndarray:
    """One value a month over the whole globe, (time, lat, lon)."""
    return np.broadcast_to(np.array(levels)[:, None, None], (len(levels), *SHAPE)).copy()
