"""World maps: the Equal Earth projection and the outlines of the continents."""

from __future__ import annotations

import os

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path as Outline
from numpy.typing import ArrayLike

from carbonscape.errors import InputError
from carbonscape.figures.style import FAINT, LAND, REFERENCE
from carbonscape.io import read_json

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
    slope = 9 * _A4 * theta**8 + 7 * _A3 * theta**6 + 3 * _A2 * theta**2 + _A1
    x = 2 * np.sqrt(3) * np.radians(lon) * np.cos(theta) / (3 * slope)
    y = theta * (_A4 * theta**8 + _A3 * theta**6 + _A2 * theta**2 + _A1)
    return x, y


def land_rings(path: str | os.PathLike[str]) -> list[np.ndarray]:
    """Read the rings of land polygons: arrays [point, 2] of longitude and latitude in degrees.

    Rings are closed; exteriors run counter-clockwise and holes (the Caspian Sea) clockwise, so
    that all rings filled as one outline leave the holes open.

    Raises:
        InputError: the file is absent or holds no polygons.
    """
    content = read_json(path)
    try:
        rings = [
            np.asarray(ring, dtype=np.float64)
            for feature in content["features"]
            for polygon in feature["geometry"]["coordinates"]
            for ring in polygon
        ]
        if not rings or any(ring.ndim != 2 or ring.shape[1] != 2 for ring in rings):
            raise ValueError("no rings of positions")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: expected GeoJSON MultiPolygons of land; rebuild it as "
            "resources/geography/README.md says."
        ) from error
    return rings


def draw_world(ax: Axes, rings: list[np.ndarray], *, south: float = -60.0) -> None:
    """Draw land, a 30-degree graticule and the map's edge from ``south`` degrees to the pole."""
    edge = np.linspace(south, 90, 181)
    frame = np.concatenate(
        [
            np.column_stack([np.full(181, 180.0), edge]),
            np.column_stack([np.full(181, -180.0), edge[::-1]]),
        ]
    )
    border = Polygon(
        np.column_stack(equal_earth(*frame.T)), fc="none", ec=REFERENCE, lw=0.6, zorder=3
    )
    ax.add_patch(border)
    points, codes = [], []
    for ring in rings:
        ring = _densify(ring)
        points.append(np.column_stack(equal_earth(*ring.T)))
        codes += [Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY]
    land = PathPatch(Outline(np.concatenate(points), codes), fc=LAND, ec="#b5b1a6", lw=0.3)
    ax.add_patch(land)
    land.set_clip_path(border)
    for lat in range(-60, 90, 30):
        if lat > south:
            line = equal_earth(np.linspace(-180, 180, 361), np.full(361, lat))
            ax.plot(*line, color=FAINT, lw=0.4, zorder=0.5)
    for lon in range(-150, 180, 30):
        ax.plot(*equal_earth(np.full(181, lon), edge), color=FAINT, lw=0.4, zorder=0.5)
    ax.set_aspect("equal")
    ax.set_axis_off()
    # The land reaches under the map's edge, which clips it; the view ends at the edge.
    x, y = equal_earth([180, 0, 0], [0, south, 90])
    ax.set(xlim=(-1.01 * x[0], 1.01 * x[0]), ylim=(y[1] - 0.02, y[2] + 0.02))


def _densify(ring: np.ndarray, *, step: float = 2.0) -> np.ndarray:
    """Add points so that no edge spans over ``step`` degrees: long edges bend on the map."""
    parts = []
    for start, end in zip(ring, ring[1:], strict=False):
        pieces = max(1, int(np.ceil(np.abs(end - start).max() / step)))
        parts.append(start + (end - start) * np.arange(pieces)[:, None] / pieces)
    return np.concatenate([*parts, ring[-1:]])
