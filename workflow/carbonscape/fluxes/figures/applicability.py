"""Where maps lie within what the towers know, and how much of land and flux does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import map_height
from carbonscape.products.product import Product

_PARTS = {"area_inside": "land area", "flux_inside": "{label}"}
_COLORS = ("#7a7a7a", "#1b7f5c")


@style.styled
def draw_applicability(
    maps: xr.Dataset,
    table: pd.DataFrame,
    *,
    product: Product,
    land: list[np.ndarray],
    simulated: bool,
) -> Figure:
    """Draw the dissimilarity of a year with its threshold, and the shares inside by climate.

    Args:
        maps: dissimilarity (lat, lon) of ``evaluation.applicability``.
        table: an APPLICABILITY table.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.
    """
    high = map_height(style.FULL_WIDTH)
    figure = style.new_figure(height=high + 2.9)
    places = figure.add_gridspec(2, 1, height_ratios=[high + 0.7, 2.0])
    ax = figure.add_subplot(places[0])
    threshold = maps.attrs["threshold"]
    # Twice the threshold ends the scale: the middle colour is the border.
    norm = Normalize(0, 2 * threshold)
    draw_cells(
        ax, maps["dissimilarity"].values, lat_bounds=maps["lat_bnds"],
        lon_bounds=maps["lon_bnds"], rings=land, cmap=style.SEQUENTIAL, norm=norm,
    )  # fmt: skip
    ax.set_title(style.product_label(maps.attrs["map"]), loc="left")
    bar = figure.colorbar(
        ScalarMappable(norm, style.SEQUENTIAL), ax=ax, extend="max", location="bottom",
        shrink=0.6, aspect=38, pad=0.02,
        ticks=[0, threshold / 2, threshold, 1.5 * threshold, 2 * threshold], format="%.2f",
    )  # fmt: skip
    bar.ax.axvline(threshold, color="white", lw=1.5)
    bar.set_label(
        f"Mean dissimilarity of {maps.attrs['year']} (threshold {threshold:.2f}: white line); "
        "land without a value is grey"
    )
    bar.outline.set_linewidth(0.4)
    below = figure.add_subplot(places[1])
    names = ["all", *CLIMATES]
    rows = table.set_index("climate").reindex(names)
    for number, (column, text) in enumerate(_PARTS.items()):
        x = np.arange(len(names)) + 0.38 * (number - 0.5)
        label = f"Share of {text.format(label=product.label)} inside"
        bars = below.bar(x, 100 * rows[column], 0.36, color=_COLORS[number], label=label)
        below.bar_label(bars, fmt=_whole, padding=1, fontsize=7)
    below.set_xticks(np.arange(len(names)), [name.capitalize() for name in names])
    for place in np.flatnonzero(rows[[*_PARTS]].isna().all(axis=1)):
        below.text(place, 3, "no cell", ha="center", fontsize=7, color=style.REFERENCE)
    # All climates, those without a bar too.
    below.set_xlim(-0.6, len(names) - 0.4)
    below.set_ylim(0, 112)
    below.set_yticks([0, 25, 50, 75, 100])
    below.set_ylabel("Inside (%)")
    below.grid(axis="y")
    style.panel_letters([ax, below])
    figure.legend(loc="outside lower center", ncols=2)
    if simulated:
        style.say_simulated(figure)
    return figure


def _whole(value: float) -> str:
    """Return a number without decimals, or nothing where there is none."""
    return f"{value:.0f}" if np.isfinite(value) else ""
