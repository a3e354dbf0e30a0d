"""Simulated TROPOSIF L2B: daily files of TROPOMI's soundings of solar-induced fluorescence.

Layout, thresholds and undeclared fill as in the product of ESA (doi
10.5270/esa-s5p_innovation-sif-20180501_20210320-v2.1-202104; Guanter et al. 2021, doi
10.5194/essd-13-5423-2021): one dimension ``n_elem``, groups, nothing cloudier than 0.8 nor with
the sun lower than 70 degrees from the zenith.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from carbonscape.core.progress import Progress
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_variable,
    declination,
    netcdf_file,
    random_numbers,
)

MISSING = np.float32(9.96921e36)  # netCDF's own fill for float32, which no attribute declares
_UNIT = "mW m-2 sr-1 nm-1"
_CLOUDIEST, _LOWEST_SUN, _WIDEST_VIEW = 0.8, 70.0, 60.0
_OVERPASS = 13.5  # local solar time of Sentinel-5P, hours
_SOUNDINGS = (3, 200, 4000)  # for each land cell; at least and at most a file
_NOISE = 0.4  # mW m-2 sr-1 nm-1, a clear sounding (Guanter et al. 2021: 0.3 to 0.5)
_THRESHOLDS = {
    "Cloud fraction threshold": _CLOUDIEST,
    "SZA threshold": _LOWEST_SUN,
    "VZA threshold": _WIDEST_VIEW,
}


def write_tropomi_sif(
    folder: str | os.PathLike[str],
    *,
    grid: xr.Dataset,
    first_day: dt.date | str,
    last_day: dt.date | str,
    every_days: int,
    seed: int,
) -> list[Path]:
    """Write one file of soundings for every ``every_days``-th day.

    Args:
        folder: where the files go.
        grid: the truth on cells: sif (time, lat, lon), daily mean, mW m-2 sr-1 nm-1, NaN off
            land; cloud (year, step, lat, lon), 0-1.
        first_day: first day, a date or YYYY-MM-DD.
        last_day: no file is later than this day.
        every_days: days from one file to the next.
        seed: seed of the run.

    Returns:
        The files in order of their days.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    first, last = (dt.date.fromisoformat(str(day)) for day in (first_day, last_day))
    days = [first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, every_days)]
    cells = _Cells(grid)
    progress, written = Progress("TROPOMI SIF days", len(days)), []
    for day in days:
        path = Path(folder) / f"TROPOSIF_L2B_{day.isoformat()}.nc"
        _write(path, day, _look(cells, day, random_numbers(seed, "tropomi_sif", day.toordinal())))
        written.append(path)
        progress.advance()
    return written


class _Cells:
    """The land cells of the truth, a month in memory at a time."""

    def __init__(self, grid: xr.Dataset) -> None:
        self.grid = grid
        self.lat, self.lon = grid["lat"].values, grid["lon"].values
        self.half = abs(float(self.lat[0] - self.lat[1])) / 2
        self.month, self.sif = None, None

    def month_of(self, day: dt.date) -> tuple[Array, Array]:
        """Return the SIF of the month and the cloud share of the slot of a day (lat, lon)."""
        month = np.datetime64(day.replace(day=1), "ns")
        if self.month != month:
            self.month, self.sif = month, self.grid["sif"].sel(time=month).values
        slot = (day.timetuple().tm_yday - 1) // 8
        cloud = self.grid["cloud"].sel(year=day.year).isel(step=slot).values
        return self.sif, np.nan_to_num(cloud)


def _look(cells: _Cells, day: dt.date, rng: np.random.Generator) -> dict[str, Array]:
    """Return the soundings of a day that pass the product's own thresholds, by variable."""
    sif, cloud = cells.month_of(day)
    row, column = np.nonzero(~np.isnan(sif))
    each, least, most = _SOUNDINGS
    number = int(np.clip(each * len(row), least, most))
    area = np.cos(np.deg2rad(cells.lat[row]))
    drawn = rng.choice(len(row), size=number, p=area / area.sum())
    row, column = row[drawn], column[drawn]
    lat = cells.lat[row] + cells.half * rng.uniform(-1, 1, number)
    lon = cells.lon[column] + cells.half * rng.uniform(-1, 1, number)
    hour = _OVERPASS + rng.uniform(-0.8, 0.8, number)  # across the swath
    sun, share = _light(lat, hour, day.timetuple().tm_yday)
    # Choice: mean cloud fraction 0.1 under clear skies, 0.5 where MODIS hardly ever sees.
    mean = 0.125 + 0.5 * cloud[row, column]
    clouds = _CLOUDIEST * rng.beta(1.2 * mean, 1.2 * (1 - mean))
    error = _NOISE * (1 + clouds) * rng.uniform(0.8, 1.2, number)
    # Choice: a cloud hides half of the canopy below it. Errors are those of the daily mean.
    daily = sif[row, column] * (1 - 0.5 * clouds) + error * rng.standard_normal(number)
    second = daily + 0.1 * rng.standard_normal(number)  # the wider window, 735-758 nm
    found = {
        "SIF_743": daily / share, "SIF_Corr_743": daily, "SIF_ERROR_743": error / share,
        "SIF_735": second / share, "SIF_Corr_735": second, "SIF_ERROR_735": error / share,
        "latitude": lat, "longitude": lon, "cloud_fraction_L2": clouds,
        "solar_zenith_angle": sun, "viewing_zenith_angle": rng.uniform(0, _WIDEST_VIEW, number),
        "delta_time": _milliseconds(hour - lon / 15),
    }  # fmt: skip
    for window, rate in (("743", 0.002), ("735", 0.01)):
        lost = rng.random(number) < rate
        for name in (f"SIF_{window}", f"SIF_Corr_{window}"):
            found[name] = np.where(lost, MISSING, found[name])
    order = np.argsort(found["delta_time"], kind="stable")
    kept = order[sun[order] <= _LOWEST_SUN]
    return {name: values[kept] for name, values in found.items()}


def _light(lat: Array, hour: Array, day_of_year: int) -> tuple[Array, Array]:
    """Return the solar zenith angle (degrees) and the day's mean light over that at ``hour``.

    ``lat`` in degrees, ``hour`` in local solar time. The ratio is the day-length correction of
    Frankenberg et al. (2011, doi 10.1029/2011GL048738): from an instant to the daily mean.
    """
    phi, delta = np.deg2rad(lat), declination(day_of_year)
    up, across = np.sin(phi) * np.sin(delta), np.cos(phi) * np.cos(delta)
    now = up + across * np.cos(np.deg2rad(15 * (hour - 12)))
    sunset = np.arccos(np.clip(-up / across, -1, 1))
    mean = (up * sunset + across * np.sin(sunset)) / np.pi
    zenith = np.rad2deg(np.arccos(np.clip(now, -1, 1)))
    return zenith, np.maximum(mean, 0.01) / np.maximum(now, 0.1)


def _milliseconds(hour: Array) -> Array:
    """Return hours UTC as milliseconds of the day; a file runs some minutes past midnight."""
    return np.rint(np.where(hour > 24.08, hour - 24, hour) * 3.6e6).astype("int32")


def _write(path: Path, day: dt.date, found: dict[str, Array]) -> None:
    """Write the soundings of one day."""
    since = (day - dt.date(2010, 1, 1)).days * 86400
    with netcdf_file(path, {"title": "TROPOSIF L2B", "comment": SIMULATED}) as data:
        data.createGroup("METADATA/ALGORITHM_SETTINGS").setncatts(_THRESHOLDS)
        product = data.createGroup("PRODUCT")
        product.createDimension("n_elem", len(found["latitude"]))
        product.createDimension("time", 1)
        units = {"units": "seconds since 2010-01-01 00:00:00"}
        add_variable(product, "time", np.array([since], "int32"), ("time",), units)
        for name in found:
            if name == "delta_time":
                units = {"units": f"milliseconds since {day.isoformat()}T00:00:00 UTC"}
                add_variable(product, name, found[name], ("n_elem",), units)
            else:
                _add_sounding(product, name, found[name].astype("float32"))


def _add_sounding(product: netCDF4.Group, name: str, values: Any) -> None:
    """Write a variable of the soundings into the group where the product has it."""
    places = {
        "cloud_fraction_L2": ("SUPPORT_DATA/INPUT_DATA", "1"),
        "solar_zenith_angle": ("SUPPORT_DATA/GEOLOCATIONS", "degree"),
        "viewing_zenith_angle": ("SUPPORT_DATA/GEOLOCATIONS", "degree"),
        "latitude": (None, "degrees_north"),
        "longitude": (None, "degrees_east"),
    }
    place, units = places.get(name, (None, _UNIT))
    group = product.createGroup(place) if place else product
    add_variable(group, name, values, ("n_elem",), {"units": units})
