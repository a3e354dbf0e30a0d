"""Simulated Koppen-Geiger map: a GeoTIFF with the codes and the layout of Beck et al."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from carbonscape.core.io import atomic_path
from carbonscape.simulate.lattice import SIMULATED, centres

_SPACING = 0.5  # degrees


def write_koppen(path: str | os.PathLike[str], *, earth: Any) -> list[Path]:
    """Write the Koppen-Geiger classes of the Earth: codes 1-30, 0 = sea, north up, 0.5 degree.

    Codes as in the legend of Beck et al. (2023), doi 10.1038/s41597-023-02549-6.

    Args:
        path: the GeoTIFF.
        earth: the Earth: ``earth.koppen(lat, lon)``, the codes at places in degrees, counts
            where ``earth.is_land(lat, lon)``.

    Returns:
        The file, in a list.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    lat, lon = centres(_SPACING)
    places = [axis.ravel() for axis in np.meshgrid(lat, lon, indexing="ij")]
    codes = np.where(earth.is_land(*places), earth.koppen(*places), 0)
    codes = codes.reshape(len(lat), len(lon)).astype("uint8")
    layout = {
        "driver": "GTiff",
        "height": len(lat),
        "width": len(lon),
        "count": 1,
        "dtype": "uint8",
        "crs": "EPSG:4326",
        "transform": rasterio.Affine(_SPACING, 0.0, -180.0, 0.0, -_SPACING, 90.0),
        "compress": "deflate",
    }
    with atomic_path(path) as temporary, rasterio.open(temporary, "w", **layout) as image:
        image.write(codes, 1)
        image.update_tags(TIFFTAG_IMAGEDESCRIPTION=f"Koppen-Geiger classes. {SIMULATED}")
    return [Path(path)]
