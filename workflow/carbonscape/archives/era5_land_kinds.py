"""What a file of the Climate Data Store is: its step, statistic, day and grid, by all its marks.

The name of a variable is the same in ERA5 and ERA5-Land, in daily means and daily extremes, in
hours and months. What differs stands in the history, the attributes, the stamps and the grid.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.era5_land_variables import Step
from carbonscape.core.errors import InputError

_DAILY = "derived-era5-land-daily-statistics, daily_mean, time_zone utc+00:00"
_AXES = {"lat": "latitudes", "lon": "longitudes"}
#: Degrees between the grid points of ERA5-Land, and how far they may lie off its multiples.
_SPACING, _OFF = 0.1, 2e-3
#: Coarser lattices than this are of no product of ECMWF's that could be meant (simulated ones).
_COARSE = 0.5
#: Share of the grid points of the globe that may be land: a third is, more on coarse lattices.
_LAND = 0.6
#: Boxes (south, north, west, east) of the open sea, without any island.
_OPEN_SEA = (
    (-45, -30, -30, -15),
    (-45, -30, -125, -95),
    (-33, -15, 78, 94),
    (25, 35, -60, -40),
    (30, 45, -160, -140),
)


def refuse_statistic(dataset: xr.Dataset, *, accumulated: bool) -> None:
    """Refuse daily extremes, and days of another time zone, by history and attributes.

    Args:
        dataset: as the file is, before its axes are settled.
        accumulated: whether totals are expected, which no statistic of hours can be.

    Raises:
        InputError: a statistic other than the mean, or days that do not begin at 00 UTC.
    """
    origin = dataset.encoding.get("origin", "netCDF")
    history = str(dataset.attrs.get("history", ""))
    reduced = re.findall(r"(?:daily|monthly)_reduce\(.*?how=['\"]?(\w+)", history)
    # Of CDO: daymax, monmin, daysum and so on.
    reduced += re.findall(r"\b(?:day|mon)(max|min|sum|std|var|range)\b", history)
    if accumulated and re.search(r"daily_reduce\(", history):
        raise InputError(
            f"{origin}: its history says daily_reduce (a daily statistic of hourly values), "
            "expected the totals stamped 00:00 (dataset reanalysis-era5-land, time ['00:00'])."
        )
    reduced += [
        found
        for array in dataset.data_vars.values()
        for found in re.findall(r"time:\s*(\w+)", str(array.attrs.get("cell_methods", "")))
    ]
    kinds = {str(array.attrs.get("GRIB_stepType", "")) for array in dataset.data_vars.values()}
    reduced += sorted(kinds & {"max", "min"})
    other = [how for how in reduced if how not in ("mean", *(("sum",) if accumulated else ()))]
    if other:
        raise InputError(
            f"{origin}: its values are the '{other[0]}' of a day's hours by its history or "
            f"attributes, expected the mean (dataset {_DAILY})."
        )
    shift = _shift(dataset, history)
    if shift:
        raise InputError(
            f"{origin}: its days begin {abs(shift):g} hours {'before' if shift > 0 else 'after'} "
            f"00 UTC (time_shift {shift:+g} hours), while totals are those of UTC days; request "
            f"it with time_zone utc+00:00 (dataset {_DAILY})."
        )


def _shift(dataset: xr.Dataset, history: str) -> float:
    """Return by how many hours days are shifted, by an attribute of the time or the history."""
    for name in ("valid_time", "time"):
        if name in dataset.variables and "time_shift" in dataset.variables[name].attrs:
            try:
                stated = pd.Timedelta(str(dataset.variables[name].attrs["time_shift"]))
            except ValueError:
                continue
            if stated:
                return stated / pd.Timedelta(1, "h")
    found = re.findall(r"time_shift'?:? *=? *\{'hours': (-?\d+(?:\.\d+)?)\}", history)
    return next((float(hours) for hours in found if float(hours)), 0.0)


def refuse_other_grid(dataset: xr.Dataset) -> None:
    """Refuse the grid of ERA5, or any other on which ERA5-Land was interpolated.

    Args:
        dataset: with settled axes.

    Raises:
        InputError: grid points are not those of ERA5-Land (0.1 degrees).
    """
    origin = dataset.encoding["origin"]
    stated = [
        float(array.attrs["GRIB_iDirectionIncrementInDegrees"])
        for array in dataset.data_vars.values()
        if "GRIB_iDirectionIncrementInDegrees" in array.attrs
    ]
    axes = {axis: dataset[axis].values for axis in ("lat", "lon")}
    found = [abs(float(axis[1] - axis[0])) for axis in axes.values() if axis.size > 1]
    for spacing in (*stated, *found):
        if abs(spacing - 0.25) < 1e-3:
            raise InputError(
                f"{origin}: its values lie on the 0.25 degree grid of ERA5, which covers the sea "
                "and whose 00:00 value is the total of one hour; expected ERA5-Land (0.1 degrees; "
                "datasets reanalysis-era5-land, derived-era5-land-daily-statistics)."
            )
    for name, axis in axes.items():
        spacing = abs(float(axis[1] - axis[0])) if axis.size > 1 else _SPACING
        if spacing >= _COARSE:
            continue
        off = np.abs(axis / _SPACING - np.rint(axis / _SPACING)) * _SPACING
        if abs(spacing - _SPACING) > 1e-3 or off.max() > _OFF:
            raise InputError(
                f"{origin}: its {_AXES[name]} lie at {', '.join(f'{x:g}' for x in axis[:2])} ... "
                f"{axis[-1]:g}, expected the grid points of ERA5-Land at multiples of 0.1 degrees; "
                "request an area whose corners are multiples of 0.1 degrees (elsewhere the Climate "
                "Data Store interpolates)."
            )


def refuse_values_at_sea(dataset: xr.Dataset) -> None:
    """Refuse values in the open sea, where ERA5-Land has none: reads a little of the first time.

    Raises:
        InputError: there is a value, or most of the globe has one.
    """
    lat, lon = dataset["lat"].values, dataset["lon"].values
    if lat.size * lon.size > 1000 and np.ptp(lat) > 170 and np.ptp(lon) > 330:
        rows = slice(lat.size // 72 // 2, None, max(lat.size // 36, 1))
        for name, array in dataset.data_vars.items():
            share = float(np.isfinite(array.isel(time=0, lat=rows).values).mean())
            if share > _LAND:
                raise InputError(
                    f"{dataset.encoding['origin']}: {name} has a value on {share:.0%} of the "
                    f"globe, expected the land alone, at most {_LAND:.0%} of the grid points: this "
                    "is ERA5 or a filled field; request the ERA5-Land data set."
                )
    if lat.size > 1 and abs(float(lat[1] - lat[0])) > 2 * _COARSE:
        return
    for south, north, west, east in _OPEN_SEA:
        rows = np.flatnonzero((lat > south) & (lat < north))
        columns = np.flatnonzero((lon > west) & (lon < east))
        if not (rows.size and columns.size):
            continue
        for name, array in dataset.data_vars.items():
            values = array.isel(time=0, lat=rows[rows.size // 2], lon=columns).values
            if np.isfinite(values).any():
                raise InputError(
                    f"{dataset.encoding['origin']}: {name} has values in the open sea (lat "
                    f"{lat[rows[rows.size // 2]]:g}, lon {lon[columns[0]]:g} to "
                    f"{lon[columns[-1]]:g}), where ERA5-Land has none: this is ERA5 or a filled "
                    "field; request the ERA5-Land data set."
                )


def refuse_hours(dataset: xr.Dataset, expected: str) -> None:
    """Refuse stamps that are not at midnight."""
    times = dataset["time"].values
    odd = times[times != times.astype("datetime64[D]")]
    if odd.size:
        raise InputError(
            f"{dataset.encoding['origin']}: {odd.size} of {times.size} values are stamped within "
            f"the day (the first {np.datetime_as_string(odd[0], unit='m')}), {expected}."
        )


def refuse_other_step(dataset: xr.Dataset, step: Step) -> None:
    """Refuse monthly means where days are expected, and the reverse."""
    origin = dataset.encoding["origin"]
    times: NDArray[np.datetime64] = dataset["time"].values
    days = times.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    # CDS names the stream in the history: moda monthly means, mnth those by hour of the day,
    # oper single hours.
    history = str(dataset.attrs.get("history", ""))
    if '"mnth"' in history:
        raise InputError(
            f"{origin}: these are monthly means of one hour of the day (stream mnth); request "
            "monthly_averaged_reanalysis instead."
        )
    kinds = {str(array.attrs.get("GRIB_stepType", "")) for array in dataset.data_vars.values()}
    # At most one value a month, on the same day of each: no selection of days looks like that.
    sparse = np.unique(months).size == days.size
    regular = days.size > 1 and np.unique(days - months.astype("datetime64[D]")).size == 1
    stated = '"moda"' in history or any(kind.startswith("avg") for kind in kinds)
    # Some monthly means are stamped 06:00 of the first; noon is an hour of that day.
    late = bool((times - days >= np.timedelta64(12, "h")).any())
    single = sparse and regular and not stated and (late or '"oper"' in history)
    monthly = sparse and (regular or stated) and not single
    if single:
        raise InputError(
            f"{origin}: these are single hours, one a month (the first "
            f"{np.datetime_as_string(times[0], unit='m')}), expected "
            f"{'one value for every day' if step == 'day' else 'monthly means'}; request "
            f"{'all days' if step == 'day' else 'monthly_averaged_reanalysis'}."
        )
    if step == "day" and monthly:
        raise InputError(f"{origin}: these are monthly means, expected one value for every day.")
    first = (times - months >= np.timedelta64(12, "h")).any()
    if step == "month" and (first or '"oper"' in history or (days.size > 1 and not monthly)):
        raise InputError(
            f"{origin}: these are not monthly means (stamped on the first of each month), found "
            f"{days.size} values from {np.datetime_as_string(times[0], unit='h')} to "
            f"{np.datetime_as_string(times[-1], unit='h')}."
        )
