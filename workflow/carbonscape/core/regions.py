"""Regions of the Earth as polygons in degrees, and the region in which a place lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Number of a place in no region.
OUTSIDE = 0


@dataclass(frozen=True)
class Region:
    """A region: a polygon whose edges are straight in degrees.

    Attributes:
        number: from 1.
        abbreviation: what labels call it.
        name: its name.
        lat, lon: (corner,) its corners around it, degrees north and east; the last is not the first
            again.
    """

    number: int
    abbreviation: str
    name: str
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the centroid of its area on a map of plain degrees."""
        y, x = self.lat, self.lon
        cross = x * np.roll(y, -1) - np.roll(x, -1) * y
        lat, lon = (np.sum((value + np.roll(value, -1)) * cross) / 3 for value in (y, x))
        return float(lat / np.sum(cross)), float(lon / np.sum(cross))


def regions_of(regions: list[Region], lat: ArrayLike, lon: ArrayLike) -> NDArray[np.int64]:
    """Return the number of the region of each place, 0 for none; no place is in two.

    A place on an edge belongs to the region west of it, or south of it where the edge runs along
    a parallel, as in regionmask.

    Args:
        regions: numbered from 1; where two overlap, a place belongs to the first.
        lat, lon: degrees north and east, -180 to 180, of shapes that broadcast.

    Returns:
        the common shape of lat and lon.

    Source: the crossing rule with half-open edges (Franklin, PNPOLY), under which polygons that
        share an edge share no point of it.
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    found = np.full(np.broadcast_shapes(lat.shape, lon.shape), OUTSIDE, dtype=np.int64)
    for region in regions:
        found[(found == OUTSIDE) & _inside(region, lat, lon)] = region.number
    return found


def _inside(
    region: Region, lat: NDArray[np.float64], lon: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Say which places are in a region: those with an odd number of edges east of them."""
    odd = np.zeros(np.broadcast_shapes(lat.shape, lon.shape), dtype=bool)
    ends = zip(np.roll(region.lat, -1), np.roll(region.lon, -1), strict=True)
    for y0, x0, (y1, x1) in zip(region.lat, region.lon, ends, strict=True):
        if y0 == y1:
            continue
        # From south to north, so that both neighbours compute the same crossing.
        (south, at_south), (north, at_north) = sorted([(y0, x0), (y1, x1)])
        crossing = at_south + (lat - south) / (north - south) * (at_north - at_south)
        odd ^= (lat > south) & (lat <= north) & (lon <= crossing)
    return odd
