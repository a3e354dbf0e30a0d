"""The pixels around a place, on MODIS's projection and on longitude and latitude."""

from __future__ import annotations

import math
from typing import Any

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.tower_pixels import PixelGrid

SIDE = 463.3127165279165
MODIS = {
    "type": "Projection",
    "crs": "SR-ORG:6974",
    "transform": [SIDE, 0, -20015109.354, 0, -SIDE, 10007554.677],
}


def plane(lon: float, lat: float) -> tuple[float, float]:
    """Return column and row of a place, by the formula of the projection."""
    radius = 6371007.181
    x = radius * math.radians(lon) * math.cos(math.radians(lat))
    return (x + 20015109.354) / SIDE, (10007554.677 - radius * math.radians(lat)) / SIDE


@pytest.mark.parametrize(("lat", "lon"), [(42.54, -72.17), (-33.47, 116.0), (67.75, 29.6)])
def test_centres_of_sinusoidal_pixels_lie_row_by_row_from_the_north_west(
    lat: float, lon: float
) -> None:
    col, row = (math.floor(value) for value in plane(lon, lat))
    found = [plane(*place) for place in PixelGrid.of(MODIS, "x").around(lat, lon, 1)]
    expected = [(col + a + 0.5, row + d + 0.5) for d in (-1, 0, 1) for a in (-1, 0, 1)]
    for (x, y), (across, down) in zip(found, expected, strict=True):
        assert x == pytest.approx(across, abs=1e-4)
        assert y == pytest.approx(down, abs=1e-4)


def test_a_known_tile_of_modis_holds_harvard_forest() -> None:
    # Harvard Forest lies in tile h12v04 of 2400 x 2400 pixels.
    ((lon, lat),) = PixelGrid.of(MODIS, "x").around(42.5378, -72.1715, 0)
    col, row = plane(lon, lat)
    assert (int(col // 2400), int(row // 2400)) == (12, 4)
    assert abs(lat - 42.5378) < 0.0025
    assert abs(lon + 72.1715) < 0.0035


def test_pixels_of_longitude_and_latitude() -> None:
    grid = PixelGrid.of({"crs": "EPSG:4326", "transform": [10, 0, -180, 0, -10, 90]}, "x")
    assert grid.around(42.5, -72.2, 0) == [(-75.0, 45.0)]
    assert grid.around(42.5, -72.2, 1)[0] == (-85.0, 55.0)
    # The neighbour beyond the edge of the map lies on its other side.
    assert grid.around(0.5, 179.0, 1)[2] == (-175.0, 15.0)


@pytest.mark.parametrize(
    "projection",
    [
        {"crs": "EPSG:3857", "transform": [1, 0, 0, 0, -1, 0]},
        {"crs": "EPSG:4326", "transform": [1, 0.1, 0, 0, -1, 0]},
        {"crs": "EPSG:4326", "transform": [1, 0, 0, 0, 1, 0]},
    ],
)
def test_another_projection_is_refused(projection: dict[str, Any]) -> None:
    with pytest.raises(DownloadError, match="expected MODIS's sinusoidal one, north up"):
        PixelGrid.of(projection, "x")


def test_a_projection_in_words_is_understood() -> None:
    wkt = {"wkt": 'PROJCS["MODIS Sinusoidal", ...]', "transform": MODIS["transform"]}
    assert PixelGrid.of(wkt, "x") == PixelGrid.of(MODIS, "x")
