"""Whether a drawn figure can be read: where every text and every panel stands.

A reader of a figure loses what is cut off by its edge, what another text or another panel covers,
and what is too small. :func:`faults` finds these in any figure and says them in sentences; tests
ask it of every figure of the registry, with the longest names in use.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from carbonscape.figures.style import FULL_WIDTH, styled

#: The smallest text, in points of the figure at its own width. The report shows pictures no smaller
#: than that: a page is wider than ``style.FULL_WIDTH``.
SMALLEST = 7.0

#: How far boxes may reach over an edge or into each other, in pixels of the figure (100 an inch):
#: the box of a text has room for letters that it does not hold.
TOLERANCE = 0.5

#: How far a text may reach into the place of another panel, in pixels: a frame has no width.
_EDGE = 1.5


#: Inches that a letter of a legend takes (7 points, on average), and its handle and gaps.
_LETTER, _HANDLE = 0.057, 0.42


@dataclass(frozen=True)
class Placed:
    """A text as it was drawn.

    Attributes:
        text: its letters.
        points: size of the letters.
        box: its corners in pixels of the figure, ((x0, y0), (x1, y1)).
        axes: the panel that it belongs to; None for a text of the figure.
    """

    text: str
    points: float
    box: np.ndarray
    axes: Axes | None


def placed_texts(figure: Figure) -> list[Placed]:
    """Return every text that a figure draws, laid out, in the order of drawing.

    Ticks out of view, empty texts and invisible artists are none.
    """
    found: dict[Text, Placed] = {}
    with _watched(found):
        styled(lambda: figure.draw_without_rendering())()
    return list(found.values())


def faults(figure: Figure, *, smallest: float = SMALLEST) -> list[str]:
    """Return in sentences what a reader of a figure cannot read; none is a figure that stands.

    Args:
        figure: any figure; it is laid out, not drawn.
        smallest: the least size of a text, in points.

    Returns:
        A sentence for each text that is cut off, too small, over another text or over a panel that
        is not its own, and for each panel that is cut off or over another.
    """
    texts = placed_texts(figure)
    edges = figure.bbox.get_points()
    panels = {ax: ax.get_window_extent().get_points() for ax in _panels(figure)}
    said = []
    for one in texts:
        if _beyond(one.box, edges) > TOLERANCE:
            said.append(f"{one.text!r} is cut off by the edge of the figure.")
        if one.points < smallest:
            said.append(f"{one.text!r} has {one.points:g} points; the least is {smallest:g}.")
        said += [
            f"{one.text!r} covers the panel {_name(ax)}, which is not its own."
            for ax, box in panels.items()
            if not _kin(one.axes, ax) and _overlap(one.box, box) > _EDGE
        ]
    said += [
        f"{one.text!r} and {two.text!r} cover each other."
        for one, two in itertools.combinations(texts, 2)
        if _overlap(one.box, two.box) > TOLERANCE
    ]
    for ax, box in panels.items():
        if _beyond(box, edges) > TOLERANCE:
            said.append(f"The panel {_name(ax)} is cut off by the edge of the figure.")
    said += [
        f"The panels {_name(one)} and {_name(two)} cover each other."
        for one, two in itertools.combinations(panels, 2)
        if not _kin(one, two) and _overlap(panels[one], panels[two]) > _EDGE
    ]
    return list(dict.fromkeys(said))


def legend_columns(labels: Iterable[str], *, most: int = 3, width: float = FULL_WIDTH) -> int:
    """Return in how many columns a legend under a figure of a width in inches has room.

    Args:
        labels: its texts; every column is as wide as the longest.
        most: the number of columns at most.
    """
    lengths = [len(text) for text in labels]
    room = int(width / (_HANDLE + _LETTER * max(lengths, default=0)))
    return max(1, min(most, len(lengths), room))


@contextlib.contextmanager
def _watched(found: dict[Text, Placed]) -> Iterator[None]:
    """Note each text at the moment in which it is drawn.

    Only then is it known which ticks an axis shows, and where they are.
    """
    original = Text.draw

    def draw(self: Text, renderer, *args, **keywords):
        if self.get_visible() and self.get_text().strip():
            box = self.get_window_extent(renderer).get_points()
            found[self] = Placed(self.get_text(), self.get_fontsize(), box, _axes_of(self))
        return original(self, renderer, *args, **keywords)

    Text.draw = draw
    try:
        yield
    finally:
        Text.draw = original


def _axes_of(artist: Artist) -> Axes | None:
    """Return the panel of an artist; texts of legends belong to the panel of the legend."""
    return getattr(artist, "axes", None)


def _panels(figure: Figure) -> list[Axes]:
    """Return the panels that show something: those without a frame show pictures or nothing."""
    return [
        ax
        for ax in _with_insets(figure.axes)
        if ax.get_visible() and (ax.axison or ax.images or ax.patches)
    ]


def _with_insets(axes: list[Axes]) -> list[Axes]:
    """Return panels and the insets in them, which a figure does not count among its own."""
    found = []
    for ax in axes:
        found += [ax, *_with_insets(ax.child_axes)]
    return list(dict.fromkeys(found))


def _kin(one: Axes | None, two: Axes) -> bool:
    """Return whether a panel is another, its inset, or a second axis of the same place."""
    if one is None:
        return False
    if one is two or two in _with_insets([one]) or one in _with_insets([two]):
        return True
    twins = two.get_shared_x_axes().get_siblings(two) + two.get_shared_y_axes().get_siblings(two)
    return one in twins and np.allclose(one.bbox.bounds, two.bbox.bounds)


def _overlap(one: np.ndarray, two: np.ndarray) -> float:
    """Return how far two boxes reach into each other, in pixels; not above 0 for none."""
    return float((np.minimum(one[1], two[1]) - np.maximum(one[0], two[0])).min())


def _beyond(box: np.ndarray, edges: np.ndarray) -> float:
    """Return how far a box reaches over the edges, in pixels."""
    return float(max((edges[0] - box[0]).max(), (box[1] - edges[1]).max()))


def _name(ax: Axes) -> str:
    """Return what a reader calls a panel: its title, or what stands on its axes, or its place."""
    texts = (ax.get_title(loc="left"), ax.get_title(), ax.get_xlabel(), ax.get_ylabel())
    place = ax.get_position()
    return repr(next((text for text in texts if text), f"at {place.x0:.2f}, {place.y0:.2f}"))
