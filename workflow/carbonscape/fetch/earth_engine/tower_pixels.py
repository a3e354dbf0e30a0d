"""Where the pixels around a tower lie, from the projection that Earth Engine states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from carbonscape.core.errors import DownloadError

#: Radius of the sphere of MODIS's sinusoidal projection, m (user guide of MOD15A2H).
_RADIUS = 6_371_007.181
_SINUSOIDAL = ("SR-ORG:6974", "SR-ORG:6842")


@dataclass(frozen=True)
class PixelGrid:
    """The pixels of a product.

    Attributes:
        sinusoidal: whether they lie on MODIS's projection, or else on longitude and latitude.
        west, north: outer corner of the first pixel, m or degrees.
        width, height: size of a pixel, m or degrees; the height is negative, north being up.
    """

    sinusoidal: bool
    west: float
    north: float
    width: float
    height: float

    @classmethod
    def of(cls, projection: Mapping[str, Any], label: str) -> PixelGrid:
        """Return the pixels of a projection as the client gives it.

        Raises:
            DownloadError: it is another than these two, or is rotated, or north is not up.
        """
        crs = str(projection.get("crs", projection.get("wkt", "")))
        sinusoidal = crs in _SINUSOIDAL or "Sinusoidal" in crs
        width, shear_x, west, shear_y, height, north = projection["transform"]
        if not (sinusoidal or crs == "EPSG:4326") or shear_x or shear_y or height >= 0:
            raise DownloadError(
                f"{label}: the pixels lie on the projection {crs[:60]} with the transform "
                f"{projection['transform']}, expected MODIS's sinusoidal one, north up; the "
                "product has changed: report this."
            )
        return cls(sinusoidal, west, north, width, height)

    def around(self, lat: float, lon: float, reach: int) -> list[tuple[float, float]]:
        """Return longitude and latitude of the centres of the pixels around a place.

        Args:
            lat, lon: the place, degrees.
            reach: how many pixels beside the one that holds the place: 1 for 3 x 3.

        Returns:
            Row by row from the north-west.
        """
        x, y = self._to_plane(lat, lon)
        col = np.floor((x - self.west) / self.width)
        row = np.floor((y - self.north) / self.height)
        span = range(-reach, reach + 1)
        return [
            self._to_globe(
                self.west + (col + across + 0.5) * self.width,
                self.north + (row + down + 0.5) * self.height,
            )
            for down in span
            for across in span
        ]

    def _to_plane(self, lat: float, lon: float) -> tuple[float, float]:
        if not self.sinusoidal:
            return lon, lat
        return (
            _RADIUS * np.radians(lon) * np.cos(np.radians(lat)),
            _RADIUS * np.radians(lat),
        )

    def _to_globe(self, x: float, y: float) -> tuple[float, float]:
        if not self.sinusoidal:
            lon, lat = x, y
        else:
            lat = np.degrees(y / _RADIUS)
            lon = np.degrees(x / (_RADIUS * np.cos(y / _RADIUS)))
        # Beyond the 180th meridian the neighbour lies on the other side of the map.
        return float((lon + 180) % 360 - 180), float(lat)
