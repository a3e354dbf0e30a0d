"""Reading XCO2 soundings of OCO-2 and OCO-3: daily Lite files of the full-physics retrieval.

OCO2_L2_Lite_FP and OCO3_L2_Lite_FP (GES DISC), netCDF-4 with groups. XCO2 is bias-corrected; the
quality flag is 0 where it is good (Data User's Guide of version 11.1, section 4).
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.lazy import reading
from carbonscape.archives.netcdf_sizes import refuse_oversized
from carbonscape.archives.oco_granules import granule_date
from carbonscape.archives.xco2_variables import choose_variable, decode_times, refuse_implausible
from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import require_file, unreadable

#: Names of XCO2 on either scale, the preferred one first.
NAMES = {"x2007": ("xco2", "xco2_x2007"), "x2019": ("xco2_x2019",)}

#: Missing value of the Lite files, which not every variable declares.
_MISSING = -999999.0

#: ``Sounding/land_water_indicator`` of land; 1 is water, 2 inland water, 3 mixed.
_LAND = 0

#: Of so many soundings one lies on the day of the file.
_MANY = 20

_AGAIN = "delete it and fetch it again"

#: What is read of a file, as the services that cut pieces out of granules list it.
_BOXES = "xco2, xco2_quality_flag, latitude, longitude, time and Sounding/land_water_indicator"

#: Names of the indicator in files whose groups a service has dissolved, in small letters.
_FLAT = re.compile(r"(?:sounding\W*_*)?land_water_indicator")


@dataclass(frozen=True)
class Soundings:
    """The soundings of a granule, all on one dimension (sounding).

    Attributes:
        name: of the file.
        day: UTC day of the file; soundings may lie a day off (an orbit crosses midnight).
        lat, lon: degrees north and east (-180 to 180), NaN where missing.
        time: UTC, datetime64[ms], NaT where missing.
        xco2: ppm, NaN where missing.
        flag: int8, 0 good, 1 bad, -1 missing.
        land: whether the footprint lies on land.
    """

    name: str
    day: dt.date
    lat: NDArray[np.floating]
    lon: NDArray[np.floating]
    time: NDArray[np.datetime64]
    xco2: NDArray[np.floating]
    flag: NDArray[np.int8]
    land: NDArray[np.bool_]


def read_granule(path: str | os.PathLike[str], *, scale: str = "x2007") -> Soundings:
    """Read the soundings of a Lite file; only the variables that are needed.

    Args:
        path: the file, named as in the archive.
        scale: calibration scale, ``x2007`` (``xco2`` or ``xco2_x2007``) or ``x2019``.

    Raises:
        InputError: the file is cut short or no such file, a group or variable is absent, of
            another type or length, holds the other scale only, or values that cannot be.
    """
    path = Path(path)
    origin, day = str(path), granule_date(path)
    _refuse_no_hdf5(path)
    with reading(origin):
        refuse_oversized(path, origin)
    with reading(origin), netCDF4.Dataset(path) as dataset:
        dataset.set_auto_maskandscale(False)
        _refuse_absent(dataset, origin)
        attributes = {name: variable.__dict__ for name, variable in dataset.variables.items()}
        name = choose_variable(attributes, scale=scale, names=NAMES, origin=origin)
        xco2 = _numbers(dataset, name, origin)
        lat = _numbers(dataset, "latitude", origin)
        lon = _numbers(dataset, "longitude", origin)
        time = _times(dataset, origin)
        flag = _flag(dataset, origin)
        land = _land(dataset, origin)
    lengths = {
        key: len(values)
        for key, values in (
            *((name, xco2), ("latitude", lat), ("longitude", lon), ("time", time)),
            *(("xco2_quality_flag", flag), ("Sounding/land_water_indicator", land)),
        )
    }
    if len(set(lengths.values())) > 1:
        raise InputError(f"{origin}: the variables differ in length ({lengths}); {_AGAIN}.")
    for key, missing in (("latitude", np.isnan(lat)), ("longitude", np.isnan(lon)),
                         ("time", np.isnat(time)), (name, np.isnan(xco2))):  # fmt: skip
        if missing.size and missing.all():
            raise InputError(
                f"{origin}: {key} is missing in all {missing.size} soundings; {_AGAIN}."
            )
    _refuse_outside(lat, 90.0, "latitude", origin)
    _refuse_outside(lon, 180.0, "longitude", origin)
    _refuse_other_days(time, day, origin)
    refuse_implausible(xco2[flag == 0], name, origin)
    return Soundings(path.name, day, lat, lon, time, xco2, flag, land)


def _refuse_no_hdf5(path: Path) -> None:
    """Refuse what is no file, or empty, or by its first bytes no netCDF-4."""
    require_file(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise unreadable(path, error) from error
    if start.startswith(b"CDF"):
        raise InputError(
            f"{path}: this is netCDF-3, expected netCDF-4: choose that format (nc4) where pieces "
            "are cut out of granules, or fetch whole granules."
        )
    if not start:
        raise InputError(f"{path}: the file is empty; {_AGAIN}.")
    if start != b"\x89HDF\r\n\x1a\n":
        raise InputError(
            f"{path}: this is no netCDF-4 file (it begins with {start!r}): the download failed (a "
            f"login may be missing); {_AGAIN}."
        )


def _variable(dataset: netCDF4.Dataset, name: str, origin: str) -> netCDF4.Variable:
    """Return a variable; refuse its absence."""
    if name not in dataset.variables:
        found = ", ".join(dataset.variables) or "nothing"
        raise InputError(f"{origin}: no variable {name} in {dataset.path}; found {found}.")
    return dataset.variables[name]


def _kind(variable: netCDF4.Variable) -> str:
    """Return the type of a variable for messages."""
    return "text" if variable.dtype is str else str(variable.dtype)


def _numbers(dataset: netCDF4.Dataset, name: str, origin: str) -> NDArray[np.floating]:
    """Return a one-dimensional variable of numbers, NaN where missing."""
    variable = _variable(dataset, name, origin)
    if getattr(variable.dtype, "kind", "O") != "f" or variable.ndim != 1:
        raise InputError(
            f"{origin}: {name} holds {_kind(variable)} on {variable.ndim} dimensions, expected "
            "floating-point numbers on one."
        )
    values = variable[:]
    for fill in {_MISSING, *_fills(variable)}:
        values[values == values.dtype.type(fill)] = np.nan
    return values


def _fills(variable: netCDF4.Variable) -> list[float]:
    """Return the missing values that a variable declares."""
    declared = (getattr(variable, name, None) for name in ("_FillValue", "missing_value"))
    return [float(value) for value in declared if isinstance(value, int | float | np.number)]


def _times(dataset: netCDF4.Dataset, origin: str) -> NDArray[np.datetime64]:
    """Return UTC times from ``time``, or from ``date`` where that has no units."""
    if "time" in dataset.variables:
        variable = dataset.variables["time"]
        times = decode_times(variable[:], str(getattr(variable, "units", "")))
        if times is not None:
            return times
    if "date" not in dataset.variables:
        raise InputError(
            f"{origin}: the times cannot be understood: expected a variable 'time' with units such "
            "as 'seconds since 1970-01-01 00:00:00', or a variable 'date'."
        )
    parts = dataset.variables["date"][:].astype(np.int64)
    if parts.ndim != 2 or parts.shape[1] < 6:
        raise InputError(
            f"{origin}: date has the shape {parts.shape}, expected 7 columns: year, month, day, "
            "hour, minute, second, millisecond."
        )
    present = (parts[:, :6] >= 0).all(axis=1)
    parts = np.where(present[:, None], parts, 1)
    month = ((parts[:, 0] - 1970) * 12 + parts[:, 1] - 1).astype("datetime64[M]")
    seconds = ((parts[:, 2] - 1) * 24 + parts[:, 3]) * 3600 + parts[:, 4] * 60 + parts[:, 5]
    thousandths = 1000 * seconds + (parts[:, 6] if parts.shape[1] > 6 else 0)
    times = month.astype("datetime64[ms]") + thousandths.astype("timedelta64[ms]")
    return np.where(present, times, np.datetime64("NaT"))


def _flag(dataset: netCDF4.Dataset, origin: str) -> NDArray[np.int8]:
    """Return the quality flag: 0 good, 1 bad, -1 missing; refuse any other."""
    name = "xco2_quality_flag"
    variable = _variable(dataset, name, origin)
    if getattr(variable.dtype, "kind", "O") not in "iu" or variable.ndim != 1:
        raise InputError(
            f"{origin}: {name} holds {_kind(variable)}, expected integers, 0 good and 1 bad: this "
            "is another product, or another version of it."
        )
    values = variable[:]
    missing = np.isin(values, _fills(variable))
    strange = ~missing & (values != 0) & (values != 1)
    if strange.any():
        raise InputError(
            f"{origin}: {name} is {values[strange][0]} in sounding {int(strange.argmax())}, "
            "expected 0 (good) or 1 (bad)."
        )
    return np.where(missing, -1, values).astype(np.int8)


def _land(dataset: netCDF4.Dataset, origin: str) -> NDArray[np.bool_]:
    """Say which soundings lie on land."""
    variable = _find_indicator(dataset)
    assert variable is not None
    if getattr(variable.dtype, "kind", "O") not in "iu" or variable.ndim != 1:
        raise InputError(
            f"{origin}: Sounding/land_water_indicator holds {_kind(variable)}, expected integers."
        )
    return variable[:] == _LAND


def _find_indicator(dataset: netCDF4.Dataset) -> netCDF4.Variable | None:
    """Return the variable that tells land from water, in its group or beside the others."""
    group = dataset.groups.get("Sounding")
    if group is not None and "land_water_indicator" in group.variables:
        return group.variables["land_water_indicator"]
    flat = (name for name in dataset.variables if _FLAT.fullmatch(name.lower()))
    return next((dataset.variables[name] for name in flat), None)


def _refuse_absent(dataset: netCDF4.Dataset, origin: str) -> None:
    """Refuse a file without the variables that tell good soundings over land from others."""
    wanted = ("latitude", "longitude", "xco2_quality_flag")
    absent = [name for name in wanted if name not in dataset.variables]
    if _find_indicator(dataset) is None:
        absent.append("Sounding/land_water_indicator")
    if absent:
        found = ", ".join([*dataset.variables, *dataset.groups]) or "nothing"
        raise InputError(
            f"{origin}: no variable {' and no variable '.join(absent)}; found {found}. Good "
            "soundings over land cannot be told from others: fetch whole granules, or where boxes "
            f"of variables are ticked (the subsetter of GES DISC, OPeNDAP) tick {_BOXES}."
        )


def _refuse_outside(degrees: NDArray, limit: float, name: str, origin: str) -> None:
    """Refuse coordinates beyond the globe (rounding of float32 apart)."""
    bad = np.abs(degrees) > limit + 1e-4
    if bad.any():
        raise InputError(
            f"{origin}: {name} is {degrees[bad][0]:g} in sounding {int(bad.argmax())}, expected "
            f"{-limit:g} to {limit:g}."
        )


def _refuse_other_days(time: NDArray[np.datetime64], day: dt.date, origin: str) -> None:
    """Refuse soundings more than a day off the day in the file's name, and a file of another day.

    A few soundings may all lie across midnight.
    """
    days = time.astype("datetime64[D]")
    bad = np.abs(days - np.datetime64(day)) > np.timedelta64(1, "D")
    bad &= ~np.isnat(days)
    if bad.any():
        raise InputError(
            f"{origin}: sounding {int(bad.argmax())} is of {days[bad][0]}, but the file's name "
            f"says {day}."
        )
    known = days[~np.isnat(days)]
    if known.size >= _MANY and not (known == np.datetime64(day)).any():
        raise InputError(
            f"{origin}: all {known.size} soundings are of {known[0]}, but the file's name says "
            f"{day}; give it back the name that it has in the archive."
        )
