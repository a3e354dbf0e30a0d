"""A scheme of a network: its layers from the input to the output, with shapes and parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from carbonscape.figures import style

#: Inches: height of a layer, from one to the next, and of a letter.
_HIGH, _STEP, _LETTER = 0.34, 0.52, 0.062

#: Colours of inputs, of layers with trained numbers, and of those without.
_INPUT, _TRAINED, _FIXED = "#E69F00", "#0072B2", "#6b6b6b"

_ARROW = {
    "arrowstyle": "-|>", "mutation_scale": 6, "color": style.REFERENCE, "lw": 0.8, "zorder": 2,
}  # fmt: skip


@style.styled
def draw_network(layers: pd.DataFrame) -> Figure:
    """Draw each layer in a box under those that it reads.

    Args:
        layers: a NETWORK_LAYERS table of ``evaluation.network_layers``.
    """
    if layers.empty:
        return style.empty_figure("Nothing to show: the run has no network whose layers are known.")
    layers = layers.fillna({"reads": "", "block": ""}).set_index("layer")
    reads = {
        name: [one for one in text.split(";") if one] for name, text in layers["reads"].items()
    }
    depth: dict[str, int] = {}
    for name, others in reads.items():
        depth[name] = 1 + max((depth[one] for one in others), default=-1)
    height = _STEP * (max(depth.values()) + 1) + 0.4
    figure = style.new_figure(height=height)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set(xlim=(0, style.FULL_WIDTH), ylim=(-height, 0))
    labels = {name: _label(name, row) for name, row in layers.iterrows()}
    width = {
        name: max(len(line) for line in text.splitlines()) * _LETTER + 0.2
        for name, text in labels.items()
    }
    places = _places(depth)
    _draw_blocks(ax, layers["block"], places, width)
    passing = 0
    for name, others in reads.items():
        for other in others:
            if depth[name] - depth[other] == 1:
                _draw_arrow(ax, places[other], places[name])
                continue
            between = [one for one in depth if depth[other] <= depth[one] <= depth[name]]
            edge = max(places[one][0] + width[one] / 2 for one in between)
            # Two lines beside the same boxes are told apart by their distance.
            side = places[name][0] + width[name] / 2
            beside = edge + 0.16 + 0.12 * (passing % 2)
            _draw_beside(ax, places[other], (side, places[name][1]), x=beside)
            passing += 1
    for name, (x, y) in places.items():
        color = _FIXED if not layers.loc[name, "parameters"] else _TRAINED
        color = color if reads[name] else _INPUT
        ax.add_patch(
            FancyBboxPatch(
                (x - width[name] / 2, y - _HIGH / 2), width[name], _HIGH, fc="white", ec=color,
                boxstyle="round,pad=0,rounding_size=0.05", lw=1.0, zorder=3,
            )
        )  # fmt: skip
        ax.text(x, y, labels[name], ha="center", va="center", fontsize=7, linespacing=1.2, zorder=4)
    total = int(layers["parameters"].sum())
    title = f"{style.label(layers['model'].iloc[0])}: {total:,} parameters"
    ax.text(0.1, -0.16, title, va="center", fontsize=8, weight="bold")
    return figure


def _label(name: str, row: pd.Series) -> str:
    """Return what is written of a layer."""
    size = f"; {row['parameters']:,} parameters" if row["parameters"] else ""
    return f"{name.removesuffix(' again')}\n{row['output']}{size}"


def _places(depth: dict[str, int]) -> dict[str, tuple[float, float]]:
    """Return the middle of each layer, in inches from the upper left: rows by depth."""
    found = {}
    for level in sorted(set(depth.values())):
        row = [name for name in depth if depth[name] == level]
        for at, name in enumerate(row):
            x = style.FULL_WIDTH * (at + 0.5) / len(row)
            found[name] = (x, -0.45 - _STEP * level - _HIGH / 2 + 0.1)
    return found


def _draw_blocks(
    ax: Axes, blocks: pd.Series, places: dict[str, tuple[float, float]], width: dict[str, float]
) -> None:
    """Draw a frame around the layers of each repeated block, and its name beside it."""
    for block in blocks[blocks != ""].unique():
        names = blocks.index[blocks == block]
        x, y = np.array([places[name] for name in names]).T
        half = max(width[name] for name in names) / 2 + 0.5
        low, high = y.min() - _HIGH / 2 - 0.05, y.max() + _HIGH / 2 + 0.05
        ax.add_patch(
            FancyBboxPatch(
                (x[0] - half, low), 2 * half, high - low, fc="#f4f4f2", ec=style.REFERENCE,
                boxstyle="round,pad=0,rounding_size=0.08", lw=0.7, ls=(0, (4, 2)), zorder=1,
            )
        )  # fmt: skip
        ax.text(x[0] + half + 0.1, (low + high) / 2, block, va="center", fontsize=7)


def _draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow from the foot of a layer to the head of the one below."""
    above, below = start[1] - _HIGH / 2, end[1] + _HIGH / 2
    bend = 0.45 * (above - below)
    path = Curve(
        [(start[0], above), (start[0], above - bend), (end[0], below + bend), (end[0], below)],
        [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4],
    )
    ax.add_patch(FancyArrowPatch(path=path, **_ARROW))


def _draw_beside(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], *, x: float
) -> None:
    """Draw an arrow that passes the layers between two others at their right.

    It begins in the middle of the one and ends at the right side of the other.
    """
    # Below the middle where it leaves and above it where it ends: two of them never meet.
    low, high = start[1] - 0.07, end[1] + 0.07
    corners = [(start[0], low), (x, low), (x, high), (end[0], high)]
    path = Curve(corners, [Curve.MOVETO, *[Curve.LINETO] * 3])
    ax.add_patch(FancyArrowPatch(path=path, **_ARROW, capstyle="butt", joinstyle="miter"))
