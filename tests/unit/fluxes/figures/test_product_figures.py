"""Figure 15 shows what its table holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.fluxes.figures.products import draw_fig15
from carbonscape.products.registry import get_product


def table(products: list[str]) -> pd.DataFrame:
    rows = []
    for at, name in enumerate(products):
        for series in ("published", "out_of_fold")[: 2 - at % 2]:
            for quantity in ("monthly", "seasonal_cycle"):
                for number, climate in enumerate(("tropical", "polar", "all")):
                    r2 = 0.3 + 0.1 * number + 0.05 * at
                    row = {"product": name, "series": series, "quantity": quantity}
                    row |= {"climate": climate, "sites": 1 + number, "samples": 24, "r2": r2}
                    row |= {"r2_low": r2 - 0.1 if number else np.nan}
                    rows.append(row | {"r2_high": r2 + 0.1 if number else np.nan})
    return pd.DataFrame(rows)


def test_what_is_not_there_has_no_panel():
    scores = table(["rf-none"])
    monthly = scores[scores["quantity"] == "monthly"]
    assert len(draw_fig15(monthly, product=get_product("gpp"), simulated=False).axes) == 1
    none = draw_fig15(scores.iloc[:0], product=get_product("gpp"), simulated=False)
    assert not none.axes
    assert "No tower month" in none.texts[0].get_text()


def test_a_bar_for_each_product_and_series_with_the_heights_of_the_table():
    scores = table(["rf-none", "mlp-igbp"])
    figure = draw_fig15(scores, product=get_product("gpp"), simulated=True)
    for ax, quantity in zip(figure.axes, ("monthly", "seasonal_cycle"), strict=True):
        heights = sorted(bar.get_height() for bar in ax.patches)
        expected = scores.loc[scores["quantity"] == quantity, "r2"]
        assert heights == pytest.approx(sorted(expected))
    assert "Simulated Earth" in figure.get_suptitle()
    labels = [text.get_text() for text in figure.axes[-1].get_xticklabels()]
    assert labels == ["Tropical\n1 site", "Polar\n2 sites", "All\n3 sites"]
