"""How much each predictor is worth at held-out sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from carbonscape.figures import style
from carbonscape.products.product import Product


@style.styled
def draw_importance(rows: pd.DataFrame, *, product: Product) -> Figure:
    """Draw the increase in the error with each predictor permuted, a point a model.

    Args:
        rows: an IMPORTANCE table of ``evaluation.importance``.
        product: the flux.
    """
    looks = style.model_styles(rows["model"])
    order = rows.groupby("group")["importance"].mean().sort_values().index.tolist()
    place = {group: number for number, group in enumerate(order)}
    figure = style.new_figure(height=0.9 + 0.27 * len(order))
    ax = figure.subplots()
    apart = 0.5 / len(looks)
    for number, (model, look) in enumerate(looks.items()):
        own = rows[rows["model"] == model]
        y = own["group"].map(place) + apart * ((len(looks) - 1) / 2 - number)
        ax.hlines(y, own["low"], own["high"], color=look.color, lw=1.2)
        ax.plot(
            own["importance"], y, color=look.color, marker=look.marker, ms=look.size(5),
            mec="white", mew=0.5, ls="none", label=style.label(model),
        )  # fmt: skip
    ax.axvline(0, color=style.REFERENCE, lw=0.8, zorder=0)
    ax.set_yticks(np.arange(len(order)), ["PFT" if name == "pft" else name for name in order])
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.set_xlabel(
        f"Increase in the RMSE of {product.label} when permuted ({style.unit_text(FLUX)})"
    )
    ax.grid(axis="x")
    style.note(figure, rows, ["window", "pft"])
    figure.legend(loc="outside lower center", ncols=min(4, len(looks)))
    return figure


#: Unit of the errors.
FLUX = "gC m-2 d-1"
