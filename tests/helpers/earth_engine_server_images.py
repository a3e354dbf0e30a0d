"""Images of a stand-in for Earth Engine: what its operations do, in plain numpy.

Masked, typed bands on native pixels or on cells, with footprints and projections, since that is
where expressions go wrong: a composite forgets its projection, a mask ends where the image does.
It shares no code with ``carbonscape.fetch``.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

#: Affine transform: (scale x, shear x, west, shear y, scale y, north).
Transform = tuple[float, ...]
#: Projection of constants and of composites: a degree, whatever the images had.
NO_PROJECTION: Transform = (1.0, 0.0, -180.0, 0.0, -1.0, 90.0)


class RefusedError(Exception):
    """The stand-in refuses an expression, with the status and the words of an answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Band:
    """Values and mask of a band, and its type; constants have no dimensions."""

    values: np.ndarray
    mask: np.ndarray
    kind: str = "f8"


@dataclass(frozen=True)
class Picture:
    """An image."""

    bands: dict[str, Band]
    projection: Transform = NO_PROJECTION
    footprint: np.ndarray = field(default_factory=lambda: np.array(True))
    index: str = ""
    start: dt.datetime | None = None
    #: Raw values at towers, where they are not those of the pixels.
    towers: dict = field(default_factory=dict, repr=False)
    #: Reducer and number of pixels of ``reduceResolution`` that wait for ``reproject``.
    waiting: tuple[str, int] | None = None

    def only(self) -> Band:
        """Return the band of an image that has one."""
        if len(self.bands) != 1:
            raise RefusedError(f"expected one band, found {list(self.bands)}")
        return next(iter(self.bands.values()))


def constant(value: float) -> Picture:
    """Return an image of one number."""
    kind = "i4" if float(value).is_integer() else "f8"
    return Picture({"constant": Band(np.array(float(value)), np.array(True), kind)})


def native(image: Any, transform: Transform, renamed: dict[str, str]) -> Picture:
    """Return an image of the archive, masked beyond the rows in which it has a value."""
    bands = {
        renamed.get(name, name): Band(
            np.asarray(values, dtype=np.float64),
            np.asarray(image.masks[name], dtype=bool),
            np.asarray(values).dtype.str[1:],
        )
        for name, values in image.bands.items()
    }
    seen = np.any([band.mask.any(axis=1) for band in bands.values()], axis=0)
    rows = np.flatnonzero(seen)
    footprint = np.zeros(next(iter(bands.values())).mask.shape, dtype=bool)
    if rows.size:
        footprint[rows[0] : rows[-1] + 1] = True
    start = dt.datetime.combine(image.start, dt.time())
    return Picture(bands, transform, footprint, f"{image.start:%Y_%m_%d}", start)


# --- band by band ------------------------------------------------------------------------------


def _pairs(one: Picture, two: Picture) -> list[tuple[str, Band, Band]]:
    """Return the bands of two images that belong together, as Earth Engine pairs them."""
    if len(one.bands) == len(two.bands):
        return [
            (name, a, b) for (name, a), b in zip(one.bands.items(), two.bands.values(), strict=True)
        ]
    if len(two.bands) == 1:
        return [(name, band, two.only()) for name, band in one.bands.items()]
    if len(one.bands) == 1:
        return [(name, one.only(), band) for name, band in two.bands.items()]
    raise RefusedError("Image operation: the images have different numbers of bands.")


def _same_place(one: Picture, two: Picture) -> None:
    """Refuse to mix cells and pixels, which the service would resample in silence."""
    shapes = {band.values.shape for image in (one, two) for band in image.bands.values()} - {()}
    if len(shapes) > 1:
        raise RefusedError(f"images on different grids are mixed: {shapes}")
    for image in (one, two):
        if image.waiting:
            raise RefusedError("reduceResolution without reproject")


def binary(
    what: Callable[[Any, Any], Any], kind: str = "f8"
) -> Callable[[Picture, Picture], Picture]:
    """Return an operation on two images."""

    def apply(image1: Picture, image2: Picture) -> Picture:
        _same_place(image1, image2)
        bands = {}
        for name, a, b in _pairs(image1, image2):
            with np.errstate(all="ignore"):
                values = np.asarray(what(a.values, b.values), dtype=np.float64)
            bands[name] = Band(values, a.mask & b.mask, kind)
        footprint = image1.footprint & image2.footprint
        return replace(image1, bands=bands, footprint=footprint)

    return apply


def _whole(what: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: what(a.astype(np.int64), b.astype(np.int64))


BINARY = {
    "add": binary(operator.add),
    "subtract": binary(operator.sub),
    "multiply": binary(operator.mul),
    "divide": binary(operator.truediv),
    "max": binary(np.maximum),
    "min": binary(np.minimum),
    "eq": binary(operator.eq, "u1"),
    "neq": binary(operator.ne, "u1"),
    "gt": binary(operator.gt, "u1"),
    "gte": binary(operator.ge, "u1"),
    "lt": binary(operator.lt, "u1"),
    "lte": binary(operator.le, "u1"),
    "and": binary(np.logical_and, "u1"),
    "or": binary(np.logical_or, "u1"),
    "rightShift": binary(_whole(np.right_shift), "i4"),
    "leftShift": binary(_whole(np.left_shift), "i4"),
    "bitwiseAnd": binary(_whole(np.bitwise_and), "i4"),
}


def unary(what: Callable[[np.ndarray], Any], kind: str = "f8") -> Callable[[Picture], Picture]:
    """Return an operation on each band of an image."""

    def apply(value: Picture) -> Picture:
        bands = {
            name: Band(np.asarray(what(band.values), dtype=np.float64), band.mask, kind)
            for name, band in value.bands.items()
        }
        return replace(value, bands=bands)

    return apply


def _cast(kind: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return a cast to a type; whole types cut off, and hold what they can."""
    if kind in ("f4", "f8"):
        return lambda values: values.astype(kind)
    limits = np.iinfo(kind)
    return lambda values: np.trunc(np.clip(values, limits.min, limits.max))


UNARY = {
    "floor": unary(np.floor),
    "round": unary(np.round),
    "exp": unary(np.exp),
    "sqrt": unary(np.sqrt),
    "not": unary(np.logical_not, "u1"),
    "toUint8": unary(_cast("u1"), "u1"),
    "toByte": unary(_cast("u1"), "u1"),
    "toUint16": unary(_cast("u2"), "u2"),
    "toInt16": unary(_cast("i2"), "i2"),
    "toFloat": unary(_cast("f4"), "f4"),
    "toDouble": unary(_cast("f8"), "f8"),
}


# --- bands and masks ---------------------------------------------------------------------------


def select(picture: Picture, selectors: Sequence[Any], names: Sequence[str] | None) -> Picture:
    """Select bands by name or number."""
    there = list(picture.bands)
    chosen = []
    for selector in selectors:
        name = there[selector] if isinstance(selector, int) else selector
        if name not in there:
            raise RefusedError(
                f"Image.select: Band pattern '{name}' did not match any bands. "
                f"Available bands: {there}"
            )
        chosen.append(name)
    names = names or chosen
    bands = {new: picture.bands[old] for new, old in zip(names, chosen, strict=True)}
    return replace(picture, bands=bands)


def rename(picture: Picture, names: Sequence[str]) -> Picture:
    """Give the bands other names."""
    return select(picture, list(picture.bands), list(names))


def add_bands(first: Picture, second: Picture) -> Picture:
    """Put bands beside those of the first image, whose footprint the new one has.

    A name that is there gets a number.
    """
    _same_place(first, second)
    bands = dict(first.bands)
    for name, band in second.bands.items():
        free = name
        number = 0
        while free in bands:
            number += 1
            free = f"{name}_{number}"
        bands[free] = replace(band, mask=band.mask & first.footprint)
    return replace(first, bands=bands)


def update_mask(picture: Picture, mask: Picture) -> Picture:
    """Mask what a mask image masks, or has 0 at."""
    _same_place(picture, mask)
    bands = {
        name: replace(band, mask=band.mask & b.mask & (b.values != 0))
        for name, band, b in _pairs(picture, mask)
    }
    return replace(picture, bands=bands)


def mask_of(picture: Picture) -> Picture:
    """Return 1 where there is a value and 0 where not; nothing beyond the footprint."""
    bands = {}
    for name, band in picture.bands.items():
        known = np.broadcast_to(picture.footprint, band.mask.shape)
        bands[name] = Band(band.mask.astype(np.float64), known.copy(), "f8")
    return replace(picture, bands=bands)


def unmask(picture: Picture, value: Picture, same_footprint: bool) -> Picture:
    """Fill what is masked, beyond the footprint only if asked to."""
    fill = value.only()
    bands = {}
    for name, band in picture.bands.items():
        allowed = picture.footprint if same_footprint else np.array(True)
        filled = ~band.mask & allowed
        values = np.where(filled, fill.values, band.values)
        bands[name] = replace(band, values=values, mask=band.mask | filled)
    footprint = picture.footprint if same_footprint else np.array(True)
    return replace(picture, bands=bands, footprint=footprint)


def where(picture: Picture, test: Picture, value: Picture) -> Picture:
    """Replace values where a test is true and neither it nor the new value is masked."""
    bands = {}
    for name, band in picture.bands.items():
        chosen, new = test.only(), value.only()
        change = chosen.mask & (chosen.values != 0) & new.mask & band.mask
        values = np.where(change, new.values, band.values)
        bands[name] = Band(values, np.broadcast_to(band.mask, values.shape), "f8")
    return replace(picture, bands=bands, footprint=picture.footprint)


def clamp(picture: Picture, low: float, high: float) -> Picture:
    """Keep values within limits."""
    return unary(lambda values: np.clip(values, low, high))(picture)


def reduce_bands(picture: Picture, how: str) -> Picture:
    """Reduce the bands of an image to one."""
    bands = list(picture.bands.values())
    values = np.stack([np.broadcast_to(b.values, bands[0].values.shape) for b in bands])
    masks = np.stack([b.mask for b in bands])
    return replace(picture, bands={how: Band(*_reduce(values, masks, how))})


# --- collections, resolution -------------------------------------------------------------------


def _reduce(
    values: np.ndarray, masks: np.ndarray, how: str, axis: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Reduce along an axis; of what is masked nothing counts."""
    count = masks.sum(axis=axis)
    if how == "mean":
        total = np.where(masks, values, 0.0).sum(axis=axis)
        return np.divide(total, count, out=np.zeros(count.shape), where=count > 0), count > 0
    if how == "max":
        return np.where(masks, values, -np.inf).max(axis=axis), count > 0
    if how == "min":
        return np.where(masks, values, np.inf).min(axis=axis), count > 0
    if how == "sum":
        return np.where(masks, values, 0.0).sum(axis=axis), count > 0
    if how == "count":
        return count.astype(np.float64), np.ones(count.shape, dtype=bool)
    if how == "mode":
        return _mode(np.moveaxis(values, axis, 0), np.moveaxis(masks, axis, 0)), count > 0
    raise RefusedError(f"this stand-in has no reducer {how}")


def _mode(values: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Return the most frequent value; the larger of two, which the service leaves open."""
    kinds = np.unique(values[masks])
    counts = np.stack([((values == kind) & masks).sum(axis=0) for kind in kinds[::-1]])
    return kinds[::-1][counts.argmax(axis=0)]


def reduce_collection(pictures: Iterable[Picture], how: str) -> Picture:
    """Reduce images pixel by pixel, one in memory at a time; the projection is lost."""
    result: dict[str, list[np.ndarray]] = {}
    footprint: np.ndarray = np.array(False)
    for picture in pictures:
        footprint = footprint | picture.footprint
        for name, band in picture.bands.items():
            if name not in result:
                result[name] = [
                    np.zeros(band.mask.shape),
                    np.full(band.mask.shape, -np.inf),
                    np.zeros(band.mask.shape, dtype=int),
                ]
            total, largest, count = result[name]
            np.add(total, band.values, out=total, where=band.mask)
            np.maximum(largest, band.values, out=largest, where=band.mask)
            count += band.mask
    if not result:
        raise RefusedError("the collection is empty: its reduction has no bands")
    bands = {}
    for name, (total, largest, count) in result.items():
        values = {
            "mean": total / np.maximum(count, 1), "sum": total, "max": largest,
            "count": count.astype(np.float64),
        }.get(how)  # fmt: skip
        if values is None:
            raise RefusedError(f"this stand-in has no reduction {how} of collections")
        # A count is known, and nought, wherever the images reach.
        known = np.broadcast_to(footprint, count.shape).copy() if how == "count" else count > 0
        bands[name] = Band(values, known)
    return Picture(bands, NO_PROJECTION, footprint)


def to_cells(picture: Picture, transform: Transform) -> Picture:
    """Reproject: combine n x n pixels by the reducer that waits, or take the nearest one."""
    if not picture.waiting:
        raise RefusedError("reproject without reduceResolution takes the nearest pixel")
    how, most = picture.waiting
    pixel = picture.projection
    side = transform[0] / pixel[0]
    n = round(side)
    if abs(side - n) > 1e-6 or abs(transform[4] / pixel[4] - n) > 1e-6 or pixel == NO_PROJECTION:
        raise RefusedError(f"pixels of {pixel} do not divide cells of {transform}")
    if (transform[2], transform[5]) != (-180.0, 90.0):
        raise RefusedError(f"cells begin at {transform[2]}, {transform[5]}")
    if n * n > most:
        raise RefusedError(f"Too many pixels in the region: {n * n}, allowed {most}.")
    bands = {}
    for name, band in picture.bands.items():
        values, masks = _blocks(band.values, n), _blocks(band.mask, n)
        values, known = _reduce(values, masks, how, axis=-1)
        bands[name] = Band(values, known)
    footprint = picture.footprint
    if footprint.ndim:
        footprint = _blocks(footprint, n).any(axis=-1)
    return replace(picture, bands=bands, projection=transform, footprint=footprint, waiting=None)


def _blocks(pixels: np.ndarray, n: int) -> np.ndarray:
    """Return (row, column) as (lat, lon, pixel of the cell)."""
    rows, cols = pixels.shape[0] // n, pixels.shape[1] // n
    parts = pixels.reshape(rows, n, cols, n).transpose(0, 2, 1, 3)
    return parts.reshape(rows, cols, n * n)
