"""GeoTIFF: centres of pixels, and damage as a refusal."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from carbonscape.archives.geotiff import open_geotiff, pixel_centres
from carbonscape.core.errors import InputError


def written(path):
    layout = {"driver": "GTiff", "count": 1, "dtype": "int16", "crs": "EPSG:4326"}
    transform = from_origin(-180, 90, 90, 45)
    with rasterio.open(path, "w", height=4, width=4, transform=transform, **layout) as image:
        image.write(np.arange(16, dtype="int16").reshape(4, 4), 1)
    return path


def test_centres_lie_half_a_pixel_inside(tmp_path):
    with open_geotiff(written(tmp_path / "a.tif")) as source:
        lat, lon = pixel_centres(source)
    assert lat.tolist() == [67.5, 22.5, -22.5, -67.5]
    assert lon.tolist() == [-135, -45, 45, 135]


def test_a_cut_file_is_refused_where_it_is_read(tmp_path):
    path = written(tmp_path / "a.tif")
    path.write_bytes(path.read_bytes()[:100])
    message = "a.tif.*GeoTIFF.*fetch it again"
    with pytest.raises(InputError, match=message), open_geotiff(path) as source:
        source.read(1)
