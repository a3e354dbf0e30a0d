"""The Equal Earth projection, and outlines and cells on it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.path import Path as Outline
from numpy.typing import ArrayLike

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(lon: ArrayLike, lat: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Project degrees to the Equal Earth map of a unit sphere (equal area).

    Args:
        lon, lat: degrees east (-180 to 180) and north, of one shape.

    Returns:
        x and y of that shape, in radii of the sphere: |x| <= 2.7066, |y| <= 1.3174.

    Source: Savric, Patterson and Jenny (2018), doi:10.1080/13658816.2018.1504949.
    """
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(lat)))
    x = 2 * np.sqrt(3) * np.radians(lon) * np.cos(theta) / (3 * _slope(theta))
    y = theta * (_A4 * theta**8 + _A3 * theta**6 + _A2 * theta**2 + _A1)
    return x, y


def inverse_equal_earth(x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude of points of the Equal Earth map, degrees.

    Args:
        x: (column,) positions in radii of the sphere.
        y: (row,) positions, |y| <= 1.3174.

    Returns:
        lon (row, column), NaN off the map, and lat (row,).

    Source: the inverse of :func:`equal_earth`, y solved by Newton's method.
    """
    y = np.asarray(y, dtype=np.float64)
    theta = y / _A1
    for _ in range(8):  # four steps reach the last bit
        excess = theta * (_A4 * theta**8 + _A3 * theta**6 + _A2 * theta**2 + _A1) - y
        theta = theta - excess / _slope(theta)
    lat = np.degrees(np.arcsin(np.clip(np.sin(theta) * 2 / np.sqrt(3), -1, 1)))
    scale = 3 * _slope(theta) / (2 * np.sqrt(3) * np.cos(theta))
    lon = np.degrees(np.outer(scale, x))
    return np.where(np.abs(lon) <= 180, lon, np.nan), lat


def _slope(theta: np.ndarray) -> np.ndarray:
    """Return the derivative of y with respect to the projection's inner angle."""
    return 9 * _A4 * theta**8 + 7 * _A3 * theta**6 + 3 * _A2 * theta**2 + _A1


def cell_of(positions: np.ndarray, bounds: ArrayLike) -> np.ndarray:
    """Return the cell in which each position lies, -1 for none; cells stand side by side."""
    bounds = np.asarray(bounds, dtype=np.float64)
    low = bounds.min(axis=1)
    order = np.argsort(low)
    edges = np.append(low[order], bounds.max())
    found = np.searchsorted(edges, np.nan_to_num(positions, nan=np.inf), side="right") - 1
    inside = (found >= 0) & (found < len(order))
    return np.where(inside, order[np.clip(found, 0, len(order) - 1)], -1)


def project_ring(ring: np.ndarray, *, centre: float = 0.0) -> np.ndarray:
    """Return a closed outline on the map, [point, 2].

    Args:
        ring: [point, 2] of longitude and latitude, degrees.
        centre: longitude of the middle of the map, degrees east.
    """
    return np.column_stack(equal_earth(*(_densify(ring) - [centre, 0.0]).T))


def outline_of(rings: Iterable[np.ndarray], *, centre: float = 0.0) -> Outline:
    """Return the outlines of the land on the map as one, whose holes stay open.

    Args:
        rings: [point, 2] of longitude and latitude, degrees, each closed.
        centre: longitude of the middle of the map, degrees east.
    """
    points, codes = [], []
    for ring in rings:
        points.append(project_ring(ring, centre=centre))
        codes += [Outline.MOVETO, *[Outline.LINETO] * (len(points[-1]) - 2), Outline.CLOSEPOLY]
    return Outline(np.concatenate(points), codes)


def _densify(ring: np.ndarray, *, step: float = 2.0) -> np.ndarray:
    """Add points so that no edge spans over ``step`` degrees: long edges bend on the map."""
    edges = np.diff(ring, axis=0)
    pieces = np.maximum(1, np.ceil(np.abs(edges).max(axis=1) / step)).astype(int)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (np.arange(pieces.sum()) - first) / np.repeat(pieces, pieces)
    added = np.repeat(edges, pieces, axis=0) * share[:, None]
    return np.concatenate([np.repeat(ring[:-1], pieces, axis=0) + added, ring[-1:]])
