"""Reading monthly night-time lights of VIIRS: EOG's VCMSLCFG, or NASA's Black Marble VNP46A2.

The paper's text names the first and its Table 2 the second (the XCO2 paper, section 2.1.3);
both are radiances in nW cm-2 sr-1. Elvidge et al. 2017 (doi:10.1080/01431161.2017.1342050); Roman
et al. 2018 (doi:10.1016/j.rse.2018.03.017).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_months import Cells, CellYear, Stored, open_cells
from carbonscape.archives.raster_year import Block, RasterYear, Raw, open_raster_year, present
from carbonscape.core.errors import InputError

Product = Literal["vcmslcfg", "vnp46a2"]

#: VCMSLCFG has no data beyond these latitudes (degrees north).
NORTHERN_LIMIT, SOUTHERN_LIMIT = 75.0, -65.0

#: Radiance that no cell reaches: an undeclared fill value, or another unit.
_IMPOSSIBLE = 1e5
_BLACK_MARBLE_LARGEST = 6553.4
_BLACK_MARBLE_FILL = 65_535
_UNITS = ("nW cm-2 sr-1", "nW/cm2/sr", "nanoWatts/cm2/sr", "nanoWatts/sr/cm2", "nW/(cm2 sr)")
_RADIANCE = Raw("avg_rad", ("float32", "float64"), units=_UNITS)
_COVERAGE = Raw("cf_cvg", ("uint16", "int16", "uint8", "int32", "uint32", "int64"))
_GAP_FILLED = Raw("Gap_Filled_DNB_BRDF_Corrected_NTL", ("float32", "float64", "uint16"), scale=0.1)


def beyond_lights(lat: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Say which latitudes VCMSLCFG does not cover; its lights are taken as zero there."""
    return (np.asarray(lat) > NORTHERN_LIMIT) | (np.asarray(lat) < SOUTHERN_LIMIT)


def decode_lights(
    radiance: NDArray[np.floating], coverage: NDArray[np.integer], lat: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return the radiance of VCMSLCFG.

    Args:
        radiance: (..., lat, lon) ``avg_rad``; negative ones (noise of dark places) become zero.
        coverage: ``cf_cvg``, number of cloud-free observations; where it is zero, the zero in
            ``avg_rad`` is no darkness, but no value.
        lat: (lat,) degrees; rows that the product does not cover become zero.

    Returns:
        nW cm-2 sr-1, NaN where there is no observation.
    """
    values = _observed(radiance, coverage).astype(np.float32)
    values[..., beyond_lights(lat), :] = 0
    return values


def _observed(radiance: NDArray[np.floating], coverage: NDArray) -> NDArray[np.float64]:
    """Return the radiance where it was observed, in double precision; NaN elsewhere."""
    values = np.maximum(radiance.astype(np.float64), 0)
    values[~present(radiance) | (coverage < 1)] = np.nan
    return values


def decode_black_marble(values: NDArray) -> NDArray[np.float32]:
    """Return the radiance of VNP46A2.

    Args:
        values: radiances (floats; 6553.5 is the fill value after scaling), or the raw integers
            of the original files (0.1 nW cm-2 sr-1, fill 65535).

    Returns:
        nW cm-2 sr-1, NaN where there is none.
    """
    if values.dtype == np.uint16:
        result = values.astype(np.float32) / np.float32(10)
        result[values == _BLACK_MARBLE_FILL] = np.nan
        return result
    result = np.maximum(values, 0).astype(np.float32)
    fill = (values > _BLACK_MARBLE_LARGEST + 0.05) & (values < _BLACK_MARBLE_LARGEST + 0.15)
    result[~present(values) | fill] = np.nan
    return result


@contextlib.contextmanager
def open_lights(
    path: str | os.PathLike[str], *, year: int, product: Product = "vcmslcfg"
) -> Iterator[RasterYear]:
    """Open a year of monthly night-time lights [nW cm-2 sr-1].

    Args:
        path: netCDF on (time, lat, lon), stamped on the first of each month, with ``avg_rad`` and
            ``cf_cvg``; or with ``Gap_Filled_DNB_BRDF_Corrected_NTL``, monthly or daily. Images
            may be absent.
        year: the year that the file must hold.
        product: which of the two.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`; also, while
            reading, an impossible radiance.
    """
    with _open(path, year=year, product=product, beyond=0.0) as images:
        yield images


@contextlib.contextmanager
def _open(
    path: str | os.PathLike[str], *, year: int, product: Product, beyond: float
) -> Iterator[RasterYear]:
    """Open raw lights; VCMSLCFG has the value ``beyond`` in rows that it does not cover."""
    variables = (_RADIANCE, _COVERAGE) if product == "vcmslcfg" else (_GAP_FILLED,)

    def decode(block: Block) -> NDArray[np.floating]:
        if product == "vcmslcfg":
            values = _observed(block.raw["avg_rad"], block.raw["cf_cvg"])
            values[..., beyond_lights(block.lat), :] = beyond
        else:
            values = decode_black_marble(block.raw[_GAP_FILLED.name])
        largest = np.nanmax(values, initial=0)
        if largest > _IMPOSSIBLE:
            raise InputError(
                f"{path}: {variables[0].name} is {largest:g}, more than any light "
                f"({_IMPOSSIBLE:g} nW cm-2 sr-1); is its unit nW cm-2 sr-1, and its fill value "
                "-9999?"
            )
        return values

    # Black Marble is daily: its days are averaged over the month.
    monthly = product == "vcmslcfg"
    with open_raster_year(
        path, year=year, variables=variables, decode=decode, monthly=monthly
    ) as images:
        yield images


@contextlib.contextmanager
def light_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    product: Product = "vcmslcfg",
    cell: float | None = None,
) -> Iterator[CellYear]:
    """Open a year of monthly night-time lights on cells [nW cm-2 sr-1].

    Args:
        path: netCDF with ``lights`` as the fetch step writes it, or as of :func:`open_lights`.
        year: the year that the file must hold.
        product: which of the two; rows of cells that VCMSLCFG does not cover are 0, with no image.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`; also, while reading,
            an impossible radiance.
    """
    hint = "is its unit nW cm-2 sr-1, and its fill value -9999?"
    stored = Stored("lights", _UNITS, 0.0, _IMPOSSIBLE, hint)
    raw = partial(_open, path, year=year, product=product, beyond=np.nan)
    with open_cells(path, year=year, stored=stored, raw=raw, cell=cell) as cells:
        yield _Assumed(cells) if product == "vcmslcfg" else cells


class _Assumed:
    """Cells of VCMSLCFG, dark beyond what the product covers."""

    def __init__(self, cells: CellYear) -> None:
        self.origin, self.lat, self.lon = cells.origin, cells.lat, cells.lon
        self._cells = cells

    def month(self, month: str, rows: slice) -> Cells:
        """Return the values of a month in a band of rows."""
        return self._darkened(self._cells.month(month, rows), rows)

    def year(self, rows: slice) -> Cells:
        """Return the only values of a yearly file in a band of rows."""
        return self._darkened(self._cells.year(rows), rows)

    def _darkened(self, found: Cells, rows: slice) -> Cells:
        """Set the values of rows that the product does not cover to zero."""
        found.values[beyond_lights(self.lat[rows])] = 0
        return found
