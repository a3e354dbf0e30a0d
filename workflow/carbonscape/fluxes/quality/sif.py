"""Monthly means of sun-induced fluorescence on product cells, day by day.

Cloudy soundings are left out, and cells with few soundings in a month are missing.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.promises import refuse_absent
from carbonscape.archives.tropomi_sif import sif_dataset
from carbonscape.core.errors import InputError
from carbonscape.core.io import atomic_path

#: Days in a row that a month may be without soundings, where there are files of every day or of
#: every n-th: the instrument lost a week at most.
LONGEST_GAP = 10


def grid_sif(
    days: Iterable[tuple[dt.date, pd.DataFrame]],
    *,
    lat: NDArray[np.floating],
    lon: NDArray[np.floating],
    cell: float,
    max_cloud_fraction: float = 0.2,
    min_count: int = 3,
    months: Sequence[str] | None = None,
    accept: bool = False,
) -> xr.Dataset:
    """Average soundings over months and cells; one day is held at a time.

    Args:
        days: (day, soundings as ``archives.tropomi_sif.read_sif_day`` returns them), by date.
        lat, lon: regular centres of the cells, descending and ascending, degrees.
        cell: their size, degrees.
        max_cloud_fraction: soundings count below this cloud fraction (and not where it is
            missing).
        min_count: soundings that a cell needs in a month; others are NaN.
        months: the months to return, as ``2018-05``; days of others are passed over. By default
            all that occur.
        accept: whether a part of a month that is asked for may be without soundings.

    Returns:
        ``sif`` float32 [mW m-2 sr-1 nm-1] and ``count`` int32 on (time=first day of month, lat,
        lon). The count is that of all soundings, also where it is too small.

    Raises:
        InputError: the days are not in order, or there is none of a month or of a part of it.
    """
    wanted = None if months is None else {np.datetime64(month, "M") for month in months}
    done: dict[np.datetime64, tuple[NDArray, NDArray]] = {}
    month: np.datetime64 | None = None
    before: dt.date | None = None
    seen: list[dt.date] = []
    total = np.zeros(len(lat) * len(lon))
    count = np.zeros(len(lat) * len(lon), dtype=np.int32)

    def finish() -> None:
        if month is not None:
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = np.where(count >= max(min_count, 1), total / count, np.nan)
            shape = (len(lat), len(lon))
            done[month] = (mean.astype(np.float32).reshape(shape), count.reshape(shape).copy())
        total[:] = 0.0
        count[:] = 0

    for day, soundings in days:
        if before is not None and day <= before:
            raise InputError(f"fluorescence: the day {day} comes after {before}; sort the files.")
        before = day
        seen.append(day)
        current = np.datetime64(day, "M")
        if wanted is not None and current not in wanted:
            continue
        if current != month:
            finish()
            month = current
        clear = soundings[soundings["cloud_fraction"] < max_cloud_fraction]
        cells = _cells(clear, lat, lon, cell)
        inside = cells >= 0
        total += np.bincount(
            cells[inside],
            weights=clear["sif"].to_numpy(np.float64)[inside],
            minlength=total.size,
        )
        count += np.bincount(cells[inside], minlength=count.size).astype(np.int32)
    finish()
    stacked = _stack(done, wanted, lat, lon)
    refuse_absent(
        gaps_of_days(seen, [str(month) for month in sorted(wanted or ())]),
        what="no soundings of",
        origin="fluorescence",
        source="tropomi_sif",
        accept=accept,
    )
    return stacked


def gaps_of_days(days: Sequence[dt.date], months: Sequence[str]) -> list[str]:
    """Return the parts of months that have no day for long, as ``2018-06-11 to 2018-06-30``.

    Args:
        days: days that there are, in order.
        months: months to look at, YYYY-MM.
    """
    ordinals = np.array([day.toordinal() for day in days])
    usual = int(np.median(np.diff(ordinals))) if len(days) > 1 else LONGEST_GAP
    gaps = []
    for month in months:
        first = np.datetime64(month, "M")
        start, stop = (
            (first + n).astype("datetime64[D]").astype(dt.date).toordinal() for n in (0, 1)
        )
        inside = ordinals[(ordinals >= start) & (ordinals < stop)]
        edges = [start - 1, *inside.tolist(), stop]
        gaps += [
            f"{dt.date.fromordinal(a + 1)} to {dt.date.fromordinal(b - 1)}"
            for a, b in zip(edges[:-1], edges[1:], strict=True)
            if b - a - 1 > max(LONGEST_GAP, 2 * usual)
        ]
    return gaps


def _cells(
    soundings: pd.DataFrame, lat: NDArray[np.floating], lon: NDArray[np.floating], cell: float
) -> NDArray[np.intp]:
    """Return the number of the cell (row by row) of each sounding, -1 outside the grid.

    A sounding on an edge belongs to the cell south or east of it; at 180 E that is the first one.
    """
    north = (lat[0] + cell / 2 - soundings["lat"].to_numpy(np.float64)) / cell
    west = lon[0] - cell / 2
    east = np.mod(soundings["lon"].to_numpy(np.float64) - west, 360.0) / cell
    rows, columns = np.floor(north).astype(np.intp), np.floor(east).astype(np.intp)
    # The south pole is an edge without a cell to its south.
    rows[north == len(lat)] = len(lat) - 1
    inside = (rows >= 0) & (rows < len(lat)) & (columns < len(lon))
    return np.where(inside, rows * len(lon) + columns, -1)


def _stack(
    done: dict[np.datetime64, tuple[NDArray, NDArray]],
    wanted: set[np.datetime64] | None,
    lat: NDArray[np.floating],
    lon: NDArray[np.floating],
) -> xr.Dataset:
    """Return the months in order; refuse one without a day."""
    absent = sorted(wanted - set(done)) if wanted is not None else []
    if absent or not done:
        raise InputError(
            f"fluorescence: no day of {', '.join(map(str, absent)) or 'any month'} among the "
            "files; fetch them, or change the months asked for."
        )
    months = sorted(done)
    coords = {
        "time": ("time", np.array(months).astype("datetime64[ns]"), {"long_name": "month"}),
        "lat": ("lat", np.asarray(lat), {"units": "degrees_north"}),
        "lon": ("lon", np.asarray(lon), {"units": "degrees_east"}),
    }
    return sif_dataset(
        np.stack([done[month][0] for month in months]),
        np.stack([done[month][1] for month in months]),
        coords,
    )


def write_sif(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write the result of :func:`grid_sif` as compressed netCDF, whole or not at all."""
    packed = {"zlib": True, "complevel": 4, "shuffle": True}
    encoding = {
        "sif": {**packed, "_FillValue": np.float32(np.nan)},
        "count": {**packed, "_FillValue": None},
        "time": {"units": "days since 2000-01-01", "dtype": "int32", "_FillValue": None},
        "lat": {"_FillValue": None},
        "lon": {"_FillValue": None},
    }
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
