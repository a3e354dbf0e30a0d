"""The 26 regions of the IPCC's SREX report: reading their corners, and finding a place's region.

The table is ``resources/regions/srex.csv``; the README beside it says where it comes from.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carbonscape.archives.csv_text import read_csv_text
from carbonscape.core.errors import InputError
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import read_limited

#: Number of a place in no region.
OUTSIDE = 0

#: How many regions there are.
REGIONS = 26

_REMEDY = "take the file of the repository"

_COLUMNS = ["number", "abbreviation", "name", "corner", "lat", "lon"]


@dataclass(frozen=True)
class Region:
    """A region: a polygon whose edges are straight in degrees.

    Attributes:
        number: 1 to 26.
        abbreviation: three letters.
        name: what the report calls it.
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


def read_regions(path: str | os.PathLike[str]) -> list[Region]:
    """Read the regions in the order of their numbers.

    Raises:
        InputError: the file is absent, cannot be read, or does not hold the 26 regions.

    Source: Seneviratne et al. (2012), IPCC SREX, chapter 3, figure 3-1 and appendix 3.A-1.
    """
    content = read_limited(path, TABLE_BYTES, remedy=_REMEDY)
    text = read_csv_text(content, origin=str(path), remedy=_REMEDY)
    text.require(_COLUMNS)
    table = pd.DataFrame(
        {name: text.numbers(name) for name in ("number", "corner", "lat", "lon")}
        | {name: text.texts(name) for name in ("abbreviation", "name")}
    )
    regions = [
        Region(
            int(number),
            corners["abbreviation"].iloc[0],
            corners["name"].iloc[0],
            corners["lat"].to_numpy(np.float64),
            corners["lon"].to_numpy(np.float64),
        )
        for number, corners in table.sort_values(["number", "corner"]).groupby("number")
    ]
    numbers = [region.number for region in regions]
    if numbers != list(range(1, REGIONS + 1)) or min(len(region.lat) for region in regions) < 3:
        raise InputError(
            f"{path}: holds {len(regions)} regions; expected those numbered 1 to {REGIONS}, of at "
            f"least three corners each; {_REMEDY}."
        )
    return regions


def regions_of(regions: list[Region], lat: ArrayLike, lon: ArrayLike) -> NDArray[np.int64]:
    """Return the number of the region of each place, 0 for none; no place is in two.

    A place on an edge belongs to the region west of it, or south of it where the edge runs along
    a parallel, as in regionmask.

    Args:
        regions: of :func:`read_regions`.
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
