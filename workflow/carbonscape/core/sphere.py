"""The Earth as a sphere: distances along great circles, and areas of cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.errors import ResultError

#: Mean radius of the Earth, km: of distances.
EARTH_RADIUS = 6371.0

#: Radius of the sphere on which MODIS products lie, metres: of areas.
MODIS_RADIUS = 6_371_007.181

#: Kilometres of a degree of arc.
KM_PER_DEGREE = EARTH_RADIUS * np.pi / 180


def arc_degrees(
    lat: ArrayLike, lon: ArrayLike, lats: ArrayLike, lons: ArrayLike
) -> NDArray[np.float64]:
    """Return distances along great circles, degrees of arc.

    Args:
        lat, lon: places, degrees.
        lats, lons: other places, degrees, of a shape that broadcasts with the first.

    Source: the haversine formula.
    """
    one, two = np.radians(lat), np.radians(lats)
    half = np.sin((two - one) / 2) ** 2
    half = half + np.cos(one) * np.cos(two) * np.sin(np.radians(np.subtract(lons, lon)) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def unit_vectors(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.float64]:
    """Return places (place,) of degrees as points of the unit sphere, (place, 3).

    Straight lines between them order places as great circles do, and serve a k-d tree.
    """
    lat, lon = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def cell_areas(lat_bnds: ArrayLike, lon_bnds: ArrayLike) -> NDArray[np.float64]:
    """Return the exact area of every cell of a latitude-longitude grid, m2.

    Args:
        lat_bnds: (lat, 2) southern and northern edges, in either order, degrees north.
        lon_bnds: (lon, 2) western and eastern edges, in either order, degrees east.

    Returns:
        (lat, lon) R2 * dlon * (sin north - sin south). The cosine of the centre's latitude is
        only close to this, and is zero at neither pole's cell.

    Raises:
        ResultError: the bounds have another shape, lie outside the globe or enclose nothing.
    """
    lat = _bounds(lat_bnds, "latitude", limit=90)
    lon = _bounds(lon_bnds, "longitude", limit=360)
    band = np.abs(np.diff(np.sin(np.radians(lat)), axis=1))
    width = np.abs(np.diff(np.radians(lon), axis=1)).T
    return MODIS_RADIUS**2 * band * width


def _bounds(bounds: ArrayLike, name: str, *, limit: float) -> NDArray[np.float64]:
    """Return the bounds of one axis as float64, or refuse them."""
    bounds = np.asarray(bounds, dtype=np.float64)
    if bounds.ndim != 2 or bounds.shape[1] != 2:
        raise ResultError(f"{name} bounds have shape {list(bounds.shape)}; expected [cell, 2].")
    if not np.all(np.abs(bounds) <= limit) or not np.all(bounds[:, 0] != bounds[:, 1]):
        raise ResultError(
            f"{name} bounds must lie within -{limit:g} to {limit:g} degrees and each pair must "
            "enclose a cell; the grid of the product is damaged: delete it and run again."
        )
    return bounds
