"""Calibration of the spread of members at held-out sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.calibration import group_weights, smallest_factor
from carbonscape.fluxes.evaluation.calibration import calibrate, layer_attributes


def table(error: np.ndarray, site: np.ndarray, fold: np.ndarray) -> pd.DataFrame:
    """Return out-of-fold predictions with errors."""
    return pd.DataFrame(
        {
            "site": site,
            "year": 2001,
            "month": np.arange(len(error)),
            "fold": fold,
            "observed": 5.0,
            "predicted": 5.0 + error,
        }
    )


def random_errors(sites: int = 60, months: int = 50) -> tuple[pd.DataFrame, dict]:
    """Return errors of three times the spread of their members, which differs between months."""
    rng, n = np.random.default_rng(5), sites * months
    width = rng.uniform(0.2, 2, n)
    site = np.repeat([f"S{number:02d}" for number in range(sites)], months)
    data = table(3 * width * rng.normal(size=n), site, np.repeat(np.arange(sites) % 5, months))
    # Two members whose standard deviation (ddof 1) is the width.
    return data, {
        4: data["predicted"] - width / np.sqrt(2),
        6: data["predicted"] + width / np.sqrt(2),
    }


def test_the_factors_of_gaussian_errors_are_found_and_cover_other_folds() -> None:
    data, members = random_errors()
    found = calibrate(data, members, origin="x")
    # 68 % of a Gaussian lie within 0.994 standard deviations, 95 % within 1.96.
    assert found["factor"] == pytest.approx(3 * 0.994, rel=0.05)
    assert found["factor95"] == pytest.approx(3 * 1.96, rel=0.05)
    assert 0.65 <= found["coverage"] <= 0.71
    assert 0.93 <= found["coverage95"] <= 0.97
    assert (found["sites"], found["samples"], found["epochs"]) == (60, 3000, [4, 6])
    assert layer_attributes(found)["member_epochs"] == "4, 6"


def test_sites_weigh_alike_however_long_their_records() -> None:
    site = np.array(["A"] * 8 + ["B"] * 2)
    weights = group_weights(site)
    np.testing.assert_allclose(weights, [1 / 16] * 8 + [1 / 4] * 2)
    # By hand: A has ratios of 1, B of 9. Half the weight lies at 1, more only at 9.
    ratio = np.array([1.0] * 8 + [9.0] * 2)
    assert smallest_factor(ratio, weights, 0.5) == 1
    assert smallest_factor(ratio, weights, 0.68) == 9
    # With samples alike the first alone would be 80 %.
    assert smallest_factor(ratio, np.ones(10), 0.68) == 1


def test_coverage_comes_from_factors_that_do_not_know_the_fold() -> None:
    """Errors of fold 1 are ten times those of fold 0: factors of the other miss them all."""
    error = np.array([1.0, 1.0, 10.0, 10.0])
    data = table(error, np.array(["A", "B", "C", "D"]), np.array([0, 0, 1, 1]))
    members = {2: data["predicted"] - np.sqrt(0.5), 3: data["predicted"] + np.sqrt(0.5)}
    found = calibrate(data, members, origin="x")
    assert found["factor"] == pytest.approx(10)
    assert (found["coverage"], found["coverage95"]) == (0.5, 0.5)
    assert found["spread"] == pytest.approx(1)


def test_members_that_do_not_differ_are_refused() -> None:
    data, members = random_errors(4, 5)
    same = dict.fromkeys(members, data["predicted"])
    with pytest.raises(ResultError, match=r"x: the spread of the members gives no interval .* 0%"):
        calibrate(data, same, origin="x")
    with pytest.raises(ResultError, match=r"in 1 fold"):
        calibrate(data.assign(fold=0), members, origin="x")
