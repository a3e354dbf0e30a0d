"""Reading XCO2 of the Total Carbon Column Observing Network: GGG2014, GGG2020, GGG2020.1.

Wunch et al. 2011 (doi:10.1098/rsta.2010.0240); GGG2020: Laughner et al. 2024
(doi:10.5194/essd-16-2197-2024). Public files hold good spectra only; the engineering ("private")
files of GGG2020 hold all of them and a flag. A file says itself where its instrument stands.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.netcdf import open_netcdf
from carbonscape.archives.netcdf_sizes import require_series
from carbonscape.archives.xco2_variables import choose_variable, decode_times, refuse_implausible
from carbonscape.core.errors import InputError

#: Names of XCO2 on either scale, the preferred one first: GGG2020, GGG2020.1, GGG2014.
NAMES = {"x2007": ("xco2", "xco2_x2007", "xco2_ppm"), "x2019": ("xco2_x2019",)}

#: Global attributes in which files state their site, in small letters, and what a site is called.
_STATED = ("long_name", "longname", "site", "site_name", "tccon_name")
_SITE = re.compile(r"[a-z]+\d\d")

#: Sites by the two letters with which their files begin (py_tccon_netcdf, site_info.json).
SITES = {
    "ae": "ascension01", "an": "anmeyondo01", "bi": "bialystok01", "br": "bremen01",
    "bu": "burgos01", "ci": "pasadena01", "db": "darwin01", "df": "edwards01",
    "et": "easttroutlake01", "eu": "eureka01", "fc": "fourcorners01", "gm": "garmisch01",
    "hf": "hefei01", "hw": "harwell01", "if": "indianapolis01", "iz": "izana01",
    "js": "saga01", "ka": "karlsruhe01", "lh": "lauder01", "ll": "lauder02",
    "lr": "lauder03", "ma": "manaus01", "ni": "nicosia01", "oc": "lamont01",
    "or": "orleans01", "pa": "parkfalls01", "pr": "paris01", "ra": "reunion01",
    "rj": "rikubetsu01", "so": "sodankyla01", "sp": "nyalesund01", "tk": "tsukuba02",
    "wg": "wollongong01", "xh": "xianghe01", "zs": "zugspitze01",
}  # fmt: skip

#: Missing values are -1e38 in GGG2014 and 9.97e36 by netCDF's default, not always declared.
_MISSING = 1e30

#: Days that spectra can be of, and names of the calendar that they are counted in (CF).
_TIMES = (np.datetime64("1990-01-01"), np.datetime64("2100-01-01"))
_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")

#: Times below this count days since 1970, where no unit says so (1e6 s are eleven days).
_LARGEST_DAY = 1e6


@dataclass(frozen=True)
class Spectra:
    """The good spectra of a TCCON file.

    Attributes:
        site: such as ``parkfalls01``.
        lat, lon: the instrument's place by the file (median over its spectra), degrees north and
            east, -180 to 180.
        version: ``GGG2014``, ``GGG2020`` or ``GGG2020.1``.
        scale: calibration scale of the values, ``x2007`` or ``x2019``.
        file: name of the file, of joined ones with + between them.
        time: (spectrum) UTC, datetime64[ms], ascending.
        xco2: (spectrum) ppm.
        paths: of the files, for findings.
    """

    site: str
    lat: float
    lon: float
    version: str
    scale: str
    file: str
    time: NDArray[np.datetime64]
    xco2: NDArray[np.float64]
    paths: tuple[str, ...] = ()


def site_of(path: str | os.PathLike[str], *, attributes: Mapping[str, object] | None = None) -> str:
    """Return the site of a TCCON file by the two letters that its name begins with.

    Args:
        path: the file.
        attributes: global ones of the file, in which it may state its site (``long_name``, in
            files of GGG2014 ``longName``): that serves for letters that are not in ``SITES``.

    Raises:
        InputError: the name begins otherwise, or neither letters nor attributes tell a site.
    """
    name = Path(path).name
    found = re.match(r"([a-z]{2})(?:\d{8}_\d{8}|_)", name.lower())
    if not found:
        raise InputError(
            f"{path}: this is no name of a TCCON file, expected one such as "
            "pa20040602_20201229.public.qc.nc; keep the names of the archive."
        )
    if found[1] in SITES:
        return SITES[found[1]]
    stated = {
        key: str(value).strip()
        for key, value in (attributes or {}).items()
        if key.lower() in _STATED
    }
    for site in stated.values():
        if _SITE.fullmatch(site.lower()):
            return site.lower()
    said = ", ".join(f"{key} is {value!r}" for key, value in stated.items()) or "it has neither"
    raise InputError(
        f"{path}: '{found[1]}' is the code of no TCCON site known here ({', '.join(SITES)}), and "
        f"the attributes long_name and longName tell none such as parkfalls01 ({said}): "
        "take it away, or give it the name of the archive."
    )


def read_tccon(path: str | os.PathLike[str], *, scale: str = "x2007") -> Spectra:
    """Read the good spectra of a TCCON file.

    Args:
        path: the file, named as in the archive.
        scale: calibration scale, ``x2007`` (``xco2``, ``xco2_x2007``, ``xco2_ppm``) or ``x2019``.

    Raises:
        InputError: the file is no such netCDF, holds the other scale only, or no good spectrum.
    """
    with open_netcdf(path) as datasets:
        dataset, origin = datasets[0], str(path)
        site = site_of(path, attributes=dataset.attrs)
        attributes = {str(name): variable.attrs for name, variable in dataset.variables.items()}
        name = choose_variable(attributes, scale=scale, names=NAMES, origin=origin)
        version = _version(dataset.attrs, attributes)
        dim = dataset[name].dims
        xco2 = _values(dataset, name, dim, origin)
        lat, lon = (
            _values(dataset, _first(dataset, names, origin), dim, origin)
            for names in (("lat", "lat_deg"), ("long", "long_deg"))
        )
        time = _times(dataset, dim, origin)
        good = np.ones(xco2.shape, dtype=bool)
        if "flag" in dataset:
            good = _values(dataset, "flag", dim, origin) == 0
    good &= ~(np.isnan(xco2) | np.isnan(lat) | np.isnan(lon) | np.isnat(time))
    if not good.any():
        raise InputError(
            f"{origin}: none of {xco2.size} spectra is good (flag 0) and has a value, a time and a "
            "place; take this file away, or fetch it again."
        )
    refuse_implausible(xco2[good], name, origin)
    _refuse_other_times(time[good], dataset.variables["time"].attrs, origin)
    order = np.flatnonzero(good)[np.argsort(time[good], kind="stable")]
    # Around the first longitude, lest 359.99 and 0.01 have their median at 180.
    turns = (lon[good] - lon[good][0] + 180.0) % 360.0 - 180.0
    place = float(np.median(lat[good])), float(lon[good][0] + np.median(turns))
    if abs(place[0]) > 90 or np.abs(lon[good]).max() > 360:
        raise InputError(f"{origin}: its place is {place[0]:g}, {place[1]:g}, not on the globe.")
    return Spectra(
        site=site,
        # Freed of the noise of float32.
        lat=round(place[0], 4),
        lon=round((place[1] + 180.0) % 360.0 - 180.0, 4),
        version=version,
        scale=scale,
        file=Path(path).name,
        time=time[order],
        xco2=xco2[order],
        paths=(str(path),),
    )


def _version(stated: Mapping[str, object], variables: Mapping[str, object]) -> str:
    """Return the version of the retrieval, by what a file states or by the names of its variables.

    GGG2020.1 renamed ``xco2`` to ``xco2_x2007`` (py_tccon_netcdf, make_ggg2020_1.py).
    """
    if "xco2_ppm" in variables:
        return "GGG2014"
    words = " ".join(
        str(stated.get(key, "")) for key in ("algorithm_version", "file_format_version")
    )
    newer = re.search(r"2020\.1(?!\d)", words) or "xco2_x2007" in variables
    return "GGG2020.1" if newer else "GGG2020"


def _first(dataset: xr.Dataset, names: tuple[str, ...], origin: str) -> str:
    """Return the first of some names that the file has."""
    for name in names:
        if name in dataset.variables:
            return name
    found = ", ".join(map(str, dataset.variables))
    raise InputError(f"{origin}: no variable {' or '.join(names)}; found {found}.")


def _values(dataset: xr.Dataset, name: str, dim: tuple, origin: str) -> NDArray[np.float64]:
    """Return a variable on the spectra as numbers, NaN where missing; a single one is repeated."""
    variable = dataset.variables[name]
    size = dataset.sizes[dim[0]] if dim else 1
    if variable.dtype.kind not in "iuf" or variable.dims not in (dim, ()):
        raise InputError(
            f"{origin}: {name} holds {variable.dtype} on {variable.dims}, expected numbers on "
            f"{dim}."
        )
    require_series(variable, f"{origin}, {name}")
    values = np.asarray(variable.values, dtype=np.float64)
    values = np.broadcast_to(values, (size,))
    return np.where(np.abs(values) < _MISSING, values, np.nan)


def _refuse_other_times(
    time: NDArray[np.datetime64], attributes: Mapping[str, object], origin: str
) -> None:
    """Refuse times before any spectrometer and of days to come: another unit, or a calendar."""
    first, last = time.min(), time.max()
    calendar = str(attributes.get("calendar", "standard")).lower()
    if first < _TIMES[0] or last > _TIMES[1] or calendar not in _CALENDARS:
        raise InputError(
            f"{origin}: its times are {first.astype('M8[D]')} to {last.astype('M8[D]')} (units "
            f"{attributes.get('units', '')!r}, calendar {calendar}), expected {_TIMES[0]} to "
            f"{_TIMES[1]} of the calendar of everyday life; fetch the file again."
        )


def _times(dataset: xr.Dataset, dim: tuple, origin: str) -> NDArray[np.datetime64]:
    """Return UTC times, from seconds (GGG2020) or fractional days (GGG2014) since 1970."""
    values = _values(dataset, _first(dataset, ("time",), origin), dim, origin)
    units = str(dataset.variables["time"].attrs.get("units", ""))
    times = decode_times(values, units)
    if times is not None:
        return times
    days = "day" in units.lower() or (
        "second" not in units.lower() and np.nanmax(np.abs(values), initial=0.0) < _LARGEST_DAY
    )
    return decode_times(values, f"{'days' if days else 'seconds'} since 1970-01-01")
