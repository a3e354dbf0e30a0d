"""Figure 5, and the scatters of figure 6: pairs of XCO2 counted in square bins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from carbonscape.columns.evaluation.skill import BIN
from carbonscape.figures import style
from carbonscape.figures.density import draw_bins, score_box

#: Seasons by their northern names (deviation D46), as the paper orders its panels.
SEASONS = {
    "MAM": "March to May",
    "JJA": "June to August",
    "SON": "September to November",
    "DJF": "December to February",
}

_HALO = [withStroke(linewidth=2, foreground="white", alpha=0.7)]
_FITTED = {"color": style.INK, "lw": 0.9, "ls": (0, (4, 2)), "zorder": 3, "path_effects": _HALO}
_EQUAL = {"color": style.REFERENCE, "lw": 0.9, "ls": "-", "zorder": 2.5, "path_effects": _HALO}


@style.styled
def draw_fig05(
    density: pd.DataFrame, scores: pd.DataFrame, *, shown: str, simulated: bool
) -> Figure:
    """Draw predicted against observed XCO2 of held-out samples, a panel a season.

    Args:
        density: bins of each season: season, observed and predicted (centres of the bins, ppm),
            share (of the samples of the season).
        scores: season, samples, r2, rmse, mae, bias, slope and intercept.
        shown: the model, ``<model>-<time input>``.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the XCO2 paper, figure 5.
    """
    seasons = [name for name in SEASONS if name in set(density["season"])]
    if not seasons:
        return style.empty_figure("Nothing to show: this model was not cross-validated.")
    columns = 1 if len(seasons) == 1 else 2
    rows = -(-len(seasons) // columns)
    width = style.FULL_WIDTH if columns > 1 else style.COLUMN_WIDTH + 0.8
    side = (width - 1.5) / columns
    figure = style.new_figure(width=width, height=rows * (side + 0.25) + 0.95)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    norm, limits = share_norm(density["share"]), square_limits(density)
    for ax, season in zip(axes.flat, seasons, strict=False):
        mesh = draw_pairs(
            ax, density[density["season"] == season],
            scores[scores["season"] == season].iloc[0], norm=norm, limits=limits,
        )  # fmt: skip
        ax.set_title(f"{SEASONS[season]} ({season})", loc="left")
    for ax in axes.flat[len(seasons) :]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel(f"Predicted XCO₂ ({style.XCO2_UNIT})")
    for column in axes.T:
        bottom = [ax for ax in column if ax.axison][-1]
        bottom.set_xlabel(f"Observed XCO₂ ({style.XCO2_UNIT})")
        bottom.tick_params(labelbottom=True)
    if len(seasons) > 1:
        style.panel_letters(axes.flat[: len(seasons)])
    share_bar(figure, mesh, list(axes.flat), text="of the samples of a season")
    figure.legend(handles=line_handles(), loc="outside lower center", ncols=2)
    figure.suptitle(_heading(shown, simulated), x=0.99, ha="right", fontsize=7.5,
                    color=style.REFERENCE)  # fmt: skip
    return figure


def _heading(shown: str, simulated: bool) -> str:
    """Return which model a figure shows, and whether its Earth is real."""
    return f"{style.xco2_label(shown)}{'; simulated Earth' if simulated else ''}"


def draw_pairs(
    ax: Axes,
    bins: pd.DataFrame,
    scores: pd.Series,
    *,
    norm: LogNorm,
    limits: tuple[float, float],
) -> QuadMesh:
    """Draw the bins of one panel, the line 1:1, the fitted line and the scores."""
    mesh = draw_bins(
        ax, bins["observed"] - BIN / 2, bins["predicted"] - BIN / 2, bins["share"], width=BIN,
        norm=norm,
    )  # fmt: skip
    ends = np.array(limits)
    ax.plot(ends, ends, **_EQUAL)
    if np.isfinite(scores["slope"]):
        ax.plot(ends, scores["intercept"] + scores["slope"] * ends, **_FITTED)
    ax.set(xlim=limits, ylim=limits, aspect="equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    score_box(ax, score_text(scores))
    return mesh


def score_text(scores: pd.Series) -> str:
    """Return the scores of a panel as lines of text."""
    lines = [f"n = {int(scores['samples']):,}"]
    if np.isfinite(scores["slope"]):
        sign = "−" if scores["intercept"] < 0 else "+"
        size = style.number(abs(scores["intercept"]), decimals=1)
        lines.append(f"y = {style.number(scores['slope'])} x {sign} {size}")
    r2 = "undefined" if pd.isna(scores["r2"]) else style.number(scores["r2"], decimals=3)
    lines.append(f"R² = {r2}")
    lines += [
        f"{name} = {style.number(scores[column])} {style.XCO2_UNIT}"
        for name, column in (("RMSE", "rmse"), ("MAE", "mae"), ("bias", "bias"))
    ]
    return "\n".join(lines)


def share_norm(share: pd.Series) -> LogNorm:
    """Return the logarithmic scale of shares."""
    low, high = float(share.min()), float(share.max())
    return LogNorm(low, high if high > low else 2 * low)


def square_limits(density: pd.DataFrame) -> tuple[float, float]:
    """Return the ends, whole ppm, of both axes that hold all bins."""
    values = density[["observed", "predicted"]].to_numpy()
    return float(np.floor(values.min() - BIN / 2)), float(np.ceil(values.max() + BIN / 2))


def share_bar(figure: Figure, mesh: QuadMesh, axes: Sequence[Axes], *, text: str) -> None:
    """Draw the colour bar of shares at the right of panels."""
    bar = figure.colorbar(mesh, ax=list(axes), shrink=0.75, pad=0.015, aspect=32)
    bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}")
    bar.ax.yaxis.set_minor_locator(NullLocator())
    bar.set_label(f"Share {text} in a bin of {BIN:g} {style.XCO2_UNIT} (%)")
    bar.outline.set_linewidth(0.4)


def line_handles() -> list[Line2D]:
    """Return legend entries of the two lines of a scatter."""
    return [
        Line2D([], [], label="least-squares line", **_FITTED),
        Line2D([], [], label="1:1", **_EQUAL),
    ]
