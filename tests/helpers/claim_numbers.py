"""Tables of figures as claims about maps and products read them, made from a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pandas as pd

from carbonscape.core.classes import CLIMATES
from carbonscape.fluxes.evaluation.map_evidence import MapEvidence
from carbonscape.fluxes.evaluation.paper_products import ALL

#: Every SREX region that a claim names.
REGIONS = (
    *("ALA", "CGI", "WNA", "CNA", "ENA", "CAM", "AMZ", "NEB", "WSA", "SSA", "CEU", "SAH", "WAF"),
    *("EAF", "SAF", "NAS", "WAS", "CAS", "EAS", "SEA", "NAU", "SAU"),
)


def region_rows(
    figure: str,
    variable: str,
    values: Mapping[str, float],
    *,
    but: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the means of maps over all regions: one value a map, and others in some regions.

    Args:
        figure, variable: as in REGION_MEANS.
        values: by map or cover.
        but: factors by region.
    """
    rows = [
        {"figure": figure, "variable": variable, "name": name, "region": region, "group": group}
        | {"mean": value * (but or {}).get(region, 1.0)}
        for (name, value), region, group in product(values.items(), REGIONS, ("all", "arid"))
    ]
    return pd.DataFrame(rows).assign(common_mean=lambda table: table["mean"])


def by_climate(
    values: Mapping[str, Mapping[str, float]], column: str, *, named: str = "climate"
) -> pd.DataFrame:
    """Return a table with a number of every product in every climate."""
    rows = [
        {"product": name, named: climate, column: value}
        for name, numbers in values.items()
        for climate, value in numbers.items()
    ]
    return pd.DataFrame(rows)


def scores(
    values: Mapping[str, float], *, half: float = 0.01, arid: Mapping[str, float]
) -> pd.DataFrame:
    """Return scores at towers: the same in all climates but the arid one, both quantities.

    Args:
        values: R2 by product.
        half: half of the width of the interval.
        arid: R2 in arid climates.
    """
    rows = [
        {
            "product": name,
            "series": "published",
            "quantity": quantity,
            "climate": climate,
            "r2": one,
        }
        for quantity in ("monthly", "seasonal_cycle")
        for climate in ("all", *CLIMATES)
        for name, one in (arid if climate == "arid" else values).items()
    ]
    table = pd.DataFrame(rows)
    return table.assign(r2_low=table["r2"] - half, r2_high=table["r2"] + half)


def growths(
    values: Mapping[str, float], *, half: float = 0.01, total: float = 130.0
) -> pd.DataFrame:
    """Return totals and growth of products, with intervals of one width."""
    table = pd.DataFrame({"product": [*values], "growth": [*values.values()], "total": total})
    return table.assign(growth_low=table["growth"] - half, growth_high=table["growth"] + half)


def evidence(**tables: pd.DataFrame) -> MapEvidence:
    """Return the evidence of some tables."""
    return MapEvidence(tables)


def each(value: float = 1.0, **but: float) -> dict[str, float]:
    """Return one value for every product of the paper, and others for some; ``own`` is ours."""
    named = {ALL[0] if name == "own" else name: one for name, one in but.items()}
    return dict.fromkeys(ALL, value) | named
