"""Maps of the world, or of a region: the Equal Earth projection and the outlines of the land."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Polygon
from numpy.typing import ArrayLike

from carbonscape.core.errors import InputError
from carbonscape.core.io import read_json
from carbonscape.figures.projection import cell_of, equal_earth, inverse_equal_earth, outline_of
from carbonscape.figures.style import FAINT, LAND, NO_DATA, REFERENCE
from carbonscape.figures.views import draw_view, shown_view


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


def draw_world(
    ax: Axes, rings: list[np.ndarray], *, south: float = -60.0, land_color: str = LAND
) -> None:
    """Draw land, a 30-degree graticule and the map's edge from ``south`` degrees to the pole."""
    border = _border(south)
    ax.add_patch(border)
    _add_land(ax, rings, border, fc=land_color, ec="#b5b1a6", lw=0.3)
    for lat in range(-60, 90, 30):
        if lat > south:
            line = equal_earth(np.linspace(-180, 180, 361), np.full(361, lat))
            ax.plot(*line, color=FAINT, lw=0.4, zorder=0.5)
    for lon in range(-150, 180, 30):
        edge = np.linspace(south, 90, 181)
        ax.plot(*equal_earth(np.full(181, lon), edge), color=FAINT, lw=0.4, zorder=0.5)
    ax.set_aspect("equal")
    ax.set_axis_off()
    # The land reaches under the map's edge, which clips it; the view ends at the edge.
    x, y = equal_earth([180, 0, 0], [0, south, 90])
    ax.set(xlim=(-1.01 * x[0], 1.01 * x[0]), ylim=(y[1] - 0.02, y[2] + 0.02))


def draw_cells(
    ax: Axes,
    values: ArrayLike,
    *,
    lat_bounds: ArrayLike,
    lon_bounds: ArrayLike,
    rings: list[np.ndarray],
    cmap: Colormap | str,
    norm: Normalize,
    south: float = -60.0,
    columns: int = 2000,
) -> AxesImage:
    """Draw a map of grid cells, each in its true outline, over grey land and under the coasts.

    Every pixel takes the value of the cell in which it lies: the cost is that of the picture,
    whatever the number of cells. Inside :func:`carbonscape.figures.views.zoomed` the map shows the
    region alone.

    Args:
        values: (lat, lon), NaN where there is no value; there the grey shows.
        lat_bounds, lon_bounds: (lat, 2) and (lon, 2) edges of the cells, degrees.
        rings: outlines of :func:`land_rings`.
        cmap, norm: colours.
        south: the map's southern edge, degrees.
        columns: width of the picture, pixels.

    Returns:
        The picture, for a colour bar.
    """
    if (view := shown_view()) is not None:
        return draw_view(
            ax, values, view, lat_bounds=lat_bounds, lon_bounds=lon_bounds, rings=rings, cmap=cmap,
            norm=norm, columns=columns,
        )  # fmt: skip
    draw_world(ax, rings, south=south, land_color=NO_DATA)
    x, y = equal_earth([180, 0, 0], [0, south, 90])
    rows = round(columns * (y[2] - y[1]) / (2 * x[0]))
    # Centres of the pixels, from the upper left.
    lon, lat = inverse_equal_earth(
        ((np.arange(columns) + 0.5) / columns * 2 - 1) * x[0],
        y[2] - (np.arange(rows) + 0.5) / rows * (y[2] - y[1]),
    )
    row, column = cell_of(lat, lat_bounds), cell_of(lon, lon_bounds)
    inside = (row >= 0)[:, None] & (column >= 0)
    picture = np.where(inside, np.asarray(values)[row[:, None], column], np.nan)
    limits = ax.get_xlim(), ax.get_ylim()
    image = ax.imshow(
        np.ma.masked_invalid(picture), extent=(-x[0], x[0], y[1], y[2]), cmap=cmap, norm=norm,
        interpolation="nearest", zorder=1.2,
    )  # fmt: skip
    ax.set(xlim=limits[0], ylim=limits[1])
    border = _border(south)
    ax.add_patch(border)
    _add_land(ax, rings, border, fc="none", ec="#3a3a3a", lw=0.35, zorder=2)
    return image


def _border(south: float) -> Polygon:
    """Return the map's edge."""
    edge = np.linspace(south, 90, 181)
    frame = np.concatenate(
        [
            np.column_stack([np.full(181, 180.0), edge]),
            np.column_stack([np.full(181, -180.0), edge[::-1]]),
        ]
    )
    return Polygon(
        np.column_stack(equal_earth(*frame.T)), fc="none", ec=REFERENCE, lw=0.6, zorder=3
    )


def _add_land(ax: Axes, rings: list[np.ndarray], border: Polygon, **look: Any) -> None:
    """Draw the outlines of the land, clipped by the map's edge."""
    land = PathPatch(outline_of(rings), **look)
    # As an artist: add_patch would walk along every edge to find the limits, which are set here.
    ax.add_artist(land)
    land.set_clip_path(border)
