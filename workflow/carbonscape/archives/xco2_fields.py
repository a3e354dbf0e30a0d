"""Reading gridded XCO2 of others: CAMS EGG4, and products that are compared with ours.

EGG4 (Agusti-Panareda et al. 2023, doi:10.5194/acp-23-3829-2023) comes from the Atmosphere Data
Store as a ZIP archive of one netCDF file with ``tcco2`` in ppm, 2003 to 2020. Of other products
any netCDF grid is accepted whose only plausible variable holds ppm or mol/mol.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core.errors import InputError

#: Names under which column-averaged carbon dioxide goes.
_NAMES = ("tcco2", "xco2")

#: Smallest and largest ppm of a map; real ones lie between 365 and 430.
_RANGE = (360.0, 450.0)


def read_xco2_field(
    path: str | os.PathLike[str], *, months: Sequence[str] | None = None
) -> xr.DataArray:
    """Read gridded XCO2 as monthly means.

    Steps are averaged within the UTC month of their stamp, and the product's own mask is kept.

    Args:
        path: netCDF file, or a ZIP archive of it.
        months: to read, as 2015-07; those that the file lacks are left out. By default all.

    Returns:
        ``xco2`` (time, lat, lon), float32, ppm, NaN where the product has none; time is the first
        day of the month, latitudes descend, longitudes ascend within [-180, 180).

    Raises:
        InputError: the file is no such netCDF, its grid is not regular, no variable or several
            hold XCO2, or it holds none of the months.
    """
    with open_netcdf(path) as datasets:
        grids = [normalise_axes(dataset) for dataset in datasets]
        array, factor = _find([grid[name] for grid in grids for name in grid.data_vars], str(path))
        stamps = array["time"].values.astype("datetime64[M]")
        wanted = np.unique(stamps)
        if months is not None:
            wanted = wanted[np.isin(wanted, np.array(months, dtype="datetime64[M]"))]
        if not wanted.size:
            raise InputError(
                f"{path}: none of the months asked for is in it; found {stamps[0]} to {stamps[-1]}."
            )
        means = [_mean(array, np.flatnonzero(stamps == month), factor) for month in wanted]
        coords = {"time": wanted.astype("datetime64[ns]"), "lat": array["lat"], "lon": array["lon"]}
        return xr.DataArray(
            np.stack(means),
            dims=("time", "lat", "lon"),
            coords=coords,
            name="xco2",
            attrs={"units": "ppm", "long_name": "column-averaged dry-air mole fraction of CO2"},
        )


def _find(arrays: list[xr.DataArray], path: str) -> tuple[xr.DataArray, float]:
    """Return the array that holds XCO2, and what brings it to ppm."""
    fitting = [(array, factor) for array in arrays if (factor := _factor(array)) is not None]
    named = [pair for pair in fitting if str(pair[0].name).lower() in _NAMES]
    if len(named or fitting) == 1:
        return (named or fitting)[0]
    found = ", ".join(str(array.name) for array in arrays) or "none"
    what = "several variables hold" if fitting else "no variable holds"
    raise InputError(
        f"{path}: {what} values of XCO2 ({_RANGE[0]:g} to {_RANGE[1]:g} ppm, or as mol/mol); "
        f"found on its grid: {found}. Keep one, named {' or '.join(_NAMES)}."
    )


def _factor(array: xr.DataArray) -> float | None:
    """Return what brings an array to ppm, None if its first step with values is no XCO2."""
    if array.dtype.kind not in "fiu" or "time" not in array.dims:
        return None
    for step in range(array.sizes["time"]):
        values = array.isel(time=step).values
        values = values[_present(values)]
        if values.size:
            middle = float(np.median(values))
            for factor in (1.0, 1e6):
                if _RANGE[0] <= factor * middle <= _RANGE[1]:
                    return factor
            return None
    return None


def _present(values: NDArray) -> NDArray[np.bool_]:
    """Say where values are none of the missing ones, declared or not (-9999, 0, 1e20, ...)."""
    return np.isfinite(values) & (values > 0) & (values < 1e4)


def _mean(array: xr.DataArray, steps: NDArray[np.intp], factor: float) -> NDArray[np.float32]:
    """Return the mean of some steps in ppm, NaN where none has a value."""
    total = np.zeros((array.sizes["lat"], array.sizes["lon"]))
    count = np.zeros(total.shape, dtype=np.int32)
    for step in steps:
        values = array.isel(time=step).values
        present = _present(values)
        total += np.where(present, values, 0.0)
        count += present
    return (factor * total / np.where(count, count, np.nan)).astype(np.float32)
