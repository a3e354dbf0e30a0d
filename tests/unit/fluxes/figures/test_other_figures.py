"""Figures with all six products of others: readable, named, and marked where simulated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.figures.looks import OTHER_PRODUCTS
from carbonscape.figures.maps import land_rings
from carbonscape.fluxes.evaluation.maps import ANNUAL_TOTALS, growth_of
from carbonscape.fluxes.evaluation.products import PRODUCT_SCORES
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES
from carbonscape.fluxes.figures.growth import draw_fig16b
from carbonscape.fluxes.figures.maps import draw_fig11, draw_fig16a
from carbonscape.fluxes.figures.products import draw_fig15
from carbonscape.fluxes.figures.sif import draw_fig14
from carbonscape.fluxes.figures.variability import draw_fig13
from carbonscape.products.registry import get_product
from helpers.drawing import require_readable
from helpers.synthetic_maps import grid

GPP = get_product("gpp")
OURS = ("fluxformer-esa_cci", "blend-esa_cci")
NAMES = [*OURS, *OTHER_PRODUCTS]


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


def maps(name: str, **attributes):
    """One field of all products, and years that differ between them."""
    cells = grid(15.0)
    field = np.linspace(0, 0.9, len(NAMES) * 12 * 24).reshape(len(NAMES), 12, 24)
    dataset = cells.assign({name: (("product", "lat", "lon"), field)})
    for end, year in (("first_year", 2012), ("last_year", 2016)):
        dataset[end] = ("product", year + np.arange(len(NAMES)) % 3)
    return dataset.assign_coords(product=NAMES).assign_attrs(attributes)


def climates() -> pd.DataFrame:
    numbers = dict.fromkeys(SIF_CLIMATES.names, 0.5) | {"cells": 9}
    rows = [
        numbers | {"product": name, "climate": climate, "r_p05": -0.2, "r_p95": 0.9}
        for name in NAMES
        for climate in ("all", *CLIMATES)
    ]
    return SIF_CLIMATES.check(pd.DataFrame(rows), "test")


def totals() -> pd.DataFrame:
    rows = [
        {"product": name, "year": 2012 + at, "total": 120 + number + at**0.5, "cells": 9,
         "area": 9.0, "coverage": 0.9, "vegetated_total": 99.0}
        for number, name in enumerate(NAMES)
        for at in range(8)
    ]  # fmt: skip
    return ANNUAL_TOTALS.check(pd.DataFrame(rows), "test")


def scores() -> pd.DataFrame:
    """R2 of every product; ours out of fold as well."""
    numbers = {"first_year": 2012, "last_year": 2016, "sites": 123, "samples": 999, "r2": 0.6}
    numbers |= {"r2_low": 0.2, "r2_high": 0.8, "rmse": 1.0, "rmse_low": 0.8, "rmse_high": 1.4}
    rows = [
        {"product": name, "series": series, "quantity": quantity, "climate": climate, **numbers}
        for name in NAMES
        for series in ("published", "out_of_fold")[: 2 if name in OURS else 1]
        for quantity in ("monthly", "seasonal_cycle")
        for climate in ("all", *CLIMATES)
    ]
    return PRODUCT_SCORES.check(pd.DataFrame(rows), "test")


def drawn(stem: str, land):
    told = {"product": GPP, "simulated": True}
    span = {"first_month": "2018-05", "last_month": "2019-12"}
    return {
        "fig11": lambda: draw_fig11(maps("gpp", year=2016), land=land, **told),
        "fig13": lambda: draw_fig13(maps("variability"), land=land, **told),
        "fig14": lambda: draw_fig14(maps("r", **span), climates(), land=land, **told),
        "fig15": lambda: draw_fig15(scores(), **told),
        "fig16a": lambda: draw_fig16a(totals(), **told),
        "fig16b": lambda: draw_fig16b(growth_of(totals()), **told),
    }[stem]()


@pytest.mark.parametrize("stem", ["fig11", "fig13", "fig14", "fig15", "fig16a", "fig16b"])
def test_all_products_are_named_and_nothing_is_covered_or_cut_off(stem, land, monkeypatch) -> None:
    figure = drawn(stem, land)
    text = require_readable(figure, monkeypatch)
    for name, (label, _) in OTHER_PRODUCTS.items():
        # Once above the figure, and once where the product is.
        assert text.count(label) >= 2, name
    assert "simulated stand-ins" in text
