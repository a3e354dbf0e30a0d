"""Where and when the simulated instruments look, their random numbers, their netCDF files."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping
from typing import Any

import netCDF4
import numpy as np

from carbonscape.core.io import atomic_path

Array = np.ndarray

#: The instruments, each with random numbers of its own. Order matters: it is part of the seed.
INSTRUMENTS = (
    "modis_lai", "modis_sites", "outages", "era5_land", "esa", "mcd12q1", "tropomi_sif",
    "oco", "tccon", "egg4", "xco2_modis", "xco2_lights", "xco2_gases", "native",
)  # fmt: skip

#: What every simulated file says of itself, so that none is ever taken for an observation.
SIMULATED = "Simulated by carbonscape (resources/raw/simulated): not an observation."

_FIRST_KEY = 7000  # apart from the keys of the Earth and of the towers


def random_numbers(seed: int, instrument: str, *numbers: int) -> np.random.Generator:
    """Return random numbers of one of ``INSTRUMENTS``, independent for each set of ``numbers``."""
    key = (_FIRST_KEY + INSTRUMENTS.index(instrument), *numbers)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def centres(spacing: float) -> tuple[Array, Array]:
    """Return the centres of global cells: latitudes from the north, longitudes from -180.

    Args:
        spacing: size of a cell in degrees; divides 180.
    """
    rows = round(180 / spacing)
    lat = 90 - spacing * (np.arange(rows) + 0.5)
    lon = -180 + spacing * (np.arange(2 * rows) + 0.5)
    return lat, lon


def nodes(spacing: float) -> tuple[Array, Array]:
    """Return the nodes of ERA5-Land's lattice: latitudes 90 to -90, longitudes 0 to below 360.

    Args:
        spacing: degrees between two nodes; divides 180.
    """
    rows = round(180 / spacing)
    return 90 - spacing * np.arange(rows + 1), spacing * np.arange(2 * rows)


def composite_starts(year: int) -> list[dt.date]:
    """Return the first days of the 46 composites of a year: day 1, 9, ..., 361 of that year."""
    return [dt.date(year, 1, 1) + dt.timedelta(days=8 * slot) for slot in range(46)]


def declination(day_of_year: Any) -> Array:
    """Return the declination of the sun, rad, in the shape of the day of the year (FAO-56 eq. 24).

    FAO Irrigation and Drainage Paper 56, 1998.
    """
    return 0.409 * np.sin(2 * np.pi / 365 * np.asarray(day_of_year) - 1.39)


@contextlib.contextmanager
def netcdf_file(
    path: str | os.PathLike[str], attributes: Mapping[str, Any]
) -> Iterator[netCDF4.Dataset]:
    """Yield a netCDF-4 file that appears under ``path`` only when the block has succeeded.

    Args:
        path: the file.
        attributes: global attributes; no clock and no host, so that equal content gives equal
            bytes.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as data:
        data.setncatts(dict(attributes))
        yield data


def add_variable(
    group: netCDF4.Dataset | netCDF4.Group,
    name: str,
    values: Any,
    dimensions: tuple[str, ...],
    attributes: Mapping[str, Any],
    *,
    fill: Any = None,
    where: tuple[slice, slice] | None = None,
) -> None:
    """Write one variable as it is, compressed where it has more than one dimension.

    Args:
        group: an open file or group that has (or whose parents have) the dimensions.
        name: name of the variable.
        values: its values (dimensions), already in the type and units of the file.
        dimensions: names of its dimensions; none for a scalar.
        attributes: attributes; ``_FillValue`` is given by ``fill``.
        fill: the declared fill value; None declares none.
        where: rows and columns of the last two dimensions in which the values lie; elsewhere the
            variable is ``fill``, or nought if there is none.
    """
    values = np.asarray(values)
    packed: dict[str, Any] = {"compression": "zlib", "complevel": 1} if dimensions else {}
    variable = group.createVariable(name, values.dtype, dimensions, fill_value=fill, **packed)
    variable.setncatts(dict(attributes))
    variable.set_auto_maskandscale(False)
    if where is None:
        variable[...] = values
    else:
        if fill is None:
            write_noughts(variable)
        # What is not written takes no room, and is read as the fill value.
        variable[..., where[0], where[1]] = values


def write_noughts(variable: netCDF4.Variable) -> None:
    """Fill a variable (time, lat, lon) that declares no fill value with noughts."""
    nothing = np.zeros(variable.shape[1:], variable.dtype)
    for step in range(variable.shape[0]):
        variable[step] = nothing


def add_cells(data: netCDF4.Dataset, lat: Array, lon: Array, days: list[dt.date]) -> None:
    """Write the coordinates ``time`` (int32 days since 2000-01-01), ``lat`` and ``lon``."""
    since = np.array([(day - dt.date(2000, 1, 1)).days for day in days], dtype="int32")
    for name, axis, text in (
        ("time", since, {"units": "days since 2000-01-01", "calendar": "standard"}),
        ("lat", np.asarray(lat, "float64"), {"units": "degrees_north"}),
        ("lon", np.asarray(lon, "float64"), {"units": "degrees_east"}),
    ):
        data.createDimension(name, len(axis))
        long_name = {"time": "time", "lat": "latitude", "lon": "longitude"}[name]
        add_variable(data, name, axis, (name,), {"standard_name": long_name, **text})
