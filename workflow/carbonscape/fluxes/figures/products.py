"""Figure 15: every product of a flux against the towers, by climate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.layout import legend_columns
from carbonscape.figures.looks import OTHER_PRODUCTS
from carbonscape.fluxes.evaluation.products import QUANTITIES, SERIES
from carbonscape.products.product import Product


@style.styled
def draw_fig15(scores: pd.DataFrame, *, product: Product, simulated: bool) -> Figure:
    """Draw R2 of each product by climate, as published and out of fold: a panel a quantity.

    Args:
        scores: a PRODUCT_SCORES table of ``evaluation.products``.
        product: the flux.
        simulated: whether the Earth is a simulated one, which the title then says.

    Source: the GPP paper, figure 15.
    """
    if scores.empty:
        return style.empty_figure(
            "No tower month has a value in the maps: see the log of the step."
        )
    names = style.ordered_products(scores["product"])
    looks = style.product_styles(names)
    pairs = set(zip(scores["product"], scores["series"], strict=True))
    bars = [(name, series) for name in names for series in SERIES if (name, series) in pairs]
    climates = [one for one in (*CLIMATES, "all") if one in set(scores["climate"])]
    # Cycles need two years of a month at a tower.
    drawn = [quantity for quantity in QUANTITIES if quantity in set(scores["quantity"])]
    figure = style.new_figure(height=0.6 + 2.0 * len(drawn) + 0.2 * len(bars) / 3)
    axes = figure.subplots(len(drawn), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    width = 0.8 / len(bars)
    keyed = scores.set_index(["product", "series", "quantity", "climate"])
    for ax, quantity in zip(axes, drawn, strict=True):
        for at, (name, series) in enumerate(bars):
            rows = keyed.reindex([(name, series, quantity, climate) for climate in climates])
            x = np.arange(len(climates)) + (at - (len(bars) - 1) / 2) * width
            r2 = rows["r2"].to_numpy()
            hollow = series == "out_of_fold"
            ax.bar(
                x, r2, 0.9 * width, edgecolor=looks[name].color, linewidth=0.8,
                color="white" if hollow else looks[name].color,
                hatch="////" if hollow else None,
                label=_label(name, series, names),
            )  # fmt: skip
            ax.vlines(x, rows["r2_low"], rows["r2_high"], color="black", linewidth=0.7)
        ax.axhline(0, color=style.REFERENCE, linewidth=0.6)
        # Below -1 a product is far worse than the mean of the towers: the table has the value.
        low = np.nanmin([scores["r2"].min(), scores["r2_low"].min(), 0.0])
        ax.set_ylim(max(-1.0, 1.1 * low), 1.0)
        ax.set_ylabel("R²")
        words = "Monthly" if quantity == "monthly" else "Mean seasonal cycle of"
        ax.set_title(f"{words} {product.label}", loc="left")
    style.panel_letters(axes)
    axes[-1].set_xticks(range(len(climates)), _climate_labels(scores, climates))
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=legend_columns(labels))
    said = style.stand_ins(names) if simulated else ()
    text = "bars: R²; lines: 95 % of resampled sites"
    style.say_above(figure, *said, text, simulated=simulated)
    return figure


def _label(name: str, series: str, names: list[str]) -> str:
    """Return what the legend says of bars: products of others have one series alone."""
    label = style.product_label(name, names)
    return label if name in OTHER_PRODUCTS else f"{label}, {series.replace('_', ' ')}"


def _climate_labels(scores: pd.DataFrame, climates: list[str]) -> list[str]:
    """Return the climates with their numbers of towers."""
    monthly = scores[scores["quantity"] == "monthly"]
    sites = monthly.groupby("climate")["sites"].first()
    return [f"{style.label(one)}\n{style.count_sites(int(sites[one]))}" for one in climates]
