"""Reading MODIS surface temperature, snow, tree cover and land cover on the predictors' grid.

MOD11A1.061 (Wan et al., doi:10.5067/MODIS/MOD11A1.061), MOD10A1.061 (Hall and Riggs,
doi:10.5067/MODIS/MOD10A1.061), MOD44B.061 (DiMiceli et al., doi:10.5067/MODIS/MOD44B.061) and
MCD12Q1.061; their quality layers are applied as the user guides describe them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_months import CellYear, Stored, open_cells
from carbonscape.archives.mcd12q1 import decode_igbp
from carbonscape.archives.raster_year import Block, RasterYear, Raw, open_raster_year
from carbonscape.core.errors import InputError

Overpass = Literal["day", "night"]
Snow = Literal["snow_cover", "raw"]

_LST_SMALLEST = 7500
#: The hottest ground that MODIS saw is 354 K; what is beyond this limit is an undeclared fill value
#: (65535 is 1311 K) or another scale.
_LST_LARGEST = 400.0
_PERCENT = 100
_NDSI_LARGEST = 10_000
#: Basic_QA of snow: 0 best, 1 good, 2 ok, 3 poor, 211 night, 239 ocean.
_SNOW_QA_LARGEST = 2
_SNOW_QA = Raw("NDSI_Snow_Cover_Basic_QA", ("uint8",), fill=255, best=0, valid=(0, 3))
_SNOW_COVER = Raw("NDSI_Snow_Cover", ("uint8",), fill=255, valid=(0, _PERCENT))
_NDSI = Raw("NDSI", ("int16",), scale=0.0001, fill=-32768, valid=(-_NDSI_LARGEST, _NDSI_LARGEST))
_TREES = Raw("Percent_Tree_Cover", ("uint8",), fill=253, valid=(0, _PERCENT))
_CLASS = Raw("LC_Type1", ("uint8",), fill=255, valid=(1, 17))


def good_temperature(qc: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say where ``QC_Day`` or ``QC_Night`` lets a temperature count.

    The mandatory flag (bits 0 and 1) must say that there is a value (0 good, 1 other quality),
    and the mean error (bits 6 and 7) must be at most 3 K (0, 1 or 2).
    """
    return ((qc & 3) <= 1) & ((qc >> 6) <= 2)


def decode_lst(raw: NDArray[np.uint16], qc: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the surface temperature in K (raw: 0.02 K), NaN where it is not good."""
    return _lst(raw, qc).astype(np.float32)


def _lst(raw: NDArray, qc: NDArray) -> NDArray[np.float64]:
    """Return :func:`decode_lst` in double precision."""
    values = raw.astype(np.float64) / 50
    values[(raw < _LST_SMALLEST) | ~good_temperature(qc)] = np.nan
    return values


def decode_snow_cover(raw: NDArray[np.uint8], qa: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the NDSI snow cover as a fraction (raw: percent), NaN for classes and poor quality."""
    return _snow_cover(raw, qa).astype(np.float32)


def _snow_cover(raw: NDArray, qa: NDArray) -> NDArray[np.float64]:
    """Return :func:`decode_snow_cover` in double precision."""
    values = raw.astype(np.float64) / _PERCENT
    values[(raw > _PERCENT) | (qa > _SNOW_QA_LARGEST)] = np.nan
    return values


def decode_ndsi(raw: NDArray[np.int16], qa: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the unscreened snow index, -1 to 1 (raw: 0.0001), NaN where quality is poor."""
    return _ndsi(raw, qa).astype(np.float32)


def _ndsi(raw: NDArray, qa: NDArray) -> NDArray[np.float64]:
    """Return :func:`decode_ndsi` in double precision."""
    values = raw.astype(np.float64) / _NDSI_LARGEST
    # Of int16 the absolute value of -32768, the fill value, is itself.
    outside = (raw < -_NDSI_LARGEST) | (raw > _NDSI_LARGEST)
    values[outside | (qa > _SNOW_QA_LARGEST)] = np.nan
    return values


def decode_tree_cover(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return tree cover in percent, NaN for water (200) and fill (253)."""
    values = raw.astype(np.float32)
    values[raw > _PERCENT] = np.nan
    return values


@contextlib.contextmanager
def open_lst(
    path: str | os.PathLike[str], *, year: int, overpass: Overpass = "day"
) -> Iterator[RasterYear]:
    """Open a year of daily land surface temperature [K].

    Args:
        path: netCDF on (time, lat, lon) with raw ``LST_Day_1km`` and ``QC_Day``, or those of the
            night; days may be absent.
        year: the year that the file must hold.
        overpass: at day (10:30 local time) or at night (22:30).

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`.
    """
    value, quality = f"LST_{overpass.title()}_1km", f"QC_{overpass.title()}"
    # Bits 0 and 1 of the quality's fill value say that nothing was produced.
    variables = (
        Raw(value, ("uint16",), scale=0.02, valid=(_LST_SMALLEST, 65_535)),
        Raw(quality, ("uint8",), fill=255, best=0),
    )

    def decode(block: Block) -> NDArray[np.float64]:
        values = _lst(block.raw[value], block.raw[quality])
        hot = values > _LST_LARGEST
        if hot.any():
            raise InputError(
                f"{path}: {value} is {values[hot][0]:g} K (raw {values[hot][0] * 50:.0f}) in "
                f"{int(hot.sum())} of {int(np.isfinite(values).sum())} good pixels (the first), "
                f"hotter than any ground ({_LST_LARGEST:g} K); is it a fill value that the file "
                "does not declare? The product's is 0."
            )
        return values

    with open_raster_year(
        path, year=year, variables=variables, decode=decode, source="mod11a1"
    ) as images:
        yield images


@contextlib.contextmanager
def open_snow(
    path: str | os.PathLike[str],
    *,
    year: int,
    index: Snow = "snow_cover",
    implausible: bool = False,
) -> Iterator[RasterYear]:
    """Open a year of the daily snow index [1].

    Args:
        path: netCDF on (time, lat, lon) with ``NDSI_Snow_Cover_Basic_QA`` and, by ``index``,
            ``NDSI_Snow_Cover`` or ``NDSI``; days may be absent.
        year: the year that the file must hold.
        index: the screened snow cover (0 to 1), or the raw index (-1 to 1).
        implausible: whether masked pixels delivered as 0 are warned of, not refused.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`.
    """
    value, decode_values = (_SNOW_COVER, _snow_cover) if index == "snow_cover" else (_NDSI, _ndsi)

    def decode(block: Block) -> NDArray[np.float64]:
        return decode_values(block.raw[value.name], block.raw[_SNOW_QA.name])

    with open_raster_year(
        path,
        year=year,
        variables=(value, _SNOW_QA),
        decode=decode,
        source="mod10a1",
        sentinel=str(value.fill),
        implausible=implausible,
    ) as images:
        yield images


@contextlib.contextmanager
def open_tree_cover(
    path: str | os.PathLike[str], *, year: int, implausible: bool = False
) -> Iterator[RasterYear]:
    """Open the tree cover [percent] of a product year, which begins on day 65 of that year.

    Args:
        path: netCDF on (time=1, lat, lon) with ``Percent_Tree_Cover``.
        year: the year that the file must hold.
        implausible: as of :func:`open_snow`.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`.
    """

    def decode(block: Block) -> NDArray[np.float32]:
        return decode_tree_cover(block.raw[_TREES.name])

    with open_raster_year(
        path,
        year=year,
        variables=(_TREES,),
        decode=decode,
        annual=True,
        source="mod44b",
        sentinel=str(_TREES.fill),
        implausible=implausible,
    ) as images:
        yield images


@contextlib.contextmanager
def open_classes(path: str | os.PathLike[str], *, year: int) -> Iterator[RasterYear]:
    """Open the IGBP classes (1 to 17 as floats, 17 is water) of a year; NaN where there is none.

    Args:
        path: netCDF on (time=1, lat, lon) with ``LC_Type1``.
        year: the year that the file must hold.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`; also, while
            reading, a code that is none of IGBP.
    """

    def decode(block: Block) -> NDArray[np.float32]:
        codes = decode_igbp(block.raw[_CLASS.name], str(path))
        return np.where(codes == 0, np.float32(np.nan), codes).astype(np.float32)

    with open_raster_year(
        path, year=year, variables=(_CLASS,), decode=decode, annual=True, source="mcd12q1"
    ) as images:
        yield images


def lst_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    overpass: Overpass = "day",
    cell: float | None = None,
) -> contextlib.AbstractContextManager[CellYear]:
    """Open a year of monthly surface temperature on cells [K]: means of the clear days.

    Args:
        path: netCDF with ``lst_day`` or ``lst_night`` as the fetch step writes them, or as of
            :func:`open_lst`.
        year: the year that the file must hold.
        overpass: at day or at night.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`.
    """
    stored = Stored(f"lst_{overpass}", ("K",), _LST_SMALLEST / 50, _LST_LARGEST, source="mod11a1")
    raw = partial(open_lst, path, year=year, overpass=overpass)
    return open_cells(path, year=year, stored=stored, raw=raw, cell=cell)


def snow_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    index: Snow = "snow_cover",
    cell: float | None = None,
    implausible: bool = False,
) -> contextlib.AbstractContextManager[CellYear]:
    """Open a year of the monthly snow index on cells [1]: the largest of the days.

    Args:
        path: netCDF with ``snow_cover`` or ``ndsi`` as the fetch step writes them, or as of
            :func:`open_snow`.
        year: the year that the file must hold.
        index: as of :func:`open_snow`.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        implausible: as of :func:`open_snow`.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`.
    """
    name, low = ("snow_cover", 0.0) if index == "snow_cover" else ("ndsi", -1.0)
    stored = Stored(name, ("1",), low, 1.0, source="mod10a1", missing_at_sea=True)
    raw = partial(open_snow, path, year=year, index=index, implausible=implausible)
    return open_cells(
        path, year=year, stored=stored, raw=raw, largest=True, cell=cell, implausible=implausible
    )


def tree_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    cell: float | None = None,
    implausible: bool = False,
) -> contextlib.AbstractContextManager[CellYear]:
    """Open the tree cover of a product year on cells [percent].

    Args:
        path: netCDF with ``tree_cover`` as the fetch step writes it, or as of
            :func:`open_tree_cover`.
        year: the year that the file must hold.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        implausible: as of :func:`open_snow`.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`.
    """
    units = ("percent", "%")
    stored = Stored("tree_cover", units, 0.0, 100.0, source="mod44b", missing_at_sea=True)
    raw = partial(open_tree_cover, path, year=year, implausible=implausible)
    return open_cells(
        path, year=year, stored=stored, raw=raw, annual=True, cell=cell, implausible=implausible
    )
