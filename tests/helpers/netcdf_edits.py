"""Changes of netCDF files whose values are raw: mistakes that a writer, or a tool, can make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np

Change = Callable[[netCDF4.Dataset], None]


def edit(path: Path, change: Change) -> None:
    """Change a netCDF file whose values are raw."""
    with netCDF4.Dataset(path, "a") as data:
        data.set_auto_maskandscale(False)
        change(data)


def axis_name(data: netCDF4.Dataset, axis: str) -> str:
    return axis if axis in data.variables else {"lat": "latitude", "lon": "longitude"}[axis]


def other_longitudes(lon: np.ndarray) -> np.ndarray:
    """Return longitudes from 0 to 360 within +-180, and the reverse, place by place."""
    return lon - 360 * (lon >= 180) if lon.max() > 180 else lon % 360


def turned_labels(axis: str) -> Change:
    """Return a change of the coordinates that leaves the values where they are."""

    def change(data: netCDF4.Dataset) -> None:
        name = axis_name(data, axis)
        values = data[name][:]
        data[name][:] = values[::-1] if axis == "lat" else np.sort(other_longitudes(values))
        assert not np.array_equal(data[name][:], values)

    return change


def turned(axis: str) -> Change:
    """Return a change of the order of an axis that takes the values with it."""

    def change(data: netCDF4.Dataset) -> None:
        name = axis_name(data, axis)
        for variable in data.variables.values():
            if name in variable.dimensions:
                place = variable.dimensions.index(name)
                if axis == "lat":
                    variable[:] = np.flip(variable[:], place)
                else:
                    variable[:] = np.roll(variable[:], variable.shape[place] // 2, place)
        if axis == "lon":
            data[name][:] = other_longitudes(data[name][:])

    return change


def scaled(name: str, factor: float, offset: float = 0.0) -> Change:
    """Return a change of every value of a variable."""

    def change(data: netCDF4.Dataset) -> None:
        data[name][:] = data[name][:] * factor + offset

    return change


def swapped(first: str, second: str) -> Change:
    """Return a change in which two variables take each other's values."""

    def change(data: netCDF4.Dataset) -> None:
        values = data[first][:]
        data[first][:] = data[second][:]
        data[second][:] = values

    return change
