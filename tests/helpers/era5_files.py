"""Files of the Climate Data Store, changed in one thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np


def edited(source: Path, target: Path, change: Callable[[netCDF4.Dataset], None]) -> Path:
    """Copy a file, change it, and return the copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    target.chmod(0o644)
    with netCDF4.Dataset(target, "a") as file:
        change(file)
    return target


def on_land_grid(file: netCDF4.Dataset) -> None:
    """Move the grid points of ERA5 to multiples of 0.1 degrees, as those of ERA5-Land lie."""
    for name in ("latitude", "longitude"):
        axis = file[name]
        first, sign = round(float(axis[0]), 1), np.sign(float(axis[1] - axis[0]))
        axis[:] = first + sign * 0.1 * np.arange(axis.size)
    for variable in file.variables.values():
        for attribute in set(variable.ncattrs()) & {"GRIB_iDirectionIncrementInDegrees"}:
            variable.delncattr(attribute)


def of_utc_days(file: netCDF4.Dataset) -> None:
    """Take the marks of another time zone off a daily statistic."""
    file["valid_time"].delncattr("time_shift")
    file.history = file.history.replace("{'hours': 5}", "{'hours': 0}")
