"""Reading the MODIS land cover MCD12Q1.061: the IGBP class of every cell and tower.

``LC_Type1`` holds 1 to 17 in the order of ``carbonscape.core.classes.IGBP_CLASSES`` (17 is water)
and 255 where there is none (Friedl and Sulla-Menashe, doi:10.5067/MODIS/MCD12Q1.061). The fetch
step writes the most frequent class of each cell, and three shares of its pixels.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.cell_aggregation import (
    NO_SHARE,
    WATER,
    ClassCells,
    cell_centres,
    classes_of_pixels,
    pixel_slice,
    pixels_per_side,
)
from carbonscape.archives.cell_months import holds
from carbonscape.archives.file_dates import require_year
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.raster_year import Raw, open_raster_year, raw_variable
from carbonscape.archives.site_csv import read_site_csv, site_names, whole_numbers
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import InputError

_FILL = 255
_BAND = "LC_Type1"
#: Variables of the layout of the fetch step: meaning and unit.
_SHARES = {
    "igbp": ("IGBP class, 0 for none", "1"),
    "winner_share": ("share of the pixels with a class that have this one", "percent"),
    "land_share": ("share of the pixels with a class that are no water", "percent"),
    "vegetated_share": ("share that is no urban land, snow, barren land or water", "percent"),
}


def decode_igbp(raw: NDArray[np.uint8], origin: str, *, name: str = _BAND) -> NDArray[np.uint8]:
    """Return IGBP codes 1 to 17, and 0 for the fill value 255; ``name`` is that of the variable.

    Raises:
        InputError: another code; 0 is the water of MCD12C1, another product.
    """
    raw = np.asarray(raw)
    counts = np.bincount(raw.ravel(), minlength=256)
    odd = [code for code in np.flatnonzero(counts) if not (1 <= code <= 17 or code == _FILL)]
    if odd:
        hint = (
            "0 is water in MCD12C1, another product (MCD12Q1 has water as 17), or a masked pixel "
            f"of Earth Engine: export those by image.unmask({_FILL})"
            if odd[0] == 0
            else f"it may be another legend than the IGBP's {len(IGBP_CLASSES)} classes"
        )
        raise InputError(
            f"{origin}: {name} holds the code {odd[0]} ({counts[odd[0]]} times), expected 1 to "
            f"{len(IGBP_CLASSES)}, or {_FILL} for no value; {hint}."
        )
    return np.where(raw == _FILL, 0, raw).astype(np.uint8)


def _raw(name: str) -> Raw:
    """Return what a variable of bytes must be."""
    return Raw(name, ("uint8",), fill=_FILL, valid=(1, 17) if name in (_BAND, "igbp") else None)


def read_class_cells(
    path: str | os.PathLike[str],
    *,
    year: int | None = None,
    rows: slice = slice(None),
    cols: slice = slice(None),
    cell: float | None = None,
) -> xr.Dataset:
    """Read the land cover of a part of the grid, from either layout of the file.

    Args:
        path: netCDF on (time=1, lat, lon) with igbp, winner_share, land_share and
            vegetated_share (uint8, 255 for none) as the fetch step writes them; or with LC_Type1
            (uint8) on pixels, whose cells get the most frequent class.
        year: the year that the file must hold; None: that of its name, if it has one.
        rows, cols: part of the grid of cells, counted from the north and from 180 W.
        cell: size of a cell that pixels fill, degrees; None: they are the cells.

    Returns:
        (lat, lon) uint8: ``igbp``, codes 1 to 17, 0 where there is none; ``winner_share``,
        ``land_share`` and ``vegetated_share``, percent of the pixels with a class, 255 for none.

    Raises:
        InputError: the file is no such netCDF, states another year, holds other codes, or shares
            that contradict them.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        if len(datasets) != 1:
            raise InputError(f"{path}: a ZIP archive of {len(datasets)} files, expected one.")
        require_year(datasets[0], path, year=year, source="mcd12q1")
        stored = "igbp" in datasets[0].variables
        names = tuple(_SHARES) if stored else (_BAND,)
        dataset = normalise_axes(datasets[0], names=names, with_time=False)
        lat, lon = dataset["lat"].values, dataset["lon"].values
        side = 1 if stored else _side(lat, lon, cell)
        lat, lon = cell_centres(lat, side), cell_centres(lon, side)
        part = {"lat": pixel_slice(rows, side, lat.size), "lon": pixel_slice(cols, side, lon.size)}
        raw = {
            name: raw_variable(dataset, _raw(name), source="mcd12q1", dims=("lat", "lon"))
            .isel(part)
            .values
            for name in names
        }
        found = _classes(raw, side, str(path))
    return xr.Dataset(
        {
            name: (("lat", "lon"), getattr(found, name), {"long_name": text, "units": unit})
            for name, (text, unit) in _SHARES.items()
        },
        coords={"lat": lat[rows], "lon": lon[cols]},
    )


def _side(lat: NDArray[np.float64], lon: NDArray[np.float64], cell: float | None) -> int:
    """Return the pixels along the side of a cell."""
    size = abs(lat[0] - lat[-1]) / max(lat.size - 1, 1) or 180.0
    return pixels_per_side(size, cell, (lat.size, lon.size))


def _classes(raw: dict[str, NDArray[np.uint8]], side: int, origin: str) -> ClassCells:
    """Return the classes of cells from the variables of either layout."""
    if _BAND in raw:
        return classes_of_pixels(decode_igbp(raw[_BAND], origin), side)
    return _stored_classes(raw, origin)


def _stored_classes(fields: dict[str, NDArray[np.uint8]], origin: str) -> ClassCells:
    """Return the classes that the fetch step wrote; refuse shares that cannot be."""
    codes = decode_igbp(fields["igbp"], origin, name="igbp")
    winner, land, vegetated = (fields[name] for name in list(_SHARES)[1:])
    none = codes == 0
    for wrong, what in (
        (((winner == NO_SHARE) | (land == NO_SHARE) | (vegetated == NO_SHARE)) != none,
         "a class without its shares, or shares without a class"),
        (~none & ((winner > 100) | (land > 100)), "a share above 100 percent"),
        (~none & (winner == 0), "a class that none of the pixels has"),
        (~none & (vegetated > land), "more vegetated than land pixels"),
        (~none & (codes != WATER) & (winner > land), "more pixels of a class of land than of land"),
    ):  # fmt: skip
        if wrong.any():
            raise InputError(
                f"{origin}: it has {what} in {int(wrong.sum())} of {wrong.size} cells; the file "
                "was not written by the rules of docs/readers.md; delete it and fetch it again."
            )
    return ClassCells(codes, winner, land, vegetated)


def read_igbp_grid(
    path: str | os.PathLike[str],
    *,
    year: int | None = None,
    rows: slice = slice(None),
    cols: slice = slice(None),
    cell: float | None = None,
) -> xr.DataArray:
    """Read the IGBP class of a part of the grid; arguments of :func:`read_class_cells`.

    Returns:
        (lat, lon) uint8 codes 1 to 17, 0 where there is none.

    Raises:
        InputError: as :func:`read_class_cells`.
    """
    return read_class_cells(path, year=year, rows=rows, cols=cols, cell=cell)["igbp"]


@dataclass(frozen=True)
class ClassYear:
    """The land cover of one year on cells.

    Attributes:
        origin: name of the file, for messages.
        lat, lon: centres of the cells, degrees; latitudes descend.
        year: returns the classes of a band of rows.
    """

    origin: str
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    year: Callable[[slice], ClassCells]


@contextlib.contextmanager
def open_class_year(
    path: str | os.PathLike[str], *, year: int, cell: float | None = None
) -> Iterator[ClassYear]:
    """Open the land cover of a year, whichever layout its file has.

    Args:
        path: as of :func:`read_class_cells`.
        year: the year that the file must hold.
        cell: as of :func:`read_class_cells`.

    Raises:
        InputError: as :func:`read_class_cells`; also, another year or more than one image.
    """
    stored = holds(path, "igbp")
    variables = tuple(map(_raw, _SHARES if stored else (_BAND,)))
    with open_raster_year(
        path, year=year, variables=variables, decode=None, annual=True, source="mcd12q1"
    ) as images:
        side = 1 if stored else _side(images.lat, images.lon, cell)
        lat, lon = cell_centres(images.lat, side), cell_centres(images.lon, side)

        def read(rows: slice) -> ClassCells:
            raw = images.block(slice(0, 1), pixel_slice(rows, side, lat.size)).raw
            return _classes({name: values[0] for name, values in raw.items()}, side, str(path))

        yield ClassYear(str(path), lat, lon, read)


def read_igbp_sites(path: str | os.PathLike[str], year: int) -> pd.DataFrame:
    """Read the IGBP class at each tower in one year.

    Args:
        path: CSV with system:index (YYYY_01_01), site and LC_Type1 (empty where masked).
        year: the year that the file must hold.

    Returns:
        Columns site and igbp_code (uint8; 1 to 17, 0 where there is none), sorted by site.

    Raises:
        InputError: the file is absent or not such a CSV, is of another year, names a site twice
            or holds other codes.
    """
    text = read_site_csv(path)
    text.require(["system:index", "site", _BAND])
    for row, index in enumerate(text.texts("system:index")):
        if not re.fullmatch(rf"{year:04d}_01_01", index):
            raise text.fault(row, "system:index", f"found {index!r}, expected {year:04d}_01_01")
    sites = site_names(text)
    seen: set[str] = set()
    for row, site in enumerate(sites):
        if site in seen:
            raise text.fault(row, "site", f"{site} is doubled")
        seen.add(site)
    values = whole_numbers(text, _BAND, _FILL, empty=True)
    codes = decode_igbp(np.where(np.isnan(values), _FILL, values).astype(np.uint8), str(path))
    table = pd.DataFrame({"site": sites, "igbp_code": codes})
    return table.sort_values("site", ignore_index=True)
