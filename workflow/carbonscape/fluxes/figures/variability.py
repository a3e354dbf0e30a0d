"""Figures 7, 10 and 13: what years and the source of the land cover change on the maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import map_height
from carbonscape.fluxes.figures.sif import CORRELATION
from carbonscape.products.product import Product

#: Highest value of the scale of variability; more is the last colour.
HIGHEST = 0.5

#: Share of the cells that the scales hold: single cells would decide them else.
_HELD = 0.98

_NO_YEARS = "Nothing to show: no map has three years in common with the first one."


@style.styled
def draw_fig07(
    maps: xr.Dataset, *, product: Product, land: list[np.ndarray], simulated: bool
) -> Figure:
    """Draw the interannual variability with each PFT setting of one model, on one scale.

    Args:
        maps: variability (product, lat, lon), first_year and last_year (product,), of
            ``evaluation.variability.variability_numbers``.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 7.
    """
    return _draw_variability(maps, product=product, land=land, simulated=simulated)


@style.styled
def draw_fig13(
    maps: xr.Dataset, *, product: Product, land: list[np.ndarray], simulated: bool
) -> Figure:
    """Draw the interannual variability of each product, on one scale.

    Args:
        maps, product, land, simulated: as of :func:`draw_fig07`.

    Source: the GPP paper, figure 13.
    """
    return _draw_variability(maps, product=product, land=land, simulated=simulated)


def _draw_variability(
    maps: xr.Dataset, *, product: Product, land: list[np.ndarray], simulated: bool
) -> Figure:
    """Draw a panel a product."""
    names = style.ordered_products(maps["product"].values.tolist())
    if not names:
        return style.empty_figure(_NO_YEARS)
    values = maps["variability"]
    spans = {
        name: " to ".join(
            str(int(maps[end].sel(product=name))) for end in ("first_year", "last_year")
        )
        for name in names
    }
    shared = len(set(spans.values())) == 1
    columns = style.map_columns(len(names))
    rows = -(-len(names) // columns)
    # A third of the width is too narrow for the words of the colour bar.
    free = columns == 2 and len(names) < rows * columns
    high = map_height(style.FULL_WIDTH / columns) + 0.2
    figure = style.new_figure(height=rows * high + (0.2 if free else 0.75))
    axes = [*figure.subplots(rows, columns, squeeze=False).flat]
    norm = variability_norm(values.values)
    for ax, name in zip(axes, names, strict=False):
        draw_cells(
            ax, values.sel(product=name).values, lat_bounds=maps["lat_bnds"],
            lon_bounds=maps["lon_bnds"], rings=land, cmap=style.DENSITY, norm=norm,
            columns=2000 // columns,
        )  # fmt: skip
        title = style.product_label(name, names)
        ax.set_title(title if shared else f"{title}, {spans[name]}", loc="left")
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    if len(names) > 1:
        style.panel_letters(axes[: len(names)])
    span = f", {spans[names[0]]}" if shared else ""
    text = (
        f"Standard deviation of annual {product.label} / its mean{span}\n"
        "(land without a value is grey)"
    )
    above = np.nanmax(values.values, initial=0) > norm.vmax
    look = ScalarMappable(norm, style.DENSITY)
    _bar(figure, axes, look, text, free=free, extend="max" if above else "neither")
    if simulated:
        style.say_simulated(figure, names)
    return figure


def variability_norm(values: np.ndarray) -> Normalize:
    """Return the scale of variability: from zero, in steps of 0.05, to what most cells have."""
    found = values[np.isfinite(values)]
    held = np.quantile(found, _HELD) if found.size else 0
    return Normalize(0, min(HIGHEST, max(1, np.ceil(held / 0.05 - 1e-9)) * 0.05))


@style.styled
def draw_fig10(
    maps: xr.Dataset, *, product: Product, land: list[np.ndarray], simulated: bool
) -> Figure:
    """Draw ESA-CCI minus IGBP: the flux, where it was mapped with both, and the cover.

    Args:
        maps: cover_difference (cover, lat, lon) and perhaps flux_difference (lat, lon), of
            ``evaluation.covers.cover_numbers``.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 10.
    """
    year = maps.attrs["year"]
    panels = [
        (f"{str(name).capitalize()} cover", maps["cover_difference"].sel(cover=name).values)
        for name in maps["cover"].values
    ]
    flux = maps["flux_difference"].values if "flux_difference" in maps else None
    if flux is not None:
        panels.insert(0, (f"{product.label}, {style.label(maps.attrs['model'])}", flux))
    rows = -(-len(panels) // 2)
    bars = 0.2 if flux is None else 1.15
    figure = style.new_figure(height=rows * (map_height(style.FULL_WIDTH / 2) + 0.2) + bars)
    axes = [*figure.subplots(rows, 2, squeeze=False).flat]
    shares = Normalize(-1, 1)
    for ax, (title, values) in zip(axes, panels, strict=False):
        draw_cells(
            ax, values, lat_bounds=maps["lat_bnds"], lon_bounds=maps["lon_bnds"], rings=land,
            cmap=CORRELATION, norm=flux_norm(values) if values is flux else shares, columns=1000,
        )  # fmt: skip
        ax.set_title(title, loc="left")
    style.panel_letters(axes[: len(panels)])
    if flux is not None:
        text = (
            f"(a) {product.label} of {year} with ESA-CCI minus that with IGBP "
            f"({style.ANNUAL_UNIT}); land without a value is grey"
        )
        _bar(figure, axes, ScalarMappable(flux_norm(flux), CORRELATION), text, extend="both")
    which = "" if flux is None else "(b) to (d) "
    text = f"{which}Cover of {year} by ESA-CCI minus that by IGBP\n(share of the cell)"
    _bar(figure, axes, ScalarMappable(shares, CORRELATION), text, free=flux is None)
    if simulated:
        style.say_simulated(figure)
    return figure


def flux_norm(values: np.ndarray) -> Normalize:
    """Return the scale of differences of yearly sums: even about zero, in steps of 100."""
    found = np.abs(values[np.isfinite(values)])
    held = np.quantile(found, _HELD) if found.size else 0
    limit = 100 * max(1, np.ceil(held / 100))
    return Normalize(-limit, limit)


def _bar(
    figure: Figure,
    axes: Sequence[Axes],
    look: ScalarMappable,
    text: str,
    *,
    free: bool = False,
    extend: str = "neither",
) -> None:
    """Draw a colour bar under all panels, or in the last place where no map stands in it."""
    place = {"ax": [*axes], "location": "bottom", "shrink": 0.6, "aspect": 38, "pad": 0.02}
    if free:
        axes[-1].set_axis_off()
        place = {"cax": axes[-1].inset_axes((0.08, 0.45, 0.84, 0.075)), "orientation": "horizontal"}
    bar = figure.colorbar(look, extend=extend, **place)
    bar.set_label(text)
    bar.locator = MaxNLocator(5, steps=[1, 2, 5, 10])
    bar.update_ticks()
    bar.outline.set_linewidth(0.4)
