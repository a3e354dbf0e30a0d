"""Effective numbers of months, and the intervals that follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.effective_sample import (
    effective_number,
    effective_table,
    pooled_autocorrelation,
)


def made(site_biases, errors, *, first=0):
    """TCCON_PAIRS of one product: errors (site, month) added to biases."""
    parts = []
    for number, (bias, row) in enumerate(zip(site_biases, errors, strict=True)):
        at = first + np.arange(len(row))
        part = {"year": 2015 + at // 12, "month": at % 12 + 1, "observed": 400.0}
        part |= {"predicted": 400.0 + bias + row, "site": f"site{number:02d}", "product": "made"}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts).assign(distance_km=0.0, soundings=1, in_sample=False)


def test_months_are_worth_what_their_correlations_leave():
    assert effective_number([1, 2], 0.5) == pytest.approx(4 / 3)  # 4 / (1 + 1 + 2 * 0.5)
    assert effective_number([1, 3], 0.5) == pytest.approx(4 / 2.5)  # a gap: r is 0.25
    assert effective_number([7, 1, 4], 0.0) == 3.0
    assert effective_number(np.arange(400), 0.6) == pytest.approx(400 * 0.4 / 1.6, rel=0.01)


def test_the_correlation_is_taken_within_sites_from_month_to_month():
    site = ["a"] * 4 + ["b"] * 2
    months, errors = [1, 2, 3, 5, 3, 4], [1.0, -1.0, 1.0, -1.0, 9.0, 9.0]
    rest, found = pooled_autocorrelation(site, months, errors)
    assert rest.tolist() == [1, -1, 1, -1, 0, 0]
    # Products of months that follow: -1, -1 (March to May is none), and 0 of site b.
    assert found == 0.0, "a negative correlation counts as none"
    months = [1, 2, 4, 5, 3, 4]
    _, found = pooled_autocorrelation(site, months, [1.0, 1.0, -1.0, -1.0, 9.0, 9.0])
    raw = (2 / 3) / (4 / 6)
    assert found == pytest.approx(min(raw + (1 + 3 * raw) / 3, 0.95))
    assert np.isnan(pooled_autocorrelation(["a", "a"], [1, 3], [1.0, 2.0])[1])


def test_intervals_of_autocorrelated_errors_cover_as_often_as_they_say():
    random = np.random.default_rng(7)
    hits, naive, runs = 0, 0, 25
    for _ in range(runs):
        errors = random.normal(0, 1, (8, 60))
        for step in range(1, 60):
            errors[:, step] = 0.8 * errors[:, step - 1] + 0.6 * errors[:, step]
        found = effective_table(made(random.normal(0, 0.5, 8), errors)).iloc[-1]
        hits += found["low"] <= 0 <= found["high"]
        naive += found["low_naive"] <= 0 <= found["high_naive"]
    assert hits / runs >= 0.88
    assert naive / runs < 0.7, "independent months would promise far too much"


def test_one_site_and_one_month_have_no_interval():
    found = effective_table(made([0.5], [np.zeros(1)]))
    assert found["site"].tolist() == ["site00", "all"]
    assert found["bias"].tolist() == [0.5, 0.5]
    assert found[["low", "high", "low_naive"]].isna().all(axis=None)
