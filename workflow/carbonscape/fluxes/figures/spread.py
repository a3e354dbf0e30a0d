"""Figure 9: how far networks with several numbers of epochs differ, by setting of the PFT."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import map_height
from carbonscape.fluxes.figures.maps import scale_years
from carbonscape.products.map_name import MapName
from carbonscape.products.product import Product

#: Share of the cells that the scale of the maps holds: single cells would decide it else.
_HELD = 0.98

#: Looks of the settings of the PFT (colours of Okabe and Ito, colour-blind safe).
_LOOKS = {
    "none": style.SeriesStyle("#4D4D4D", "o", ":"),
    "esa_cci": style.SeriesStyle("#009E73", "s", ":"),
    "igbp": style.SeriesStyle("#D55E00", "^", ":"),
    "igbp_esa_cci": style.SeriesStyle("#0072B2", "D", ":"),
}

#: How far the settings stand apart within a year.
_APART = 0.16

#: Height of the panel of series, and of the colour bar with its text, inches.
_SERIES, _BAR = 2.5, 0.75


@style.styled
def draw_fig09(
    maps: xr.Dataset,
    totals: pd.DataFrame,
    *,
    product: Product,
    land: list[np.ndarray],
    simulated: bool,
) -> Figure:
    """Draw the uncertainty of each setting on maps of one scale, and the totals with theirs.

    Args:
        maps: annual_std (product, lat, lon) and the attribute year, of
            ``evaluation.map_spread.spread_numbers``.
        totals: a MEMBER_TOTALS table of the same maps.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 9.
    """
    names = style.ordered_products(maps["product"].values.tolist())
    values = maps["annual_std"]
    columns = 1 if len(names) == 1 else 2
    rows = -(-len(names) // columns)
    high = rows * (map_height(style.FULL_WIDTH / columns) + 0.2) + _BAR
    figure = style.new_figure(height=high + _SERIES + (0.2 if simulated else 0))
    above, below = figure.subfigures(2, 1, height_ratios=[high, _SERIES])
    axes = [*above.subplots(rows, columns, squeeze=False).flat]
    norm = spread_norm(values.values)
    for ax, name in zip(axes, names, strict=False):
        draw_cells(
            ax, values.sel(product=name).values, lat_bounds=maps["lat_bnds"],
            lon_bounds=maps["lon_bnds"], rings=land, cmap=style.DENSITY, norm=norm,
            columns=2000 // columns,
        )  # fmt: skip
        ax.set_title(style.product_label(name, names), loc="left")
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    series = below.subplots()
    series.set_title("Sum over the map", loc="left")
    style.panel_letters([*axes[: len(names)], series])
    held = np.nanmax(values.values, initial=0) > norm.vmax
    bar = above.colorbar(
        ScalarMappable(norm, style.DENSITY), ax=axes, location="bottom", shrink=0.6, aspect=38,
        pad=0.02, extend="max" if held else "neither",
    )  # fmt: skip
    bar.set_label(
        f"Standard deviation of annual {product.label} over the networks, {maps.attrs['year']} "
        f"({style.ANNUAL_UNIT})\n(land without a value is grey)"
    )
    bar.outline.set_linewidth(0.4)
    _draw_series(series, totals, names, product)
    below.legend(loc="outside lower center", ncols=min(2, len(names)))
    if simulated:
        style.say_simulated(figure)
    return figure


def _draw_series(ax: Axes, totals: pd.DataFrame, names: list[str], product: Product) -> None:
    """Draw the mean of the members' totals of each year, and one standard deviation about it.

    The settings stand beside each other within a year, so that no bar hides another.
    """
    for at, name in enumerate(names):
        of_years = totals[totals["product"] == name].groupby("year")["total"]
        mean, spread, look = of_years.mean(), of_years.std(ddof=1), setting_look(name)
        places = mean.index.to_numpy() + _APART * (at - (len(names) - 1) / 2)
        ax.errorbar(
            places, mean.to_numpy(), yerr=spread.to_numpy(), color=look.color, marker=look.marker,
            ls=look.line, lw=0.6, ms=look.size(4), mec="white", mew=0.4, elinewidth=1.2,
            capsize=1.5, label=style.product_label(name, names),
        )  # fmt: skip
    scale_years(ax, totals["year"])
    ax.set_ylabel(f"{product.label} ({style.TOTAL_UNIT})")


def setting_look(name: str) -> style.SeriesStyle:
    """Return the look of a map by its setting: shades of one colour would be hard to tell."""
    variant = MapName.parse(name).variant
    return _LOOKS.get(variant, _LOOKS["none"])


def spread_norm(values: np.ndarray) -> Normalize:
    """Return the scale of the spread: from zero, in steps of 20, to what most cells have."""
    found = values[np.isfinite(values)]
    held = np.quantile(found, _HELD) if found.size else 0
    return Normalize(0, 20 * max(1, np.ceil(held / 20 - 1e-9)))
