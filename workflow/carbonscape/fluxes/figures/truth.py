"""The finished map against the true one: what only a simulated Earth can show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import bar_place, degrees_text, map_height, shown_view
from carbonscape.fluxes.figures.maps import annual_bar, annual_norm, scale_years
from carbonscape.products.product import Product

#: R2 under this is drawn at the edge of its panel, with its number.
R2_FLOOR = -0.5

#: How far the first and last product of a row stand from its middle, in rows.
_REACH = 0.36

_SEASONS = ("DJF", "MAM", "JJA", "SON")
_TRUTH = {"color": style.INK, "lw": 1.6}
_BANDS = "#f4f4f2"


@style.styled
def draw_truth_map(
    maps: xr.Dataset, *, product: Product, shown: str, land: list[np.ndarray]
) -> Figure:
    """Draw truth, map and their difference for one year, and their means by latitude.

    Args:
        maps: the dataset of ``truth_maps.truth_maps``.
        product: the flux.
        shown: the map to show, ``<model>-<PFT>``.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
    """
    year = maps.attrs["year"]
    mapped = maps.sel(product=shown)
    values = mapped[product.name]
    name = style.product_label(shown, maps["product"].values.tolist())
    figure = style.new_figure(height=2 * map_height(style.FULL_WIDTH / 2) + 1.868)
    axes = figure.subplots(2, 2)
    cells = {"lat_bounds": maps["lat_bnds"], "lon_bounds": maps["lon_bnds"], "rings": land}
    cells["columns"] = 1200
    both = np.concatenate([maps["truth"].values.ravel(), values.values.ravel()])
    norm = annual_norm(both)
    for ax, field, title in (
        (axes[0, 0], maps["truth"], "Truth"),
        (axes[0, 1], values, f"Map: {name}"),
    ):
        draw_cells(ax, field.values, cmap=style.PRODUCTIVITY, norm=norm, **cells)
        ax.set_title(title, loc="left")
    annual_bar(figure, norm, list(axes[0]), label=f"{product.label} of {year}")
    difference = mapped["difference"].values
    picture = draw_cells(
        axes[1, 0], difference, cmap=style.DIVERGING, norm=_symmetric(difference), **cells
    )
    axes[1, 0].set_title("Map minus truth", loc="left")
    # Inside the panel's own place: the bar stays close to a map that is lower than its place.
    place = axes[1, 0].inset_axes(bar_place(left=0.1))
    bar = figure.colorbar(picture, cax=place, orientation="horizontal", extend="both")
    bar.set_label(f"Difference ({style.ANNUAL_UNIT})")
    bar.outline.set_linewidth(0.4)
    _draw_zonal(axes[1, 1], maps, product, shown)
    style.panel_letters(axes.flat)
    figure.suptitle(
        f"A simulated Earth, {year}: its true {product.label} and the map made from its towers",
        x=0.01, ha="left", fontsize=9, fontweight="bold",
    )  # fmt: skip
    return figure


def _symmetric(values: np.ndarray) -> Normalize:
    """Return a scale about zero that holds 98 % of the values, in steps of 100."""
    values = np.abs(values[np.isfinite(values)])
    highest = float(np.quantile(values, 0.98)) if values.size else 0.0
    limit = max(100.0, 100 * np.ceil(highest / 100))
    return Normalize(-limit, limit)


def _draw_zonal(ax: Axes, maps: xr.Dataset, product: Product, shown: str) -> None:
    """Draw the means of the cells of each latitude."""
    products = maps["product"].values.tolist()
    looks = style.product_styles(products)
    ax.plot(maps["zonal_truth"], maps["lat"], label="Truth", **_TRUTH)
    for name, look in looks.items():
        ax.plot(
            maps[f"zonal_{product.name}"].sel(product=name), maps["lat"], color=look.color,
            ls="-" if name == shown else look.line, lw=1.4 if name == shown else 0.9,
            label=style.product_label(name, products),
        )  # fmt: skip
    ax.set_title("By latitude", loc="left")
    ax.set_xlim(left=0)
    _scale_latitudes(ax, maps)
    ax.set_xlabel(f"Mean {product.label} of the land ({style.ANNUAL_UNIT})")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.grid()
    # Not on the lines: those of a region may lie anywhere.
    ax.legend(loc="upper right" if shown_view() is None else "best")


def _scale_latitudes(ax: Axes, maps: xr.Dataset) -> None:
    """Scale an axis to the latitudes of the world's land, or to those of the region."""
    view = shown_view()
    south, north = (-60, 90) if view is None else (view.south, view.north)
    ax.set_ylim(south, north)
    ax.yaxis.set_major_locator(MultipleLocator(30 if view is None else view.step))
    ax.yaxis.set_major_formatter(lambda lat, _: degrees_text(lat, "N", "S"))


@style.styled
def draw_truth_scores(scores: pd.DataFrame, totals: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 and RMSE against the truth by climate and season, and the annual totals.

    Args:
        scores: a TRUTH_SCORES table of ``evaluation.truth``.
        totals: a TRUTH_TOTALS table of ``evaluation.truth_maps``.
        product: the flux.
    """
    groups = _group_rows(scores)
    looks = style.product_styles(scores["product"])
    figure = style.new_figure(height=5.6)
    grid = figure.add_gridspec(2, 2, height_ratios=[2.0, 1])
    left, right = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    years = figure.add_subplot(grid[1, :])
    scopes = [scope for scope, _, _ in groups]
    for ax, metric, title in (
        (left, "r2", "R² against the truth"),
        (right, "rmse", f"RMSE ({style.unit_text(product.unit)})"),
    ):
        _draw_rows(ax, scores, groups, looks, metric)
        ax.set_title(title, loc="left")
        for row in range(1, len(groups)):
            if scopes[row] != scopes[row - 1]:
                ax.axhline(row - 0.5, color=style.REFERENCE, lw=0.5, zorder=1)
    left.set_yticks(range(len(groups)), [text for _, _, text in groups])
    right.set_yticks(range(len(groups)), [])
    shown = scores[scores["scope"].isin(scopes)]
    right.set_xlim(0, 1.08 * shown["rmse"].max())
    _draw_totals(years, totals, looks, product)
    style.panel_letters([left, right, years])
    handles = [Line2D([], [], label="Truth (over the product's cells)", **_TRUTH)]
    handles += [
        Line2D([], [], color=look.color, marker=look.marker, ls=look.line, mec="white", mew=0.35,
               ms=look.size(5), label=style.product_label(name, looks))
        for name, look in looks.items()
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=min(3, len(handles)))
    style.say_simulated(figure)
    return figure


def _group_rows(scores: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return scope, group and label of the rows of the panels, from the top."""
    found = set(zip(scores["scope"], scores["group"], strict=True))
    rows = [("all", "all", "All land")]
    rows += [("climate", name, style.label(name)) for name in CLIMATES]
    rows += [("season", name, name) for name in _SEASONS]
    return [row for row in rows if row[:2] in found]


def _draw_rows(
    ax: Axes,
    scores: pd.DataFrame,
    groups: list[tuple[str, str, str]],
    looks: dict[str, style.SeriesStyle],
    metric: str,
) -> None:
    """Draw a row of markers for each group; R2 under the floor is an arrow with its number."""
    table = scores.set_index(["product", "scope", "group"])[metric]
    offsets = np.linspace(-0.24, 0.24, len(looks)) if len(looks) > 1 else [0.0]
    low = False
    for row, (scope, group, _) in enumerate(groups):
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color=_BANDS, lw=0, zorder=0)
        for (product, look), offset in zip(looks.items(), offsets, strict=True):
            value = table[product, scope, group]
            if metric == "r2" and (np.isnan(value) or value < R2_FLOOR):
                low = True
                number = "undefined" if np.isnan(value) else style.number(value, decimals=1)
                ax.plot(R2_FLOOR, row + offset, marker="<", ms=3.4, color=look.color)
                ax.annotate(
                    number, (R2_FLOOR, row + offset), (5, 0), textcoords="offset points",
                    va="center", fontsize=7, color=look.color,
                )  # fmt: skip
            else:
                ax.plot(
                    value, row + offset, marker=look.marker, ms=look.size(5), color=look.color,
                    mec="white", mew=0.35, ls="none",
                )  # fmt: skip
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    if metric == "r2":
        ax.axvline(0, color=style.INK, lw=0.6, zorder=1)
        values = table.clip(lower=R2_FLOOR).dropna()
        ax.set_xlim(R2_FLOOR - 0.04 if low else min(0, values.min()) - 0.03, 1.0)


def _draw_totals(
    ax: Axes, totals: pd.DataFrame, looks: dict[str, style.SeriesStyle], product: Product
) -> None:
    """Draw the annual totals of truth and products."""
    first = totals[totals["product"] == next(iter(looks))].sort_values("year")
    ax.plot(first["year"], first["truth"], **_TRUTH)
    for name, look in looks.items():
        rows = totals[totals["product"] == name].sort_values("year")
        ax.plot(
            rows["year"], rows["total"], color=look.color, marker=look.marker, ls=look.line,
            ms=look.size(4), mec="white", mew=0.4,
        )  # fmt: skip
    scale_years(ax, totals["year"])
    ax.set_ylabel(f"{product.label} ({style.TOTAL_UNIT})")
    ax.set_title("Annual totals", loc="left")


@style.styled
def draw_truth_gap(gap: pd.DataFrame, *, product: Product) -> Figure:
    """Draw the steps from the score at towers to the score over the globe.

    Args:
        gap: a TRUTH_GAP table of ``evaluation.truth_gap``.
        product: the flux.
    """
    if gap.empty:
        return style.empty_figure("Nothing to show: no product was compared with the truth.")
    unit = style.unit_text(product.unit)
    looks = style.product_styles(gap["product"])
    steps = gap.drop_duplicates("step").sort_values("step")
    # Numbers of products that score alike stand under each other.
    row = max(0.36, 0.12 * (len(looks) - 1) / (2 * _REACH))
    figure = style.new_figure(height=1.05 + row * len(steps))
    axes = figure.subplots(1, 3, sharey=True, width_ratios=[1.3, 1.1, 0.8])
    for ax, metric, name in zip(axes, ("r2", "rmse"), ("R²", "RMSE"), strict=False):
        _draw_steps(ax, gap, steps["step"].tolist(), looks, metric)
        ax.set_xlabel(name if metric == "r2" else f"{name} ({unit})")
    # The spread belongs to the reference and not to a product.
    ink = {name: style.SeriesStyle(style.INK, "o") for name in steps["product"]}
    _draw_steps(axes[2], steps, steps["step"].tolist(), ink, "spread")
    axes[2].set_xlabel(f"Spread of the\nreference ({unit})")
    axes[0].set_yticks(range(len(steps)), [f"{row.step}  {row.name_}" for row in _named(steps)])
    axes[0].set_ylim(len(steps) - 0.5, -0.5)
    handles = [
        Line2D([], [], color=look.color, marker=look.marker, ls="none", mec="white", mew=0.35,
               ms=look.size(5), label=style.product_label(name, looks))
        for name, look in looks.items()
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=min(3, len(handles)))
    style.say_simulated(figure)
    return figure


def _named(steps: pd.DataFrame):
    """Iterate over steps as named tuples; ``name`` is taken by pandas."""
    return steps.rename(columns={"name": "name_"}).itertuples()


def _draw_steps(
    ax: Axes,
    gap: pd.DataFrame,
    steps: list[str],
    looks: dict[str, style.SeriesStyle],
    metric: str,
) -> None:
    """Draw one number of each step and product."""
    table = gap.set_index(["product", "step"])[metric]
    offsets = np.linspace(-_REACH, _REACH, len(looks)) if len(looks) > 1 else [0.0]
    for row, step in enumerate(steps):
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color=_BANDS, lw=0, zorder=0)
        for (product, look), offset in zip(looks.items(), offsets, strict=True):
            value = table.get((product, step), np.nan)
            if np.isnan(value):
                continue
            shown = max(value, R2_FLOOR) if metric == "r2" else value
            ax.plot(
                shown, row + offset, marker="<" if shown > value else look.marker,
                ms=look.size(4.6), color=look.color, mec="white", mew=0.35, ls="none",
            )  # fmt: skip
            ax.annotate(
                style.number(value), (shown, row + offset), (5, 0), textcoords="offset points",
                va="center", fontsize=7, color=look.color,
            )  # fmt: skip
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    # Room for the numbers on the right.
    values = gap[metric].dropna()
    if metric == "r2":
        ax.axvline(0, color=style.INK, lw=0.6, zorder=1)
        left = min(0.0, max(values.min(), R2_FLOOR)) - 0.06
        ax.set_xlim(left, 1.16)
        ax.set_xticks([tick for tick in ax.get_xticks() if left <= tick <= 1])
    else:
        ax.set_xlim(0, 1.3 * values.max())
