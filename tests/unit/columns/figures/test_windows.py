"""Pictures of parts of the Earth."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import Normalize

from carbonscape.columns.figures.windows import draw_window
from carbonscape.figures import style

RING = np.array([[170.0, 0], [175, 0], [175, 5], [170, 0]])
LOOK = {"cmap": "viridis", "norm": Normalize(0, 1)}


def panel(edges, rings, picture):
    figure = style.new_figure(height=2)
    ax = figure.add_subplot()
    draw_window(ax, np.asarray(picture, float), edges=edges, rings=rings, **LOOK)
    return ax


def test_coasts_of_both_sides_of_the_date_line_are_drawn() -> None:
    edges = (-5, 10, 160, 200)
    other = RING - np.array([345, 0])  # 175 W
    ax = panel(edges, [RING, other, RING - np.array([100, 0])], [[0.5]])
    drawn = [path.vertices[:, 0].min() for path in ax.collections[0].get_paths()]
    assert sorted(drawn) == [170, 185]


def test_kilometres_are_alike_and_emptiness_is_said() -> None:
    ax = panel((50, 70, 0, 40), [RING], [[np.nan]])
    assert np.isclose(ax.get_box_aspect(), 20 / (40 * np.cos(np.radians(60))))
    assert [text.get_text() for text in ax.texts] == ["no value"]
    assert not panel((50, 70, 0, 40), [RING], [[1.0]]).texts
