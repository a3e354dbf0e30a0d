"""Areas of grid cells, and sums over them: from gC m-2 d-1 to PgC yr-1."""

from __future__ import annotations

import calendar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.errors import ResultError

#: Radius of the sphere on which MODIS products lie, metres.
EARTH_RADIUS = 6_371_007.181

#: Grams in a petagram.
PETAGRAM = 1e15


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
    return EARTH_RADIUS**2 * band * width


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


def month_days(year: int) -> NDArray[np.int64]:
    """Return the number of days of January to December, (month=12)."""
    return np.array([calendar.monthrange(year, month)[1] for month in range(1, 13)])


def annual_sum(gpp: ArrayLike, *, year: int) -> NDArray[np.float64]:
    """Sum monthly means of a flux over a year, gC m-2 yr-1.

    Args:
        gpp: (time=12, ...) monthly means, gC m-2 d-1; NaN where there is no value. An iterable of
            twelve fields serves as well, so that no more than one month need be in memory.
        year: the year, which decides February's days.

    Returns:
        (...) NaN where any month has no value.

    Raises:
        ResultError: there are not twelve months.
    """
    days = month_days(year)
    total: NDArray[np.float64] | None = None
    count = 0
    for count, field in enumerate(gpp, start=1):
        part = np.asarray(field, dtype=np.float64) * days[(count - 1) % 12]
        total = part if total is None else total + part
    if total is None or count != 12:
        raise ResultError(f"{year} has {count} months of GPP; the sum of a year needs twelve.")
    return total


def petagrams(annual: ArrayLike, areas: ArrayLike) -> float:
    """Return the sum of a yearly flux over its valid cells, PgC yr-1.

    Args:
        annual: (lat, lon) gC m-2 yr-1, NaN where there is no value.
        areas: (lat, lon) m2.
    """
    return float(np.nansum(np.asarray(annual, dtype=np.float64) * areas) / PETAGRAM)


def annual_total(gpp: ArrayLike, *, lat_bnds: ArrayLike, lon_bnds: ArrayLike, year: int) -> float:
    """Return the sum of GPP over a year and all cells with twelve valid months, PgC yr-1.

    Args:
        gpp: (time=12, lat, lon) gC m-2 d-1, NaN where there is no value.
        lat_bnds, lon_bnds: edges as in :func:`cell_areas`.
        year: the year.

    Raises:
        ResultError: there are not twelve months, or the bounds are no grid.

    Source: the GPP paper, section 3.2.3 (sums of latitude-weighted pixels over the product's
    own mask, no scaling to a land area); exact areas and twelve months are this project's.
    """
    return petagrams(annual_sum(gpp, year=year), cell_areas(lat_bnds, lon_bnds))
