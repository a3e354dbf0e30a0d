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

from carbonscape.archives.cell_months import Cells, CellYear, Stored, open_cells, require_counts
from carbonscape.archives.raster_year import Block, RasterYear, Raw, open_raster_year, present
from carbonscape.core.errors import InputError

Product = Literal["vcmslcfg", "vnp46a2"]

#: VCMSLCFG has no data beyond these latitudes (degrees north).
NORTHERN_LIMIT, SOUTHERN_LIMIT = 75.0, -65.0

#: Radiance that no cell reaches: an undeclared fill value, or another unit.
_IMPOSSIBLE = 1e5
#: Noise of dark places goes down to -1.5; what lies far below is an undeclared fill value.
_DARKEST = -10.0
#: Fill values of others, which hold for radiance where no file declares them.
_SENTINELS = (65_535.0, 32_767.0, 9999.0, 99_999.0)
_BLACK_MARBLE_LARGEST = 6553.4
_BLACK_MARBLE_FILL = 65_535
_UNITS = ("nW cm-2 sr-1", "nW/cm2/sr", "nanoWatts/cm2/sr", "nanoWatts/sr/cm2", "nW/(cm2 sr)")
_RADIANCE = Raw("avg_rad", ("float32", "float64"), units=_UNITS)
_COVERAGE = Raw("cf_cvg", ("uint16", "int16", "uint8", "int32", "uint32", "int64"))
_GAP_FILLED = Raw(
    "Gap_Filled_DNB_BRDF_Corrected_NTL",
    ("float32", "float64", "uint16"),
    scale=0.1,
    fill=_BLACK_MARBLE_FILL,
)


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
        values: radiances (floats; 6553.5, the fill value after scaling, and 65535, that before
            it, are none), or the raw integers of the original files (0.1 nW cm-2 sr-1, fill
            65535).

    Returns:
        nW cm-2 sr-1, NaN where there is none.
    """
    if values.dtype == np.uint16:
        result = values.astype(np.float32) / np.float32(10)
        result[values == _BLACK_MARBLE_FILL] = np.nan
        return result
    result = np.maximum(values, 0).astype(np.float32)
    fill = (values > _BLACK_MARBLE_LARGEST + 0.05) & (values < _BLACK_MARBLE_LARGEST + 0.15)
    result[~present(values) | fill | (values == _BLACK_MARBLE_FILL)] = np.nan
    return result


@contextlib.contextmanager
def open_lights(
    path: str | os.PathLike[str],
    *,
    year: int,
    product: Product = "vcmslcfg",
    implausible: bool = False,
) -> Iterator[RasterYear]:
    """Open a year of monthly night-time lights [nW cm-2 sr-1].

    Args:
        path: netCDF on (time, lat, lon), stamped on the first of each month, with ``avg_rad`` and
            ``cf_cvg``; or with ``Gap_Filled_DNB_BRDF_Corrected_NTL``, monthly or daily. Images
            may be absent.
        year: the year that the file must hold.
        product: which of the two.
        implausible: whether masked pixels delivered as 0 are warned of, not refused.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`; also, while
            reading, an impossible radiance.
    """
    with _open(path, year=year, product=product, beyond=0.0, implausible=implausible) as images:
        yield images


@contextlib.contextmanager
def _open(
    path: str | os.PathLike[str], *, year: int, product: Product, beyond: float, implausible: bool
) -> Iterator[RasterYear]:
    """Open raw lights; VCMSLCFG has the value ``beyond`` in rows that it does not cover."""
    variables = (_RADIANCE, _COVERAGE) if product == "vcmslcfg" else (_GAP_FILLED,)

    def decode(block: Block) -> NDArray[np.floating]:
        raw = block.raw[variables[0].name]
        if product == "vcmslcfg":
            values = _observed(raw, block.raw["cf_cvg"])
            require_counts(block.raw["cf_cvg"], name="cf_cvg", origin=str(path))
            values[..., beyond_lights(block.lat), :] = beyond
        else:
            values = decode_black_marble(raw)
        _refuse_beyond(raw, np.isfinite(values), product, f"{path}: {variables[0].name}")
        return values

    # Black Marble is daily: its days are averaged over the month.
    monthly = product == "vcmslcfg"
    with open_raster_year(
        path,
        year=year,
        variables=variables,
        decode=decode,
        monthly=monthly,
        source=product,
        # Where VCMSLCFG has nothing, its coverage is 0.
        sentinel="" if monthly else str(_BLACK_MARBLE_FILL),
        implausible=implausible,
    ) as images:
        yield images


def _refuse_beyond(
    raw: NDArray, counts: NDArray[np.bool_], product: Product, variable: str
) -> None:
    """Refuse a radiance that no place has: a fill value that the file does not declare."""
    if raw.dtype.kind != "f":
        return
    most = _IMPOSSIBLE if product == "vcmslcfg" else _BLACK_MARBLE_LARGEST + 0.05
    for wrong, what in (
        (raw > most, f"more than any light ({most:g} nW cm-2 sr-1)"),
        (raw < _DARKEST, f"darker than any noise ({_DARKEST:g} nW cm-2 sr-1)"),
        (np.isin(raw, _SENTINELS), "a fill value of many files, but not declared"),
    ):
        bad = counts & wrong
        if bad.any():
            raise InputError(
                f"{variable} is {raw[bad][0]:g} in {int(bad.sum())} of {int(counts.sum())} "
                f"pixels (the first), {what}; is its unit nW cm-2 sr-1, and is its fill value "
                "declared (_FillValue)?"
            )


@contextlib.contextmanager
def light_cells(
    path: str | os.PathLike[str],
    *,
    year: int,
    product: Product = "vcmslcfg",
    cell: float | None = None,
    implausible: bool = False,
) -> Iterator[CellYear]:
    """Open a year of monthly night-time lights on cells [nW cm-2 sr-1].

    Args:
        path: netCDF with ``lights`` as the fetch step writes it, or as of :func:`open_lights`.
        year: the year that the file must hold.
        product: which of the two; rows of cells that VCMSLCFG does not cover are 0, with no image.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        implausible: as of :func:`open_lights`.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`; also, while reading,
            an impossible radiance.
    """
    hint = "is its unit nW cm-2 sr-1, and its fill value -9999?"
    most = _IMPOSSIBLE if product == "vcmslcfg" else _BLACK_MARBLE_LARGEST + 0.05
    stored = Stored("lights", _UNITS, 0.0, most, hint, source=product)
    raw = partial(_open, path, year=year, product=product, beyond=np.nan, implausible=implausible)
    with open_cells(path, year=year, stored=stored, raw=raw, cell=cell) as cells:
        yield _Assumed(cells) if product == "vcmslcfg" else cells


class _Assumed:
    """Cells of VCMSLCFG, dark beyond what the product covers."""

    def __init__(self, cells: CellYear) -> None:
        self.origin, self.lat, self.lon = cells.origin, cells.lat, cells.lon
        self.images, self.by_month = cells.images, cells.by_month
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
