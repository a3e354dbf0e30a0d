"""Reading ERA5-Land: daily means of state, and daily totals of what falls, shines and evaporates.

Files are netCDF as the Climate Data Store delivers them (old and new layout, or a ZIP archive of
several files under a ``.nc`` name). The value of an accumulation that is stamped 00:00 is the
total of the day *before* (ECMWF, ERA5-Land data documentation, "accumulations"): the day that is
totalled is what this reader hands on. Muñoz-Sabater et al. 2021 (doi:10.5194/essd-13-4349-2021).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.era5_land_checks import check_range, show
from carbonscape.archives.era5_land_kinds import (
    refuse_hours,
    refuse_other_grid,
    refuse_other_step,
    refuse_statistic,
    refuse_values_at_sea,
)
from carbonscape.archives.era5_land_variables import ACCUMULATIONS, STATE, Step, Variable
from carbonscape.archives.lazy import apply_on_read
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core.errors import InputError

__all__ = ["ACCUMULATIONS", "STATE", "Variable", "check_range", "open_accumulation", "open_state"]

_DAY = np.timedelta64(1, "D")


@contextlib.contextmanager
def open_state(path: str | os.PathLike[str], *, step: Step = "day") -> Iterator[xr.Dataset]:
    """Open the instantaneous variables of a file: means of the day, by default.

    Yields:
        Those of t2m, d2m [K], sp [Pa], u10, v10 [m s-1] that the file has, float32, lazy, on
        (time, lat, lon); NaN over the sea. ``time`` is the day (or first day of the month) at
        00:00, ascending; latitudes descend, longitudes ascend within [-180, 180). Nothing is
        read before a slice is loaded; give that slice to :func:`check_range`.

    Raises:
        InputError: the file is no such netCDF, has none of the variables, another unit or none,
            stamps within the day, another time step than ``step``, daily extremes, days of
            another time zone, or another grid than that of ERA5-Land.
    """
    with open_netcdf(path) as members:
        yield _merge(members, STATE, str(path), step, _state_days)


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
        InputError: as :func:`open_state`; also for a stamp other than 00:00.
    """
    with open_netcdf(path) as members:
        yield _merge(members, ACCUMULATIONS, str(path), step, _totals)


def _merge(members: list[xr.Dataset], variables, path: str, step: Step, convert) -> xr.Dataset:
    """Return the wanted variables of all members on one grid."""
    wanted = _names(variables)
    parts = [convert(part, step) for part in members if wanted & set(map(str, part.variables))]
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
    result.encoding |= {"origin": path, "step": step}
    refuse_values_at_sea(result)
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
                f"{other.encoding['origin']}: its {axis} ({b.size} from {show(b[0])} to "
                f"{show(b[-1])}) differs from that of {first.encoding['origin']} ({a.size} from "
                f"{show(a[0])} to {show(a[-1])}); request the variables together."
            )


def _converted(array: xr.Variable, variable: Variable, origin: str) -> xr.Variable:
    """Return a variable in the unit of the result, still lazy."""
    found = array.attrs.get("units")
    if found is None:
        raise InputError(
            f"{origin}: {variable.name} states no unit, expected {variable.file_units[0]!r} as "
            "the Climate Data Store delivers it (a program that computed with the values may have "
            "dropped it); give the original file."
        )
    if _plain(found) not in {_plain(unit) for unit in variable.file_units}:
        raise InputError(
            f"{origin}: {variable.name} is in {found!r}, expected {variable.file_units[0]!r} as "
            "the Climate Data Store delivers it; give the original file."
        )

    def convert(values: NDArray) -> NDArray:
        result = values * np.float64(variable.factor) if variable.factor != 1 else values
        if variable.zero_above == 0:
            return result
        noise = (result < 0) & (result >= variable.zero_above)
        return np.where(noise, 0.0, result) if noise.any() else result

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
    refuse_statistic(dataset, accumulated=False)
    dataset = normalise_axes(dataset, names=_names(STATE))
    refuse_other_step(dataset, step)
    if step == "day":
        refuse_hours(
            dataset,
            "expected the means of whole days, stamped 00:00 (dataset "
            "derived-era5-land-daily-statistics, daily_mean)",
        )
    refuse_other_grid(dataset)
    return dataset if step == "day" else _at_month(dataset)


def _totals(dataset: xr.Dataset, step: Step) -> xr.Dataset:
    """Return a dataset of totals at the day, or month, that is totalled."""
    refuse_statistic(dataset, accumulated=True)
    dataset = normalise_axes(dataset, names=_names(ACCUMULATIONS))
    refuse_other_step(dataset, step)
    if step == "month":
        refuse_other_grid(dataset)
        return _at_month(dataset)
    refuse_hours(
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
    refuse_other_grid(dataset)
    shifted = dataset.assign_coords(time=dataset["time"].values - _DAY)
    shifted.encoding["origin"] = dataset.encoding["origin"]
    return shifted


def _at_month(dataset: xr.Dataset) -> xr.Dataset:
    """Return monthly means stamped 00:00 of the first day: CDS stamps some of them 06:00."""
    months = dataset["time"].values.astype("datetime64[M]").astype("datetime64[ns]")
    result = dataset.assign_coords(time=months)
    result.encoding["origin"] = dataset.encoding["origin"]
    return result
