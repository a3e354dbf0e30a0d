"""Reading a year of a GPP product of others as monthly means on its own grid."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.declared import Declared
from carbonscape.archives.file_dates import stated_dates
from carbonscape.archives.geotiff import open_geotiff, pixel_centres
from carbonscape.archives.gpp_products import (
    GppProduct,
    days_by_month,
    days_in_month,
    files_of_year,
    step_of,
    step_starts,
)
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.same_grid import require_same_grid
from carbonscape.archives.zip_members import unpack_members
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.limits import MAP_PIXELS
from carbonscape.core.plain_files import refuse_larger

#: Values of the whole year by which a wrong unit or factor is told, gC m-2 d-1: the 99.9th
#: percentile is at most the first (monthly means of croplands reach 20), the largest value at least
#: the second; and no value lies below the third.
_HIGHEST, _LEAST, _LOWEST = 30.0, 1.0, -5.0

#: Values of a year that are looked at.
_SAMPLE = 4_000_000

#: Units of gC m-2 in a day and in a step, in small letters without blanks and signs.
_UNITS = {
    "day": (
        "gcm-2d-1",
        "gcm-2day-1",
        "gc/m2/d",
        "gc/m2/day",
        "gcm-2d",
        "gc/m2d",
        "gm-2d-1",
        "gm-2day-1",
    ),
    "step": ("gcm-2month-1", "gcm-2mon-1", "gc/m2/month", "gc/m2/mon"),
}


@dataclass(frozen=True)
class _Layer:
    """One step of a product: the position in the year, gC m-2 (day or step), where it lies."""

    number: int
    values: NDArray[np.float32]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    origin: str


def find_gpp_files(product: GppProduct, folder: str | os.PathLike[str], year: int) -> list[Path]:
    """Return the files of a year, of the first pattern of names that any file follows.

    Folders below are searched as well, behind links too, but for hidden ones; of two files with
    one name the first counts, those of a folder before those of the folders in it.

    Args:
        product: what they are of.
        folder: of the product.
        year: calendar year.

    Raises:
        InputError: there is no such file.
    """
    if found := files_of_year(product, _files_below(folder), year):
        return found
    names = " or ".join(_plain_name(name, year) for name in product.names)
    raise InputError(
        f"{folder}: holds no file of {product.label} for {year}; expected names like {names}; put "
        "the files there, or take the year or the product out of the run."
    )


def _plain_name(pattern: str, year: int) -> str:
    """Return the regular expression of a name as a person would write the name."""
    name = re.sub(r"\(\?P<month>[^)]*\)", "MM", pattern).replace("\\.", ".")
    name = name.replace("{year}", str(year))
    return name if re.fullmatch(r"[\w.-]+", name) else f"any netCDF file with {year} in its name"


def _files_below(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield the files below a folder, as rules find them; none twice where links make a circle."""
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(place))
        folders[:] = sorted(
            name
            for name in folders
            if name[0] != "." and os.path.realpath(os.path.join(place, name)) not in seen
        )
        yield from (Path(place, name) for name in sorted(names) if name[0] != ".")


def read_gpp_product(
    product: GppProduct, folder: str | os.PathLike[str], year: int
) -> xr.DataArray:
    """Read a year of a product as monthly means.

    Totals of a month are divided by its days; steps of eight or ten days are averaged, weighted
    by the days of the month that they cover. A cell has no value in a month of which a day is not
    covered by a step that has a value.

    Args:
        product: what is read.
        folder: of its files, or above them.
        year: calendar year.

    Returns:
        ``gpp`` (time=12, lat, lon), float32, gC m-2 d-1, NaN where the product has none; ``time``
        the first days of the months, latitudes descend, longitudes ascend within [-180, 180).

    Raises:
        InputError: a file is absent, damaged, cut short, of another year, grid, unit or scale, a
            step is there twice, or the values of the year are no GPP in gC m-2 d-1.
    """
    covered = days_by_month(product.step, year)
    totals = days = None
    seen: dict[int, str] = {}
    first = None
    for path in find_gpp_files(product, folder, year):
        for layer in _layers(product, path, year):
            if layer.number in seen:
                start = step_starts(product.step, year)[layer.number]
                raise InputError(
                    f"{layer.origin}: holds the step of {start}, which {seen[layer.number]} holds "
                    "too; keep one of them."
                )
            seen[layer.number] = layer.origin
            if first is None or totals is None or days is None:
                first = layer
                totals = np.zeros((12, *layer.values.shape), dtype=np.float32)
                days = np.zeros(totals.shape, dtype=np.uint8)
            require_same_grid(
                {"lat": layer.lat, "lon": layer.lon},
                {"lat": first.lat, "lon": first.lon},
                origin=layer.origin,
                first=first.origin,
            )
            length = sum(covered[layer.number].values())
            known = ~np.isnan(layer.values)
            per_day = layer.values if product.per == "day" else layer.values / np.float32(length)
            for month, count in covered[layer.number].items():
                np.add(totals[month - 1], count * per_day, out=totals[month - 1], where=known)
                days[month - 1] += (count * known).astype(np.uint8)
    if first is None or totals is None or days is None:
        raise InputError(f"{folder}: the files of {product.label} hold no step of {year}.")
    _state_absent(product, folder, year, set(seen))
    for month in range(1, 13):
        length = days_in_month(year, month)
        whole = days[month - 1] == length
        totals[month - 1] = np.where(whole, totals[month - 1] / np.float32(length), np.nan)
    if product.zeros == "either":
        totals[:, ~np.any([month > 0 for month in totals], axis=0)] = np.nan
    _refuse_implausible(product, totals, first.origin)
    if product.cap is not None:
        np.minimum(totals, np.float32(product.cap), out=totals)
    return xr.DataArray(
        totals,
        dims=("time", "lat", "lon"),
        coords={
            "time": np.array([f"{year}-{month:02d}-01" for month in range(1, 13)], "M8[ns]"),
            "lat": first.lat,
            "lon": first.lon,
        },
        name="gpp",
        attrs={
            "units": "g m-2 day-1",
            "long_name": f"gross primary productivity of {product.label}, as mass of carbon",
        },
    )


def _layers(product: GppProduct, path: Path, year: int) -> Iterator[_Layer]:
    """Yield the steps of a file."""
    if not product.variable:
        with contextlib.ExitStack() as stack:
            for origin, file in _maps(product, path, year, stack):
                yield _read_geotiff(product, file, origin, year)
        return
    with open_netcdf(path, mask_and_scale=False) as datasets:
        for dataset in datasets:
            origin = str(dataset.encoding.get("origin", path))
            month = _month_of(product, origin, year)
            grid = normalise_axes(dataset, names=(product.variable,), with_time=month is None)
            if product.variable not in grid:
                found = ", ".join(map(str, dataset.data_vars)) or "nothing"
                raise InputError(
                    f"{origin}: no variable {product.variable} of {product.label}; found {found}; "
                    "fetch the file again, or put the right product into this folder."
                )
            array = grid[product.variable]
            factor = _factor(product, array, origin)
            lat, lon = grid["lat"].values, grid["lon"].values
            if month is not None:
                stated = {(day.year, day.month) for day in stated_dates(dataset)}
                if stated and stated != {(year, month)}:
                    raise _other_year(origin, f"{min(stated)[0]}-{min(stated)[1]:02d}", year)
                values = _values(product, array, array.values, factor)
                yield _Layer(month - 1, values, lat, lon, origin)
                continue
            for row, stamp in enumerate(grid["time"].values.astype("datetime64[D]")):
                day = stamp.astype(dt.date)
                if day.year != year:
                    raise _other_year(origin, str(day), year)
                values = _values(product, array, array.isel(time=row).values, factor)
                yield _Layer(step_of(product.step, day), values, lat, lon, origin)


def _maps(
    product: GppProduct, path: Path, year: int, stack: contextlib.ExitStack
) -> list[tuple[str, Path]]:
    """Return (name for messages, path) of a GeoTIFF, or of the monthly ones of an archive."""
    if path.suffix.lower() != ".zip":
        return [(str(path), path)]
    # Archives hold steps of eight days and years beside the months.
    name = re.compile(product.names[0].replace("{year}", str(year)))
    return unpack_members(
        path,
        stack,
        wanted=lambda member: bool(name.fullmatch(member.rpartition("/")[2])),
        suffix=".tif",
        remedy=f"fetch the archive of {product.label} for {year} again",
    )


def _read_geotiff(product: GppProduct, path: Path, origin: str, year: int) -> _Layer:
    """Read one month of a product in GeoTIFF."""
    month = _month_of(product, origin, year)
    with open_geotiff(path, origin=origin) as source:
        refuse_larger(
            source.width * source.height, MAP_PIXELS, origin=origin, remedy="fetch it again"
        )
        transform = source.transform
        straight = transform.b == transform.d == 0 and transform.a > 0 and transform.e != 0
        if source.crs is None or not source.crs.is_geographic or not straight:
            raise InputError(
                f"{origin}: its coordinates are {source.crs or 'not stated'}, expected longitude "
                f"and latitude along its rows and columns ({product.label}); fetch it again."
            )
        values = source.read(1)
        fills = product.fills if source.nodata is None else (*product.fills, source.nodata)
        lat, lon = pixel_centres(source)
    if max(abs(lat[0]), abs(lat[-1])) > 90 or lon[0] < -180 or lon[-1] > 180:
        raise InputError(
            f"{origin}: its pixels lie from {lat[0]:g} to {lat[-1]:g} N and {lon[0]:g} to "
            f"{lon[-1]:g} E, expected the globe from 180 W to 180 E; fetch it again."
        )
    if lat[0] < lat[-1]:
        lat, values = lat[::-1], values[::-1]
    scaled = _scaled(values, np.isin(values, fills), product.factor)
    return _Layer((month or 1) - 1, scaled, lat, lon, origin)


def _month_of(product: GppProduct, origin: str, year: int) -> int | None:
    """Return the month that the name of a file or a member tells; none where it holds several."""
    name = re.split(r"[/\\ ]", origin)[-1]
    for pattern in product.names:
        match = re.fullmatch(pattern.replace("{year}", str(year)), name)
        if match and "month" in match.groupdict():
            month = int(match["month"])
            if not 1 <= month <= 12:
                break
            return month
        if match:
            return None
    if all("month" not in pattern for pattern in product.names):
        return None
    raise InputError(
        f"{origin}: its name tells no month of {year}; expected "
        f"{product.names[0].replace('{year}', str(year))}; fetch the file again."
    )


def _values(
    product: GppProduct, array: xr.DataArray, raw: NDArray, factor: float
) -> NDArray[np.float32]:
    """Return stored numbers as gC m-2, NaN where there is no value."""
    declared = Declared.of(array.attrs, raw.dtype, scale=factor)
    return _scaled(raw, declared.missing(raw) | np.isin(raw, product.fills), factor)


def _scaled(raw: NDArray, missing: NDArray[np.bool_], factor: float) -> NDArray[np.float32]:
    """Return numbers times a factor, NaN where they are missing."""
    return np.where(missing, np.nan, raw * np.float64(factor)).astype(np.float32)


def _factor(product: GppProduct, array: xr.DataArray, origin: str) -> float:
    """Return the factor of the stored numbers, once unit and scale were compared."""
    unit = str(array.attrs.get("units", "")).strip()
    plain = re.sub(r"[ *^()._]", "", unit.lower())
    if plain in ("", "-", "unknown"):
        text = f"its files state no unit; values are taken for gC m-2 per {product.per}"
        # Once, not for each of hundreds of files.
        findings.warn(str(array.name), text, source=product.name, kind="variable")
    elif plain not in _UNITS[product.per]:
        raise InputError(
            f"{origin}: {array.name} is in {unit!r}, expected gC m-2 d-1 of {product.label}; fetch "
            "the file of the product again, or state the version with another unit in an issue."
        )
    scale = float(array.attrs.get("scale_factor", product.factor))
    offset = float(array.attrs.get("add_offset", 0.0))
    packed = array.dtype.kind in "iu" or product.factor != 1
    expected = scale if packed and product.factor == 1 else product.factor
    if offset or not np.isclose(scale, expected, rtol=1e-4):
        raise InputError(
            f"{origin}: {array.name} has the factor {scale:g} and the offset {offset:g}, expected "
            f"{product.factor:g} and 0 of {product.label}; fetch the file of the product again."
        )
    return expected


def _other_year(origin: str, found: str, year: int) -> InputError:
    """Return the refusal of a file that holds another time than its name says."""
    return InputError(
        f"{origin}: holds {found}, expected steps of {year} as its name says; fetch it again."
    )


def _state_absent(
    product: GppProduct, folder: str | os.PathLike[str], year: int, seen: set[int]
) -> None:
    """State the steps that no file holds: their months have no value."""
    starts = step_starts(product.step, year)
    absent = [str(start) for number, start in enumerate(starts) if number not in seen]
    if absent:
        shown = ", ".join(absent[:6]) + (" ..." if len(absent) > 6 else "")
        text = f"{product.label} lacks {len(absent)} of {len(starts)} steps of {year} ({shown})"
        findings.incomplete(folder, f"{text}: their months have no value", source=product.name)


def _refuse_implausible(product: GppProduct, values: NDArray[np.float32], origin: str) -> None:
    """Refuse a year whose values are no GPP in gC m-2 d-1: another unit, factor or fill value."""
    known = values[~np.isnan(values)]
    known = known[:: max(known.size // _SAMPLE, 1)]
    expected = f"expected values of GPP up to {_HIGHEST:g} gC m-2 d-1"
    remedy = f"the unit, the factor or a missing value of {product.label} differ: fetch it again"
    if not known.size:
        raise InputError(f"{origin}: no cell of the year has a whole month; {expected}; {remedy}.")
    high, largest, least = np.percentile(known, 99.9), known.max(), known.min()
    too_high = high > _HIGHEST or (product.cap is None and largest > 2 * _HIGHEST)
    if too_high or largest < _LEAST or least < _LOWEST:
        raise InputError(
            f"{origin}: the values of the year reach from {least:g} to {largest:g} gC m-2 d-1 "
            f"(99.9 percent are below {high:g}); {expected}, at least {_LEAST:g} somewhere and "
            f"none below {_LOWEST:g}; {remedy}."
        )
