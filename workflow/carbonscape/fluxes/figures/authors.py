"""The map of the run beside the one that the paper's authors published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from carbonscape.figures import style
from carbonscape.figures.maps import draw_cells
from carbonscape.figures.views import bar_place, map_height
from carbonscape.fluxes.figures.maps import scale_years
from carbonscape.fluxes.figures.sif import CORRELATION
from carbonscape.products.product import Product

#: Share of the cells that the scales hold: single cells would decide them else.
_HELD = 0.98

#: Looks of the two maps in the panel of totals.
_LOOKS = {
    "ours": ("This run", style.SeriesStyle("#D55E00", "o", "-")),
    "theirs": ("Authors' map", style.SeriesStyle("#0072B2", "s", (0, (4, 1.2)))),
}


@style.styled
def draw_authors(
    maps: xr.Dataset, table: pd.DataFrame, *, product: Product, land: list[np.ndarray]
) -> Figure:
    """Draw both maps, their difference, its size, their correlation, and both totals by year.

    Args:
        maps: ours, theirs, bias, rmse and r (lat, lon), of ``evaluation.authors.authors_numbers``.
        table: an AUTHORS_COMPARISON table of ``evaluation.authors_table``.
        product: the flux.
        land: outlines of :func:`carbonscape.figures.maps.land_rings`.
    """
    unit = style.unit_text(product.unit)
    level = Normalize(0, _limit(np.stack([maps["ours"], maps["theirs"]])))
    off = _limit(np.abs(maps["bias"].values), step=0.5)
    amount, error = f"{product.label} ({unit})", Normalize(0, _limit(maps["rmse"].values, step=0.5))
    panels = (
        ("ours", _title(str(maps.attrs["product"])), style.PRODUCTIVITY, level, amount),
        ("theirs", "Authors' map", style.PRODUCTIVITY, level, amount),
        ("bias", "This run − authors", CORRELATION, Normalize(-off, off), f"Difference ({unit})"),
        ("rmse", "RMSE of months", style.DENSITY, error, f"RMSE ({unit})"),
        ("r", "Correlation of months", CORRELATION, Normalize(-1, 1), "r"),
    )
    figure = style.new_figure(height=3 * map_height(style.FULL_WIDTH / 2) + 2.302)
    # Bars stand below their maps, where the layout does not see them.
    figure.get_layout_engine().set(hspace=0.14, rect=(0, 0.025, 1, 0.975))
    axes = [*figure.subplots(3, 2).flat]
    for ax, (name, title, cmap, norm, text) in zip(axes, panels, strict=False):
        values = maps[name].values
        draw_cells(
            ax, values, lat_bounds=maps["lat_bnds"], lon_bounds=maps["lon_bnds"], rings=land,
            cmap=cmap, norm=norm, columns=1000,
        )  # fmt: skip
        ax.set_title(title, loc="left")
        _bar(figure, ax, cmap, norm, text, values)
    _draw_totals(axes[-1], table, product)
    style.panel_letters(axes)
    span = f"{maps.attrs['first_month']} to {maps.attrs['last_month']}"
    text = f"{maps.attrs['months']} months, {span}; land without both maps is grey"
    style.say_above(figure, text, simulated=False)
    return figure


def _title(name: str) -> str:
    """Return what the panel of the run's map is called."""
    return f"This run: {style.product_label(name)}"


def _limit(values: np.ndarray, *, step: float = 2.0) -> float:
    """Return the end of a scale, in steps, that holds most cells."""
    found = values[np.isfinite(values)]
    held = np.quantile(found, _HELD) if found.size else 0
    return float(step * max(1, np.ceil(held / step - 1e-9)))


def _bar(
    figure: Figure, ax: Axes, cmap: Colormap | str, norm: Normalize, text: str, values: np.ndarray
) -> None:
    """Draw the colour bar of a panel below it."""
    found = values[np.isfinite(values)]
    above, below = (found > norm.vmax).any(), (found < norm.vmin).any()
    extend = {(0, 0): "neither", (1, 0): "max", (0, 1): "min", (1, 1): "both"}[above, below]
    # Close under the map, which does not fill its place beside the panel of totals.
    cax = ax.inset_axes(bar_place(left=0.1))
    look = ScalarMappable(norm, cmap)
    bar = figure.colorbar(look, cax=cax, orientation="horizontal", extend=extend)
    bar.set_label(text)
    bar.locator = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
    bar.update_ticks()
    bar.outline.set_linewidth(0.4)


def _draw_totals(ax: Axes, table: pd.DataFrame, product: Product) -> None:
    """Draw the totals over the cells of both, by year; words where no year is whole."""
    ax.set_title("Over the cells of both", loc="left")
    rows = table[(table["period"] != "all") & np.isfinite(table["ours"])]
    if rows.empty:
        text = "No year of which both maps\nhave all twelve months"
        ax.text(0.5, 0.5, text, ha="center", va="center", color=style.REFERENCE)
        ax.set_axis_off()
        return
    years = rows["period"].astype(int)
    for name, (text, look) in _LOOKS.items():
        ax.plot(
            years, rows[name], color=look.color, marker=look.marker, ls=look.line,
            ms=look.size(3.5), mec="white", mew=0.4, label=text,
        )  # fmt: skip
    scale_years(ax, years)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    ax.margins(y=0.3)
    ax.set_ylabel(f"{product.label} ({style.TOTAL_UNIT})")
    ax.legend(loc="upper left", ncols=2)
