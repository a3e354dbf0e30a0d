"""The parts of the errors of a few site-months, computed by hand, and of many, which add up."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from carbonscape.fluxes.evaluation.error_parts import PARTS, error_parts

NAMED = {"split": 0, "window": "jan_to_m", "pft": "igbp", "model": "blend"}
SITES = pd.DataFrame(
    [
        ("AA-Dry", -30.0, 10.0, "GRA", "BSh", "arid"),
        ("BB-Cold", 50.0, 20.0, "ENF", "Dfb", "continental"),
    ],
    columns=["site", "lat", "lon", "igbp", "koppen", "climate"],
)


def predictions(rows: list[tuple]) -> pd.DataFrame:
    columns = ["site", "year", "month", "observed", "predicted"]
    table = pd.DataFrame(rows, columns=columns).assign(fold=0, spread=math.nan)
    return table[["site", "year", "month", "fold", "observed", "predicted", "spread"]]


def test_three_parts_by_hand():
    table = predictions(
        [
            # Errors 3, 5 in January and 1, 3 in July: mean 3, cycle +1 and -1, departures -1 and 1.
            ("AA-Dry", 2001, 1, 0.0, 3.0),
            ("AA-Dry", 2002, 1, 1.0, 6.0),
            ("AA-Dry", 2001, 7, 2.0, 3.0),
            ("AA-Dry", 2002, 7, 3.0, 6.0),
            # One year: error 1 and -1 is cycle alone.
            ("BB-Cold", 2001, 1, 4.0, 5.0),
            ("BB-Cold", 2001, 7, 8.0, 7.0),
        ]
    )
    parts, sites = error_parts(table, SITES, **NAMED)
    rows = parts.set_index(["scope", "group"])
    arid = rows.loc[("climate", "arid")]
    assert arid[["mse", *PARTS]].tolist() == pytest.approx([11.0, 9.0, 1.0, 1.0])
    assert (arid["samples"], arid["sites"]) == (4, 1)
    cold = rows.loc[("igbp", "ENF")]
    assert cold[["mse", *PARTS]].tolist() == pytest.approx([1.0, 0.0, 1.0, 0.0])
    assert cold["r2"] == pytest.approx(1 - 2 / 8)
    assert cold["share"] == pytest.approx(2 / 46)
    assert cold["share_samples"] == pytest.approx(2 / 6)
    assert sites["site"].tolist() == ["AA-Dry", "BB-Cold"]
    assert sites["rank"].tolist() == [1, 2]
    assert sites["share"].tolist() == pytest.approx([44 / 46, 2 / 46])
    assert sites["cumulative"].tolist() == pytest.approx([44 / 46, 1.0])
    assert sites["bias"].tolist() == pytest.approx([3.0, 0.0])


def test_parts_add_up_in_every_group():
    rng = np.random.default_rng(1)
    rows = [
        (site, year, month, *rng.normal(size=2))
        for site in SITES["site"]
        for year in (2001, 2002, 2005)
        for month in rng.choice(np.arange(1, 13), 7, replace=False)
    ]
    parts, sites = error_parts(predictions(rows), SITES, **NAMED)
    assert parts[list(PARTS)].sum(axis=1).to_numpy() == pytest.approx(parts["mse"].to_numpy())
    assert (parts[list(PARTS)] >= 0).all(axis=None)
    for scope in ("climate", "igbp"):
        assert parts.loc[parts["scope"] == scope, "share"].sum() == pytest.approx(1)
    assert sites["share"].sum() == pytest.approx(1)
    assert sites["share"].is_monotonic_decreasing


def test_a_perfect_model_has_no_shares():
    parts, sites = error_parts(
        predictions([("AA-Dry", 2001, 1, 1.0, 1.0), ("BB-Cold", 2001, 1, 2.0, 2.0)]), SITES, **NAMED
    )
    assert parts["share"].tolist() == [0.0] * len(parts)
    assert sites["site"].tolist() == ["AA-Dry", "BB-Cold"]
