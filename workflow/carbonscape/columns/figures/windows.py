"""Pictures of parts of the Earth: pixels between parallels and meridians, and the coasts."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, Normalize
from matplotlib.image import AxesImage

from carbonscape.figures import style


def draw_window(
    ax: Axes,
    picture: np.ndarray,
    *,
    edges: tuple[float, float, float, float],
    rings: list[np.ndarray],
    cmap: Colormap | str,
    norm: Normalize,
    say: str = "no value",
) -> AxesImage:
    """Draw a picture over grey, in plain degrees stretched so that kilometres are alike.

    Args:
        ax: the panel.
        picture: (row, column), pixels from the north-west; NaN is grey.
        edges: southern, northern, western and eastern edge, degrees; the eastern one may lie beyond
            180.
        rings: outlines of :func:`carbonscape.figures.maps.land_rings`.
        cmap, norm: colours.
        say: what stands in the panel if no pixel has a value.
    """
    south, north, west, east = edges
    ax.set_facecolor(style.NO_DATA)
    image = ax.imshow(
        np.ma.masked_invalid(picture), extent=(west, east, south, north), cmap=cmap, norm=norm,
        interpolation="nearest", aspect="auto", zorder=1,
    )  # fmt: skip
    # Outlines of the other side of the date line as well; those beyond the window are cut off.
    lines = [ring + np.array([shift, 0]) for ring in rings for shift in (-360, 0, 360)]
    near = [line for line in lines if _meets(line, edges)]
    ax.add_collection(LineCollection(near, colors="#3a3a3a", linewidths=0.4, zorder=2))
    ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    middle = np.radians((south + north) / 2)
    ax.set_box_aspect((north - south) / ((east - west) * np.cos(middle)))
    ax.spines[:].set(visible=True, color=style.REFERENCE, lw=0.5)
    if not np.isfinite(picture).any():
        look: dict[str, Any] = {"fc": "white", "ec": "none", "pad": 1.5}
        ax.text(0.5, 0.5, say, transform=ax.transAxes, ha="center", va="center", fontsize=7,
                zorder=3, bbox=look)  # fmt: skip
    return image


def _meets(line: np.ndarray, edges: tuple[float, float, float, float]) -> bool:
    """Say whether the extent of an outline meets a window."""
    south, north, west, east = edges
    (left, low), (right, high) = line.min(axis=0), line.max(axis=0)
    return bool(left <= east and right >= west and low <= north and high >= south)
