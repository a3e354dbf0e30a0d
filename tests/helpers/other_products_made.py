"""Made files of products of others, in the layout in which the workflow writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from helpers.synthetic_maps import described, months_of


def write_other(
    folder: Path, name: str, years: dict[int, np.ndarray], lat: np.ndarray, lon: np.ndarray
) -> list[str]:
    """Write gpp (time=12, lat, lon) of some years on any regular grid; return the paths.

    Args:
        folder: under which the product has a folder.
        name: of the product.
        years: values by year.
        lat, lon: centres, north up.
    """
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for year, values in years.items():
        dataset = xr.Dataset(
            {"gpp": (("time", "lat", "lon"), values.astype(np.float32))},
            coords={"time": months_of([year]), "lat": lat, "lon": lon},
        )
        paths.append(str(target / f"gpp_{year}.nc"))
        described(dataset).to_netcdf(paths[-1])
    return paths


def centres(cell: float, *, north: float = 90.0, south: float = -90.0):
    """Return lat and lon of cells of ``cell`` degrees between two latitudes, all around."""
    lat = np.arange(north - cell / 2, south, -cell)
    return lat, np.arange(-180 + cell / 2, 180, cell)
