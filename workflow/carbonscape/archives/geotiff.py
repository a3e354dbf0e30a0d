"""Opening GeoTIFF maps: the format by name, damage as a refusal, centres of pixels."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator

import numpy as np
import rasterio
from numpy.typing import NDArray

from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import require_file, unreadable


@contextlib.contextmanager
def open_geotiff(
    path: str | os.PathLike[str], *, origin: str = ""
) -> Iterator[rasterio.DatasetReader]:
    """Open a GeoTIFF; what cannot be read in the block is refused as well.

    Args:
        path: the file.
        origin: names it for messages; by default its path.

    Raises:
        InputError: the file is absent, may not be read, is damaged, cut short or no GeoTIFF.
    """
    require_file(path)
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        # The library says of such a file what it says of a damaged one.
        raise unreadable(path, error) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            # GeoTIFF alone: other formats of the library name further files, or addresses.
            with rasterio.open(path, driver="GTiff") as source:
                yield source
    except rasterio.errors.RasterioError as error:
        raise InputError(
            f"{origin or path}: cannot be read as a GeoTIFF ({error}): it is damaged, cut "
            "short or another format; fetch it again."
        ) from error


def pixel_centres(
    source: rasterio.DatasetReader,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (lat,) degrees north and (lon,) degrees east of the pixels, in the file's order."""
    transform = source.transform
    lat = transform.f + (np.arange(source.height) + 0.5) * transform.e
    lon = transform.c + (np.arange(source.width) + 0.5) * transform.a
    return np.round(lat, 9), np.round(lon, 9)
