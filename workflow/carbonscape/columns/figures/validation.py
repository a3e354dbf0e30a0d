"""Every way of holding out, every model: what beats the trivial baselines, and what is trend."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carbonscape.columns.evaluation.skill import BASELINES
from carbonscape.figures import style
from carbonscape.figures.model_rows import HALO, MARKERS

#: R2 under this, and RMSE of so many times the best of the panel, are arrows with their number.
R2_FLOOR, RMSE_CEILING = -0.5, 4.0

_METRICS = {
    "r2": "R²",
    "r2_detrended": "R² without the trend",
    "rmse": f"RMSE ({style.XCO2_UNIT})",
}
_TREND = {"color": style.INK, "lw": 0.9, "ls": (0, (2, 1.2)), "zorder": 1.5}
_BASELINE = {"color": "#8E8E8E", "lw": 1.1, "zorder": 1.4}
_BANDS = "#f4f4f2"


@style.styled
def draw_validation(rows: pd.DataFrame, *, simulated: bool) -> Figure:
    """Draw the scores of every model under every scheme, beside the baselines and the trend.

    Args:
        rows: an XCO2_VALIDATION table of ``evaluation.xco2_crossval``.
        simulated: whether the Earth is a simulated one, which the title then says.
    """
    if rows.empty:
        return style.empty_figure("Nothing to show: no scheme was cross-validated.")
    places, labels, heads = _places(rows)
    figure = style.new_figure(height=0.165 * len(labels) + 1.35)
    axes = figure.subplots(1, 3, sharey=True)
    for ax, (metric, text) in zip(axes, _METRICS.items(), strict=True):
        for row in range(len(labels)):
            if row not in heads and row % 2 == 0:
                ax.axhspan(row - 0.5, row + 0.5, color=_BANDS, lw=0, zorder=0)
        for row in heads[1:]:
            ax.axhline(row - 0.45, color=style.REFERENCE, lw=0.5, zorder=1)
        _draw_references(ax, rows, places, metric)
        _draw_scores(ax, rows, places, metric)
        ax.set_title(text, loc="left")
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x")
    axes[0].set_yticks(range(len(labels)), labels)
    axes[0].set_ylim(len(labels) - 0.4, -0.6)
    for row in heads:
        axes[0].get_yticklabels()[row].set_fontweight("bold")
    style.panel_letters(axes)
    figure.legend(
        handles=_handles(rows), loc="outside lower center", ncols=3, handletextpad=0.6,
    )  # fmt: skip
    if simulated:
        style.say_simulated(figure)
    return figure


def _places(rows: pd.DataFrame) -> tuple[dict[tuple[str, str], int], list[str], list[int]]:
    """Return the row of each scheme and model, the labels of all rows, and the rows of schemes.

    The network of the paper stands first, the baselines last.
    """
    places: dict[tuple[str, str], int] = {}
    labels: list[str] = []
    heads: list[int] = []
    for scheme in style.ordered(rows["scheme"]):
        cells = rows[rows["scheme"] == scheme]
        heads.append(len(labels))
        labels.append(f"{style.label(scheme)} ({int(cells['samples'].iloc[0]):,})")
        models = style.ordered(cells["model"])
        for model in sorted(models, key=lambda name: (name in BASELINES, name != "at_bilstm")):
            places[scheme, model] = len(labels)
            labels.append(style.label(model))
    return places, labels, heads


def _draw_references(
    ax: Axes, rows: pd.DataFrame, places: dict[tuple[str, str], int], metric: str
) -> None:
    """Draw what the trend alone gives, and the best baseline, over the rows of each scheme."""
    for scheme, cells in rows.groupby("scheme"):
        at = [row for (name, _), row in places.items() if name == scheme]
        ends = [min(at) - 0.5, max(at) + 0.5]
        if metric == "r2" and np.isfinite(cells["r2_trend"].iloc[0]):
            ax.plot([cells["r2_trend"].iloc[0]] * 2, ends, **_TREND)
        beside = cells[cells["model"].isin(BASELINES)]
        if beside.empty:
            continue
        best = beside.loc[beside["rmse"].idxmin()]
        if np.isfinite(best[metric]) and not _beyond(best[metric], metric, rows):
            ax.plot([best[metric]] * 2, ends, **_BASELINE)


def _beyond(value: float, metric: str, rows: pd.DataFrame) -> bool:
    """Say whether a score is drawn as an arrow at the edge."""
    if metric == "rmse":
        return value > RMSE_CEILING * rows["rmse"].min()
    return value < R2_FLOOR


def _draw_scores(
    ax: Axes, rows: pd.DataFrame, places: dict[tuple[str, str], int], metric: str
) -> None:
    """Draw a marker for each score, or an arrow and its number at the edge of the panel."""
    looks = style.model_styles(rows["model"])
    inputs = style.ordered(rows["time_input"])
    within = [value for value in rows[metric].dropna() if not _beyond(value, metric, rows)]
    low, high = (min(within), max(within)) if within else (0.0, 1.0)
    arrows = any(_beyond(value, metric, rows) for value in rows[metric].dropna())
    if metric == "rmse":
        ax.set_xlim(0, max(RMSE_CEILING * rows["rmse"].min() if arrows else 0, 1.08 * high))
    else:
        ax.set_xlim(R2_FLOOR - 0.04 if arrows else min(0.0, low) - 0.03, 1.03)
        ax.axvline(0, color=style.INK, lw=0.6, zorder=1)
    outside: dict[tuple[str, str], list[float]] = {}
    for row in rows.to_dict("records"):
        model, value = row["model"], row[metric]
        baseline = model in BASELINES
        number = inputs.index(row["time_input"])
        step = min(0.26, 0.6 / len(inputs))
        y = places[row["scheme"], model]
        y += 0 if baseline else (number - (len(inputs) - 1) / 2) * step
        color = looks[model].color
        if pd.isna(value):
            continue
        if _beyond(value, metric, rows):
            outside.setdefault((row["scheme"], model), []).append(value)
            continue
        filled = baseline or row["beats_baseline"]
        ax.plot(
            value, y, ls="none", marker=looks[model].marker if baseline else MARKERS[number],
            ms=5.2 if baseline else 3.8, mfc=color if filled else "white",
            mec="white" if filled else color, mew=0.35 if filled else 0.8, zorder=3,
        )  # fmt: skip
    for place, values in outside.items():
        color = looks[place[1]].color
        _draw_arrow(ax, values, places[place], color, left=metric != "rmse")


def _draw_arrow(ax: Axes, values: list[float], y: float, color: str, *, left: bool) -> None:
    """Write the scores of a row beyond the panel at its edge, beside an arrow."""
    ends = [style.number(value, decimals=1) for value in (min(values), max(values))]
    text = ends[0] if ends[0] == ends[1] else " to ".join(ends)
    edge, sign, marker = (0.0, 1, "<") if left else (1.0, -1, ">")
    place = ax.get_yaxis_transform()
    ax.plot(edge + sign * 0.02, y, marker=marker, ms=3, color=color, transform=place)
    ax.annotate(
        text, (edge + sign * 0.02, y), (sign * 4, 0), xycoords=place, textcoords="offset points",
        ha="left" if left else "right", va="center", fontsize=7, color=color, path_effects=HALO,
    )  # fmt: skip


def _handles(rows: pd.DataFrame) -> list[Line2D]:
    """Return the legend: time inputs, hollow markers, and the two reference lines."""
    models = rows[~rows["model"].isin(BASELINES)]
    inputs = style.ordered(rows["time_input"])
    look = {"ls": "none", "ms": 4.2, "mec": style.INK, "mew": 0.8}
    handles = []
    for name in style.ordered(models["time_input"]):
        text = style.time_input_label(name)
        marker = MARKERS[inputs.index(name)]
        handles.append(Line2D([], [], marker=marker, mfc=style.INK, label=text, **look))
    text = "hollow: not better than the best baseline"
    handles.append(Line2D([], [], marker="o", mfc="white", label=text, **look))
    handles.append(Line2D([], [], label="best baseline", **_BASELINE))
    handles.append(Line2D([], [], label="a straight line in time alone", **_TREND))
    return handles
