"""Figure 16b: how fast the annual totals of the products grow, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carbonscape.evaluation.trends import FEWEST_EFFECTIVE
from carbonscape.figures import style
from carbonscape.products.product import Product

#: The unit of the growth of totals.
UNIT = "PgC yr⁻²"


@style.styled
def draw_fig16b(growth: pd.DataFrame, *, product: Product, simulated: bool) -> Figure:
    """Draw the slope of the annual totals of each product with its 95 % interval, a line each.

    A product whose years are too few for a slope is named under the axis, as is one whose years
    are too few for an interval. An interval that one degree of freedom makes very wide may leave
    the axis, with an arrow, so that the others can be read.

    Args:
        growth: a GROWTH table of ``evaluation.maps``.
        product: the flux.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 16b, whose text has no intervals.
    """
    looks = style.product_styles(growth["product"])
    rows = growth.set_index("product").loc[[*looks]]
    drawn = rows[np.isfinite(rows["growth"])]
    if drawn.empty:
        return style.empty_figure("No product has the two years that a growth rate needs.")
    figure = style.new_figure(height=0.95 + 0.24 * len(drawn))
    ax = figure.subplots()
    for place, (name, row) in enumerate(drawn.iterrows()):
        look = looks[name]
        ax.plot([row["growth_low"], row["growth_high"]], [place, place], color=look.color, lw=1.6)
        ax.plot(
            row["growth"], place, color=look.color, marker=look.marker, ls="none",
            ms=look.size(6), mec="white", mew=0.5,
        )  # fmt: skip
    _scale(ax, drawn, [looks[name].color for name in drawn.index])
    ax.axvline(0, color=style.REFERENCE, lw=0.7, zorder=0.8)
    names = [f"{style.product_label(name, looks)}, {_years(row)}" for name, row in drawn.iterrows()]
    ax.set_yticks(range(len(drawn)), names)
    ax.set_ylim(len(drawn) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=6)  # room for an arrow
    ax.grid(axis="x")
    ax.set_xlabel(f"Growth of annual {product.label} ({UNIT}), 95 % interval")
    _say_what_lacks(figure, rows, [*looks])
    if simulated:
        style.say_simulated(figure, looks)
    return figure


def _scale(ax: Axes, drawn: pd.DataFrame, colors: list[str]) -> None:
    """Scale the axis to all slopes and to the intervals of more than one degree of freedom."""
    known = drawn[drawn["effective_years"] > FEWEST_EFFECTIVE]
    known = drawn if known.empty else known
    spanned = [0.0, *drawn["growth"], *known["growth_low"].dropna(), *known["growth_high"].dropna()]
    low, high = min(spanned), max(spanned)
    margin = 0.08 * (high - low) or 0.1
    low, high = low - margin, high + margin
    ax.set_xlim(low, high)
    for place, (color, (_, row)) in enumerate(zip(colors, drawn.iterrows(), strict=True)):
        for edge, marker, beyond in (
            (low, "<", row["growth_low"] < low),
            (high, ">", row["growth_high"] > high),
        ):
            if beyond:
                ax.plot(edge, place, color=color, marker=marker, ms=5, clip_on=False)


def _years(row: pd.Series) -> str:
    """Return the first and last year of a product."""
    return f"{row['first_year']:.0f}–{row['last_year']:.0f}"


def _say_what_lacks(figure: Figure, rows: pd.DataFrame, products: list[str]) -> None:
    """Write under a figure which products have no slope, and which no interval."""
    without = {
        "No growth from a single year": rows.index[~np.isfinite(rows["growth"])],
        "No interval from fewer than five years": rows.index[
            np.isfinite(rows["growth"]) & ~np.isfinite(rows["growth_low"])
        ],
    }
    lines = []
    for text, names in without.items():
        if len(names):
            shown = "; ".join(style.product_label(name, products) for name in names)
            lines.append(f"{text}: {'all' if len(names) == len(products) > 1 else shown}")
    if lines:
        figure.supxlabel("\n".join(lines), fontsize=7, color=style.REFERENCE)
