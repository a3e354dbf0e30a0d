"""Figures 11 and 16a: maps of the finished products, and their sums over the land."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import map_height
from carbonscape.products.product import Product

#: Highest value of the scale, gC m-2 yr-1: the most productive forests; more is the last colour.
HIGHEST = 3500


@style.styled
def draw_fig11(
    annual: xr.Dataset, *, product: Product, land: list[np.ndarray], simulated: bool
) -> Figure:
    """Draw the flux of one year, a panel a product, on one scale.

    Args:
        annual: the flux (product, lat, lon), under its own name, of ``maps.map_numbers``.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 11.
    """
    values = annual[product.name]
    products = style.ordered_products(annual["product"].values.tolist())
    columns = style.map_columns(len(products))
    rows = -(-len(products) // columns)
    panel = style.FULL_WIDTH / columns
    # A third of the width is too narrow for the words of the colour bar.
    within = columns == 2 and len(products) < rows * columns
    bar = 0.2 if within else 0.75
    figure = style.new_figure(height=rows * (map_height(panel) + 0.2) + bar)
    axes = figure.subplots(rows, columns, squeeze=False)
    norm = annual_norm(values.values)
    for ax, name in zip(axes.flat, products, strict=False):
        draw_cells(
            ax, values.sel(product=name).values, lat_bounds=annual["lat_bnds"],
            lon_bounds=annual["lon_bnds"], rings=land, cmap=style.PRODUCTIVITY, norm=norm,
            columns=2000 // columns,
        )  # fmt: skip
        ax.set_title(style.product_label(name, products), loc="left")
    if len(products) > 1:
        style.panel_letters(axes.flat[: len(products)])
    free = axes.flat[len(products) :]
    for ax in free:
        ax.set_axis_off()
    # An odd number of maps leaves a place, in which the colour bar stands.
    place = {"cax": free[0].inset_axes((0.08, 0.45, 0.84, 0.075))} if within else {}
    label = f"{product.label} of {annual.attrs['year']}"
    annual_bar(figure, norm, list(axes.flat), label=label, **place)
    if simulated:
        style.say_simulated(figure, products)
    return figure


def annual_norm(values: np.ndarray) -> Normalize:
    """Return the scale of yearly sums: from zero to the highest value, in steps of 500."""
    highest = np.nanmax(values) if np.isfinite(values).any() else 0
    return Normalize(0, min(HIGHEST, max(500, 500 * np.ceil(highest / 500))))


def annual_bar(
    figure: Figure, norm: Normalize, axes: list[Axes], *, label: str, cax: Axes | None = None
) -> None:
    """Draw the colour bar of yearly sums under panels, or in a place of its own."""
    place = {"ax": axes, "location": "bottom", "shrink": 0.6, "aspect": 38, "pad": 0.02}
    if cax is not None:
        place = {"cax": cax, "orientation": "horizontal"}
    extend = "max" if norm.vmax == HIGHEST else "neither"
    bar = figure.colorbar(ScalarMappable(norm, style.PRODUCTIVITY), extend=extend, **place)
    bar.ax.xaxis.set_major_formatter("{x:,.0f}")
    bar.set_label(f"{label} ({style.ANNUAL_UNIT}); land without a value is grey")
    bar.outline.set_linewidth(0.4)


@style.styled
def draw_fig16a(totals: pd.DataFrame, *, product: Product, simulated: bool) -> Figure:
    """Draw the annual totals of every product.

    Args:
        totals: an ANNUAL_TOTALS table of ``evaluation.maps``.
        product: the flux.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 16a.
    """
    looks = style.product_styles(totals["product"])
    figure = style.new_figure(height=2.7 + 0.18 * -(-len(looks) // 3))
    ax = figure.subplots()
    for name, look in looks.items():
        rows = totals[totals["product"] == name].sort_values("year")
        ax.plot(
            rows["year"], rows["total"], color=look.color, marker=look.marker, ls=look.line,
            ms=look.size(4), mec="white", mew=0.4, label=style.product_label(name, looks),
        )  # fmt: skip
    scale_years(ax, totals["year"])
    ax.set_ylabel(f"{product.label} ({style.TOTAL_UNIT})")
    figure.legend(loc="outside lower center", ncols=min(3, len(looks)))
    if simulated:
        style.say_simulated(figure, looks)
    return figure


def scale_years(ax: Axes, years: pd.Series) -> None:
    """Scale an axis to whole years, and leave room above and below the lines."""
    ax.xaxis.set_major_locator(MaxNLocator(11, steps=[1, 2, 5, 10], integer=True))
    ax.set_xlim(years.min() - 0.5, years.max() + 0.5)
    ax.margins(y=0.15)
    ax.set_xlabel("Year")
    ax.grid(axis="y")
