"""Maps that a stage wrote: opened, compared, labelled and written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import numpy as np
import xarray as xr

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path

_GLOBAL_ATTRIBUTES = {"Conventions": "CF-1.11"}


_COORDINATES = {
    "lat": {"standard_name": "latitude", "units": "degrees_north", "bounds": "lat_bnds"},
    "lon": {"standard_name": "longitude", "units": "degrees_east", "bounds": "lon_bnds"},
    "product": {"long_name": "model and setting of the plant functional types"},
}


@contextlib.contextmanager
def open_grid(path: str | os.PathLike[str], *names: str) -> Iterator[xr.Dataset]:
    """Open a netCDF file that a stage of this workflow wrote, and demand some of its variables.

    Raises:
        InputError: the file is absent or cannot be read.
        ResultError: a variable is absent.
    """
    try:
        dataset = xr.open_dataset(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.") from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read as netCDF ({error}); delete it and run again."
        ) from error
    with dataset:
        absent = [name for name in names if name not in dataset.variables]
        if absent:
            raise ResultError(
                f"{path}: has no variable {', '.join(absent)} (it holds "
                f"{', '.join(sorted(map(str, dataset.variables)))}); delete it and run again."
            )
        yield dataset


def require_same_grid(found: xr.Dataset, expected: xr.Dataset, origin: str) -> None:
    """Refuse maps whose cells are not those of the product.

    Raises:
        ResultError: another number of cells, or centres elsewhere.
    """
    for name in ("lat", "lon"):
        one = np.asarray(found[name].values, dtype=np.float64)
        two = np.asarray(expected[name].values, dtype=np.float64)
        if one.shape != two.shape or not np.allclose(one, two, rtol=0, atol=1e-4):
            raise ResultError(
                f"{origin}: its {name} differs from that of the product ({one.size} values from "
                f"{one[0]:g}, expected {two.size} from {two[0]:g}); both must come from one run."
            )


def with_grid(dataset: xr.Dataset, grid: xr.Dataset, *, title: str, year: int) -> xr.Dataset:
    """Add the product's cells, CF attributes and a title to maps of (..., lat, lon)."""
    dataset = dataset.assign_coords(lat=grid["lat"].values, lon=grid["lon"].values)
    for name in ("lat_bnds", "lon_bnds"):
        dataset[name] = ((name[:3], "bnds"), grid[name].values.astype(np.float64))
    for name, attributes in _COORDINATES.items():
        if name in dataset.coords:
            dataset[name].attrs = attributes
    dataset.attrs = {**_GLOBAL_ATTRIBUTES, "title": title, "year": year}
    return dataset


def write_grid(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write labelled maps as compressed netCDF4, whole or not at all."""
    encoding = {
        name: {"zlib": True, "complevel": 4, "_FillValue": np.float32(np.nan)}
        for name, variable in dataset.data_vars.items()
        if variable.dtype == np.float32
    }
    encoding |= {name: {"_FillValue": None} for name in ("lat", "lon", "lat_bnds", "lon_bnds")}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, format="NETCDF4", encoding=encoding)
