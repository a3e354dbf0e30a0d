"""Reading gridded XCO2 of others: CAMS EGG4, and products that are compared with ours.

EGG4 (Agusti-Panareda et al. 2023, doi:10.5194/acp-23-3829-2023) comes from the Atmosphere Data
Store as a ZIP archive of one netCDF file with ``tcco2`` in ppm, 2003 to 2020. Of other products
any netCDF grid is accepted whose only plausible variable holds ppm or mol/mol: by its values, and
by what its name, its attributes and its unit say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: Names under which column-averaged carbon dioxide goes.
_NAMES = ("tcco2", "xco2")

#: Smallest and largest ppm of a map; real ones lie between 365 and 430.
_RANGE = (360.0, 450.0)

#: Smallest and largest monthly mean of a cell, ppm: beyond these it is no XCO2.
_BOUNDS = (300.0, 600.0)

#: Units of mole fractions, in small letters without blanks, and what brings them to ppm; None is
#: no unit, for which the values tell.
_UNITS = {
    **dict.fromkeys(
        ("ppm", "ppmv", "1e-6", "1e-06", "10-6", "umol/mol", "µmol/mol", "μmol/mol"), 1.0
    ),
    **dict.fromkeys(("umolmol-1", "µmolmol-1", "μmolmol-1", "micromolmol-1", "1e-6molmol-1"), 1.0),
    **dict.fromkeys(("10-6molmol-1", "partspermillion", "micromol/mol", "10^-6", "1.e-6"), 1.0),
    **dict.fromkeys(("", "1", "-", "none", "unitless", "dimensionless", "unknown", "~"), None),
}

#: Words that say that a quantity is a column, or carbon dioxide, or another gas; what is no value
#: of it (errors, priors); and what is not the mean of a column.
_COLUMN = re.compile(
    r"xco_?2(?![a-z])|tcco2|column|dry_atmosphere_mole_fraction_of_carbon_dioxide", re.IGNORECASE
)
_CARBON = re.compile(r"co[_ ]?2(?![0-9])|carbon.?dioxide", re.IGNORECASE)
_OTHER = re.compile(
    r"ozone|o3(?![a-z0-9])|methane|ch4|monoxide|(?<![a-z])x?co(?![a-z0-9])|nitr|n2o|no2|so2"
    r"|sul(?:f|ph)|h2o|water|humidity|temperature|pressure|height|altitude|formaldehyde|hcho",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(
    r"uncertain|error|standard.?deviation|(?:^|[_ ])(?:std|sd|sigma)(?:$|[_ ])|spread"
    r"|prior|anomal|trend|increment|averaging.?kernel",
    re.IGNORECASE,
)
_NO_COLUMN = re.compile(
    r"surface|near.?ground|in.?situ|flask|tower|lowest|level|layer|boundary|flux|emission"
    r"|mole_fraction_of_carbon_dioxide_in_air|mass.?mixing|partial",
    re.IGNORECASE,
)


def read_xco2_field(
    path: str | os.PathLike[str], *, months: Sequence[str] | None = None
) -> xr.DataArray:
    """Read gridded XCO2 as monthly means.

    Steps are averaged within the UTC month of their stamp, and the product's own mask is kept.

    Args:
        path: netCDF file, or a ZIP archive of it.
        months: to read, as 2015-07; those that the file lacks are left out. By default all.

    Returns:
        ``xco2`` (time, lat, lon), float32, ppm, NaN where the product has none; time is the first
        day of the month, latitudes descend, longitudes ascend within [-180, 180).

    Raises:
        InputError: the file is no such netCDF, its grid is not regular, no variable or several
            hold XCO2 by their values, units and names, a month has impossible means, or the file
            holds none of the months, or none of the year that its name states.
    """
    with open_netcdf(path) as datasets:
        grids = [normalise_axes(dataset) for dataset in datasets]
        array, factor = find_xco2(
            [grid[name] for grid in grids for name in grid.data_vars], str(path)
        )
        stamps = array["time"].values.astype("datetime64[M]")
        wanted = np.unique(stamps)
        _refuse_other_year(wanted, Path(path))
        if months is not None:
            wanted = wanted[np.isin(wanted, np.array(months, dtype="datetime64[M]"))]
        if not wanted.size:
            raise InputError(
                f"{path}: none of the months asked for is in it; found {stamps[0]} to {stamps[-1]}."
            )
        means = [mean_of_steps(array, np.flatnonzero(stamps == month), factor) for month in wanted]
        _refuse_impossible(means, wanted, str(array.name), str(path))
        coords = {"time": wanted.astype("datetime64[ns]"), "lat": array["lat"], "lon": array["lon"]}
        return xr.DataArray(
            np.stack(means),
            dims=("time", "lat", "lon"),
            coords=coords,
            name="xco2",
            attrs={"units": "ppm", "long_name": "column-averaged dry-air mole fraction of CO2"},
        )


def read_xco2_fields(
    paths: Iterable[str | os.PathLike[str]], *, months: Sequence[str]
) -> Iterator[xr.DataArray]:
    """Yield the field of each file (:func:`read_xco2_field`), and state what became of it.

    A file is used or, where it holds none of the months, left out. A month that no file holds,
    of a year of which one holds others, is stated: the archive has every month of its years.

    Args:
        paths: of the files, one a year.
        months: of the run, as 2015-07.
    """
    held: list[str] = []
    for path in paths:
        field = read_xco2_field(path)
        found = field["time"].values.astype("datetime64[M]").astype(str).tolist()
        if set(found) & set(months):
            findings.used(path, source="egg4")
        else:
            findings.left_out(path, f"it holds {found[0]} to {found[-1]}", source="egg4")
        held += found
        yield field
    years = {month[:4] for month in held}
    absent = [month for month in months if month[:4] in years and month not in held]
    if absent:
        text = f"no file holds {', '.join(absent)}: these months are compared with nothing"
        findings.warn("XCO2 of CAMS-EGG4", text, source="egg4", kind="variable")


def find_xco2(
    arrays: list[xr.DataArray], path: str, *, source: str = "egg4"
) -> tuple[xr.DataArray, float]:
    """Return the array that holds XCO2, and what brings it to ppm.

    Args:
        arrays: on (time, lat, lon).
        path: file for messages.
        source: name in the registry, for what is found out.

    Raises:
        InputError: no array or several hold XCO2 by their values, units and names.
    """
    fitting, refused = [], []
    for array in arrays:
        factor = _factor(array)
        if factor is None:
            continue
        why = _contradiction(array, factor)
        if why:
            refused.append(f"{array.name} {why}")
        else:
            fitting.append((array, factor))
    named = [pair for pair in fitting if str(pair[0].name).lower() in _NAMES]
    if len(named or fitting) == 1:
        array, factor = (named or fitting)[0]
        _state_doubts(array, path, source)
        return array, factor
    found = ", ".join(str(array.name) for array in arrays) or "none"
    what = "several variables hold" if fitting else "no variable holds"
    but = f" ({'; '.join(refused)})" if refused else ""
    raise InputError(
        f"{path}: {what} values of XCO2 ({_RANGE[0]:g} to {_RANGE[1]:g} ppm, or as mol/mol){but}; "
        f"found on its grid: {found}. Keep one, named {' or '.join(_NAMES)}."
    )


def _words(array: xr.DataArray, *also: str) -> str:
    """Return the name of an array, and what some of its attributes call it."""
    keys = ("long_name", "standard_name", *also)
    return " | ".join([str(array.name), *(str(array.attrs.get(key, "")) for key in keys)])


def _state_doubts(array: xr.DataArray, path: str, source: str) -> None:
    """State where nothing says that an array is the mean of a column, or its words differ."""
    called = " | ".join(str(array.attrs.get(key, "")) for key in ("long_name", "standard_name"))
    if not _COLUMN.search(_words(array, "description", "comment")):
        text = f"nothing says that {array.name} is the mean of a column; it is taken for XCO2"
        findings.warn(path, text, source=source)
    elif _NO_COLUMN.search(called) and not _COLUMN.search(called):
        text = f"{array.name} is called {called.strip(' |')!r}, and is taken for XCO2 by its name"
        findings.warn(path, text, source=source)


def _contradiction(array: xr.DataArray, factor: float) -> str:
    """Return why an array whose values could be XCO2 is none, as a clause; empty if it is."""
    unit = str(array.attrs.get("units", "")).strip()
    if _unit_factor(unit) not in (None, factor):
        held = "ppm" if factor == 1 else "mol/mol"
        return f"is in {unit!r}, and its values would be XCO2 in {held}"
    words = _words(array)
    long_name = str(array.attrs.get("long_name", array.attrs.get("standard_name", "")))
    said = f"is called {long_name!r}" if long_name else "is another quantity by its name"
    if _OTHER.search(words) and not _CARBON.search(words):
        return f"{said}, which is no carbon dioxide"
    if _NO_VALUE.search(words):
        return f"{said}, which is no value of XCO2 itself"
    if _NO_COLUMN.search(words) and not _COLUMN.search(words):
        return f"{said}, which is no mean of a column"
    return ""


def _unit_factor(unit: str) -> float | None:
    """Return what brings a unit to ppm: None where it says nothing, 0 where it cannot be."""
    plain = re.sub(r"[ *^()]", "", unit.lower())
    if plain in _UNITS:
        return _UNITS[plain]
    return 1e6 if re.fullmatch(r"mole?s?\w*(?:/mole?s?\w*|mole?-1)", plain) else 0.0


def _factor(array: xr.DataArray) -> float | None:
    """Return what brings an array to ppm, None if its first step with values is no XCO2."""
    if array.dtype.kind not in "fiu" or "time" not in array.dims:
        return None
    for step in range(array.sizes["time"]):
        values = array.isel(time=step).values
        values = values[_present(values)]
        if values.size:
            middle = float(np.median(values))
            for factor in (1.0, 1e6):
                if _RANGE[0] <= factor * middle <= _RANGE[1]:
                    return factor
            return None
    return None


def _present(values: NDArray) -> NDArray[np.bool_]:
    """Say where values are none of the missing ones, declared or not (-9999, 0, 1e20, ...)."""
    return np.isfinite(values) & (values > 0) & (values < 1e4)


def _refuse_other_year(months: NDArray[np.datetime64], path: Path) -> None:
    """Refuse a file that has no month of the year that its name states (``egg4_2016.nc``)."""
    year = re.search(r"_((?:19|20)\d\d)$", path.stem)
    if year and year[1] not in {str(month)[:4] for month in months}:
        raise InputError(
            f"{path}: its name says {year[1]}, but it holds {months[0]} to {months[-1]}; give "
            "the file the year that it holds, or fetch that of the name."
        )


def _refuse_impossible(
    means: Sequence[NDArray], months: Sequence[np.datetime64], name: str, path: str
) -> None:
    """Refuse monthly means that no column of air has."""
    for mean, month in zip(means, months, strict=True):
        bad = (mean < _BOUNDS[0]) | (mean > _BOUNDS[1])
        if bad.any():
            raise InputError(
                f"{path}: {name} is {mean[bad][0]:g} ppm in {int(bad.sum())} cells of {month}, the "
                f"first; expected {_BOUNDS[0]:g} to {_BOUNDS[1]:g} ppm: a missing value that is "
                "not declared, or another quantity."
            )


def mean_of_steps(
    array: xr.DataArray, steps: NDArray[np.intp], factor: float
) -> NDArray[np.float32]:
    """Return the mean of some steps in ppm, NaN where none has a value.

    Args:
        array: (time, lat, lon).
        steps: positions on its time axis.
        factor: what brings it to ppm.
    """
    total = np.zeros((array.sizes["lat"], array.sizes["lon"]))
    count = np.zeros(total.shape, dtype=np.int32)
    for step in steps:
        values = array.isel(time=step).values
        present = _present(values)
        total += np.where(present, values, 0.0)
        count += present
    return (factor * total / np.where(count, count, np.nan)).astype(np.float32)
