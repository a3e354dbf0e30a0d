"""One year of images of a product on the grid of the XCO2 predictors, decoded as it is read.

Images may hold what the producer delivers (raw integers, fill values and quality bits): then every
decision on quality is taken by the reader of the product. The values that the fetch step screened
and aggregated (:mod:`carbonscape.archives.cell_months`) are read by the same checks.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.declared import Declared
from carbonscape.archives.lazy import apply_on_read
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.zero_masks import MOST_ZEROS, ZeroMask
from carbonscape.core import findings
from carbonscape.core.errors import InputError

_DIMS = ("time", "lat", "lon")

#: Images that are decoded together: one read of the file is slow, many need memory.
_IMAGES_AT_A_TIME = 8

#: Size of cells, degrees, of which some must be sea alone.
_LARGE_CELL = 10.0


@dataclass(frozen=True)
class Raw:
    """A variable of a native file as it must be.

    Attributes:
        name: of the variable.
        kinds: numpy types accepted, the one of the product first; a byte of the other sign is
            reinterpreted (netCDF-3 has only signed ones).
        scale: scale factor of the product; the file may state it, or its reciprocal (the HDF
            files of the vegetation indices state 10000, by which one divides).
        units: spellings accepted where the file states a unit; by default any.
        fill: what a reader takes for nothing among integers: values that the file declares
            missing become it. Of floats that is NaN.
        best: code of the best quality, which no file may declare missing.
        valid: smallest and largest raw value with a meaning.
    """

    name: str
    kinds: tuple[str, ...]
    scale: float | None = None
    units: tuple[str, ...] = ()
    fill: int = 0
    best: int | None = None
    valid: tuple[float, float] | None = None


@dataclass(frozen=True)
class Block:
    """Raw values of some images in a band of rows.

    Attributes:
        raw: (image, lat, lon) arrays by name of the variable.
        days: (image,) datetime64[D], as the images are stamped.
        lat: (lat,) degrees north.
    """

    raw: Mapping[str, NDArray]
    days: NDArray[np.datetime64]
    lat: NDArray[np.float64]


#: Makes values (image, lat, lon) of raw ones, NaN where there is none.
Decode = Callable[[Block], NDArray[np.floating]]


@dataclass(frozen=True)
class RasterYear:
    """An opened file.

    Attributes:
        origin: name of the file, for messages.
        lat, lon: centres of the cells, degrees; latitudes descend.
        days: (image,) datetime64[D], ascending.
        attributes: global attributes of the file.
    """

    origin: str
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    days: NDArray[np.datetime64]
    attributes: Mapping[str, object]
    _variables: Mapping[str, xr.Variable]
    _decode: Decode | None
    _behind: Callable[[Block], NDArray[np.integer]] | None = None
    _zeros: ZeroMask | None = None

    def images_of(self, month: str) -> slice:
        """Return which images are stamped in a month (YYYY-MM); an empty slice if none is."""
        first = np.datetime64(month, "M")
        start, stop = np.searchsorted(self.days, [first, first + 1])
        return slice(int(start), int(stop))

    def block(self, images: slice, rows: slice) -> Block:
        """Return the values of some images in a band of rows as the file has them.

        Raises:
            InputError: the data are damaged.
        """
        raw = {
            name: variable.isel(time=images, lat=rows).values
            for name, variable in self._variables.items()
        }
        if self._zeros:
            self._zeros.look_at(raw)
        return Block(raw, self.days[images], self.lat[rows])

    def judge(self) -> None:
        """Look at all that was read as a whole; it is done once more where the file is closed.

        Raises:
            InputError: masked pixels were delivered as 0.
        """
        if self._zeros:
            self._zeros.judge()

    def values(self, images: slice, rows: slice) -> NDArray[np.float32]:
        """Return decoded (image, lat, lon) values, NaN where there is none.

        Raises:
            InputError: the data are damaged, or a value is impossible.
        """
        return self._decode(self.block(images, rows)).astype(np.float32)

    def each(
        self, images: slice, rows: slice
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.integer] | int]]:
        """Yield decoded (lat, lon) values of one image after the other, and how many are behind.

        An image of the file is one, unless it is itself a mean that tells of how many. Few are in
        memory at a time: a month of days of a fine grid would be large.
        """
        for start in range(images.start, images.stop, _IMAGES_AT_A_TIME):
            stop = min(start + _IMAGES_AT_A_TIME, images.stop)
            block = self.block(slice(start, stop), rows)
            behind = self._behind(block) if self._behind else [1] * (stop - start)
            yield from zip(self._decode(block).astype(np.float64), behind, strict=True)


@contextlib.contextmanager
def open_raster_year(
    path: str | os.PathLike[str],
    *,
    year: int,
    variables: Collection[Raw],
    decode: Decode | None,
    behind: Callable[[Block], NDArray[np.integer]] | None = None,
    starts: Collection[int] | None = None,
    monthly: bool = False,
    annual: bool = False,
    source: str = "",
    sentinel: str = "",
    implausible: bool = False,
) -> Iterator[RasterYear]:
    """Open the images of one year; nothing but the axes is read.

    Args:
        path: netCDF on (time, lat, lon).
        year: the year that the file must hold, alone.
        variables: what must be in it.
        decode: makes values of raw ones, float64 (image, lat, lon); None: they are values.
        behind: number of images behind each value (image, lat, lon); by default one.
        starts: days of the year on which images may be stamped; by default any.
        monthly: whether images must be stamped on the first of a month.
        annual: whether there must be exactly one image.
        source: name of the source in the registry, for what is found out about the file.
        sentinel: number by which to export masked pixels of the first variable, where 0 is a
            value of it; the second variable, if any, holds its quality. By default masked pixels
            are not looked for.
        implausible: whether masked pixels delivered as 0 are warned of, not refused.

    Raises:
        InputError: the file is no such netCDF, a variable is absent or of another type, scale or
            unit, or an image is stamped on another day; at the end, masked pixels came as 0.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        if len(datasets) != 1:
            raise InputError(f"{path}: a ZIP archive of {len(datasets)} files, expected one.")
        dataset = normalise_axes(datasets[0], names=[raw.name for raw in variables])
        # The variables first: the file of another product is best told by what it holds.
        lazy = {raw.name: raw_variable(dataset, raw, source=source) for raw in variables}
        days = dataset["time"].values.astype("datetime64[D]")
        for day in days.astype(object):
            _refuse_other_day(day, year, str(path), starts=starts, monthly=monthly)
        if annual and days.size != 1:
            raise InputError(
                f"{path}: it holds {days.size} images, expected the one image of {year}."
            )
        zeros = None
        if sentinel:
            lat, lon = dataset["lat"].values, dataset["lon"].values
            # Of cells the second variable is no quality code; large ones all have land in them.
            coarse = not decode and abs(lat[0] - lat[-1]) > _LARGE_CELL * (lat.size - 1)
            zeros = ZeroMask.of(
                str(path),
                *tuple(variables)[: 2 if decode else 1],
                sentinel=sentinel,
                wide=is_wide(lat, lon) and not coarse,
                source=source,
                accept=implausible,
                most=MOST_ZEROS if decode else 1.0,
            )
        opened = RasterYear(
            origin=str(path),
            lat=dataset["lat"].values,
            lon=dataset["lon"].values,
            days=days,
            attributes=dataset.attrs,
            _variables=lazy,
            _decode=decode,
            _behind=behind,
            _zeros=zeros,
        )
        yield opened
        opened.judge()


def is_wide(lat: NDArray[np.floating], lon: NDArray[np.floating]) -> bool:
    """Say whether axes span so much of the globe that sea must lie in it."""
    north, east = (abs(axis[-1] - axis[0]) * (1 + 1 / max(axis.size - 1, 1)) for axis in (lat, lon))
    return north >= 90 and east >= 180


def _refuse_other_day(
    day: dt.date, year: int, origin: str, *, starts: Collection[int] | None, monthly: bool
) -> None:
    """Refuse an image that is stamped on a day on which the product has none."""
    if day.year != year:
        raise InputError(f"{origin}: an image is of {day}, expected the year {year} alone.")
    number = day.timetuple().tm_yday
    if starts is not None and number not in starts:
        first, second, *_, last = sorted(starts)
        raise InputError(
            f"{origin}: an image is of {day} (day of year {number}); composites of this product "
            f"start on day {first}, {second}, ... {last}; is this another product?"
        )
    if monthly and day.day != 1:
        raise InputError(
            f"{origin}: an image is of {day}; monthly images are stamped on the first of a month."
        )


def raw_variable(
    dataset: xr.Dataset, raw: Raw, *, source: str = "", dims: tuple[str, ...] = _DIMS
) -> xr.Variable:
    """Return a variable with its raw values, lazy; what the file declares missing is ``raw.fill``.

    Args:
        dataset: opened without ``mask_and_scale``, its axes normalised.
        raw: what it must be.
        source: name of the source in the registry, for what is found out about the file.
        dims: on which it must lie.

    Raises:
        InputError: it is absent, its type, scale, unit or dimensions are others, or it declares
            the best quality missing.
    """
    origin = dataset.encoding.get("origin", "netCDF")
    if raw.name not in dataset.variables:
        found = ", ".join(dataset.encoding.get("found", map(str, dataset.data_vars)))
        raise InputError(f"{origin}: no variable {raw.name}; found {found or 'none'}.")
    variable = dataset.variables[raw.name]
    if variable.dims != dims:
        raise InputError(
            f"{origin}: {raw.name} lies on ({', '.join(map(str, variable.dims))}), expected "
            f"({', '.join(dims)})."
        )
    _refuse_other_scale(variable, raw, origin)
    return _with_declared(_of_type(variable, raw, origin), raw, origin, source)


def _of_type(variable: xr.Variable, raw: Raw, origin: str) -> xr.Variable:
    """Return a variable of one of the types that it may have."""
    found, wanted = variable.dtype, np.dtype(raw.kinds[0])
    if found in {np.dtype(kind) for kind in raw.kinds}:
        return variable
    unsigned = str(variable.attrs.get("_Unsigned", "")).lower() == "true"
    same_bits = found.kind in "iu" and wanted.kind in "iu" and found.itemsize == wanted.itemsize
    if same_bits and (wanted.itemsize == 1 or (unsigned and wanted.kind == "u")):
        return apply_on_read(
            lambda values: values.view(wanted), variable, origin=origin, dtype=wanted
        )
    raise InputError(
        f"{origin}: {raw.name} holds {found} values, expected {' or '.join(raw.kinds)}: the raw "
        "values of the product, no scale applied."
    )


def _with_declared(variable: xr.Variable, raw: Raw, origin: str, source: str) -> xr.Variable:
    """Return a variable in which ``raw.fill`` stands for what its attributes declare missing."""
    declared = Declared.of(variable.attrs, variable.dtype, scale=raw.scale)
    whole = variable.dtype.kind in "iu"
    if not declared or (whole and declared == Declared((raw.fill,))):
        return variable  # the reader itself takes it for nothing
    if raw.best is not None and declared.missing(np.array([raw.best], variable.dtype)).any():
        raise InputError(
            f"{origin}: {raw.name} declares {raw.best} missing (its fill value or valid range), "
            f"but {raw.best} is the best quality of the product; export masked pixels by a code "
            f"such as {raw.fill} (in Earth Engine unmask({raw.fill})), or delete the attribute."
        )
    if raw.valid and whole:
        inside = [x for x in declared.fills if raw.valid[0] <= x <= raw.valid[1]]
        if inside:
            findings.warn(
                origin,
                f"{raw.name} declares the fill value {inside[0]:g}, which is a value of the "
                "product too: wherever it stands, it is taken as missing",
                source=source,
            )
    fill = variable.dtype.type(raw.fill if whole else np.nan)
    return apply_on_read(
        lambda values: np.where(declared.missing(values), fill, values), variable, origin=origin
    )


def _refuse_other_scale(variable: xr.Variable, raw: Raw, origin: str) -> None:
    """Refuse a stated scale, offset or unit that is not the product's."""
    stated = variable.attrs.get("scale_factor", raw.scale)
    allowed = (raw.scale, 1 / raw.scale) if raw.scale else (1.0,)
    if stated is not None and not any(np.isclose(float(stated), s, rtol=1e-4) for s in allowed):
        raise InputError(
            f"{origin}: {raw.name} states the scale factor {stated}, expected "
            f"{raw.scale or 'none'}."
        )
    if float(variable.attrs.get("add_offset", 0)) != 0:
        raise InputError(
            f"{origin}: {raw.name} states the offset {variable.attrs['add_offset']}, expected none."
        )
    unit = variable.attrs.get("units")
    if raw.units and unit is not None and _plain(unit) not in {_plain(u) for u in raw.units}:
        raise InputError(f"{origin}: {raw.name} is in {unit!r}, expected {raw.units[0]!r}.")


def _plain(unit: object) -> str:
    """Return a unit without blanks and marks of powers."""
    return "".join(sign for sign in str(unit) if sign not in " *^").lower()


def present(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Say where a float variable has a value: finite, and not the fill value -9999.

    The smallest floats (-3.4e38), which some files hold without declaring them, are none either;
    the library's own fill value, 9.97e36, is left to the upper bound of each variable.
    """
    return np.isfinite(values) & (values > -9000)
