"""The date that a file states of itself, compared with the one that its name promises.

A file under the name of another year is read without a fault and shifts a whole predictor, so that
what stands inside is believed, and a difference refused.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from carbonscape.archives.netcdf import AXIS_NAMES
from carbonscape.core import findings
from carbonscape.core.errors import InputError

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SINCE = re.compile(r"since\s+(\d{4}-\d{1,2}-\d{1,2})")

#: Global attributes that tell when a file begins (conventions of ACDD and of ESA CCI).
_BEGINS = ("time_coverage_start", "start_date", "RangeBeginningDate", "RANGEBEGINNINGDATE")


def year_of_name(path: str | os.PathLike[str]) -> int | None:
    """Return the year in the name of a file, none where it has none or several."""
    years = set(_YEAR.findall(Path(path).name))
    return int(years.pop()) if len(years) == 1 else None


def stated_dates(dataset: xr.Dataset) -> list[dt.date]:
    """Return the days that the times of a dataset state, or its attributes; empty if none does.

    Args:
        dataset: opened with its times undecoded.
    """
    for name in AXIS_NAMES["time"]:
        if name in dataset.variables:
            found = _decoded(dataset.variables[name])
            if found:
                return found
    for name in _BEGINS:
        digits = re.sub(r"\D", "", str(dataset.attrs.get(name, "")))[:8]
        try:
            return [dt.datetime.strptime(digits, "%Y%m%d").date()]
        except ValueError:
            continue
    return []


def _decoded(variable: xr.Variable) -> list[dt.date]:
    """Return the days of a variable of times, from CF units or from dates such as 20010131."""
    values = np.ravel(variable.values)
    units = str(variable.attrs.get("units", ""))
    try:
        if "since" in units:
            attributes: Mapping = {
                key: variable.attrs[key] for key in ("units", "calendar") if key in variable.attrs
            }
            plain = xr.Variable(("time",), values, attributes)
            days = xr.decode_cf(xr.Dataset({"t": plain}))["t"].values.astype("datetime64[D]")
            return days.astype(object).tolist()
        return [dt.datetime.strptime(f"{int(v)}", "%Y%m%d").date() for v in values]
    except (ValueError, OverflowError, TypeError):
        return []


def day_of_units(units: str) -> dt.date | None:
    """Return the day from which a unit such as ``milliseconds since 2018-05-01`` counts."""
    found = _SINCE.search(units)
    try:
        return dt.date(*map(int, found[1].split("-"))) if found else None
    except ValueError:
        return None


def require_year(
    dataset: xr.Dataset, path: str | os.PathLike[str], *, year: int | None, source: str
) -> None:
    """Refuse a yearly file that holds another year than is wanted.

    Args:
        dataset: as opened.
        path: its name, for messages; it tells the year where none is given.
        year: the year that it must hold; None: that of its name, if it has one.
        source: name in the registry.

    Raises:
        InputError: the file states another year.
    """
    expected = year_of_name(path) if year is None else year
    if expected is None:
        return
    dates = stated_dates(dataset)
    others = sorted({day.year for day in dates} - {expected})
    if others:
        raise InputError(
            f"{path}: it holds the year {others[0]} (its time says {min(dates)}), expected "
            f"{expected}; was the file renamed? Fetch the one of {expected}."
        )
    if not dates:
        findings.warn(
            path,
            f"neither its time nor its attributes state a year; that of its name, {expected}, is "
            "believed",
            source=source,
        )
