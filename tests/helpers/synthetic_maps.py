"""Small products, truths and class maps for tests of maps: written as the workflow writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr


def grid(cell: float) -> xr.Dataset:
    """Return centres and bounds of a global grid, latitude from the north."""
    rows, columns = round(180 / cell), round(360 / cell)
    lat = 90 - cell * (np.arange(rows) + 0.5)
    lon = -180 + cell * (np.arange(columns) + 0.5)
    half = cell / 2
    return xr.Dataset(
        {
            "lat_bnds": (("lat", "nv"), np.column_stack([lat + half, lat - half])),
            "lon_bnds": (("lon", "nv"), np.column_stack([lon - half, lon + half])),
        },
        coords={"lat": lat, "lon": lon},
    )


def months_of(years: range | list[int], *, day: int = 15) -> np.ndarray:
    """Return a day of every month of some years."""
    return np.array(
        [f"{year}-{month:02d}-{day:02d}" for year in years for month in range(1, 13)],
        "datetime64[ns]",
    )


def described(dataset: xr.Dataset) -> xr.Dataset:
    """Give a map of GPP the attributes that its checks ask for."""
    attributes = {
        "gpp": {"units": "g m-2 d-1", "long_name": "gross primary productivity"},
        "lat": {"units": "degrees_north", "standard_name": "latitude"},
        "lon": {"units": "degrees_east", "standard_name": "longitude"},
        "time": {"standard_name": "time"},
    }
    for name, said in attributes.items():
        dataset[name].attrs = said
    return dataset.assign_attrs(Conventions="CF-1.11")


def write_years(folder: Path, gpp: np.ndarray, years: range | list[int], cell: float) -> list[str]:
    """Write gpp (time, lat, lon) as one file a year of a product; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, year in enumerate(years):
        dataset = grid(cell).assign(
            gpp=(("time", "lat", "lon"), gpp[12 * number : 12 * number + 12].astype(np.float32))
        )
        dataset = described(dataset.assign_coords(time=months_of([year])))
        paths.append(str(folder / f"gpp_{year}.nc"))
        dataset.to_netcdf(paths[-1])
    return paths


def write_classes(path: Path, climate: np.ndarray, igbp: np.ndarray, cell: float) -> str:
    """Write the class maps, (lat, lon) codes; return the path."""
    dims = ("lat", "lon")
    dataset = grid(cell)[["lat", "lon"]].assign(
        climate=(dims, climate.astype(np.uint8)), igbp=(dims, igbp.astype(np.uint8))
    )
    dataset.to_netcdf(path)
    return str(path)


def write_truth(path: Path, gpp: np.ndarray, years: range | list[int], cell: float) -> str:
    """Write the true gpp (time, lat, lon), stamped with the first day of the month."""
    dataset = grid(cell)[["lat", "lon"]].assign_coords(time=months_of(years, day=1))
    dataset["gpp"] = (("time", "lat", "lon"), gpp.astype(np.float32))
    dataset.to_netcdf(path)
    return str(path)


def write_true_sites(path: Path, gpp: Mapping[str, np.ndarray], years: range | list[int]) -> str:
    """Write the true gpp of towers, (time,) each."""
    dataset = xr.Dataset(
        {"gpp": (("site", "time"), np.stack([*gpp.values()]).astype(np.float32))},
        coords={"site": [*gpp], "time": months_of(years, day=1)},
    )
    dataset.to_netcdf(path)
    return str(path)


def write_tile(
    path: Path,
    gpp: np.ndarray,
    years: range | list[int],
    cell: float,
    *,
    rows: slice,
    columns: slice,
) -> str:
    """Write a rectangle of gpp (time, lat, lon) over all years; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = grid(cell).isel(lat=rows, lon=columns)[["lat", "lon"]]
    dataset = cells.assign_coords(time=months_of(years, day=1))
    dataset["gpp"] = (("time", "lat", "lon"), gpp[:, rows, columns].astype(np.float32))
    dataset.to_netcdf(path)
    return str(path)
