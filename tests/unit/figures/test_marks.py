"""Points on maps stand over the cells that are marked, and over no other."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from carbonscape.core.grid import Grid
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.marks import mark_cells
from carbonscape.figures.projection import equal_earth
from carbonscape.figures.views import zoomed

REGION = (-10, 35, 30, 60)


@pytest.mark.parametrize(("region", "centre"), [(None, 0.0), (REGION, 10.0)])
def test_points_stand_over_the_marked_cells_alone(region, centre) -> None:
    grid = Grid(10)
    edges = {"lat_bounds": grid.lat_bounds, "lon_bounds": grid.lon_bounds}
    where = np.zeros((grid.n_lat, grid.n_lon), dtype=bool)
    row, column = grid.locate(45.0, 15.0)
    where[row, column] = True
    ax = Figure().subplots()
    with zoomed(region):
        image = draw_cells(
            ax, where.astype(float), rings=[np.array([[0, 0], [9, 0], [9, 9], [0, 0.0]])],
            cmap="viridis", norm=Normalize(0, 1), columns=100, **edges,
        )  # fmt: skip
        before = len(ax.lines)
        mark_cells(ax, image, where, **edges)
        (line,) = ax.lines[before:]
    x, y = line.get_data()
    assert x.size > 1
    # The corners of the cell from 40 to 50 north and 10 to 20 east, the widest and the narrowest.
    west, east = (equal_earth(lon - centre, np.array([40.0, 50.0]))[0] for lon in (10.0, 20.0))
    south, north = equal_earth(0.0, np.array([40.0, 50.0]))[1]
    assert ((x >= west.min()) & (x <= east.max()) & (y >= south) & (y <= north)).all()
