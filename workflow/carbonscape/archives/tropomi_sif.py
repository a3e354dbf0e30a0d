"""Reading sun-induced fluorescence of TROPOMI: ESA's TROPOSIF L2B days and Caltech's grids.

TROPOSIF: Guanter et al. 2021 (doi:10.5194/essd-13-5423-2021), daily files of soundings in groups.
Caltech: Köhler et al. 2018 (doi:10.1029/2018GL079031), files of gridded days or fortnights.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.declared import Declared
from carbonscape.archives.file_dates import day_of_units, stated_dates
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.netcdf_sizes import require_series
from carbonscape.core.errors import InputError

#: Unit of fluorescence in the results.
UNITS = "mW m-2 sr-1 nm-1"

#: Day-length corrected fluorescence at 743 nm.
_SIF = "SIF_Corr_743"
_CLOUD = "cloud_fraction_L2"
_INPUTS = "/PRODUCT/SUPPORT_DATA/INPUT_DATA"

#: Missing values are 9.96921e36, which the files do not always declare.
_MISSING = 1e30

#: Soundings beyond this are no fluorescence: single ones are noisy, to some +-10.
_LARGEST = 100.0

#: Names of the day-length corrected fluorescence in Caltech's grids.
_GRID_NAMES = ("dcSIF", "sif_dc")


def day_of(path: str | os.PathLike[str]) -> dt.date:
    """Return the day in the name of a TROPOSIF file.

    Raises:
        InputError: the name has no date.
    """
    found = re.search(r"TROPOSIF_L2B_(\d{4}-\d\d-\d\d)", Path(path).name)
    with contextlib.suppress(ValueError):
        if found:
            return dt.date.fromisoformat(found[1])
    raise InputError(
        f"{path}: no date in the name, expected one such as TROPOSIF_L2B_2018-05-01.nc."
    )


def read_sif_day(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the soundings of one TROPOSIF day.

    Returns:
        Columns lat, lon [degrees], sif [mW m-2 sr-1 nm-1, day-length corrected, 743 nm] and
        cloud_fraction [0 to 1, NaN where missing]; soundings without fluorescence or place are
        left out.

    Raises:
        InputError: the file is no such netCDF, a variable is absent, of another length or unit,
            or impossible, or the file is of another day than its name says.
    """
    with open_netcdf(path, group="/PRODUCT") as datasets:
        _refuse_other_day(datasets[0], path)
        columns = {
            name: _soundings(datasets[0], variable, str(path))
            for name, variable in (("lat", "latitude"), ("lon", "longitude"), ("sif", _SIF))
        }
        _refuse_other_unit(datasets[0][_SIF], _SIF, str(path))
    with open_netcdf(path, group=_INPUTS) as datasets:
        columns["cloud_fraction"] = _soundings(datasets[0], _CLOUD, str(path))
    lengths = {name: values.size for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"{path}: the variables differ in length ({lengths}); fetch it again.")
    for name, low, high in (
        ("lat", -90, 90),
        ("lon", -180, 180),
        ("sif", -_LARGEST, _LARGEST),
        ("cloud_fraction", 0, 1),
    ):
        values = columns[name]
        # Rounding of float32 may exceed a limit by a hair.
        bad = (values < low - 1e-4) | (values > high + 1e-4)
        if bad.any():
            raise InputError(
                f"{path}: {name} is {values[bad][0]:g} in sounding {int(bad.argmax())}, expected "
                f"{low:g} to {high:g}."
            )
    table = pd.DataFrame(columns)
    return table.dropna(subset=["lat", "lon", "sif"], ignore_index=True)


def _soundings(dataset: xr.Dataset, name: str, path: str) -> NDArray[np.float32]:
    """Return one variable as (sounding,), NaN where missing."""
    if name not in dataset:
        found = ", ".join(map(str, dataset.data_vars)) or "no variable"
        raise InputError(f"{path}: no variable {name}; found {found}.")
    variable = dataset[name]
    require_series(variable, f"{path}, {name}")
    if variable.dtype.kind not in "iuf":
        raise InputError(
            f"{path}: {name} holds {variable.dtype} values, expected numbers; fetch the file again."
        )
    values = np.asarray(variable.values, dtype=np.float32).ravel()
    # Fill values were decoded already; a valid range is not.
    declared = Declared.of(variable.attrs, values.dtype)
    known = (np.abs(values) < _MISSING) & ~declared.missing(values)
    return np.where(known, values, np.float32(np.nan))


def _refuse_other_day(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Refuse soundings of another day than the one in the name, if it has one."""
    try:
        expected = day_of(path)
    except InputError:
        return
    dates = stated_dates(dataset)
    if "delta_time" in dataset.variables:
        day = day_of_units(str(dataset.variables["delta_time"].attrs.get("units", "")))
        dates += [day] if day else []
    # One of them may count from an epoch; orbits that cross midnight belong to either day.
    if dates and min(abs((day - expected).days) for day in dates) > 1:
        raise InputError(
            f"{path}: its soundings are of {dates[0]}, expected {expected}; was the file renamed?"
        )


def _refuse_other_unit(array: xr.DataArray, name: str, path: str) -> None:
    """Refuse fluorescence in another unit, where one is stated."""
    stated = str(array.attrs.get("units", UNITS))
    # 'mW.m-2.sr-1.nm-1', 'mW/m2/sr/nm' and 'mW m^-2 sr^-1 nm^-1' are the same.
    plain = re.sub(r"[\s.^*]", "", stated).lower()
    if plain not in ("mwm-2sr-1nm-1", "mw/m2/sr/nm", "mwm-2nm-1sr-1", "mw/m2/nm/sr"):
        raise InputError(f"{path}: {name} is in {stated!r}, expected {UNITS!r}.")


def read_sif_grid(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a gridded Caltech file as monthly means.

    The files of a month (TROPO_SIF_MM-YYYY.nc) hold a grid for each day, others one for each
    fortnight: steps are averaged within the calendar month in which they are stamped.

    Returns:
        ``sif`` (time=month, lat, lon) float32 [mW m-2 sr-1 nm-1, day-length corrected] and
        ``count`` of the steps that had a value; latitudes descend, longitudes ascend.

    Raises:
        InputError: the file is no such netCDF, or has no ``dcSIF`` or ``sif_dc``.
    """
    with open_netcdf(path) as datasets:
        dataset = normalise_axes(datasets[0], names=_GRID_NAMES)
        names = [name for name in _GRID_NAMES if name in dataset]
        if not names:
            found = ", ".join(dataset.encoding["found"]) or "no variable"
            raise InputError(f"{path}: no variable {' or '.join(_GRID_NAMES)}; found {found}.")
        array = dataset[names[0]]
        _refuse_other_unit(array, names[0], str(path))
        months = array["time"].values.astype("datetime64[M]")
        shape = (array.sizes["lat"], array.sizes["lon"])
        means, counts = [], []
        for month in np.unique(months):
            total, count = np.zeros(shape), np.zeros(shape, dtype=np.int32)
            for step in np.flatnonzero(months == month):
                values = array.isel(time=step).values
                valid = np.abs(values) < _LARGEST
                total += np.where(valid, values, 0.0)
                count += valid
            with np.errstate(invalid="ignore"):
                means.append((total / np.where(count, count, np.nan)).astype(np.float32))
            counts.append(count)
        if not np.sum(counts):
            raise InputError(
                f"{path}: {names[0]} has no value within +-{_LARGEST:g} {UNITS}; is it in another "
                "unit, or scaled?"
            )
        coords = {
            "time": np.unique(months).astype("datetime64[ns]"),
            "lat": dataset["lat"],
            "lon": dataset["lon"],
        }
        return sif_dataset(np.stack(means), np.stack(counts), coords)


def sif_dataset(sif: NDArray[np.float32], count: NDArray[np.int32], coords: dict) -> xr.Dataset:
    """Return (time, lat, lon) fluorescence and its counts with names and units."""
    dims = ("time", "lat", "lon")
    return xr.Dataset(
        {
            "sif": (
                dims,
                sif,
                {"long_name": "day-length corrected sun-induced fluorescence", "units": UNITS},
            ),
            "count": (dims, count, {"long_name": "values in the mean", "units": "1"}),
        },
        coords=coords,
    )
