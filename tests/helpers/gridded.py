"""Small native files of the gridded archives, written by hand for tests of the features."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np

from carbonscape.core.insolation import daily_insolation

Field = Callable[[dt.date], float]


def write_era5(
    folder: Path,
    year: int,
    *,
    lat: np.ndarray,
    lon: np.ndarray,
    state: dict[str, Field],
    totals: dict[str, Field],
    sea: np.ndarray | None = None,
) -> tuple[list[str], list[str]]:
    """Write a year of ERA5-Land whose fields depend on the day alone, and return the paths.

    ``totals`` give the total of a day in native units; it is stamped 00:00 of the next day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    months = [(year, month) for month in range(1, 13)]
    paths: tuple[list[str], list[str]] = ([], [])
    for y, month in [*months, (year + 1, 1)]:
        first = dt.date(y, month, 1)
        after = dt.date(y + month // 12, month % 12 + 1, 1)
        days = [first + dt.timedelta(n) for n in range((after - first).days)]
        if (y, month) in months:
            values = {name: [f(day) for day in days] for name, f in state.items()}
            path = folder / f"state_{y}_{month:02d}.nc"
            _write(path, days, lat, lon, values, {"t2m": "K", "d2m": "K"}, sea)
            paths[0].append(str(path))
        before = [day - dt.timedelta(1) for day in days]
        values = {name: [f(day) for day in before] for name, f in totals.items()}
        path = folder / f"accum_{y}_{month:02d}.nc"
        _write(path, days, lat, lon, values, {"tp": "m", "e": "m", "ssrd": "J m**-2"}, sea)
        paths[1].append(str(path))
    return paths


def _write(path, days, lat, lon, values, units, sea) -> None:
    """Write one file in the layout of the Climate Data Store."""
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (
            ("valid_time", len(days)),
            ("latitude", len(lat)),
            ("longitude", len(lon)),
        ):
            file.createDimension(name, size)
        time = file.createVariable("valid_time", "i8", ("valid_time",))
        time.setncatts({"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian"})
        time[:] = [(day - dt.date(1970, 1, 1)).days * 86400 for day in days]
        for name, axis, unit in (
            ("latitude", lat, "degrees_north"),
            ("longitude", lon, "degrees_east"),
        ):
            variable = file.createVariable(name, "f8", (name,))
            variable.units = unit
            variable[:] = axis
        for name, series in values.items():
            variable = file.createVariable(
                name, "f4", ("valid_time", "latitude", "longitude"), fill_value=np.float32(np.nan)
            )
            variable.units = units[name]
            field = np.broadcast_to(
                np.array(series)[:, None, None], (len(days), len(lat), len(lon))
            ).copy()
            if name == "ssrd":
                # No place has more than the sun sends there.
                number = np.array([[day.timetuple().tm_yday] for day in days])
                most = 0.7 * 86_400 * daily_insolation(lat, number)
                field = np.minimum(field, most[:, :, None])
            if sea is not None:
                field[:, sea] = np.nan
            variable[:] = field


def write_modis(
    path: Path,
    year: int,
    *,
    lat: np.ndarray,
    lon: np.ndarray,
    lai: np.ndarray,
    fpar: np.ndarray,
    qc: np.ndarray | int = 0,
    without: tuple[int, ...] = (),
) -> str:
    """Write composites of a year: raw ``lai`` and ``fpar`` (step, lat, lon), steps left out.

    The file states that the archive itself lacks those.
    """
    steps = [step for step in range(46) if step not in without]
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as file:
        for name, axis in (("lat", lat), ("lon", lon)):
            file.createDimension(name, len(axis))
            file.createVariable(name, "f8", (name,))[:] = axis
        file["lat"].units, file["lon"].units = "degrees_north", "degrees_east"
        file.createDimension("time", len(steps))
        time = file.createVariable("time", "i4", ("time",))
        time.units, time.calendar = "days since 2000-01-01", "standard"
        start = (dt.date(year, 1, 1) - dt.date(2000, 1, 1)).days
        time[:] = [start + 8 * step for step in steps]
        days = [dt.date(year, 1, 1) + dt.timedelta(days=8 * step) for step in without]
        file.not_in_archive = ", ".join(map(str, days))
        qc = np.broadcast_to(np.asarray(qc, dtype=np.uint8), lai.shape)
        for name, values in (("Lai_500m", lai), ("Fpar_500m", fpar), ("FparLai_QC", qc)):
            variable = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
            variable[:] = values[steps]
    return str(path)


#: Variables of means of eight days as the fetch step writes them, with their units.
EIGHT_DAYS = {"t2m": "K", "vpd": "hPa", "ssrd": "W m-2", "tp": "mm d-1", "e": "mm d-1"}


def sunlight(lat: np.ndarray, columns: int) -> np.ndarray:
    """Return radiation (step, lat, lon), W m-2: half of what the top of the atmosphere has."""
    half = 0.5 * daily_insolation(lat, np.arange(46)[:, None] * 8 + 4.5)
    return np.repeat(half[:, :, None], columns, axis=2)


def write_eight_days(
    path: Path,
    year: int,
    *,
    lat: np.ndarray,
    lon: np.ndarray,
    fields: dict[str, np.ndarray],
    without: tuple[int, ...] = (),
    units: dict[str, str] | None = None,
    images: int | np.ndarray = 8,
    shift: int = 0,
) -> str:
    """Write weather of a year in steps of eight days.

    ``fields`` (step, lat, lon), NaN over the sea, where no day is behind; some steps are left out;
    ``images`` days behind each value on land; all steps start ``shift`` days late.
    """
    steps = [step for step in range(46) if step not in without]
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as file:
        for name, axis in (("lat", lat), ("lon", lon)):
            file.createDimension(name, len(axis))
            file.createVariable(name, "f8", (name,))[:] = axis
        file["lat"].units, file["lon"].units = "degrees_north", "degrees_east"
        file.createDimension("time", len(steps))
        time = file.createVariable("time", "i4", ("time",))
        time.units = "days since 1970-01-01"
        first = (dt.date(year, 1, 1) - dt.date(1970, 1, 1)).days + shift
        time[:] = [first + 8 * step for step in steps]
        dims = ("time", "lat", "lon")
        for name, values in fields.items():
            variable = file.createVariable(name, "f4", dims, fill_value=np.float32(-9999))
            variable.units = (EIGHT_DAYS | (units or {}))[name]
            variable[:] = np.where(np.isnan(values), -9999, values)[steps]
        land = ~np.isnan(fields["t2m"])
        file.createVariable("good_share", "u1", dims)[:] = np.where(land, 100, 0)[steps]
        file.createVariable("images", "u2", dims)[:] = np.where(land, images, 0)[steps]
    return str(path)
