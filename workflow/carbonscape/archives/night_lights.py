"""Reading monthly night-time lights of VIIRS: EOG's VCMSLCFG, or NASA's Black Marble VNP46A2.

The paper's text names the first and its Table 2 the second (the XCO2 paper, section 2.1.3);
both are radiances in nW cm-2 sr-1. Elvidge et al. 2017 (doi:10.1080/01431161.2017.1342050); Roman
et al. 2018 (doi:10.1016/j.rse.2018.03.017).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

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
    values = np.maximum(radiance, 0).astype(np.float32)
    values[~present(radiance) | (coverage < 1)] = np.nan
    values[..., beyond_lights(lat), :] = 0
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
            ``cf_cvg``, or with ``Gap_Filled_DNB_BRDF_Corrected_NTL``; months may be absent.
        year: the year that the file must hold.
        product: which of the two.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`; also, while
            reading, an impossible radiance.
    """
    variables = (_RADIANCE, _COVERAGE) if product == "vcmslcfg" else (_GAP_FILLED,)

    def decode(block: Block) -> NDArray[np.float32]:
        if product == "vcmslcfg":
            values = decode_lights(block.raw["avg_rad"], block.raw["cf_cvg"], block.lat)
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

    with open_raster_year(
        path, year=year, variables=variables, decode=decode, monthly=True
    ) as images:
        yield images
