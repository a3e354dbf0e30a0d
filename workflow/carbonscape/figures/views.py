"""Maps of a region of the Earth, drawn where others show the world."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Polygon
from numpy.typing import ArrayLike

from carbonscape.figures.projection import (
    cell_of,
    equal_earth,
    inverse_equal_earth,
    outline_of,
    project_ring,
)
from carbonscape.figures.style import FAINT, NO_DATA, REFERENCE

#: Distances of the lines of the graticule, degrees, of which the largest with four lines or more
#: across the region is drawn.
_STEPS = (30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)

#: Height of a map of the world north of 60 degrees south whose width is 1, with some room.
WORLD_HEIGHT = 0.435

#: Most height that a map takes, inches.
_HALF_A_PAGE = 5.0


@dataclass(frozen=True)
class View:
    """The part of the Earth that maps show, projected around its own middle.

    Attributes:
        west, south, east, north: its edges, degrees.
    """

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> float:
        """Longitude of its middle, degrees east."""
        return (self.west + self.east) / 2

    @property
    def border(self) -> np.ndarray:
        """Its edge on the map, [point, 2]."""
        west, south, east, north = self.west, self.south, self.east, self.north
        corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return project_ring(np.array(corners, dtype=np.float64), centre=self.centre)

    @property
    def step(self) -> float:
        """Distance of the lines of its graticule, degrees."""
        span = max(self.east - self.west, self.north - self.south)
        return next((step for step in _STEPS if span / step >= 4), _STEPS[-1])


_SHOWN: ContextVar[View | None] = ContextVar("shown", default=None)


@contextlib.contextmanager
def zoomed(region: Sequence[float] | None) -> Iterator[None]:
    """Let maps of cells that are drawn inside show a region alone.

    Maps of towers, sites and soundings show the world all the same: models learn from all of it.

    Args:
        region: west, south, east and north in degrees; None for the world.
    """
    token = _SHOWN.set(None if region is None else View(*map(float, region)))
    try:
        yield
    finally:
        _SHOWN.reset(token)


def map_height(width: float, *, world: float = WORLD_HEIGHT) -> float:
    """Return the height that a figure leaves for a map, inches.

    A map of a region has the height of its own shape, so that it fills the width, but no more than
    that of a square or half a page, and no less than two thirds of that of the world.

    Args:
        width: of the map, inches.
        world: height of a map of the world whose width is 1.
    """
    if (view := shown_view()) is None:
        return world * width
    across, up = np.ptp(view.border, axis=0)
    return min(float(np.clip(up / across, world * 2 / 3, 1)) * width, _HALF_A_PAGE)


def shown_view() -> View | None:
    """Return the region that maps show now; None for the world."""
    return _SHOWN.get()


def bar_place(*, left: float) -> tuple[float, float, float, float]:
    """Return the place of a colour bar close under a map, in parts of the map's panel.

    Args:
        left: its left end; it is centred.
    """
    # Under the map of a region stand the names of its meridians.
    return (left, -0.1 if shown_view() is None else -0.2, 1 - 2 * left, 0.055)


def draw_view(
    ax: Axes,
    values: ArrayLike,
    view: View,
    *,
    lat_bounds: ArrayLike,
    lon_bounds: ArrayLike,
    rings: list[np.ndarray],
    cmap: Colormap | str,
    norm: Normalize,
    columns: int,
) -> AxesImage:
    """Draw a map of grid cells in a region, each in its true outline, under the coasts.

    Args:
        values: (lat, lon), NaN where there is no value; there the grey shows.
        view: the region.
        lat_bounds, lon_bounds: (lat, 2) and (lon, 2) edges of the cells, degrees.
        rings: outlines of the land.
        cmap, norm: colours.
        columns: width of the picture, pixels.

    Returns:
        The picture, for a colour bar.
    """
    border = view.border
    (left, bottom), (right, top) = border.min(axis=0), border.max(axis=0)
    edge = Polygon(border, fc="none", ec=REFERENCE, lw=0.6, zorder=3)
    ax.add_patch(edge)
    land = outline_of(rings, centre=view.centre)
    _add_clipped(ax, PathPatch(land, fc=NO_DATA, ec="none"), edge)
    rows = max(round(columns * (top - bottom) / (right - left)), 1)
    # Centres of the pixels, from the upper left.
    lon, lat = inverse_equal_earth(
        left + (np.arange(columns) + 0.5) / columns * (right - left),
        top - (np.arange(rows) + 0.5) / rows * (top - bottom),
    )
    lon = lon + view.centre
    row, column = cell_of(lat, lat_bounds), cell_of(lon, lon_bounds)
    inside = (row >= 0)[:, None] & (column >= 0)
    inside &= (lon >= view.west) & (lon <= view.east)
    inside &= ((lat >= view.south) & (lat <= view.north))[:, None]
    picture = np.where(inside, np.asarray(values)[row[:, None], column], np.nan)
    image = ax.imshow(
        np.ma.masked_invalid(picture), extent=(left, right, bottom, top), cmap=cmap, norm=norm,
        interpolation="nearest", zorder=1.2,
    )  # fmt: skip
    _add_clipped(ax, PathPatch(land, fc="none", ec="#3a3a3a", lw=0.5, zorder=2), edge)
    _add_graticule(ax, view)
    ax.set_aspect("equal")
    ax.set_axis_off()
    margin = 0.01 * max(right - left, top - bottom)
    ax.set(xlim=(left - margin, right + margin), ylim=(bottom - margin, top + margin))
    return image


def _add_clipped(ax: Axes, patch: PathPatch, edge: Polygon) -> None:
    """Draw a patch inside the edge of the map."""
    # As an artist: add_patch would walk along every edge to find the limits, which are set later.
    ax.add_artist(patch)
    patch.set_clip_path(edge)


def _add_graticule(ax: Axes, view: View) -> None:
    """Draw meridians and parallels, and say at the edges which they are."""
    look = {"color": FAINT, "lw": 0.4, "zorder": 1.1}
    said = {"fontsize": 7, "color": REFERENCE, "zorder": 3}
    for lon in _between(view.west, view.east, view.step):
        lat = np.linspace(view.south, view.north, 91)
        x, y = equal_earth(np.full(91, lon - view.centre), lat)
        ax.plot(x, y, **look)
        ax.annotate(degrees_text(lon, "E", "W"), (x[0], y[0]), (0, -2), textcoords="offset points",
                    ha="center", va="top", annotation_clip=False, **said)  # fmt: skip
    for lat in _between(view.south, view.north, view.step):
        lon = np.linspace(view.west, view.east, 91) - view.centre
        x, y = equal_earth(lon, np.full(91, lat))
        ax.plot(x, y, **look)
        ax.annotate(degrees_text(lat, "N", "S"), (x[0], y[0]), (-2, 0), textcoords="offset points",
                    ha="right", va="center", annotation_clip=False, **said)  # fmt: skip


def _between(first: float, last: float, step: float) -> list[float]:
    """Return the multiples of a step that lie between two positions, without those at the edges."""
    numbers = range(int(np.floor(first / step)), int(np.ceil(last / step)) + 1)
    near = 0.02 * (last - first)
    return [n * step for n in numbers if first + near < n * step < last - near]


def degrees_text(value: float, above: str, below: str) -> str:
    """Return a position in degrees on one of two sides of 0: 52.5°N."""
    side = above if value > 0 else below if value < 0 else ""
    return f"{abs(value):g}\N{DEGREE SIGN}{side}"
