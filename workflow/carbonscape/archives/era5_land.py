"""Reading ERA5-Land: daily means of state, and daily totals of what falls, shines and evaporates.

Files are netCDF as the Climate Data Store delivers them (old and new layout, or a ZIP archive of
several files under a ``.nc`` name). The value of an accumulation that is stamped 00:00 is the
total of the day *before* (ECMWF, ERA5-Land data documentation, "accumulations"): the day that is
totalled is what this reader hands on. Muñoz-Sabater et al. 2021 (doi:10.5194/essd-13-4349-2021).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.lazy import apply_on_read
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core.errors import InputError

Step = Literal["day", "month"]

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Variable:
    """One variable: units of the file and of the result, and what values are possible.

    Attributes:
        name: short name of ECMWF, kept in the result.
        long_name: what it is.
        file_units: spellings accepted in a file, the usual one first.
        units: unit of the result.
        factor: result = value of the file times factor.
        low, high: plausible range of the result for the mean of a day.
        zero_above: values from here up to zero are packing noise and become zero.
    """

    name: str
    long_name: str
    file_units: tuple[str, ...]
    units: str
    low: float
    high: float
    factor: float = 1.0
    zero_above: float = 0.0


_METRES = ("m", "m of water equivalent", "m of water", "metre", "metres", "meters")
_SPEED = ("m s**-1", "m/s", "meter second-1")

#: Means of a day (or month) at its own date.
STATE = (
    Variable("t2m", "2 m temperature", ("K", "kelvin"), "K", 170, 345),
    Variable("d2m", "2 m dewpoint temperature", ("K", "kelvin"), "K", 130, 325),
    Variable("sp", "surface pressure", ("Pa", "pascal"), "Pa", 30_000, 115_000),
    Variable("u10", "10 m eastward wind", _SPEED, "m s-1", -100, 100),
    Variable("v10", "10 m northward wind", _SPEED, "m s-1", -100, 100),
)

#: Totals of a day. Evaporation is negative in the file, positive upwards in the result.
ACCUMULATIONS = (
    Variable("tp", "total precipitation", _METRES, "mm d-1", 0, 2500, 1000.0, -0.1),
    Variable("e", "evaporation, positive upwards", _METRES, "mm d-1", -20, 50, -1000.0),
    Variable(
        "ssrd",
        "surface solar radiation downwards",
        ("J m**-2", "J/m2", "joule m-2"),
        "W m-2",
        0,
        600,
        1 / 86_400,
        -0.1,
    ),
)


@contextlib.contextmanager
def open_state(path: str | os.PathLike[str], *, step: Step = "day") -> Iterator[xr.Dataset]:
    """Open the instantaneous variables of a file: means of the day, by default.

    Yields:
        Those of t2m, d2m [K], sp [Pa], u10, v10 [m s-1] that the file has, float32, lazy, on
        (time, lat, lon); NaN over the sea. ``time`` is the day (or first day of the month) at
        00:00, ascending; latitudes descend, longitudes ascend within [-180, 180). Nothing is
        read before a slice is loaded; give that slice to :func:`check_range`.

    Raises:
        InputError: the file is no such netCDF, has none of the variables, another unit, stamps
            within the day, or another time step than ``step``.
    """
    with open_netcdf(path) as members:
        yield _merge(members, STATE, str(path), lambda dataset: _state_days(dataset, step))


@contextlib.contextmanager
def open_accumulation(path: str | os.PathLike[str], *, step: Step = "day") -> Iterator[xr.Dataset]:
    """Open the accumulated variables of a file as totals per day.

    Args:
        path: hourly ERA5-Land of which only 00:00 was requested (``step="day"``), or its monthly
            means (``step="month"``), in which accumulations are per day as well.
        step: what the file must hold.

    Yields:
        Those of tp [mm d-1], e [mm d-1, positive for evaporation] and ssrd [W m-2] that the file
        has, else as :func:`open_state` says. ``time`` is the day that is totalled: the value
        stamped 00:00 of a day stands at the day before. Packing noise below zero of tp and ssrd
        is zero.

    Raises:
        InputError: as :func:`open_state`; also for a stamp other than 00:00, and for ERA5 (0.25
            degrees), whose 00:00 value is the total of one hour.
    """
    with open_netcdf(path) as members:
        yield _merge(members, ACCUMULATIONS, str(path), lambda dataset: _totals(dataset, step))


def check_range(
    dataset: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    variables: Collection[Variable] = (*STATE, *ACCUMULATIONS),
) -> xr.Dataset:
    """Return a loaded slice of a dataset; refuse an impossible value.

    Args:
        dataset: as this module opens it, or another reader of ERA5-Land.
        path: its file, for messages.
        variables: what can be in it.

    Raises:
        InputError: a value lies outside what its variable can be (its unit may be wrong, or a
            fill value undeclared), with the first place where that is so.
    """
    known = {variable.name: variable for variable in variables}
    for name, array in dataset.data_vars.items():
        variable = known[str(name)]
        values = np.asarray(array.values)
        # NaN (the sea) compares as neither.
        bad = (values < variable.low) | (values > variable.high)
        if bad.any():
            place = np.unravel_index(int(np.argmax(bad)), bad.shape)
            where = ", ".join(
                f"{dim} {_show(array[dim].values[index])}"
                for dim, index in zip(array.dims, place, strict=True)
                if dim in array.coords
            )
            raise InputError(
                f"{path}: {name} is {values[place]:g} {variable.units} at {where}, outside the "
                f"possible {variable.low:g} to {variable.high:g} ({int(bad.sum())} of "
                f"{values.size} values); is its unit {variable.file_units[0]}, and is its fill "
                "value declared?"
            )
    return dataset


def _show(value: np.generic) -> str:
    """Return a coordinate for a message."""
    if np.issubdtype(value.dtype, np.datetime64):
        return str(np.datetime_as_string(value, unit="D"))
    return f"{value:g}"


def _merge(members: list[xr.Dataset], variables, path: str, convert) -> xr.Dataset:
    """Return the wanted variables of all members on one grid."""
    wanted = _names(variables)
    parts = [convert(part) for part in members if wanted & set(map(str, part.variables))]
    if not parts:
        found = sorted({str(name) for part in members for name in part.data_vars})
        raise InputError(
            f"{path}: none of {', '.join(v.name for v in variables)} is in this file (found: "
            f"{', '.join(found) or 'no variable'}); request them from the Climate Data Store, or "
            "give the file of the other kind (daily means and accumulations are separate files)."
        )
    merged: dict[str, xr.Variable] = {}
    for part in parts:
        _refuse_other_axes(parts[0], part)
        for variable in variables:
            if variable.name not in part.variables:
                continue
            origin = part.encoding["origin"]
            if variable.name in merged:
                raise InputError(f"{origin}: {variable.name} is in another member of {path} too.")
            merged[variable.name] = _converted(part.variables[variable.name], variable, origin)
    result = xr.Dataset(merged, coords=dict(parts[0].coords))
    result.encoding["origin"] = path
    return result


def _names(variables: tuple[Variable, ...]) -> set[str]:
    """Return the names of variables."""
    return {variable.name for variable in variables}


def _refuse_other_axes(first: xr.Dataset, other: xr.Dataset) -> None:
    """Refuse members of an archive that do not lie on the same days and grid."""
    for axis in ("time", "lat", "lon"):
        a, b = first[axis].values, other[axis].values
        if a.shape != b.shape or not (
            np.array_equal(a, b) if axis == "time" else np.allclose(a, b, atol=1e-4)
        ):
            raise InputError(
                f"{other.encoding['origin']}: its {axis} ({b.size} from {_show(b[0])} to "
                f"{_show(b[-1])}) differs from that of {first.encoding['origin']} ({a.size} from "
                f"{_show(a[0])} to {_show(a[-1])}); request the variables together."
            )


def _converted(array: xr.Variable, variable: Variable, origin: str) -> xr.Variable:
    """Return a variable in the unit of the result, still lazy."""
    found = array.attrs.get("units")
    if found is not None and _plain(found) not in {_plain(unit) for unit in variable.file_units}:
        raise InputError(
            f"{origin}: {variable.name} is in {found!r}, expected {variable.file_units[0]!r} as "
            "the Climate Data Store delivers it; give the original file."
        )

    def convert(values: NDArray) -> NDArray:
        result = values * np.float64(variable.factor) if variable.factor != 1 else values
        noise = (result < 0) & (result >= variable.zero_above) & (variable.zero_above < 0)
        return np.where(noise, 0.0, result)

    return apply_on_read(
        convert,
        array,
        origin=origin,
        dtype=np.float32,
        attrs={"long_name": variable.long_name, "units": variable.units},
    )


def _plain(unit: object) -> str:
    """Return a unit without blanks and marks of powers: 'J m**-2' is 'Jm-2'."""
    return str(unit).replace(" ", "").replace("*", "").replace("^", "").strip()


def _state_days(dataset: xr.Dataset, step: Step) -> xr.Dataset:
    """Return a dataset of means at the first hour of the day, or month, that they stand for."""
    dataset = normalise_axes(dataset, names=_names(STATE))
    _refuse_other_step(dataset, step)
    if step == "month":
        return _at_month(dataset)
    _refuse_hours(
        dataset,
        "expected the means of whole days, stamped 00:00 (dataset "
        "derived-era5-land-daily-statistics, daily_mean)",
    )
    return dataset


def _totals(dataset: xr.Dataset, step: Step) -> xr.Dataset:
    """Return a dataset of totals at the day, or month, that is totalled."""
    dataset = normalise_axes(dataset, names=_names(ACCUMULATIONS))
    _refuse_other_step(dataset, step)
    if step == "month":
        return _at_month(dataset)
    _refuse_hours(
        dataset,
        "expected 00:00 alone, which holds the total of the day before (dataset "
        "reanalysis-era5-land, time ['00:00'])",
    )
    for name in dataset.data_vars:
        kind = dataset[name].attrs.get("GRIB_stepType", "accum")
        if kind != "accum":
            raise InputError(
                f"{dataset.encoding['origin']}: {name} is of the kind {kind!r}, expected "
                "accumulations ('accum') of the dataset reanalysis-era5-land."
            )
        spacing = dataset[name].attrs.get("GRIB_iDirectionIncrementInDegrees")
        if spacing is not None and abs(float(spacing) - 0.25) < 1e-6:
            raise InputError(
                f"{dataset.encoding['origin']}: {name} lies on the 0.25 degree grid of ERA5, whose "
                "00:00 value is the total of one hour; expected ERA5-Land (0.1 degrees), whose "
                "00:00 value is the total of the day before."
            )
    shifted = dataset.assign_coords(time=dataset["time"].values - _DAY)
    shifted.encoding["origin"] = dataset.encoding["origin"]
    return shifted


def _refuse_hours(dataset: xr.Dataset, expected: str) -> None:
    """Refuse stamps that are not at midnight."""
    times = dataset["time"].values
    odd = times[times != times.astype("datetime64[D]")]
    if odd.size:
        raise InputError(
            f"{dataset.encoding['origin']}: {odd.size} of {times.size} values are stamped within "
            f"the day (the first {np.datetime_as_string(odd[0], unit='m')}), {expected}."
        )


def _refuse_other_step(dataset: xr.Dataset, step: Step) -> None:
    """Refuse monthly means where days are expected, and the reverse."""
    origin = dataset.encoding["origin"]
    days = dataset["time"].values.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    # CDS names the stream in the history: moda monthly means, mnth those by hour of the day.
    stream = str(dataset.attrs.get("history", ""))
    if '"mnth"' in stream:
        raise InputError(
            f"{origin}: these are monthly means of one hour of the day (stream mnth); request "
            "monthly_averaged_reanalysis instead."
        )
    kinds = {str(array.attrs.get("GRIB_stepType", "")) for array in dataset.data_vars.values()}
    # At most one value a month, on the same day of each: no selection of days looks like that.
    sparse = np.unique(months).size == days.size
    regular = days.size > 1 and np.unique(days - months.astype("datetime64[D]")).size == 1
    stated = '"moda"' in stream or any(kind.startswith("avg") for kind in kinds)
    monthly = sparse and (regular or stated)
    if step == "day" and monthly:
        raise InputError(f"{origin}: these are monthly means, expected one value for every day.")
    # Some monthly means are stamped 06:00 of the first; noon would be an hour of that day.
    late = (dataset["time"].values - months >= np.timedelta64(12, "h")).any()
    if step == "month" and (late or (days.size > 1 and not monthly)):
        raise InputError(
            f"{origin}: these are not monthly means (stamped on the first of each month), found "
            f"{days.size} values from {days[0]} to {days[-1]}."
        )


def _at_month(dataset: xr.Dataset) -> xr.Dataset:
    """Return monthly means stamped 00:00 of the first day: CDS stamps some of them 06:00."""
    months = dataset["time"].values.astype("datetime64[M]").astype("datetime64[ns]")
    result = dataset.assign_coords(time=months)
    result.encoding["origin"] = dataset.encoding["origin"]
    return result
