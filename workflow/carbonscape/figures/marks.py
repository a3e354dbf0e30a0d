"""Points over the cells of a map that a statement holds of, such as a trend that is not told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike

from carbonscape.figures.projection import cell_of, inverse_equal_earth
from carbonscape.figures.style import INK
from carbonscape.figures.views import shown_view

#: Look of a point: dark with a pale edge, so that it shows on every colour.
POINT = {
    "ls": "none", "marker": "o", "ms": 1.5, "mfc": INK, "mec": "white", "mew": 0.25, "zorder": 1.8,
}  # fmt: skip

#: Look of a cross, between the points.
CROSS = POINT | {"marker": "x", "ms": 2.4, "mec": INK, "mew": 0.5, "zorder": 1.9}


def mark_cells(
    ax: Axes,
    image: AxesImage,
    where: ArrayLike,
    *,
    lat_bounds: ArrayLike,
    lon_bounds: ArrayLike,
    look: Mapping[str, Any] = POINT,
    most: tuple[int, int] = (90, 40),
) -> None:
    """Draw points on a lattice over a map, wherever the cell below says so.

    A coarse cell has several points; of cells smaller than the lattice, those at its points count.

    Args:
        ax: axes with a map.
        image: what :func:`carbonscape.figures.maps.draw_cells` returned for it.
        where: (lat, lon), true in the cells to be marked.
        lat_bounds, lon_bounds: (lat, 2) and (lon, 2) edges of the cells, degrees.
        look: of the marks.
        most: points across the map and down, of which the one that leaves them further apart
            decides: a map of a region may be narrow.
    """
    left, right, bottom, top = image.get_extent()
    step = max((right - left) / most[0], (top - bottom) / most[1])
    x = np.arange(left + 0.5 * step, right, step)
    y = np.arange(top - 0.5 * step, bottom, -step)
    lon, lat = inverse_equal_earth(x, y)
    view = shown_view()
    lon = lon if view is None else lon + view.centre
    row, column = cell_of(lat, lat_bounds), cell_of(lon, lon_bounds)
    inside = (row >= 0)[:, None] & (column >= 0)
    if view is not None:
        inside &= (lon >= view.west) & (lon <= view.east)
        inside &= ((lat >= view.south) & (lat <= view.north))[:, None]
    marked = inside & np.asarray(where, dtype=bool)[row[:, None], column]
    rows, columns = np.nonzero(marked)
    ax.plot(x[columns], y[rows], **look)
