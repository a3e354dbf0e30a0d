"""Figures 4, 5 and 6, quantities side by side, and scores by calendar month.

All draw a SCORE_SUMMARY table of ``evaluation.crossval``: a marker is the mean over site splits,
a bar from the lowest to the highest split.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import model_rows, style
from carbonscape.products.product import Product

#: The GPP paper's best global R2 of monthly values: FluxFormer, January to month M, with PFT (4.1).
PAPER_R2 = 0.73

#: What is scored, in the order of the panels.
QUANTITIES = ("monthly", "season", "year", "seasonal_cycle", "site_mean", "anomaly")

_MONTHS = "JFMAMJJASOND"
_PAPER_LINE = {"color": style.REFERENCE, "lw": 0.8, "ls": (0, (4, 2)), "zorder": 1}

#: More panels than this stand in two rows.
_MOST_COLUMNS = 5

#: With more models than this the bands of the splits would cover one another.
_MOST_BANDS = 3


def quantity_names(product: Product) -> dict[str, str]:
    """Return what is scored, in the order of the panels, by its name in the tables."""
    names = {name: style.label(name) for name in QUANTITIES}
    return names | {"monthly": f"Monthly {product.label}"}


@style.styled
def draw_fig04(summary: pd.DataFrame, *, product: Product, simulated: bool) -> Figure:
    """Draw global R2 and RMSE: a row a model, a column of panels a window.

    Args:
        summary: the table of ``crossval_figures.figure_fig04``.
        product: the flux. Where a paper reports it, the paper's score is a line in the panel of
            the window January to month M.
        simulated: whether the towers are simulated ones, which cannot be compared with the paper's.

    Source: the GPP paper, figure 4.
    """
    if summary.empty:
        return style.empty_figure("Nothing to show: no experiment was scored.")
    paper_r2 = PAPER_R2 if product.reported and not simulated else None
    metrics = style.score_names(product.unit)
    windows = style.ordered(summary["window"])
    alone = len(windows) == 1
    # The two scores of a single window stand side by side.
    layout = model_rows.make_layout(summary, "pft", panels=2 if alone else len(windows))
    rows, columns = (1, 2) if alone else (2, len(windows))
    figure = style.new_figure(height=rows * (layout.height + 0.36) + 0.75)
    axes = figure.subplots(rows, columns, squeeze=False)
    style.note(figure, summary, ["window", "pft"])
    by_metric = axes.reshape(2, -1)
    with_paper = paper_r2 if "jan_to_m" in windows else None
    for row, metric in zip(by_metric, metrics, strict=True):
        for ax, window in zip(row, windows, strict=True):
            cells = summary[summary["window"] == window]
            model_rows.draw_panel(
                ax, cells, layout, metric, names=ax in axes[:, 0], like=summary,
                include=with_paper if metric == "r2" else None,
            )  # fmt: skip
            ax.set_xlabel(metrics[metric])
            if metric == "r2" and not alone:
                model_rows.set_title(ax, style.label(window), layout)
            if metric == "r2" and window == "jan_to_m" and paper_r2 is not None:
                ax.axvline(paper_r2, **_PAPER_LINE)
    style.panel_letters(list(by_metric.ravel()))
    handles = model_rows.series_handles(layout, summary)
    if with_paper is not None:
        text = f"paper: R² {style.number(paper_r2)} (FluxFormer, with PFT)"
        handles.append(Line2D([], [], label=text, **_PAPER_LINE))
    model_rows.legend_below(figure, handles)
    return figure


@style.styled
def draw_fig05(summary: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 of monthly values in the five climates, of models and PFT settings.

    Args:
        summary: the table of ``crossval_figures.figure_fig05``.
        product: the flux.

    Source: the GPP paper, figure 5.
    """
    return _draw_climates(summary, product)


@style.styled
def draw_fig06(summary: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 of the mean seasonal cycle in the five climates, of models and PFT settings.

    Args:
        summary: the table of ``crossval_figures.figure_fig06``.
        product: the flux.

    Source: the GPP paper, figure 6.
    """
    return _draw_climates(summary, product)


@style.styled
def draw_quantities(summary: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 on six time scales side by side: months to years, cycles, means and anomalies.

    Args:
        summary: the table of ``crossval_figures.figure_quantities``.
        product: the flux.
    """
    scored = set(summary["quantity"])
    titles = {name: text for name, text in quantity_names(product).items() if name in scored}
    return _draw_columns(summary, "quantity", titles, product)


@style.styled
def draw_monthly_scores(summary: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 and RMSE of monthly values by calendar month, a line a model.

    Args:
        summary: the table of ``crossval_figures.figure_monthly_scores``.
        product: the flux.
    """
    if summary.empty:
        return style.empty_figure("Nothing to show: this window and PFT setting were not run.")
    looks = style.model_styles(summary["model"])
    figure = style.new_figure(height=2.6 + 0.14 * -(-len(looks) // 4))
    axes = figure.subplots(1, 2)
    style.note(figure, summary, ["window", "pft"])
    for ax, (metric, text) in zip(axes, style.score_names(product.unit).items(), strict=True):
        for model, look in looks.items():
            rows = summary[summary["model"] == model]
            rows = rows.assign(month=rows["group"].astype(int)).sort_values("month")
            if len(looks) <= _MOST_BANDS:
                low, high = rows[f"{metric}_min"], rows[f"{metric}_max"]
                ax.fill_between(rows["month"], low, high, color=look.color, alpha=0.15, lw=0)
            ax.plot(
                rows["month"], rows[metric], color=look.color, marker=look.marker, ls=look.line,
                ms=look.size(4), mec="white", mew=0.4,
            )  # fmt: skip
        ax.set_xticks(range(1, 13), list(_MONTHS))
        ax.set_xlabel("Calendar month")
        ax.set_ylabel(text)
        ax.grid(axis="y")
        _scale_lines(ax, summary, metric)
    style.panel_letters(axes)
    handles = [
        Line2D([], [], color=look.color, marker=look.marker, ls=look.line, mec="white", mew=0.35,
               ms=look.size(5), label=style.label(model))
        for model, look in looks.items()
    ]  # fmt: skip
    splits = int(summary["splits"].max())
    if splits > 1 and len(looks) <= _MOST_BANDS:
        text = f"band: range of {splits} site splits"
        handles.append(Line2D([], [], color=style.FAINT, lw=5, label=text))
    model_rows.legend_below(figure, handles)
    return figure


def _draw_climates(summary: pd.DataFrame, product: Product) -> Figure:
    """Draw one panel a climate."""
    climates = [c for c in CLIMATES if c in set(summary["group"])]
    sites = summary.groupby("group")["sites"].min() if climates else {}
    titles = {
        climate: f"{style.label(climate)}\n({style.count_sites(sites[climate])})"
        for climate in climates
    }
    return _draw_columns(summary, "group", titles, product)


def _draw_columns(
    summary: pd.DataFrame, column: str, titles: Mapping[str, str], product: Product
) -> Figure:
    """Draw R2 in one panel for each value of a column, each on its own scale."""
    if summary.empty:
        return style.empty_figure(
            "Nothing to show: this window was not run, or no site has enough years."
        )
    columns = len(titles) if len(titles) <= _MOST_COLUMNS else -(-len(titles) // 2)
    rows = -(-len(titles) // columns)
    layout = model_rows.make_layout(summary, "pft", panels=columns)
    figure = style.new_figure(height=rows * (layout.height + 0.55) + 0.6)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(titles) :]:
        ax.set_axis_off()
    axes = axes[: len(titles)]
    style.note(figure, summary, ["quantity", "window", "pft"], names=quantity_names(product))
    for ax, (name, title) in zip(axes, titles.items(), strict=True):
        cells = summary[summary[column] == name]
        model_rows.draw_panel(ax, cells, layout, "r2", names=ax in axes[::columns])
        model_rows.set_title(ax, title, layout)
        ax.set_xlabel(style.score_names(product.unit)["r2"])
    style.panel_letters(axes)
    model_rows.legend_below(figure, model_rows.series_handles(layout, summary))
    return figure


def _scale_lines(ax: Axes, summary: pd.DataFrame, metric: str) -> None:
    """Scale the y axis to lines and bands; baselines far from the rest are written."""
    low, high = model_rows.core_limits(summary, metric)
    margin = edge = max(0.06 * (high - low), 0.02)
    looks = style.model_styles(summary["model"])
    written = 0
    for model in looks:
        values = summary.loc[summary["model"] == model, metric].dropna()
        least, most = values.min(), values.max()
        if values.empty or (least >= low - edge and most <= high + edge):
            continue
        if low <= most and least <= high and max(most - high, low - least) < 0.5 * (high - low):
            low, high = min(low, least), max(high, most)
            continue
        arrow, y, sign = ("↑", 0.98, -1) if most > high + edge else ("↓", 0.02, 1)
        text = f"{style.number(least)} to {style.number(most)}"
        ax.text(
            0.02, y + sign * 0.075 * written, f"{arrow} {style.label(model)}: {text}",
            transform=ax.transAxes, va="top" if sign < 0 else "bottom", fontsize=7,
            color=looks[model].color, path_effects=model_rows.HALO,
        )  # fmt: skip
        margin += 0.08 * (high - low)
        written += 1
    ax.set_ylim(low - margin, high + margin)
    if low - margin < 0 < high + margin:
        ax.axhline(0, color=style.INK, lw=0.6, zorder=1)
