"""Figures 4, 5 and 6, and the scores by calendar month: what the cross-validation says of GPP.

All four draw a SCORE_SUMMARY table of ``evaluation.crossval``: a marker is the mean over site
splits, a bar from the lowest to the highest split.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import blended_transform_factory

from carbonscape.artefacts import CLIMATES
from carbonscape.figures import style

#: The paper's best global R2 of monthly GPP: FluxFormer, January to month M, with PFT (4.1).
PAPER_R2 = 0.73

#: R2 under this is drawn at the foot of its panel, with its number.
R2_FLOOR = -1.0

_METRICS = {"r2": "R²", "rmse": f"RMSE ({style.GPP_UNIT})"}
_MONTHS = "JFMAMJJASOND"
_PAPER_LINE = {"color": style.REFERENCE, "lw": 0.8, "ls": (0, (4, 2)), "zorder": 1}

#: A thin white edge keeps small numbers readable over lines.
_HALO = [withStroke(linewidth=1.5, foreground="white")]

#: Inches to the next marker that a number beside a marker needs.
_ROOM_FOR_NUMBER = 0.38

#: With more models than this the bands of the splits would cover one another.
_MOST_BANDS = 3


@style.styled
def draw_fig04(summary: pd.DataFrame, *, paper_r2: float | None = PAPER_R2) -> Figure:
    """Draw global R2 and RMSE: a row a window, a place a PFT setting (or model, if only one).

    Args:
        summary: the table of ``crossval_figures.figure_fig04``.
        paper_r2: the paper's score, a line in the row of the window January to month M; None
            for towers that cannot be compared with the paper's.

    Source: the GPP paper, figure 4.
    """
    if summary.empty:
        return style.empty_figure("Nothing to show: no experiment was scored.")
    windows = style.ordered(summary["window"])
    models = style.ordered(summary["model"])
    place = _place_column(summary)
    places = style.ordered(summary[place])
    height = 0.75 + (1.45 if len(windows) > 1 else 1.9) * len(windows)
    figure = style.new_figure(height=height)
    axes = figure.subplots(len(windows), 2, sharex=True, sharey="col", squeeze=False)
    for row, window in zip(axes, windows, strict=True):
        cells = summary[summary["window"] == window]
        title = style.label(window)
        if place == "model":
            title += f", {style.label(summary['pft'].iloc[0])}"
        for ax, metric in zip(row, _METRICS, strict=True):
            _draw_cells(ax, cells, place=place, places=places, models=models, metric=metric)
            ax.set_title(title, loc="left")
            ax.set_ylabel(_METRICS[metric])
        if window == "jan_to_m" and paper_r2 is not None:
            row[0].axhline(paper_r2, **_PAPER_LINE)
    with_paper = paper_r2 if "jan_to_m" in windows else None
    _scale(axes[:, 0], summary, "r2", include=with_paper)
    _scale(axes[:, 1], summary, "rmse")
    style.panel_letters(list(axes.T.ravel()))
    _legend_below(figure, models if place == "pft" else [], summary, paper_r2=with_paper)
    return figure


@style.styled
def draw_fig05(summary: pd.DataFrame) -> Figure:
    """Draw R2 of monthly GPP in the five climates, of models and PFT settings.

    Args:
        summary: the table of ``crossval_figures.figure_fig05``.

    Source: the GPP paper, figure 5.
    """
    return _draw_climates(summary, "R² of monthly GPP")


@style.styled
def draw_fig06(summary: pd.DataFrame) -> Figure:
    """Draw R2 of the mean seasonal cycle in the five climates, of models and PFT settings.

    Args:
        summary: the table of ``crossval_figures.figure_fig06``.

    Source: the GPP paper, figure 6.
    """
    return _draw_climates(summary, "R² of the mean\nseasonal cycle")


@style.styled
def draw_monthly_scores(summary: pd.DataFrame) -> Figure:
    """Draw R2 and RMSE of monthly GPP by calendar month, a line a model.

    Args:
        summary: the table of ``crossval_figures.figure_monthly_scores``.
    """
    if summary.empty:
        return style.empty_figure("Nothing to show: this window and PFT setting were not run.")
    looks = style.model_styles(summary["model"])
    figure = style.new_figure(height=2.8)
    axes = figure.subplots(1, 2)
    style.note(figure, summary, ["window", "pft"])
    for ax, metric in zip(axes, _METRICS, strict=True):
        for model, look in looks.items():
            rows = summary[summary["model"] == model]
            rows = rows.assign(month=rows["group"].astype(int)).sort_values("month")
            if len(looks) <= _MOST_BANDS:
                low, high = rows[f"{metric}_min"], rows[f"{metric}_max"]
                ax.fill_between(rows["month"], low, high, color=look.color, alpha=0.15, lw=0)
            ax.plot(
                rows["month"], rows[metric], color=look.color, marker=look.marker, ls=look.line,
                mec="white", mew=0.4,
            )  # fmt: skip
        ax.set_xticks(range(1, 13), list(_MONTHS))
        ax.set_xlabel("Calendar month")
        ax.set_ylabel(_METRICS[metric])
        ax.grid(axis="y")
        _scale([ax], summary, metric)
    style.panel_letters(axes)
    _legend_below(figure, list(looks), summary, lines=True)
    return figure


def _draw_climates(summary: pd.DataFrame, ylabel: str) -> Figure:
    """Draw one panel a climate; with one PFT setting, one panel with a place a climate."""
    if summary.empty:
        return style.empty_figure(
            "Nothing to show: this window was not run, or no site has enough years."
        )
    models = style.ordered(summary["model"])
    climates = [c for c in CLIMATES if c in set(summary["group"])]
    if len(set(summary["pft"])) == 1:
        figure = style.new_figure(height=3.1)
        ax = figure.subplots()
        style.note(figure, summary, ["window", "pft"])
        _draw_cells(ax, summary, place="group", places=climates, models=models, metric="r2")
        _scale([ax], summary, "r2")
        names = [_with_sites(summary, climate, "\n") for climate in climates]
        ax.set_xticks(range(len(climates)), names)
        ax.set_ylabel(ylabel)
        _legend_below(figure, models, summary)
        return figure
    figure = style.new_figure(height=5.7)
    axes = figure.subplots(3, 2)
    style.note(figure, summary, ["window"])
    pfts = style.ordered(summary["pft"])
    for ax, climate in zip(axes.flat, climates, strict=False):
        cells = summary[summary["group"] == climate]
        _draw_cells(ax, cells, place="pft", places=pfts, models=models, metric="r2")
        _scale([ax], cells, "r2")
        ax.set_title(_with_sites(summary, climate, " "), loc="left")
    for ax in axes[:, 0]:
        ax.set_ylabel(ylabel)
    for ax in axes.flat[len(climates) :]:
        ax.set_axis_off()
    style.panel_letters(axes.flat[: len(climates)])
    if len(climates) < axes.size:
        axes.flat[-1].legend(handles=_legend(models, summary), loc="center")
    return figure


def _with_sites(summary: pd.DataFrame, climate: str, gap: str) -> str:
    """Return 'Tropical (15 sites)'."""
    sites = summary.loc[summary["group"] == climate, "sites"].min()
    return f"{style.label(climate)}{gap}({sites} site{'s' if sites != 1 else ''})"


def _place_column(summary: pd.DataFrame) -> str:
    """Return what stands along the x axis: PFT settings, or the models if there is only one."""
    return "pft" if len(set(summary["pft"])) > 1 else "model"


def _draw_cells(
    ax: Axes,
    cells: pd.DataFrame,
    *,
    place: str,
    places: Sequence[str],
    models: Sequence[str],
    metric: str,
) -> None:
    """Draw a marker and a bar for each row of ``cells``, models side by side in each place."""
    looks = style.model_styles(models)
    panel_width = ax.figure.get_figwidth() / ax.get_subplotspec().get_gridspec().ncols
    room = panel_width / len(places) * (1.0 if place == "model" else _spread(models))
    for model, x, row in _positions(cells, place=place, places=places, models=models):
        value, low, high = row[metric], row[f"{metric}_min"], row[f"{metric}_max"]
        if metric == "r2":
            low = max(low, R2_FLOOR)
        if pd.isna(value):
            _write(ax, x, "undefined", looks[model].color)
        elif metric == "r2" and value < R2_FLOOR:
            _write(ax, x, style.number(value, decimals=1), looks[model].color, arrow=True)
        else:
            ax.errorbar(
                x, value, [[value - low], [high - value]], color=looks[model].color,
                marker=looks[model].marker, ms=4.6, mec="white", mew=0.35, elinewidth=1.0,
            )  # fmt: skip
            if room >= _ROOM_FOR_NUMBER:
                ax.annotate(
                    style.number(value), (x, value), (5, 0), textcoords="offset points",
                    va="center", fontsize=6, color=looks[model].color, path_effects=_HALO,
                )  # fmt: skip
    for number in range(0, len(places), 2):
        if len(places) > 1:
            ax.axvspan(number - 0.5, number + 0.5, color="#f4f4f2", lw=0, zorder=0)
    ax.set_xlim(-0.5, len(places) - 0.5)
    ax.set_xticks(range(len(places)), [_tick(name) for name in places])
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y")


def _tick(name: str) -> str:
    """Return a label in two lines if it is long."""
    text = style.label(name)
    return text.replace(" + ", " +\n", 1) if " + " in text else text.replace(" ", "\n", 1)


def _positions(
    cells: pd.DataFrame, *, place: str, places: Sequence[str], models: Sequence[str]
) -> Iterator[tuple[str, float, Mapping[str, float]]]:
    """Yield model, x and row; models stand side by side unless they are the places themselves."""
    spread = 0.0 if place == "model" else _spread(models)
    for row in cells.to_dict("records"):
        offset = (models.index(row["model"]) - (len(models) - 1) / 2) * spread
        yield row["model"], places.index(row[place]) + offset, row


def _spread(models: Sequence[str]) -> float:
    """Return the distance between models that stand side by side, in places."""
    return min(0.78 / len(models), 0.3)


def _write(ax: Axes, x: float, text: str, color: str, *, arrow: bool = False) -> None:
    """Write a number at the foot of a panel, over an arrow if it lies under the axis."""
    foot = blended_transform_factory(ax.transData, ax.transAxes)
    if arrow:
        ax.plot(x, 0.03, marker="v", ms=3.6, color=color, transform=foot)
    ax.text(
        x, 0.085, text, transform=foot, rotation=90, ha="center", va="bottom",
        fontsize=5.5, color=color,
    )  # fmt: skip


def _scale(
    axes: Sequence[Axes], summary: pd.DataFrame, metric: str, *, include: float | None = None
) -> None:
    """Scale the y axis of panels to all bars they may hold, R2 not under its floor."""
    values = summary[[metric, f"{metric}_min", f"{metric}_max"]].to_numpy(float)
    values = values[np.isfinite(values)]
    values = values if include is None else np.append(values, include)
    under_floor = metric == "r2" and bool(np.any(values < R2_FLOOR))
    if metric == "r2":
        values = np.clip(values, R2_FLOOR, 1.0)
    if under_floor:
        # Zero shows how far down the floor is, where every value lies under it.
        values = np.append(values, 0.0)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    margin = max(0.12 * (high - low), 0.02)
    # Room for an arrow and a number under the floor.
    bottom = low - (0.35 * (high - low) if under_floor else margin)
    top = min(high + margin, 1.02) if metric == "r2" else high + margin
    for ax in axes:
        ax.set_ylim(bottom, top)
        if bottom < 0 < top:
            ax.axhline(0, color=style.INK, lw=0.6, zorder=1)
        if under_floor:
            ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= top])


def _legend(
    models: Sequence[str],
    summary: pd.DataFrame,
    *,
    lines: bool = False,
    paper_r2: float | None = None,
) -> list[Line2D]:
    """Return legend entries for the models, the range over splits and the paper's line."""
    handles = []
    for model, look in style.model_styles(models).items():
        handles.append(
            Line2D(
                [],
                [],
                color=look.color,
                marker=look.marker,
                ls=look.line if lines else "none",
                mec="white",
                mew=0.35,
                ms=5,
                label=style.label(model),
            )
        )
    splits = int(summary["splits"].max())
    if splits > 1 and not (lines and len(models) > _MOST_BANDS):
        text = f"{'band' if lines else 'bar'}: range of {splits} site splits"
        color, width = (style.FAINT, 5) if lines else (style.REFERENCE, 1)
        handles.append(Line2D([], [], color=color, lw=width, label=text))
    if paper_r2 is not None:
        text = f"paper: R² {style.number(paper_r2)} (FluxFormer, with PFT)"
        handles.append(Line2D([], [], label=text, **_PAPER_LINE))
    return handles


def _legend_below(
    figure: Figure,
    models: Sequence[str],
    summary: pd.DataFrame,
    *,
    lines: bool = False,
    paper_r2: float | None = None,
) -> None:
    """Put the legend under all panels, in as few rows as fit."""
    handles = _legend(models, summary, lines=lines, paper_r2=paper_r2)
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))
