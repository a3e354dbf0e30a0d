"""Panels whose rows are models: every model is named beside its row, so that many stay readable.

A marker is the mean over site splits, a bar reaches from the lowest to the highest split. Colour
is the model's own; what else is compared, such as PFT settings, stands side by side in a row and
has a marker of its own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from carbonscape.figures import style
from carbonscape.models.registry import MODELS

#: R2 under this is an arrow at the edge of its panel, with its number.
R2_FLOOR = -1.0

#: Baselines may widen a panel by this share of what the other models need; those beyond are
#: arrows with their number, so that they do not press the others together.
_BASELINE_ROOM = 0.4

#: Markers of what is side by side in a row.
MARKERS = ("o", "s", "^", "D", "v")

#: A thin white edge keeps small numbers readable over lines.
HALO = [withStroke(linewidth=1.5, foreground="white")]

#: Inches of the names of models at the left, of a number beside a marker, and of two.
NAMES_WIDTH = 1.15
_NUMBER_WIDTH, _NUMBERS_WIDTH = 0.3, 0.62

#: Inches from tick to tick at least.
_TICK_WIDTH = 0.4

#: Narrower panels have no numbers beside their markers.
_WIDTH_FOR_NUMBERS = 1.35


@dataclass(frozen=True)
class Layout:
    """What the rows of a figure are, and what is side by side in a row.

    Attributes:
        models: models from top to bottom.
        column: column of the table that tells what is side by side.
        series: its values, from top to bottom within a row.
        width: inches of a panel.
    """

    models: tuple[str, ...]
    column: str
    series: tuple[str, ...]
    width: float

    @property
    def row_height(self) -> float:
        """Inches of one row."""
        return 0.14 + 0.03 * max(1, len(self.series))

    @property
    def height(self) -> float:
        """Inches of all rows."""
        return self.row_height * len(self.models)

    @property
    def numbers(self) -> bool:
        """Whether there is room for a number beside each marker."""
        return len(self.series) == 1 and self.width >= _WIDTH_FOR_NUMBERS

    def place(self, model: str, series: str) -> float:
        """Return y of a marker: rows are 1 apart, the top one at 0, and y falls."""
        step = min(0.72 / len(self.series), 0.3)
        offset = (self.series.index(series) - (len(self.series) - 1) / 2) * step
        return -self.models.index(model) - offset

    def marker(self, model: str, series: str) -> str:
        """Return the series' marker, or the model's own where there is one series."""
        if len(self.series) == 1:
            return style.model_styles(self.models)[model].marker
        return MARKERS[self.series.index(series) % len(MARKERS)]

    def size(self, model: str, *, single: float, several: float) -> float:
        """Return the size of a marker, points: of one series in a row, or of several."""
        looks = style.model_styles(self.models)
        return several if len(self.series) > 1 else looks[model].size(single)


def panel_width(panels: int) -> float:
    """Return the inches of each of ``panels`` panels that stand side by side."""
    return (style.FULL_WIDTH - NAMES_WIDTH) / panels - 0.12


def make_layout(table: pd.DataFrame, column: str, *, panels: int) -> Layout:
    """Return the layout of a table's models and series in ``panels`` panels side by side."""
    return Layout(
        models=tuple(style.ordered(table["model"])),
        column=column,
        series=tuple(style.ordered(table[column])),
        width=panel_width(panels),
    )


def frame(ax: Axes, layout: Layout, *, names: bool) -> None:
    """Draw the rows of a panel: their names, pale bands, and lines between kinds of models."""
    count = len(layout.models)
    for number in range(0, count, 2):
        if count > 1:
            ax.axhspan(-number - 0.5, -number + 0.5, color="#f4f4f2", lw=0, zorder=0)
    roles = [role_of(model) for model in layout.models]
    for number in range(1, count):
        if roles[number] != roles[number - 1]:
            ax.axhline(0.5 - number, color=style.FAINT, lw=0.6, zorder=0.5)
    ax.set_ylim(0.5 - count, 0.5)
    labels = [style.label(model) for model in layout.models] if names else [""] * count
    ax.set_yticks([-number for number in range(count)], labels)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def role_of(model: str) -> str:
    """Return paper, beyond or baseline; other for a model that the registry does not have."""
    return MODELS[model].role if model in MODELS else "other"


def draw_panel(
    ax: Axes,
    cells: pd.DataFrame,
    layout: Layout,
    metric: str,
    *,
    names: bool,
    like: pd.DataFrame | None = None,
    include: float | None = None,
) -> None:
    """Draw a panel: a marker and a bar for each row of ``cells``, or an arrow and its number.

    Args:
        names: whether the models are named at the left.
        like: the cells that scale the axis, where several panels share one; else ``cells``.
        include: a value that the axis must hold.
    """
    like = cells if like is None else like
    frame(ax, layout, names=names)
    _scale(ax, like, layout, metric, include)
    _draw_points(ax, cells, layout, metric, limits=core_limits(like, metric))


def _draw_points(
    ax: Axes,
    cells: pd.DataFrame,
    layout: Layout,
    metric: str,
    *,
    limits: tuple[float, float],
) -> None:
    """Draw what lies within the limits in its place, and write the rest at the edges."""
    looks = style.model_styles(layout.models)
    inside = np.array(ax.get_xlim())
    left, right = limits
    outside: dict[tuple[str, str], list[float]] = {}
    for row in cells.to_dict("records"):
        model, series, value = row["model"], row[layout.column], row[metric]
        y, color = layout.place(model, series), looks[model].color
        if pd.isna(value):
            outside.setdefault((model, "undefined"), [])
        elif value < left or value > right:
            side = "left" if value < left else "right"
            outside.setdefault((model, side), []).append(value)
        else:
            low, high = row.get(f"{metric}_min", value), row.get(f"{metric}_max", value)
            low, high = np.clip([low, high], *inside)
            ax.errorbar(
                value, y, xerr=[[value - low], [high - value]], color=color,
                marker=layout.marker(model, series), ms=layout.size(model, single=4.6, several=3.4),
                mec="white", mew=0.35, elinewidth=0.9,
            )  # fmt: skip
            if layout.numbers:
                ax.annotate(
                    style.number(value), (high, y), (4, 0), textcoords="offset points",
                    va="center", fontsize=7, color=color, path_effects=HALO,
                )  # fmt: skip
    for (model, side), values in outside.items():
        _write_outside(ax, -layout.models.index(model), side, values, looks[model].color)


def _write_outside(ax: Axes, y: float, side: str, values: list[float], color: str) -> None:
    """Write what lies beyond the limits of a panel at its edge, beside an arrow."""
    edge = blended_transform_factory(ax.transAxes, ax.transData)
    if side == "undefined":
        ax.text(0.5, y, side, transform=edge, ha="center", va="center", fontsize=7, color=color)
        return
    decimals = 2 if max(map(abs, values)) < 1 else 1
    texts = [style.number(value, decimals=decimals) for value in (min(values), max(values))]
    text = texts[0] if texts[0] == texts[1] else " to ".join(texts)
    x, sign, marker = (0.0, 1, "<") if side == "left" else (1.0, -1, ">")
    ax.plot(x + sign * 0.03, y, marker=marker, ms=3.4, color=color, transform=edge, clip_on=False)
    ax.annotate(
        text, (x + sign * 0.03, y), (sign * 4, 0), xycoords=edge, textcoords="offset points",
        ha=side, va="center", fontsize=7, color=color, path_effects=HALO,
    )  # fmt: skip


def core_limits(cells: pd.DataFrame, metric: str) -> tuple[float, float]:
    """Return the lowest and highest value that is drawn in its place; others are arrows.

    All values of the models compared are, unless R2 is under the floor. A baseline is where it
    begins near these, and then as far as twice the room that baselines have.
    """
    names = [n for n in (metric, f"{metric}_min", f"{metric}_max") if n in cells]
    baseline = cells["model"].map(role_of) == "baseline"
    core = _finite(cells.loc[~baseline, names])
    core = core if core.size else _finite(cells[names])
    if not core.size:
        return 0.0, 1.0
    low, high = float(core.min()), float(core.max())
    room = _BASELINE_ROOM * max(high - low, 0.05)
    nearest, furthest = (low - room, high + room), (low - 2 * room, high + 2 * room)
    for model in cells.loc[baseline, "model"].unique():
        values = _finite(cells.loc[cells["model"] == model, names])
        if values.size and nearest[0] <= values.max() and values.min() <= nearest[1]:
            low = max(furthest[0], min(low, float(values.min())))
            high = min(furthest[1], max(high, float(values.max())))
    if metric != "r2":
        return low, high
    # Zero shows how far down the floor is, where every value lies under it.
    return max(low, R2_FLOOR), high if high > R2_FLOOR else 0.0


def _scale(
    ax: Axes, like: pd.DataFrame, layout: Layout, metric: str, include: float | None
) -> None:
    """Scale the x axis to the cells ``like``, with room for numbers and arrows."""
    low, high = core_limits(like, metric)
    left = 0.09 + _room_beyond(like, layout, like[metric] < low, like[metric] >= low)
    right = 0.09 + _room_beyond(like, layout, like[metric] > high, like[metric] <= high)
    if layout.numbers:
        right = max(right, 0.06 + _NUMBER_WIDTH)
    if include is not None:
        low, high = min(low, include), max(high, include)
    span = max(high - low, 0.04)
    # Inches become units of the axis: the span has what the two margins leave of the panel.
    unit = span / max(layout.width - left - right, 0.25 * layout.width)
    ax.set_xlim(low - left * unit, high + right * unit)
    inner = min(left, 0.09) * unit, min(right, 0.09) * unit
    set_ticks(ax, layout.width, low - inner[0], high + inner[1])
    if low < 0 < high:
        ax.axvline(0, color=style.INK, lw=0.6, zorder=1)


def _room_beyond(like: pd.DataFrame, layout: Layout, beyond: pd.Series, within: pd.Series) -> float:
    """Return the inches that arrows beyond one limit of a panel need.

    Their numbers need room of their own only where a row has markers as well.
    """
    if not beyond.any():
        return 0.0
    if not set(like.loc[beyond, "model"]) & set(like.loc[within, "model"]):
        return 0.06
    return min(_NUMBERS_WIDTH if len(layout.series) > 1 else _NUMBER_WIDTH, 0.42 * layout.width)


def set_ticks(ax: Axes, width: float, low: float, high: float) -> None:
    """Set ticks between two values of the x axis of a panel ``width`` inches wide.

    None stands in a margin in which numbers beyond the axis are written.
    """
    left, right = ax.get_xlim()
    need = _TICK_WIDTH / width * (right - left)
    step = 1e-9 * (high - low)
    ticks: list[float] = []
    for count in range(12, 0, -1):
        found = MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high)
        found = [tick for tick in found if low - step <= tick <= high + step]
        if ticks and len(found) < 2:
            break
        ticks = found
        if len(ticks) <= 2 or ticks[1] - ticks[0] >= need:
            break
    if len(ticks) > 2 and ticks[1] - ticks[0] < need:
        # No wider round step is there twice: every other one, zero among them, or the ends.
        even = [tick for tick in ticks if round(tick / (ticks[1] - ticks[0])) % 2 == 0]
        ticks = even if len(even) > 1 else [ticks[0], ticks[-1]]
    ax.set_xticks(ticks)


def _finite(table: pd.DataFrame) -> np.ndarray:
    """Return the finite values of a table."""
    values = table.to_numpy(float)
    return values[np.isfinite(values)]


def series_handles(
    layout: Layout, table: pd.DataFrame, *, labels: Mapping[str, str] | None = None
) -> list[Line2D]:
    """Return legend entries for what is side by side in a row, and for the range over splits.

    Args:
        labels: names of the series, where they are not those of ``style.label``.
    """
    handles = []
    if len(layout.series) > 1:
        for number, name in enumerate(layout.series):
            text = (labels or {}).get(name, style.label(name))
            handles.append(
                Line2D([], [], color=style.INK, marker=MARKERS[number % len(MARKERS)], ls="none",
                       ms=4, mec="white", mew=0.35, label=text)
            )  # fmt: skip
    splits = int(table["splits"].max()) if "splits" in table else 1
    if splits > 1:
        text = f"bar: range of {splits} site splits"
        handles.append(Line2D([], [], color=style.REFERENCE, lw=1, label=text))
    return handles


def legend_below(figure: Figure, handles: Sequence[Line2D], *, title: str | None = None) -> None:
    """Put the legend under all panels, in as few rows as fit."""
    if handles:
        figure.legend(
            handles=handles, loc="outside lower center", ncols=min(4, len(handles)), title=title,
            title_fontsize=7,
        )  # fmt: skip


def set_title(ax: Axes, text: str, layout: Layout) -> None:
    """Set a title that is as narrow as its panel, the letter that comes before it counted."""
    width = max(12, int(layout.width / 0.068))
    lines = [part for line in f"(a) {text}".splitlines() for part in textwrap.wrap(line, width)]
    ax.set_title("\n".join(lines).removeprefix("(a) "), loc="left")
