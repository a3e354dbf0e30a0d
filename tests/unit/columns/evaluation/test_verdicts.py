"""Differences, intervals over sites and verdicts of XCO2, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.verdicts import (
    Interval,
    SiteDraws,
    beyond,
    count_of,
    equals,
    near_reported,
    numbers_near,
)
from carbonscape.evaluation.metrics import score
from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNRESOLVED, Outcome


def pairs(errors: dict[str, list[float]]) -> pd.DataFrame:
    """Pairs of one product by site: observed 400, 401, ... ppm."""
    rows = [
        {"product": "a", "site": site, "observed": 400.0 + at, "predicted": 400.0 + at + error}
        for site, values in errors.items()
        for at, error in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_scores_are_those_of_the_table_and_their_interval_is_that_of_sites():
    table = pairs({"x": [1.0, -1.0], "y": [2.0, -2.0], "z": [3.0, 3.0]})
    draws = SiteDraws(table, seed=1)
    whole = score(table["observed"], table["predicted"])
    for name in ("r2", "rmse", "mae", "bias"):
        assert draws.score("a", name).value == pytest.approx(whole[name]), name
    found = draws.score("a", "mae")
    # Sites have 1, 2 and 3 ppm: of 27 draws one is of the least and one of the worst alone (3.7 %).
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 1.0, 3.0))
    assert found == SiteDraws(table, seed=1).score("a", "mae")
    assert draws.score("b", "mae") is None


def test_equal_sites_leave_no_doubt_and_two_sites_give_no_interval():
    same = SiteDraws(pairs({name: [1.0, -1.0] for name in "xyz"}), seed=1).score("a", "rmse")
    assert (same.low, same.value, same.high) == pytest.approx((1.0, 1.0, 1.0))
    two = SiteDraws(pairs({"x": [1.0], "y": [3.0]}), seed=1)
    assert two.score("a", "mae").value == 2.0
    assert not two.score("a", "mae").known
    assert two.mean(pd.Series([0.0, 1.0])).value == 0.5


def test_verdict_on_a_number_follows_the_interval_or_the_tolerance():
    assert equals(Interval(1.6, 1.5, 1.7), 1.54, 1.58, reach=0.25) == HOLDS
    assert equals(Interval(1.6, 1.0, 2.2), 1.54, 1.58, reach=0.25) == UNRESOLVED
    assert equals(Interval(0.7, 0.6, 0.8), 1.54, 1.58, reach=0.25) == FAILS
    assert equals(Interval(404.3), 404.02, 404.02, reach=0.4) == HOLDS
    assert equals(Interval(404.5), 404.02, 404.02, reach=0.4) == FAILS


def test_verdict_on_a_limit():
    assert beyond(Interval(0.8, 0.7, 0.9), 0.68, above=True) == HOLDS
    assert beyond(Interval(0.7, 0.6, 0.9), 0.68, above=True) == UNRESOLVED
    assert beyond(Interval(1.2, 1.1, 1.3), 1.09, above=False) == FAILS
    assert beyond(Interval(1.08), 1.09, above=False) == HOLDS
    assert beyond(Interval(1.088), 1.09, above=False) == UNRESOLVED


def test_differences_are_from_the_nearest_reported_number():
    found = near_reported(Interval(1.6, 1.5, 1.7), 1.54, 1.58, reach=0.25)
    assert found == Outcome("1.60 (1.50 to 1.70)", "+0.02 (-0.08 to +0.12)", HOLDS)
    assert count_of(1430, 1432) == Outcome("1430", "-2", FAILS)
    assert count_of(1432, 1432) == Outcome("1432", "", HOLDS)
    assert numbers_near("x", [1.0, 2.0], [1.1, 2.0], [0.1, 0.1], "+.2f") == Outcome(
        "x", "-0.10, +0.00", HOLDS
    )
    assert numbers_near("x", [np.nan], [1.0], [0.1], "+.2f") == Outcome("x", "none", FAILS)
