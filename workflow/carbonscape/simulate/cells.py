"""Writing what the simulated satellites see on the cells of a grid, as Earth Engine would give it.

Screened pixels are combined over the images of a step, then over the n x n pixels of a cell
(docs/readers.md): sums in double precision, shares and whole numbers rounded half up. The stored
numbers of leaf area are ten times the mean of the raw ones.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import netCDF4
import numpy as np

from carbonscape.simulate.cell_rules import Product, Rule
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_cells,
    add_variable,
    centres,
    composite_starts,
    netcdf_file,
    write_noughts,
)
from carbonscape.simulate.native import CLASSES, LEAVES, NativeArchive, NativeImage

FILL, LEAF_FILL, CLASS_FILL = np.float32(-9999), np.int16(-32768), np.uint8(255)
_AXES = ("time", "lat", "lon")
_WATER, _NOT_VEGETATED = 17, (13, 15, 16, 17)
_SHARE = "share of the pixels of the cell that have a value"
_IMAGES = "largest number of good images behind a pixel of the cell"


def _blocks(pixels: Array, side: int) -> Array:
    """Return pixels (row, column) as (lat, lon, pixel of the cell)."""
    rows, columns = (size // side for size in pixels.shape)
    split = pixels.reshape(rows, side, columns, side).swapaxes(1, 2)
    return split.reshape(rows, columns, side * side)


def _half_up(values: Array) -> Array:
    """Round to whole numbers, halves up."""
    return np.floor(values + 0.5)


def mean_over_pixels(values: Array, known: Array, side: int) -> tuple[Array, Array]:
    """Return the mean (lat, lon) over the pixels that are known, NaN if none is, and their share.

    Args:
        values: (row, column), any number where not known.
        known: where a pixel has a value.
        side: pixels along the side of a cell.

    Returns:
        The mean, float64, and the percent of the cell's pixels behind it, uint8.
    """
    blocks = _blocks(known, side)
    count = blocks.sum(axis=-1)
    total = np.where(blocks, _blocks(values, side), 0.0).sum(axis=-1)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean, _half_up(100 * count / side**2).astype("uint8")


class _Step:
    """One variable of one step: the images so far, pixel by pixel."""

    def __init__(self, rule: Rule, shape: tuple[int, int]) -> None:
        self.rule = rule
        self.value = np.full(shape, -np.inf) if rule.largest else np.zeros(shape)
        self.count = np.zeros(shape, int)

    def add(self, image: NativeImage) -> None:
        """Take one more image."""
        values, good = self.rule.screen(image)
        if self.rule.largest:
            np.maximum(self.value, values, out=self.value, where=good)
        else:
            np.add(self.value, values, out=self.value, where=good)
        self.count += good

    def cells(self, side: int) -> tuple[Array, Array, Array]:
        """Return value (float32), share and number of images (lat, lon)."""
        known = self.count > 0
        values = self.value if self.rule.largest else self.value / np.maximum(self.count, 1)
        mean, share = mean_over_pixels(values, known, side)
        images = _blocks(self.count, side).max(axis=-1).astype("uint16")
        return np.where(np.isnan(mean), FILL, mean).astype("float32"), share, images


def _steps(product: Product, days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Return the first day of each step and the day after its last."""
    if product.annual:
        return [(day, dt.date(day.year + 1, 1, 1)) for day in days]
    return [(day, (day + dt.timedelta(days=31)).replace(day=1)) for day in days]


def _attributes(asset: str, version: str, screening: str, title: str) -> dict[str, str]:
    """Return the attributes of a file."""
    about = {"title": title, "source": asset, "version": version, "screening": screening}
    return {**about, "comment": SIMULATED}


def _record(absent: Collection[dt.date]) -> dict[str, str]:
    """Return the attribute that says which images the archive itself lacks; none if it has all."""
    days = ", ".join(day.isoformat() for day in sorted(absent))
    return {"not_in_archive": days} if days else {}


def _new(data: netCDF4.Dataset, name: str, kind: str, fill: Any, about: Mapping[str, Any]) -> None:
    """Add an empty variable, compressed."""
    packed = {"compression": "zlib", "complevel": 1}
    variable = data.createVariable(name, kind, _AXES, fill_value=fill, **packed)
    # Before the scale factor is there: what is written is what is stored.
    variable.set_auto_maskandscale(False)
    variable.setncatts(dict(about))


def write_cells(
    path: str | os.PathLike[str],
    *,
    archive: NativeArchive,
    product: Product,
    days: Sequence[dt.date],
) -> None:
    """Write a file of monthly or yearly values, step by step.

    Args:
        path: netCDF; each variable of the product float32, with its share of good pixels and its
            number of images.
        archive: the native images.
        product: what they become.
        days: the first day of each step.

    Raises:
        ConfigError: a year that the archive does not have.
        ResultError: the disk is full or the folder cannot be written to.
    """
    title = f"{os.path.basename(path).rpartition('_')[0]} on cells"
    about = _attributes(product.asset, product.version, product.screening, title)
    with netcdf_file(path, about) as data:
        add_cells(data, *centres(archive.cell), list(days))
        for rule in product.rules:
            _new(data, rule.name, "f4", FILL, {"units": rule.units, "long_name": rule.long_name})
            text = {"units": "percent", "long_name": _SHARE}
            _new(data, f"{rule.name}_good_share", "u1", None, text)
            text = {"units": "1", "long_name": _IMAGES}
            _new(data, f"{rule.name}_images", "u2", None, text)
            for suffix in ("_good_share", "_images") if archive.window else ():
                write_noughts(data[f"{rule.name}{suffix}"])
        inside = archive.window or (slice(None), slice(None))
        shape = len(archive.lat), len(archive.lon)
        empty = []
        for number, (first, end) in enumerate(_steps(product, days)):
            steps = [_Step(rule, shape) for rule in product.rules]
            empty.append(first)
            for image in archive.images(product.asset, first, end):
                empty = [day for day in empty if day != first]
                for step in steps:
                    step.add(image)
            for step in steps:
                names = ("", "_good_share", "_images")
                for suffix, values in zip(names, step.cells(archive.pixels), strict=True):
                    data[f"{step.rule.name}{suffix}"][number, *inside] = values
        data.setncatts(_record(empty))


def write_leaves(path: str | os.PathLike[str], *, archive: NativeArchive, year: int) -> None:
    """Write the MOD15A2H composites of a year on cells, one time for each that exists.

    Args:
        path: netCDF: ``lai`` (int16, 0.01 m2 m-2), ``fpar`` (int16, 0.001), ``good_share``,
            ``images``.
        archive: the native images.
        year: the year.

    Raises:
        ConfigError: a year that the archive does not have.
        ResultError: the disk is full or the folder cannot be written to.
    """
    days, found = [], []
    for image in archive.images(LEAVES, dt.date(year, 1, 1), dt.date(year + 1, 1, 1)):
        days.append(image.start)
        found.append(_leaf_cells(image, archive.pixels))
    lai, fpar, share = (np.stack(fields) for fields in zip(*found, strict=True))
    screening = "SCF_QC (bits 5-7) <= 1, raw LAI and FPAR <= 100"
    about = _attributes(LEAVES, "061", screening, "MOD15A2H.061 on cells")
    about |= _record(set(composite_starts(year)) - set(days))
    with netcdf_file(path, about) as data:
        add_cells(data, *centres(archive.cell), days)
        for name, values, scale, units, text in (
            ("lai", lai, 0.01, "m2 m-2", "leaf area index, mean of the good pixels"),
            ("fpar", fpar, 0.001, "1", "absorbed share of PAR, mean of the good pixels"),
        ):
            about = {"units": units, "long_name": text, "scale_factor": scale}
            add_variable(data, name, values, _AXES, about, fill=LEAF_FILL, where=archive.window)
        about = {"units": "percent", "long_name": _SHARE}
        add_variable(data, "good_share", share, _AXES, about, where=archive.window)
        about = {"units": "1", "long_name": _IMAGES}
        images = np.isin(lai, LEAF_FILL, invert=True).astype("u2")
        add_variable(data, "images", images, _AXES, about, where=archive.window)


def _leaf_cells(image: NativeImage, side: int) -> tuple[Array, Array, Array]:
    """Return stored LAI and FPAR, and the share of good pixels (lat, lon), of a composite."""
    names = ("Lai_500m", "Fpar_500m")
    good = image.masks["FparLai_QC"] & (image.bands["FparLai_QC"] >> 5 <= 1)
    for name in names:
        good = good & image.masks[name] & (image.bands[name] <= 100)
    stored = []
    for name in names:
        mean, share = mean_over_pixels(image.bands[name].astype(float), good, side)
        whole = _half_up(10 * mean)
        stored.append(np.where(np.isnan(mean), LEAF_FILL, whole).astype("int16"))
    return stored[0], stored[1], share


def write_classes(path: str | os.PathLike[str], *, archive: NativeArchive, year: int) -> None:
    """Write the MCD12Q1 classes of a year on cells: the most frequent one and three shares.

    Args:
        path: netCDF: ``igbp``, ``winner_share``, ``land_share``, ``vegetated_share``, uint8.
        archive: the native images.
        year: the year.

    Raises:
        ConfigError: a year that the archive does not have.
        ResultError: the disk is full or the folder cannot be written to.
    """
    first = dt.date(year, 1, 1)
    (image,) = archive.images(CLASSES, first, dt.date(year + 1, 1, 1))
    code = np.where(image.masks["LC_Type1"], image.bands["LC_Type1"], 255)
    blocks = _blocks(code, archive.pixels)
    counts = np.stack([(blocks == kind).sum(axis=-1) for kind in range(1, 18)], axis=-1)
    valid = counts.sum(axis=-1)
    codes = np.arange(1, 18)
    fields = {
        "igbp": counts.argmax(axis=-1) + 1,  # of equal counts the first: the smaller code
        "winner_share": _percent(counts.max(axis=-1), valid),
        "land_share": _percent(counts[..., codes != _WATER].sum(axis=-1), valid),
        "vegetated_share": _percent(
            counts[..., ~np.isin(codes, _NOT_VEGETATED)].sum(axis=-1), valid
        ),
    }
    texts = {
        "igbp": "most frequent IGBP class, 1 to 17 (17 is water)",
        "winner_share": "share of the pixels with a class that have this one",
        "land_share": "share of the pixels with a class that are no water",
        "vegetated_share": "share that is no urban land, snow, barren land or water",
    }
    about = _attributes(CLASSES, "061", "every pixel with a class", "MCD12Q1.061 on cells")
    with netcdf_file(path, about) as data:
        add_cells(data, *centres(archive.cell), [first])
        for name, values in fields.items():
            stored = np.where(valid > 0, values, CLASS_FILL).astype("uint8")
            about = {"units": "1" if name == "igbp" else "percent", "long_name": texts[name]}
            add_variable(
                data, name, stored[None], _AXES, about, fill=CLASS_FILL, where=archive.window
            )


def _percent(count: Array, valid: Array) -> Array:
    """Return counts as whole percents of the valid pixels."""
    return _half_up(100 * count / np.maximum(valid, 1))
