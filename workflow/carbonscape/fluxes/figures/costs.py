"""What a model scores against what it costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from carbonscape.figures import model_rows, style
from carbonscape.products.product import Product

_COSTS = {
    "training_core_s": "Training, all folds (core-seconds)",
    "prediction_core_s": "Prediction of 1,000 samples (core-seconds)",
}

#: Points from a marker to its name: where a name may stand, best places first.
_PLACES = tuple(
    (x, y, ha)
    for reach in range(0, 80, 8)
    for x, y, ha in (
        (6, reach, "left"),
        (-6, reach, "right"),
        (6, -reach, "left"),
        (-6, -reach, "right"),
        (0, 9 + reach, "center"),
        (0, -9 - reach, "center"),
    )
)

#: Names further than this from their marker (points) have a fine line to it.
_NEAR = 12


@style.styled
def draw_costs(costs: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 against the core time of training and of prediction, a point a model.

    Args:
        costs: the table of ``costs.figure_costs``.
        product: the flux.
    """
    costs = costs[costs["r2"].notna()]
    if costs.empty:
        return style.empty_figure("Nothing to show: this window and PFT setting were not run.")
    figure = style.new_figure(height=3.3)
    axes = figure.subplots(1, 2, sharey=True)
    style.note(figure, costs, ["window", "pft"])
    low, high = model_rows.core_limits(costs, "r2")
    margin = max(0.12 * (high - low), 0.01)
    beyond = bool((costs["r2"] < low).any())
    for ax, (column, text) in zip(axes, _COSTS.items(), strict=True):
        ax.set_xscale("log")
        ax.set_xlabel(text)
        ax.grid()
        points = costs[costs[column] > 0]
        if points.empty:
            continue
        reach = np.log10(points[column].max() / points[column].min())
        steps = (1, 2, 5) if reach < 2 else (1,)
        ax.xaxis.set_major_locator(LogLocator(10, subs=steps))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
        wide = 10 ** max(0.12 * reach, 0.25)
        ax.set_xlim(points[column].min() / wide, points[column].max() * wide)
        ax.set_ylim(low - margin * (2.5 if beyond else 1), high + margin)
        ax.set_yticks([tick for tick in ax.get_yticks() if low - margin <= tick <= high + margin])
    axes[0].set_ylabel(f"R² of monthly {product.label}")
    style.panel_letters(axes)
    # Names are placed by their boxes, which are known once the panels stand, and stay there.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for ax, column in zip(axes, _COSTS, strict=True):
        _draw_points(ax, costs[costs[column] > 0], column, low)
    return figure


def _draw_points(ax: Axes, costs: pd.DataFrame, column: str, low: float) -> None:
    """Draw the models of a panel and their names beside them."""
    looks = style.model_styles(costs["model"])
    foot = ax.get_ylim()[0]
    places = {}
    for row in costs.to_dict("records"):
        look, inside = looks[row["model"]], row["r2"] >= low
        y = row["r2"] if inside else foot + 0.04 * np.ptp(ax.get_ylim())
        ax.plot(
            row[column], y, marker=look.marker if inside else "v", ms=look.size(6) if inside else 4,
            color=look.color, mec="white", mew=0.5, ls="none",
        )  # fmt: skip
        number = "" if inside else f" ({style.number(row['r2'])})"
        places[row["model"]] = (row[column], y, f"{style.label(row['model'])}{number}", look.color)
    taken = [_box(ax, x, y, 9, 9) for x, y, _, _ in places.values()]
    for x, y, text, color in places.values():
        taken.append(_write(ax, (x, y), text, color, taken))


def _write(ax: Axes, at: tuple[float, float], text: str, color: str, taken: Sequence[Bbox]) -> Bbox:
    """Write a name in the first place beside its marker that is free; return its box."""
    renderer = ax.figure.canvas.get_renderer()
    for dx, dy, ha in _PLACES:
        note = ax.annotate(
            text, at, (dx, dy), textcoords="offset points", ha=ha, va="center", fontsize=7,
            color=color, path_effects=model_rows.HALO,
        )  # fmt: skip
        note.update_positions(renderer)
        box = note.get_window_extent(renderer)
        if _free(box, taken, ax.get_window_extent()):
            break
        if (dx, dy, ha) != _PLACES[-1]:
            note.remove()
    if abs(dy) > _NEAR:
        line = {"arrowstyle": "-", "lw": 0.4, "color": color, "shrinkA": 0, "shrinkB": 3}
        ax.annotate("", at, (dx, dy), textcoords="offset points", arrowprops=line, zorder=1)
    return box


def _box(ax: Axes, x: float, y: float, width: float, height: float) -> Bbox:
    """Return a box in pixels about a point of the data, its sides in points."""
    centre = ax.transData.transform((x, y))
    half = np.array([width, height]) / 2 * ax.figure.dpi / 72
    return Bbox([centre - half, centre + half])


def _free(box: Bbox, taken: list[Bbox], inside: Bbox) -> bool:
    """Say whether a box lies inside the panel and covers none of the others."""
    within = inside.x0 <= box.x0 and box.x1 <= inside.x1
    within = within and inside.y0 <= box.y0 and box.y1 <= inside.y1
    return within and not any(box.overlaps(other) for other in taken)
