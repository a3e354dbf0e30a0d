"""Figure 13: XCO2, its anomaly and the land cover around six places."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Polygon

from carbonscape.columns.evaluation.places import HOTSPOTS
from carbonscape.columns.figures.maps import bounds, symmetric
from carbonscape.columns.figures.soundings import quantile_norm
from carbonscape.columns.figures.windows import draw_window
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.projection import equal_earth, project_ring
from carbonscape.figures.views import degrees_text

#: The IGBP classes 1 to 16: names and colours, near those that the makers of MCD12Q1 use.
COVER = (
    ("Evergreen needleleaf forest", "#05450a"), ("Evergreen broadleaf forest", "#086a10"),
    ("Deciduous needleleaf forest", "#54a708"), ("Deciduous broadleaf forest", "#78d203"),
    ("Mixed forest", "#009900"), ("Closed shrubland", "#c6b044"), ("Open shrubland", "#dcd159"),
    ("Woody savanna", "#b9a06a"), ("Savanna", "#fbdf9b"), ("Grassland", "#b6ff05"),
    ("Wetland", "#27ff87"), ("Cropland", "#c24f44"), ("Urban", "#4b4b4b"),
    ("Crops and natural mosaic", "#ff9e6d"), ("Snow and ice", "#69fff8"), ("Barren", "#f4efe2"),
)  # fmt: skip

_EDGES = ("south", "north", "west", "east")
_CMAP = ListedColormap([color for _, color in COVER])
_NORM = BoundaryNorm(np.arange(0.5, len(COVER) + 1), len(COVER))


@style.styled
def draw_fig13(
    places: xr.Dataset,
    table: pd.DataFrame,
    *,
    land: list[np.ndarray],
    simulated: bool,
    shown: str,
) -> Figure:
    """Draw three pictures of each place, and where the places lie on the map of land cover.

    Args:
        places: xco2, anomaly and cover (place, row, column) with the edges of the windows, and
            world_cover (lat, lon), of ``evaluation.hotspots``.
        table: an XCO2_HOTSPOTS table.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
        shown: the product, ``<model>-<time input>``.

    Source: the XCO2 paper, figure 13.
    """
    year = int(places.attrs["year"])
    if not np.isfinite(places["xco2"].values).any():
        return style.empty_figure(
            f"Nothing to show: at these places the maps have no value in a whole {year}."
        )
    labels = {one.name: one.label for one in HOTSPOTS}
    names = places["place"].values.tolist()
    looks = {
        "xco2": (style.COLUMN, quantile_norm(places["xco2"].values)),
        "anomaly": (style.DIVERGING, symmetric(places["anomaly"].values)),
        "cover": (_CMAP, _NORM),
    }
    figure = style.new_figure(height=8.1)
    grid = figure.add_gridspec(4, len(names), height_ratios=[1, 1, 1, 2.95])
    axes = np.array([[figure.add_subplot(grid[row, at]) for at in range(len(names))]
                     for row in range(3)])  # fmt: skip
    table = table.set_index("place")
    for at, name in enumerate(names):
        one = places.sel(place=name)
        edges = tuple(float(one[edge]) for edge in _EDGES)
        for ax, kind in zip(axes[:, at], looks, strict=True):
            cmap, norm = looks[kind]
            draw_window(ax, one[kind].values, edges=edges, rings=land, cmap=cmap, norm=norm)
            ax.set_box_aspect(1)
            ax.plot(table.loc[name, "lon"], table.loc[name, "lat"], "o", mfc="none", mec="black",
                    ms=4, mew=0.8, zorder=3)  # fmt: skip
        title = textwrap.wrap(f"({'abcdef'[at]}) {labels[name]}", 17)
        axes[0, at].set_title("\n".join(title), loc="left", fontsize=7.5)
        axes[0, at].set_xlabel(_number(table.loc[name, "xco2"]), fontsize=7)
        axes[1, at].set_xlabel(_number(table.loc[name, "anomaly"], sign="+"), fontsize=7)
        axes[2, at].set_xlabel(_place(*table.loc[name, ["lat", "lon"]]), fontsize=7)
    for row, text in enumerate((f"XCO₂, {year}", "Anomaly", "Land cover")):
        axes[row, 0].set_ylabel(text)
    for row in axes[:2]:
        bar = figure.colorbar(row[0].images[0], ax=list(row), shrink=0.95, aspect=12, pad=0.01,
                              extend="both")  # fmt: skip
        bar.set_label(style.XCO2_UNIT)
        bar.outline.set_linewidth(0.4)
    world = figure.add_subplot(grid[3, :])
    _draw_world(world, places, land)
    degrees = f"{places.attrs['degrees']:g}"
    style.say_above(
        figure, style.xco2_label(shown), f"windows {degrees}° high", simulated=simulated
    )
    return figure


def _number(value: float, *, sign: str = "") -> str:
    """Return a value at a place with its unit."""
    if not np.isfinite(value):
        return "no value"
    text = f"{value:{sign}.2f}".replace("-", "−")
    return f"{text} {style.XCO2_UNIT}"


def _place(lat: float, lon: float) -> str:
    """Return '40.6°N, 80.4°W'."""
    return f"{degrees_text(round(lat, 1), 'N', 'S')}, {degrees_text(round(lon, 1), 'E', 'W')}"


def _draw_world(ax: Axes, places: xr.Dataset, land: list[np.ndarray]) -> None:
    """Draw the land cover of the world, the windows on it, and the classes under it."""
    draw_cells(
        ax, places["world_cover"].values, **bounds(places), rings=land, cmap=_CMAP, norm=_NORM
    )
    taken: list[float] = []
    for letter, name in zip("abcdef", places["place"].values, strict=False):
        south, north, west, east = (float(places[edge].sel(place=name)) for edge in _EDGES)
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        outline = project_ring(np.clip(np.array(corners, dtype=float), (-180, -90), (180, 90)))
        ax.add_patch(Polygon(outline, fc="none", ec="black", lw=1.0, zorder=4))
        x, y = equal_earth((west + east) / 2, (south + north) / 2)
        # Of windows side by side, letters go to either side.
        near = any(abs(float(x) - other) < 0.28 for other in taken)
        taken.append(float(x))
        at = (float(outline[:, 0].max()) + 0.03, "left") if near else (
            float(outline[:, 0].min()) - 0.03, "right")  # fmt: skip
        ax.text(at[0], float(y), letter, ha=at[1], va="center", fontsize=8, fontweight="bold",
                zorder=5, bbox={"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.8})  # fmt: skip
    ax.set_title("(g) Land cover (IGBP), and the six windows", loc="left")
    handles = [Patch(fc=color, ec=style.REFERENCE, lw=0.3, label=name) for name, color in COVER]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4,
              handlelength=1.1, columnspacing=1.0)  # fmt: skip
