"""Simulated TCCON files: spectra of the sun at 23 sites, in the layouts of GGG2020 and GGG2014.

Layouts: a real public file of GGG2020 (Harwell, doi 10.14291/tccon.ggg2020.harwell01.R0) and the
readers of GGG2014 that are in use: days since 1970, ``lat_deg``, ``xco2_ppm``, -1e38 where missing.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from carbonscape.core.errors import ConfigError
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.simulate.lattice import SIMULATED, Array, add_variable, netcdf_file, random_numbers
from carbonscape.simulate.oco_files import true_profile
from carbonscape.simulate.oco_orbits import sun_zenith
from carbonscape.simulate.tccon_sites import STATIONS, Station
from carbonscape.simulate.xco2 import Atmosphere

_NAME = re.compile(r"([a-z]{2})(\d{8})_(\d{8})\.public(\.qc)?\.nc")
_CLEAR = 12 / 30.4  # share of days that are clear
_SPECTRA = (10, 20)  # of a clear day, both included
_LOWEST_SUN = 82.0  # degrees from the zenith, as in the public files
_NOISE, _BIAS = 0.4, 0.3  # ppm: of a spectrum, of a site
_OUTAGE, _LONGEST = 0.4, 3  # share of years with an outage, its months at most
_LOST = 0.01  # share of spectra of GGG2014 without a value
# X2019 from X2007, Hall et al. 2021, doi 10.5194/amt-14-3015-2021.
_X2019 = (1.00079, -0.142)
_LEVELS = 51
_SURFACE, _SCALE_HEIGHT = 0.98, 7.5  # pressure at the surface, atm, and its scale height, km
_MISSING, _MISSING_INTEGER = np.float32(-1e38), np.int16(-32768)


@dataclass(frozen=True)
class _File:
    """What the name of a file says."""

    path: Path
    station: Station
    number: int
    first: dt.date
    last: dt.date


def write_tccon(
    paths: Sequence[str | os.PathLike[str]], *, atmosphere: Atmosphere, seed: int
) -> list[Path]:
    """Write the spectra of sites; the name of a file tells its site and its days.

    Args:
        paths: files named as ``tccon_sites.tccon_files`` does.
        atmosphere: what is measured.
        seed: seed of the run.

    Returns:
        The files.

    Raises:
        ConfigError: a name that is none of a site of ``STATIONS``.
        ResultError: the disk is full or the folder cannot be written to.
    """
    files, progress = [_named(Path(path)) for path in paths], Progress("TCCON sites", len(paths))
    for file in files:
        found = _measure(file, atmosphere, seed)
        write = _write_2014 if file.station.version == "GGG2014" else _write_2020
        write(file, found)
        progress.advance()
    return [file.path for file in files]


def _named(path: Path) -> _File:
    """Return what the name of a file says."""
    match, codes = _NAME.fullmatch(path.name), [station.code for station in STATIONS]
    if match is None or match[1] not in codes:
        raise ConfigError(
            f"{path}: found a name that tells no site and days, expected one such as "
            f"pa20150701_20151231.public.qc.nc with a code of {', '.join(codes)}; correct it."
        )
    number = codes.index(match[1])
    first, last = (dt.datetime.strptime(match[n], "%Y%m%d").date() for n in (2, 3))
    return _File(path, STATIONS[number], number, first, last)


def _measure(file: _File, atmosphere: Atmosphere, seed: int) -> dict[str, Array]:
    """Return the spectra of a site, by variable (spectrum) and in order of time."""
    site = file.station
    bias = _BIAS * random_numbers(seed, "tccon", file.number).standard_normal()
    seconds, zenith, noise = [], [], []
    for month in _months(file.first, file.last):
        # Each month draws for itself, so that longer files begin with the same spectra.
        rng = random_numbers(seed, "tccon", file.number, month.toordinal())
        out = month.month in _outage(seed, file.number, month.year)
        for day in (month + dt.timedelta(days=n) for n in range(31)):
            clear, count = rng.random() < _CLEAR, int(rng.integers(_SPECTRA[0], _SPECTRA[1] + 1))
            hours = np.sort(rng.uniform(9.0, 15.0, count)) - site.lon / 15
            errors = rng.standard_normal(count)
            if out or not clear or day.month != month.month or not file.first <= day <= file.last:
                continue
            angle = sun_zenith(np.full(count, site.lat), site.lon, day, 3600 * hours)
            moments = _midnight(day) + np.rint(3600 * hours)
            # The day of the sun is not that of UTC: a file holds the days of UTC in its name.
            inside = (moments >= _midnight(file.first)) & (moments < _midnight(file.last) + 86400)
            seen = (angle <= _LOWEST_SUN) & inside
            seconds.append(moments[seen])
            zenith.append(angle[seen])
            noise.append(errors[seen])
    time = np.concatenate([*seconds, np.empty(0)])
    lat, lon = np.full(len(time), site.lat), np.full(len(time), site.lon)
    truth = atmosphere.at(lat, lon, time.astype("int64").astype("M8[s]"))
    error = np.concatenate([*noise, np.empty(0)])
    return {
        "time": time,
        "lat": lat,
        "long": lon,
        "solzen": np.concatenate([*zenith, np.empty(0)]),
        "xco2": truth + bias + _NOISE * error,
        "xco2_error": 0.45 + 0.15 * np.abs(error),
        "lost": random_numbers(seed, "tccon", file.number, 1).random(len(time)) < _LOST,
    }


def _midnight(day: dt.date) -> float:
    """Return the midnight of a day in seconds since 1970-01-01, UTC."""
    return 86400.0 * (day - dt.date(1970, 1, 1)).days


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first days of the months from one day to another."""
    numbers = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    return [dt.date(number // 12, number % 12 + 1, 1) for number in numbers]


def _outage(seed: int, site: int, year: int) -> set[int]:
    """Return the months (1-12) of a year in which the instrument of a site is out of order."""
    rng = random_numbers(seed, "tccon", site, year)
    drawn, first, length = rng.random(), int(rng.integers(1, 13)), rng.integers(1, _LONGEST + 1)
    return set(range(first, first + int(length))) if drawn < _OUTAGE else set()


def _moments(time: Array) -> dict[str, Array]:
    """Return the year, the day of the year (both int16) and the hour of seconds since 1970."""
    days = np.floor(time / 86400).astype("int64").astype("M8[D]")
    years = days.astype("M8[Y]")
    return {
        "year": (years.astype("int64") + 1970).astype("int16"),
        "day": ((days - years.astype("M8[D]")).astype("int64") + 1).astype("int16"),
        "hour": (time % 86400 / 3600).astype("float32"),
    }


def _write_2020(file: _File, found: dict[str, Array]) -> None:
    """Write a public file of GGG2020: netCDF-4, no flag, since only good spectra are in it."""
    site = file.station.site
    attributes = {
        "source": "Products retrieved from solar absorption spectra using the GGG2020 software",
        "title": "Atmospheric trace gas column-average dry-air mole fractions",
        "long_name": site,
        "data_revision": "R0",
        "file_format_version": "2020.B",
        "comment": SIMULATED,
    }
    scales = {"": "WMO CO2 X2007", "_x2019": "WMO CO2 X2019"}
    with netcdf_file(file.path, attributes) as data:
        data.createDimension("time", len(found["time"]))
        seconds = {"units": "seconds since 1970-01-01", "calendar": "gregorian"}
        text = {"standard_name": "time", "description": "UTC time", **seconds}
        add_variable(data, "time", found["time"], ("time",), text, fill=np.float64("nan"))
        for name, values in _moments(found["time"]).items():
            add_variable(data, name, values, ("time",), {"long_name": name})
        units = {"lat": "degrees_north", "long": "degrees_east", "solzen": "degrees"}
        for name, unit in units.items():
            _add(data, name, found[name], {"units": unit})
        for ending, scale in scales.items():
            values = found["xco2"] if not ending else _X2019[0] * found["xco2"] + _X2019[1]
            text = {"units": "ppm", "wmo_or_analogous_scale": scale, "long_name": "xco2"}
            _add(data, f"xco2{ending}", values, text)
            text = {"units": "ppm", "description": "one-sigma precision"}
            _add(data, f"xco2_error{ending}", found["xco2_error"], text)
        _add_profiles(data, found)


def _add_profiles(data: netCDF4.Dataset, found: dict[str, Array]) -> None:
    """Write the prior, of wet air, and the averaging kernel on 51 levels.

    The prior is the true profile (``oco_files.true_profile``) of a rounded column.
    """
    altitude = np.linspace(0, 70, _LEVELS)
    for name in ("prior_altitude", "ak_altitude"):
        data.createDimension(name, _LEVELS)
        _add(data, name, altitude, {"units": "km", "standard_name": "altitude"}, (name,))
    shape, axes = (len(found["time"]), _LEVELS), ("time", "prior_altitude")
    pressure = _SURFACE * np.exp(-altitude / _SCALE_HEIGHT)
    water = 0.008 * np.exp(-altitude / 2.0)
    # Years apart the prior is the same profile; so the file stays small.
    level = np.round(found["xco2"] / 2) * 2
    prior = level[:, None] * true_profile(pressure / _SURFACE) * (1 - water)
    _add(data, "prior_co2", prior, {"units": "ppm", "note": "wet mole fraction"}, axes)
    _add(data, "prior_h2o", np.broadcast_to(water, shape), {"units": "1"}, axes)
    _add(data, "prior_pressure", np.broadcast_to(pressure, shape), {"units": "atm"}, axes)
    _add(data, "prior_xco2", level, {"units": "ppm"})
    _add(data, "ak_pressure", 1013.25 * pressure, {"units": "hPa"}, ("ak_altitude",))
    kernel = np.broadcast_to(0.975 + 0.004 * altitude, shape)
    _add(data, "ak_xco2", kernel, {"units": "1"}, ("time", "ak_altitude"))


def _add(
    data: netCDF4.Dataset,
    name: str,
    values: Array,
    attributes: dict[str, str],
    axes: tuple[str, ...] = ("time",),
) -> None:
    """Write float32 with NaN as its fill, as GGG2020 does."""
    values = np.asarray(values, "float32")
    add_variable(data, name, values, axes, attributes, fill=np.float32("nan"))


def _write_2014(file: _File, found: dict[str, Array]) -> None:
    """Write a public file of GGG2014: netCDF-3, other names, days, undeclared missing values."""
    lost = found["lost"]
    moments = _moments(found["time"])
    columns = {
        "time": (found["time"] / 86400, "days since 1970-01-01 00:00:00"),
        "year": (np.where(lost, _MISSING_INTEGER, moments["year"]), "years"),
        "day": (moments["day"], "days"),
        "hour": (moments["hour"], "hours"),
        "lat_deg": (found["lat"].astype("float32"), "degrees_north"),
        "long_deg": (found["long"].astype("float32"), "degrees_east"),
        "asza_deg": (found["solzen"].astype("float32"), "degrees"),
        "xco2_ppm": (_or_missing(found["xco2"], lost), "ppm"),
        "xco2_ppm_error": (_or_missing(found["xco2_error"], lost), "ppm"),
    }
    with (
        atomic_path(file.path) as temporary,
        netCDF4.Dataset(temporary, "w", format="NETCDF3_CLASSIC") as data,
    ):
        data.setncatts({"longName": file.station.site, "comment": SIMULATED})
        data.createDimension("time", len(lost))
        for name, (values, units) in columns.items():
            variable = data.createVariable(name, values.dtype, ("time",))
            variable.setncatts({"units": units})
            variable.set_auto_maskandscale(False)
            variable[...] = values


def _or_missing(values: Array, lost: Array) -> Array:
    """Return values as float32, -1e38 where lost."""
    return np.where(lost, _MISSING, values).astype("float32")
