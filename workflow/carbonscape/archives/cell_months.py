"""Monthly and yearly values of a product on the cells of a grid, from either layout of its file.

The fetch step writes screened values on cells, each with the share of the cell's pixels that were
good and the number of images behind it. A file of raw images with their quality, on the cells or
on pixels that fill them, is screened and aggregated here by the same rules
(:mod:`carbonscape.archives.cell_aggregation`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_aggregation import (
    LargestOfImages,
    MeanOfImages,
    cell_centres,
    largest_of_pixels,
    mean_of_pixels,
    pixel_slice,
    pixels_per_side,
)
from carbonscape.archives.netcdf import open_netcdf
from carbonscape.archives.raster_year import RasterYear, Raw, open_raster_year, present
from carbonscape.core.errors import InputError

_FLOATS = ("float32", "float64")
#: Images that a month can have: those of an instrument that passes the pole sixteen times a day,
#: twice over. A larger number is a fill value.
MOST_IMAGES = 1000

_COUNTS = ("uint16", "int16", "uint8", "int32", "uint32", "int64")


@dataclass(frozen=True)
class Cells:
    """Values of one step in a band of rows (lat, lon).

    Attributes:
        values: float32, NaN where there is none.
        good_share: percent of the cell's pixels that have a value, uint8.
        images: largest number of good images behind a pixel of the cell, uint16.
    """

    values: NDArray[np.float32]
    good_share: NDArray[np.uint8]
    images: NDArray[np.uint16]

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Cells:
        """Return cells without a value."""
        return cls(
            np.full(shape, np.nan, dtype=np.float32),
            np.zeros(shape, dtype=np.uint8),
            np.zeros(shape, dtype=np.uint16),
        )


@dataclass(frozen=True)
class Stored:
    """A variable of the layout that the fetch step writes.

    Attributes:
        name: of the variable; ``NAME_good_share`` and ``NAME_images`` lie beside it.
        units: spellings accepted, the one of the layout first.
        low, high: values that are possible.
        hint: what a value beyond them may come from.
        screening: what the file must say of the pixels that count; empty: anything.
        key: the configuration's key that decides on it.
        source: name of the source in the registry.
        missing_at_sea: whether a globe has cells without a value, so that one with none of them
            and with 0 holds masked cells as 0.
    """

    name: str
    units: tuple[str, ...]
    low: float
    high: float
    hint: str = ""
    screening: str = ""
    key: str = ""
    source: str = ""
    missing_at_sea: bool = False


class CellYear(Protocol):
    """An opened file.

    Attributes:
        origin: its name, for messages.
        lat, lon: centres of the cells, degrees; latitudes descend.
        images: what the file holds: its days, and its global attributes.
        by_month: whether its images are months or years that were combined already.
    """

    origin: str
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    images: RasterYear
    by_month: bool

    def month(self, month: str, rows: slice) -> Cells:
        """Return the values of a month (YYYY-MM) in a band of rows; none if it has no image."""

    def year(self, rows: slice) -> Cells:
        """Return the only values of a yearly file in a band of rows."""


def holds(path: str | os.PathLike[str], name: str) -> bool:
    """Say whether a file has a variable.

    Raises:
        InputError: the file is no netCDF.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        return any(name in dataset.variables for dataset in datasets)


@contextlib.contextmanager
def open_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    stored: Stored,
    raw: Callable[[], contextlib.AbstractContextManager[RasterYear]],
    largest: bool = False,
    annual: bool = False,
    cell: float | None = None,
    implausible: bool = False,
) -> Iterator[CellYear]:
    """Open a year of a product, whichever layout its file has.

    Args:
        path: the file.
        year: the year that it must hold.
        stored: its variable in the layout of the fetch step.
        raw: opens the file as raw images.
        largest: whether the largest value of a month's raw images counts, instead of their mean.
        annual: whether there is one step, that of the year.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        implausible: whether masked cells delivered as 0 are warned of, not refused.

    Raises:
        InputError: the file is of neither layout, or of another product, year or screening.
    """
    if not holds(path, stored.name):
        with raw() as images:
            yield _RawCells(images, largest=largest, cell=cell)
        return
    names = (stored.name, f"{stored.name}_good_share", f"{stored.name}_images")
    variables = (
        Raw(names[0], _FLOATS, units=stored.units),
        Raw(names[1], ("uint8",)),
        Raw(names[2], _COUNTS),
    )
    with open_raster_year(
        path,
        year=year,
        variables=variables,
        decode=None,
        monthly=not annual,
        annual=annual,
        source=stored.source,
        sentinel="-9999" if stored.missing_at_sea else "",
        implausible=implausible,
    ) as images:
        _require_screening(images, stored)
        yield _StoredCells(images, stored)


def _require_screening(images: RasterYear, stored: Stored) -> None:
    """Refuse a file of which other pixels counted than the configuration says."""
    found = str(images.attributes.get("screening", "")).strip()
    if stored.screening and found != stored.screening:
        raise InputError(
            f"{images.origin}: its attribute 'screening' is {found!r}, expected "
            f"{stored.screening!r} (config key '{stored.key}'); delete the file and fetch it "
            "again, or change the key."
        )


class _StoredCells:
    """Values as the fetch step wrote them."""

    def __init__(self, images: RasterYear, stored: Stored) -> None:
        self.origin, self.lat, self.lon = images.origin, images.lat, images.lon
        self.images, self.by_month = images, True
        self._images, self._stored = images, stored

    def month(self, month: str, rows: slice) -> Cells:
        """Return the values of a month in a band of rows; none if the file lacks it."""
        steps = self._images.images_of(month)
        if steps.stop == steps.start:
            return Cells.none((len(self.lat[rows]), len(self.lon)))
        return self._read(steps, rows)

    def year(self, rows: slice) -> Cells:
        """Return the only values in a band of rows."""
        return self._read(slice(0, 1), rows)

    def _read(self, steps: slice, rows: slice) -> Cells:
        name, block = self._stored.name, self._images.block(steps, rows)
        values = block.raw[name][0].astype(np.float32)
        values[~present(values)] = np.nan
        share, images = (block.raw[f"{name}_{what}"][0] for what in ("good_share", "images"))
        self._check(values, share, images)
        return Cells(values, share, images.astype(np.uint16))

    def _check(self, values: NDArray, share: NDArray, images: NDArray) -> None:
        """Refuse values that no product has, and companions that contradict them."""
        stored, known = self._stored, ~np.isnan(values)
        low, high = np.float32(stored.low), np.float32(stored.high)
        beyond = known & ((values < low) | (values > high))
        if beyond.any():
            raise InputError(
                f"{self.origin}: {stored.name} is {values[beyond][0]:g} {stored.units[0]} in "
                f"{int(beyond.sum())} of {int(known.sum())} cells (the first), outside "
                f"{stored.low:g} to {stored.high:g}{stored.hint and f'; {stored.hint}'}."
            )
        require_companions(known, share, images, name=stored.name, origin=self.origin)


def require_companions(
    known: NDArray[np.bool_],
    share: NDArray[np.integer],
    images: NDArray[np.integer],
    *,
    name: str,
    origin: str,
) -> None:
    """Refuse quality layers that cannot belong to the values beside them.

    A share of 0 with a value is possible where fewer than one pixel in two hundred was good; no
    image with a value is not.

    Args:
        known: where there is a value.
        share: percent of the pixels that were good.
        images: number of images.
        name: of the variable.
        origin: file for messages.

    Raises:
        InputError: a share above 100, a value without an image, or an image or a share without a
            value.
    """
    for wrong, what in (
        (share > 100, "a share of good pixels above 100 percent"),
        (images > MOST_IMAGES, "more images than a month can have"),
        (known & (images < 1), "a value, but no image behind it"),
        (~known & (images > 0), "images, but no value"),
        (~known & (share > 0), "a share of good pixels, but no value"),
    ):
        if wrong.any():
            raise InputError(
                f"{origin}: {name} has {what} in {int(wrong.sum())} of {wrong.size} cells; the "
                "file was not written by the rules of docs/readers.md; delete it and fetch it "
                "again."
            )


def require_counts(counts: NDArray[np.integer], *, name: str, origin: str) -> None:
    """Refuse numbers of images that no month has: an undeclared fill value.

    Raises:
        InputError: a number is larger than ``MOST_IMAGES``.
    """
    most = int(counts.max(initial=0))
    if most > MOST_IMAGES:
        raise InputError(
            f"{origin}: {name} is {most}, more images than a month can have ({MOST_IMAGES}); is it "
            "a fill value that the file does not declare? None are 0."
        )


class _RawCells:
    """Raw images that are combined and aggregated when they are asked for."""

    def __init__(self, images: RasterYear, *, largest: bool, cell: float | None) -> None:
        shape = (len(images.lat), len(images.lon))
        size = abs(images.lat[0] - images.lat[-1]) / max(shape[0] - 1, 1)
        self._side = pixels_per_side(size or 180.0, cell, shape)
        self.origin = images.origin
        self.lat = cell_centres(images.lat, self._side)
        self.lon = cell_centres(images.lon, self._side)
        self.images, self.by_month = images, False
        self._images = images
        self._combine = LargestOfImages if largest else MeanOfImages

    def month(self, month: str, rows: slice) -> Cells:
        """Return the values of a month in a band of rows."""
        return self._cells(self._images.images_of(month), rows)

    def year(self, rows: slice) -> Cells:
        """Return the only values in a band of rows."""
        return self._cells(slice(0, 1), rows)

    def _cells(self, steps: slice, rows: slice) -> Cells:
        pixels = pixel_slice(rows, self._side, len(self.lat))
        combined = self._combine((pixels.stop - pixels.start, len(self._images.lon)))
        for values, behind in self._images.each(steps, pixels):
            combined.add(values, behind)
        mean, share = mean_of_pixels(combined.values(), self._side)
        images = largest_of_pixels(combined.count, self._side)
        return Cells(mean.astype(np.float32), share, images)
