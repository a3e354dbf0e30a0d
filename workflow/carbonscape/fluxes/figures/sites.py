"""The cross-validation seen closely: scatter, seasonal cycles and scores of single sites."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.density import draw_bins, score_box
from carbonscape.fluxes.evaluation.crossval_figures import OBSERVED
from carbonscape.products.product import Product

#: Range of R2 shown in the distribution over sites: a line enters at the share under -1.
_SITE_R2_RANGE = (-1.0, 1.0)

_EXPERIMENT = ("window", "pft", "split")
_MONTHS = "JFMAMJJASOND"


@style.styled
def draw_scatter(bins: pd.DataFrame, *, product: Product) -> Figure:
    """Draw the density of predicted against observed values, a panel a model.

    Args:
        bins: the table of ``crossval_figures.figure_scatter``.
        product: the flux.
    """
    if bins.empty:
        return style.empty_figure("Nothing to show: this experiment was not run.")
    models = style.ordered(bins["model"])
    unit = style.unit_text(product.unit)
    columns = {1: 1, 2: 2, 4: 2}.get(len(models), 3)
    rows = -(-len(models) // columns)
    # Panels are square: the height follows from the width, labels (0.5) and colour bar (0.8).
    width = style.FULL_WIDTH if columns > 1 else style.COLUMN_WIDTH + 0.8
    side = (width - 1.3) / columns
    figure = style.new_figure(width=width, height=rows * (side + 0.22) + 0.55)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    style.note(figure, bins, _EXPERIMENT)
    norm = LogNorm(1, max(2, int(bins["count"].max())))
    low = float(bins[["observed", "predicted"]].min().min())
    high = float((bins[["observed", "predicted"]].max() + bins["width"].max()).max())
    for ax, model in zip(axes.flat, models, strict=False):
        mesh = _draw_density(ax, bins[bins["model"] == model], norm)
        ax.plot([low, high], [low, high], color=style.INK, lw=0.7, ls=(0, (4, 2)))
        ax.annotate("1:1", (high, high), (-18, -9), textcoords="offset points", ha="right")
        ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        ax.set_title(style.label(model), loc="left")
    for ax in axes.flat[len(models) :]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel(f"Predicted {product.label} ({unit})")
    for number in range(columns):
        bottom = [ax for ax in axes[:, number] if ax.axison][-1]
        bottom.set_xlabel(f"Observed {product.label} ({unit})")
        bottom.tick_params(labelbottom=True)
    if len(models) > 1:
        style.panel_letters(axes.flat[: len(models)])
    aspect = max(28, 14 * rows)
    bar = figure.colorbar(mesh, ax=axes, shrink=0.75, pad=0.015, aspect=aspect, format="%d")
    bar.set_label(f"Site-months per bin ({style.number(bins['width'].iloc[0])} {unit})")
    bar.outline.set_linewidth(0.4)
    return figure


def _draw_density(ax: Axes, bins: pd.DataFrame, norm: LogNorm) -> QuadMesh:
    """Draw the bins of one model and its scores; return the mesh for the colour bar."""
    width = float(bins["width"].iloc[0])
    mesh = draw_bins(
        ax, bins["observed"], bins["predicted"], bins["count"], width=width, norm=norm
    )  # fmt: skip
    scores = bins.iloc[0]
    r2 = "undefined" if pd.isna(scores["r2"]) else style.number(scores["r2"], decimals=3)
    score_box(
        ax,
        f"R² = {r2}\nRMSE = {style.number(scores['rmse'])}\n"
        f"bias = {style.number(scores['bias'])}\nn = {scores['samples']:,}",
    )
    return mesh


@style.styled
def draw_seasonal_cycle(cycles: pd.DataFrame, *, product: Product) -> Figure:
    """Draw the mean seasonal cycle by climate, observed and of each model.

    Args:
        cycles: the table of ``crossval_figures.figure_seasonal_cycle``.
        product: the flux.
    """
    if cycles.empty:
        return style.empty_figure("Nothing to show: no site has enough years of a month.")
    looks = style.model_styles(name for name in set(cycles["series"]) if name != OBSERVED)
    climates = [c for c in CLIMATES if c in set(cycles["climate"])]
    figure = style.new_figure(height=4.4)
    axes = figure.subplots(2, 3)
    style.note(figure, cycles, _EXPERIMENT)
    for ax, climate in zip(axes.flat, climates, strict=False):
        panel = cycles[cycles["climate"] == climate].sort_values("month")
        observed = panel[panel["series"] == OBSERVED]
        ax.fill_between(observed["month"], observed["q25"], observed["q75"], color="#dddddd", lw=0)
        ax.plot(observed["month"], observed["mean"], color=style.INK, lw=1.8)
        for model, look in looks.items():
            rows = panel[panel["series"] == model]
            ax.plot(
                rows["month"], rows["mean"], color=look.color, ls=look.line, marker=look.marker,
                ms=look.size(3.4), mec="white", mew=0.3,
            )  # fmt: skip
        ax.set_title(f"{style.label(climate)} ({_sites(observed['sites'])})", loc="left")
        ax.set_xticks(range(1, 13), list(_MONTHS))
        ax.grid(axis="y")
        ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    for ax in axes.flat[len(climates) :]:
        ax.set_axis_off()
    style.panel_letters(axes.flat[: len(climates)])
    for ax in axes[:, 0]:
        ax.set_ylabel(f"{product.label} ({style.unit_text(product.unit)})")
    figure.supxlabel("Month (southern sites shifted by six months)", fontsize=7.5)
    handles = [
        Line2D([], [], color=style.INK, lw=1.8, label="Observed"),
        Patch(fc="#dddddd", label="Observed, middle half of sites"),
    ]
    for model, look in looks.items():
        handles.append(
            Line2D([], [], color=look.color, ls=look.line, marker=look.marker, mec="white",
                   mew=0.3, label=style.label(model))
        )  # fmt: skip
    place = axes.flat[-1] if len(climates) < axes.size else figure
    place.legend(handles=handles, loc="center left" if place is not figure else "outside right")
    return figure


def _sites(counts: pd.Series) -> str:
    """Return '15 sites', or '12–15 sites' where months differ."""
    low, high = counts.min(), counts.max()
    return f"{high} site{'s' if high != 1 else ''}" if low == high else f"{low}–{high} sites"


@style.styled
def draw_site_scores(distribution: pd.DataFrame, *, product: Product) -> Figure:
    """Draw the distribution of R2 and RMSE over sites as cumulative shares, a line a model.

    Args:
        distribution: the table of ``crossval_figures.figure_site_scores``.
        product: the flux.
    """
    if distribution.empty:
        return style.empty_figure("Nothing to show: no site has enough scored months.")
    looks = style.model_styles(distribution["model"])
    figure = style.new_figure(height=3.0)
    axes = figure.subplots(1, 2, sharey=True)
    style.note(figure, distribution, _EXPERIMENT)
    for ax, metric in zip(axes, ("r2", "rmse"), strict=True):
        for model, look in looks.items():
            rows = distribution[distribution["model"] == model].sort_values(metric)
            ax.step(
                rows[metric], 100 * rows[f"{metric}_share"], where="post", color=look.color,
                ls=look.line, label=f"{style.label(model)} ({_sites(pd.Series([len(rows)]))})",
            )  # fmt: skip
        ax.axhline(50, color=style.REFERENCE, lw=0.8, ls=(0, (4, 2)), zorder=1)
        ax.set_ylim(0, 100)
        ax.grid()
    axes[0].annotate("median", (-1, 50), (3, 2), textcoords="offset points", fontsize=7)
    axes[0].set_xlim(*_SITE_R2_RANGE)
    axes[0].set_xticks([-1, -0.5, 0, 0.5, 1])
    axes[0].set_xlabel("R² of a site's months")
    axes[1].set_xlim(left=0)
    axes[1].set_xlabel(f"RMSE of a site's months ({style.unit_text(product.unit)})")
    axes[0].set_ylabel("Sites with this value or less (%)")
    style.panel_letters(axes)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center",
                  ncols=min(3, len(looks)))  # fmt: skip
    return figure
