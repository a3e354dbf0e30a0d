"""Reading XCO2 soundings of OCO-2 and OCO-3: daily Lite files of the full-physics retrieval.

OCO2_L2_Lite_FP and OCO3_L2_Lite_FP (GES DISC), netCDF-4 with groups. XCO2 is bias-corrected; the
quality flag is 0 where it is good (Data User's Guide of version 11.1, section 4).
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.lazy import reading
from carbonscape.archives.xco2_variables import choose_variable, decode_times, refuse_implausible
from carbonscape.core.errors import InputError

logger = logging.getLogger(__name__)

#: Names of XCO2 on either scale, the preferred one first.
NAMES = {"x2007": ("xco2", "xco2_x2007"), "x2019": ("xco2_x2019",)}

#: Missing value of the Lite files, which not every variable declares.
_MISSING = -999999.0

#: ``Sounding/land_water_indicator`` of land; 1 is water, 2 inland water, 3 mixed.
_LAND = 0

_NAME = re.compile(r"(oco[23])_LtCO2_(\d{6})_B(\d\d)(\d)\d\d[A-Z]([a-z])_(\d{12})s\.nc4?")
_AGAIN = "delete it and fetch it again"


@dataclass(frozen=True)
class GranuleName:
    """What the name of a Lite file says.

    Attributes:
        instrument: ``oco2`` or ``oco3``.
        day: the UTC day.
        version: of the collection, such as ``11.1r``.
        produced: stamp of the production, YYMMDDhhmmss, that orders files of one day.
    """

    instrument: str
    day: dt.date
    version: str
    produced: str


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


def parse_name(path: str | os.PathLike[str]) -> GranuleName:
    """Return what the name of a Lite file says.

    Raises:
        InputError: the name is none of a Lite file.
    """
    found = _NAME.fullmatch(Path(path).name)
    if found:
        instrument, date, major, minor, kind, produced = found.groups()
        try:
            day = dt.date(2000 + int(date[:2]), int(date[2:4]), int(date[4:]))
        except ValueError:
            pass
        else:
            # B11014Ar is 11r, B11100Ar is 11.1r.
            version = f"{int(major)}{'' if minor == '0' else '.' + minor}{kind}"
            return GranuleName(instrument, day, version, produced)
    raise InputError(
        f"{path}: this is no name of an OCO Lite file, expected one such as "
        "oco2_LtCO2_150101_B11100Ar_230524221540s.nc4; keep the names of the archive."
    )


def granule_date(path: str | os.PathLike[str]) -> dt.date:
    """Return the UTC day in the name of a Lite file."""
    return parse_name(path).day


def granule_version(path: str | os.PathLike[str]) -> str:
    """Return the version of the collection, such as 11.1r, by the name of a Lite file."""
    return parse_name(path).version


def choose_granules(
    paths: Sequence[str | os.PathLike[str]],
    versions: Sequence[str],
    *,
    instrument: str,
    months: Sequence[str],
) -> tuple[str, list[Path]]:
    """Choose the granules of a run: one version for the whole span, one granule a day.

    Of the versions wanted, the one that has granules in most months is taken, of equals the first.
    Of two granules of a day the one produced last is taken. The days before the first and after
    the last month are taken where they are there: some of their soundings lie across midnight.
    What is passed over is logged.

    Args:
        paths: files of the archive, in any order.
        versions: in the order of preference.
        instrument: ``oco2`` or ``oco3``.
        months: of the run, as 2014-12, in order.

    Returns:
        The version and its files, by day.

    Raises:
        InputError: there is no granule of these versions in these months.
    """
    named, strange = [], []
    for path in map(Path, paths):
        try:
            named.append((parse_name(path), path))
        except InputError:
            strange.append(path)
    if strange:
        logger.warning(
            "%d files are no Lite granules by their names and were passed over, such as %s",
            len(strange),
            strange[0].name,
        )
    first, last = _span(months)
    inside = [(n, p) for n, p in named if n.instrument == instrument and first <= n.day <= last]
    covered = {
        version: len({f"{n.day:%Y-%m}" for n, _ in inside if n.version == version} & set(months))
        for version in versions
    }
    version = max(covered, key=lambda name: covered[name], default="")
    if not covered.get(version):
        others = sorted({n.version for n, _ in inside}) or ["none"]
        raise InputError(
            f"{instrument}: no granule of version {' or '.join(versions)} between {months[0]} and "
            f"{months[-1]} among {len(paths)} files; found versions: {', '.join(others)}. Fetch "
            f"granules, or change the config key 'xco2.soundings.{instrument}.versions'."
        )
    newest: dict[dt.date, tuple[str, Path]] = {}
    for name, path in inside:
        if name.version == version:
            newest[name.day] = max(newest.get(name.day, ("", path)), (name.produced, path))
    chosen = [newest[day][1] for day in sorted(newest)]
    logger.info(
        "%s: %d granules of version %s in %d of %d months; %d of other versions, or older ones of "
        "the same days, were passed over",
        *(instrument, len(chosen), version, covered[version], len(months)),
        len(inside) - len(chosen),
    )
    return version, chosen


def _span(months: Sequence[str]) -> tuple[dt.date, dt.date]:
    """Return the days before the first and after the last month."""
    first = np.datetime64(months[0], "D") - 1
    last = (np.datetime64(months[-1], "M") + 1).astype("datetime64[D]")
    return first.item(), last.item()


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
    with reading(origin), netCDF4.Dataset(path) as dataset:
        dataset.set_auto_maskandscale(False)
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
    _refuse_outside(lat, 90.0, "latitude", origin)
    _refuse_outside(lon, 180.0, "longitude", origin)
    _refuse_other_days(time, day, origin)
    refuse_implausible(xco2[flag == 0], name, origin)
    return Soundings(path.name, day, lat, lon, time, xco2, flag, land)


def _refuse_no_hdf5(path: Path) -> None:
    """Refuse a file that is absent, empty, or by its first bytes no netCDF-4."""
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
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
    if "Sounding" not in dataset.groups:
        found = ", ".join(dataset.groups) or "none"
        raise InputError(
            f"{origin}: no group Sounding (found groups: {found}), whose land_water_indicator "
            f"tells land from water; this is another product, or cut out of one: {_AGAIN}."
        )
    variable = _variable(dataset.groups["Sounding"], "land_water_indicator", origin)
    if getattr(variable.dtype, "kind", "O") not in "iu" or variable.ndim != 1:
        raise InputError(
            f"{origin}: Sounding/land_water_indicator holds {_kind(variable)}, expected integers."
        )
    return variable[:] == _LAND


def _refuse_outside(degrees: NDArray, limit: float, name: str, origin: str) -> None:
    """Refuse coordinates beyond the globe (rounding of float32 apart)."""
    bad = np.abs(degrees) > limit + 1e-4
    if bad.any():
        raise InputError(
            f"{origin}: {name} is {degrees[bad][0]:g} in sounding {int(bad.argmax())}, expected "
            f"{-limit:g} to {limit:g}."
        )


def _refuse_other_days(time: NDArray[np.datetime64], day: dt.date, origin: str) -> None:
    """Refuse soundings that lie more than a day off the day in the file's name."""
    days = time.astype("datetime64[D]")
    bad = np.abs(days - np.datetime64(day)) > np.timedelta64(1, "D")
    bad &= ~np.isnat(days)
    if bad.any():
        raise InputError(
            f"{origin}: sounding {int(bad.argmax())} is of {days[bad][0]}, but the file's name "
            f"says {day}."
        )
