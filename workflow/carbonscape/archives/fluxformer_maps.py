"""Reading the map of GPP that the authors of FluxFormer published, month by month.

The record (doi:10.5281/zenodo.10258644) describes monthly netCDF of 0.25 degrees; names of files
and variables are not published, so that files are known by what they hold.
"""

from __future__ import annotations

import calendar
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.declared import Declared
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.same_grid import require_same_grid
from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: Names of the variable, in small letters.
_NAMES = ("gpp", "gpp_mean", "gross_primary_productivity", "gross_primary_production")

#: Units, in small letters without blanks and signs, of the mean of a day and of the sum of a month.
_PER_DAY = ("gcm-2d-1", "gcm-2day-1", "gc/m2/d", "gc/m2/day", "gm-2d-1", "gm-2day-1", "g/m2/day")
_PER_MONTH = ("gcm-2month-1", "gcm-2mon-1", "gc/m2/month", "gc/m2/mon", "gm-2month-1")

#: Values of a month by which another unit is told, gC m-2 d-1: the 99.9th percentile is at most
#: the first, the largest value at least the second, and none lies below the third.
_HIGHEST, _LEAST, _LOWEST = 30.0, 0.5, -5.0

_SOURCE = "fluxformer_maps"
_REMEDY = "fetch the files of doi:10.5281/zenodo.10258644 again, or set 'gpp.authors_map' to null"


@dataclass(frozen=True)
class AuthorsMonth:
    """A month of the authors' map.

    Attributes:
        year, month: calendar month.
        values: (lat, lon) gC m-2 d-1, NaN where the map has no value.
        lat: (lat,) centres, degrees north, descending.
        lon: (lon,) centres, degrees east, ascending, within [-180, 180).
        origin: file and member, for messages.
    """

    year: int
    month: int
    values: NDArray[np.float32]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    origin: str


def authors_months(
    paths: Iterable[str | os.PathLike[str]], years: Collection[int]
) -> Iterator[AuthorsMonth]:
    """Yield the months of some years of the authors' map, file by file, one in memory at a time.

    Sums of a month are divided by its days. Months of other years are passed over unread.

    Args:
        paths: of :func:`carbonscape.archives.fluxformer_files.find_authors_files`.
        years: calendar years that are wanted.

    Raises:
        InputError: a file is damaged, holds no GPP, has another unit or grid, steps other than
            months, or values that are no GPP in gC m-2 d-1; or a month is there twice.
    """
    seen: dict[tuple[int, int], str] = {}
    first: AuthorsMonth | None = None
    for path in paths:
        with open_netcdf(path, mask_and_scale=False) as datasets:
            for dataset in datasets:
                for found in _months(dataset, set(years), str(path)):
                    key = (found.year, found.month)
                    if key in seen:
                        raise InputError(
                            f"{found.origin}: holds {key[0]}-{key[1]:02d}, which {seen[key]} "
                            "holds too, expected one field a month; keep one of the two files (or "
                            "take monthly means of finer steps first)."
                        )
                    seen[key] = found.origin
                    first = first or found
                    require_same_grid(
                        {"lat": found.lat, "lon": found.lon},
                        {"lat": first.lat, "lon": first.lon},
                        origin=found.origin,
                        first=first.origin,
                    )
                    yield found


def _months(dataset: xr.Dataset, years: set[int], path: str) -> Iterator[AuthorsMonth]:
    """Yield the wanted months of one netCDF."""
    origin = str(dataset.encoding.get("origin", path))
    name = _variable(dataset, origin)
    grid = normalise_axes(dataset, names=(name,))
    if name not in grid:
        raise InputError(
            f"{origin}: {name} lies on ({', '.join(map(str, dataset[name].dims))}), expected "
            f"time, latitude and longitude; {_REMEDY}."
        )
    array = grid[name]
    monthly = _is_sum_of_month(array, origin)
    scale = float(array.attrs.get("scale_factor", 1.0))
    offset = float(array.attrs.get("add_offset", 0.0))
    for row, stamp in enumerate(grid["time"].values.astype("datetime64[M]")):
        year, month = divmod(int(stamp.astype(int)), 12)
        year, month = year + 1970, month + 1
        if year not in years:
            continue
        raw = array.isel(time=row).values
        missing = Declared.of(array.attrs, raw.dtype, scale=scale).missing(raw) | (raw == -9999)
        # 9.97e36 is what netCDF writes where no fill value is declared.
        missing |= ~np.isfinite(raw) | (np.abs(raw) >= 1e30)
        values = np.where(missing, np.nan, raw * scale + offset)
        values = values / calendar.monthrange(year, month)[1] if monthly else values
        _refuse_implausible(values, f"{origin}, {year}-{month:02d}")
        yield AuthorsMonth(
            year, month, values.astype(np.float32), grid["lat"].values, grid["lon"].values, origin
        )


def _variable(dataset: xr.Dataset, origin: str) -> str:
    """Return the name of the variable of GPP."""
    by_name = {str(name).lower(): str(name) for name in dataset.data_vars}
    for name in _NAMES:
        if name in by_name:
            return by_name[name]
    found = ", ".join(map(str, dataset.data_vars)) or "nothing"
    raise InputError(
        f"{origin}: no variable GPP of the authors of FluxFormer; found {found}; {_REMEDY}."
    )


def _is_sum_of_month(array: xr.DataArray, origin: str) -> bool:
    """Say whether values are sums of a month; refuse other units than those of day and month."""
    unit = str(array.attrs.get("units", "")).strip()
    plain = re.sub(r"[ *^()._]", "", unit.lower())
    if plain in ("", "-", "unknown"):
        text = f"states no unit of {array.name}; it is taken for gC m-2 d-1"
        findings.warn(origin, text, source=_SOURCE)
    elif plain not in (*_PER_DAY, *_PER_MONTH):
        raise InputError(
            f"{origin}: {array.name} is in {unit!r}, expected gC m-2 d-1 or gC m-2 month-1; "
            f"{_REMEDY}."
        )
    return plain in _PER_MONTH


def _refuse_implausible(values: NDArray[np.floating], origin: str) -> None:
    """Refuse a month whose values are no GPP in gC m-2 d-1: another unit or fill value."""
    known = values[np.isfinite(values)]
    expected = (
        f"expected GPP up to {_HIGHEST:g} gC m-2 d-1, at least {_LEAST:g} somewhere and none below "
        f"{_LOWEST:g} (another unit, factor or missing value?)"
    )
    if not known.size:
        raise InputError(f"{origin}: no cell has a value; {expected}; {_REMEDY}.")
    high, largest, least = np.percentile(known, 99.9), known.max(), known.min()
    if high > _HIGHEST or largest < _LEAST or least < _LOWEST:
        raise InputError(
            f"{origin}: values reach from {least:g} to {largest:g} gC m-2 d-1; {expected}; "
            f"{_REMEDY}."
        )
