"""Scores where more is held out together than a site: neighbourhoods, years and climates."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import model_rows, style
from carbonscape.fluxes.evaluation.holdouts import RANDOM
from carbonscape.fluxes.settings import CROSSVAL_SCHEMES
from carbonscape.products.product import Product

#: What is held out, as the legend says it.
LABELS = {
    RANDOM: "random sites",
    "spatial": "sites with their neighbours",
    "temporal": "years",
    "climate": "a whole climate",
}


@style.styled
def draw_holdouts(rows: pd.DataFrame, *, product: Product) -> Figure:
    """Draw R2 and RMSE over all sites, and R2 by climate, with a marker a scheme.

    Args:
        rows: the table of ``holdouts.figure_holdouts``.
        product: the flux.
    """
    if rows.empty:
        return style.empty_figure("Nothing to show: no hold-out scheme was run for this setting.")
    schemes = [name for name in (RANDOM, *CROSSVAL_SCHEMES) if name in set(rows["scheme"])]
    climates = [name for name in CLIMATES if name in set(rows["group"])]
    names = tuple(style.ordered(rows["model"]))
    wide, narrow = (
        model_rows.Layout(names, "scheme", tuple(schemes), model_rows.panel_width(panels))
        for panels in (2, max(1, len(climates)))
    )
    figure = style.new_figure(height=(2 if climates else 1) * (wide.height + 0.6) + 0.6)
    grid = figure.add_gridspec(2 if climates else 1, 2 * max(1, len(climates)))
    style.note(figure, rows, ["window", "pft"])
    axes = []
    metrics = style.score_names(product.unit)
    for number, (metric, text) in enumerate(metrics.items()):
        width = max(1, len(climates))
        ax = figure.add_subplot(grid[0, number * width : (number + 1) * width])
        cells = rows[rows["group"] == "all"]
        model_rows.draw_panel(ax, cells, wide, metric, names=number == 0)
        ax.set_title(f"All ({style.count_sites(cells['sites'].min())})", loc="left")
        ax.set_xlabel(text)
        axes.append(ax)
    for number, climate in enumerate(climates):
        ax = figure.add_subplot(grid[1, 2 * number : 2 * number + 2])
        cells = rows[rows["group"] == climate]
        model_rows.draw_panel(ax, cells, narrow, "r2", names=number == 0)
        title = f"{style.label(climate)}\n({style.count_sites(cells['sites'].min())})"
        ax.set_title(title, loc="left")
        ax.set_xlabel(metrics["r2"])
        axes.append(ax)
    style.panel_letters(axes)
    handles = model_rows.series_handles(wide, rows, labels=LABELS)
    model_rows.legend_below(figure, handles, title="held out together:")
    return figure
