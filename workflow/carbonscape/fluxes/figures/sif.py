"""Figures 8 and 14: where months of a flux and of sun-induced fluorescence (SIF) go together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import map_height
from carbonscape.products.product import Product

#: Correlations from -1 to 1, pale at zero: ColorBrewer's PRGn with equal steps in the CIELAB
#: space, as long on the one side of zero as on the other.
CORRELATION = LinearSegmentedColormap.from_list(
    "correlation",
    (
        "#40004b", "#561162", "#6e247b", "#7e3a8c", "#894f98", "#9364a4", "#9f78b1", "#b08ec0",
        "#c2a5cf", "#d2bada", "#e3cfe5", "#eee3ef", "#f7f7f7", "#e8f3e5", "#d8f0d2", "#c3e7bd",
        "#aedea8", "#95d192", "#78c07a", "#5baf62", "#3f974f", "#247f3d", "#146a30", "#0a5725",
        "#00441b",
    ),
)  # fmt: skip

_WHOLE = Normalize(-1, 1)
_BANDS = "#f4f4f2"


@style.styled
def draw_fig08(
    maps: xr.Dataset,
    climates: pd.DataFrame,
    *,
    product: Product,
    land: list[np.ndarray],
    simulated: bool,
) -> Figure:
    """Draw the correlation of monthly values with SIF: maps, a panel a product, and by climate.

    Args:
        maps: r (product, lat, lon) of ``evaluation.sif.sif_numbers``.
        climates: a SIF_CLIMATES table of ``evaluation.sif``.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 8.
    """
    return _draw(maps, climates, product=product, land=land, simulated=simulated)


@style.styled
def draw_fig14(
    maps: xr.Dataset,
    climates: pd.DataFrame,
    *,
    product: Product,
    land: list[np.ndarray],
    simulated: bool,
) -> Figure:
    """Draw the same of every product, of the run and of others.

    Args:
        maps, climates: of ``evaluation.other_sif.other_sif_numbers``; else as of
            :func:`draw_fig08`.
        product, land, simulated: as of :func:`draw_fig08`.

    Source: the GPP paper, figure 14.
    """
    return _draw(maps, climates, product=product, land=land, simulated=simulated)


def _draw(
    maps: xr.Dataset,
    climates: pd.DataFrame,
    *,
    product: Product,
    land: list[np.ndarray],
    simulated: bool,
) -> Figure:
    """Draw a panel a product, and the climates below."""
    products = style.ordered_products(maps["product"].values.tolist())
    columns = style.map_columns(len(products))
    rows = -(-len(products) // columns)
    high = map_height(style.FULL_WIDTH / columns) + 0.2
    low = 0.7 + 6 * (0.09 * len(products) + 0.1)
    empty = rows * columns - len(products)
    # A third of the width is too narrow for the words of the colour bar.
    free = empty if columns == 2 else 0
    named = 0.18 * -(-len(products) // 3)
    figure = style.new_figure(height=rows * high + low + named + (0.1 if free else 0.5))
    places = figure.add_gridspec(rows + 1, columns, height_ratios=[high] * rows + [low])
    axes = [figure.add_subplot(places[at // columns, at % columns]) for at in range(rows * columns)]
    for ax, name in zip(axes, products, strict=False):
        draw_cells(
            ax, maps["r"].sel(product=name).values, lat_bounds=maps["lat_bnds"],
            lon_bounds=maps["lon_bnds"], rings=land, cmap=CORRELATION, norm=_WHOLE,
            columns=2000 // columns,
        )  # fmt: skip
        ax.set_title(style.product_label(name, products), loc="left")
    for ax in axes[len(products) :]:
        ax.set_axis_off()
    bar_place = {"ax": axes, "location": "bottom", "shrink": 0.6, "aspect": 38, "pad": 0.02}
    if free:
        bar_place = {"cax": axes[-1].inset_axes((0.08, 0.45, 0.84, 0.075))}
        bar_place["orientation"] = "horizontal"
    bar = figure.colorbar(
        ScalarMappable(_WHOLE, CORRELATION), ticks=[-1, -0.5, 0, 0.5, 1], **bar_place
    )
    span = f"{maps.attrs['first_month']} to {maps.attrs['last_month']}"
    bar.set_label(f"r of monthly {product.label} and SIF, {span}\n(land without r is grey)")
    bar.outline.set_linewidth(0.4)
    last = figure.add_subplot(places[rows, :])
    _draw_climates(last, climates)
    last.set_title("By climate", loc="left")
    style.panel_letters([*axes[: len(products)], last])
    if len(products) > 1:
        figure.legend(*_handles(last), loc="outside lower center", ncols=min(3, len(products)))
    if simulated:
        style.say_simulated(figure, products)
    return figure


def _handles(ax: Axes) -> tuple[list, list[str]]:
    """Return the markers of the products, each once, and their names."""
    found = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    return list(found.values()), list(found)


def _draw_climates(ax: Axes, climates: pd.DataFrame) -> None:
    """Draw median, half and 90 % of the cells of each climate, a line a product."""
    table = climates.set_index(["climate", "product"])
    looks = style.product_styles(climates["product"])
    offsets = np.linspace(-0.28, 0.28, len(looks)) if len(looks) > 1 else [0.0]
    names = ["all", *CLIMATES]
    for row, name in enumerate(names):
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color=_BANDS, lw=0, zorder=0)
        for (product, look), offset in zip(looks.items(), offsets, strict=True):
            values, y = table.loc[(name, product)], row + offset
            ax.plot(values[["r_p05", "r_p95"]], [y, y], color=look.color, lw=0.8)
            ax.plot(
                values[["r_p25", "r_p75"]], [y, y], color=look.color, lw=3, alpha=0.5,
                solid_capstyle="butt",
            )  # fmt: skip
            ax.plot(
                values["r"], y, color=look.color, marker=look.marker, ms=look.size(4.6),
                mec="white", mew=0.35, ls="none", label=style.product_label(product, looks),
            )  # fmt: skip
        if not table.loc[name]["cells"].any():
            ax.text(0.02, row, "no cell", va="center", fontsize=7, color=style.REFERENCE)
    ax.axhline(0.5, color=style.REFERENCE, lw=0.5, zorder=1)
    ax.axvline(0, color=style.INK, lw=0.6, zorder=1)
    labels = ["All land", *(style.label(name) for name in CLIMATES)]
    ax.set_yticks(range(len(names)), labels)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(-1, 1)
    ax.grid(axis="x")
    ax.set_xlabel("r: median (marker), middle half (thick) and 90 % (thin) of the cells")
