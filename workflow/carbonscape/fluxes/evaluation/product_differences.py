"""Differences between products at the towers, paired: the same tower months and the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN

PRODUCT_DIFFERENCES = TableSchema(
    "differences between products at the towers",
    (
        PRODUCT_COLUMN,
        Column("other", "text", "the product that is subtracted"),
        Column("series", "text", "of both: published or out_of_fold, as in the scores"),
        Column("quantity", "text", "monthly, or seasonal_cycle (mean over at least two years)"),
        Column("climate", "text", "main Koppen-Geiger class of the tower, or 'all'"),
        Column("sites", "integer", "towers, the same for both", "1"),
        Column("r2", "number", "R2 of the product minus R2 of the other", "1", True),
        Column(
            "r2_low",
            "number",
            "2.5 % quantile of it over resampled sites, those of both",
            "1",
            True,
        ),
        Column("r2_high", "number", "97.5 % quantile of it", "1", True),
    ),
    key=("product", "other", "series", "quantity", "climate"),
)


def difference_rows(
    named: Sequence[tuple[str, str]],
    whole: Mapping[str, NDArray[np.float64]],
    drawn: Mapping[str, NDArray[np.float64]],
    *,
    sites: int,
) -> list[dict[str, object]]:
    """Return one row a pair of products of one series: the first minus the second.

    A draw of sites raises or lowers the scores of all products at once. An interval that is made of
    the intervals of both would not know that, and be wider.

    Args:
        named: (product, series) of each column of the scores.
        whole: scores over all sites, by metric, (1, product).
        drawn: scores over drawn sites, by metric, (draw, product); empty where one site is alone.
        sites: number of towers.
    """
    rows = []
    for (one, (name, series)), (two, (other, of_other)) in combinations(enumerate(named), 2):
        if series != of_other:
            continue
        row = {"product": name, "other": other, "series": series, "sites": sites}
        row["r2"] = whole["r2"][0, one] - whole["r2"][0, two]
        spread = drawn["r2"][:, one] - drawn["r2"][:, two] if drawn else np.empty(0)
        spread = spread[np.isfinite(spread)]
        for end, share in (("low", 0.025), ("high", 0.975)):
            row[f"r2_{end}"] = np.quantile(spread, share) if spread.size else np.nan
        rows.append(row)
    return rows
