"""Blends of models: means, spreads and costs by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.tables import COSTS, INNER_PREDICTIONS, PREDICTIONS
from carbonscape.fluxes.training.blend import (
    blend_costs,
    blend_predictions,
    blend_runs,
    fit_weights,
    weights_by_part,
    weights_of_folds,
    weights_of_map,
)


def table(predicted, spread) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": ["AA", "AA", "BB"],
            "year": 2001,
            "month": [1, 2, 1],
            "fold": [0, 0, 1],
            "observed": [1.0, 2.0, 3.0],
            "predicted": np.array(predicted, dtype=float),
            "spread": np.array(spread, dtype=float),
        }
    )


NETWORKS = table([2.0, 5.0, -1.0], [1.0, 3.0, 0.0])
TREES = table([4.0, 5.0, 3.0], [np.nan] * 3)


def test_the_mean_and_the_total_variance_by_hand():
    found = blend_predictions({"a": NETWORKS, "b": TREES})
    assert found["predicted"].tolist() == [3.0, 5.0, 1.0]
    # Half the variance of the networks, and the variance of 2 and 4, of 5 and 5, of -1 and 3.
    np.testing.assert_allclose(found["spread"], np.sqrt([0.5 + 2.0, 4.5 + 0.0, 0.0 + 8.0]))
    for column in ("site", "year", "month", "fold", "observed"):
        assert found[column].tolist() == NETWORKS[column].tolist()


def test_the_spread_is_that_of_a_draw_of_part_and_member():
    # Parts differ with a variance of 0.5, members of each of 20 with one of 2: 2.5 together, and
    # a twentieth of 2, which the means of parts share with their members.
    random = np.random.default_rng(0)
    offsets = random.normal(scale=np.sqrt(0.5), size=(3, 1, 3, 120))
    members = offsets + random.normal(scale=np.sqrt(2.0), size=(3, 20, 3, 120))
    squares = []
    for draw in np.moveaxis(members, -1, 0):  # part, member, sample
        parts = {
            str(number): table(values.mean(axis=0), values.std(axis=0, ddof=1))
            for number, values in enumerate(draw)
        }
        found = blend_predictions(parts)
        np.testing.assert_allclose(found["predicted"], draw.reshape(60, 3).mean(axis=0))
        squares.append(found["spread"] ** 2)
    assert np.mean(squares) == pytest.approx(2.6, abs=0.12)


def test_a_blend_is_kept_like_every_prediction(tmp_path):
    write_table(TREES, tmp_path / "trees.parquet", PREDICTIONS)
    trees = read_table(tmp_path / "trees.parquet", PREDICTIONS)
    blended = blend_predictions({"a": NETWORKS.sample(frac=1, random_state=0).sort_index(),
                                 "b": trees})  # fmt: skip
    write_table(blended, tmp_path / "blend.parquet", PREDICTIONS)
    assert len(read_table(tmp_path / "blend.parquet", PREDICTIONS)) == 3


@pytest.mark.parametrize(
    "other",
    [
        TREES.iloc[:2],
        TREES.iloc[::-1],
        TREES.assign(site=["AA", "AA", "CC"]),
        TREES.assign(fold=[0, 1, 1]),
        TREES.assign(observed=[1.0, 2.0, 3.5]),
    ],
)
def test_parts_on_other_samples_folds_or_observations_are_refused(other):
    message = "^b.parquet and a.parquet hold other samples, folds or observations than each other"
    with pytest.raises(ResultError, match=message):
        blend_predictions({"a.parquet": NETWORKS, "b.parquet": other})


def test_costs_are_those_of_the_parts_together():
    costs = pd.DataFrame(
        {
            "window": "jan_to_m", "pft": "igbp", "model": ["fluxformer_annual", "xgboost_annual"],
            "models": [5, 5], "members": [3, 1], "samples": [400, 400],
            "training_core_s": [90.0, 2.5], "prediction_core_s": [0.5, 0.25],
            "predicted": [100, 100], "search_core_s": [180.0, 0.0],
        }
    )  # fmt: skip
    found = blend_costs([costs.iloc[:1], costs.iloc[1:]], model="blend", window="jan_to_m")
    assert COSTS.check(found, "costs").to_dict("records") == [
        {
            "window": "jan_to_m", "pft": "igbp", "model": "blend", "models": 10, "members": 2,
            "samples": 800, "training_core_s": 92.5, "prediction_core_s": 0.75, "predicted": 100,
            "search_core_s": 180.0,
        }
    ]  # fmt: skip


def run(model: str, **changes) -> dict:
    return {
        "seed": 42,
        "config": {"model": model, "pft": "igbp", "window": "12m"},
        "inputs": {"samples.parquet": "0f", "folds.json": "1e"},
        "chosen": [],
        "warnings": [],
        **changes,
    }


def test_the_record_of_a_blend_loses_nothing_of_its_parts():
    parts = [
        run("annual", chosen=[{"fold": 0, "rmse": 1.5}], warnings=["b: no class"]),
        run("trees", warnings=["a: constant"], inputs={"series.nc": "2d"}),
    ]
    record = blend_runs(parts, {"model": "blend", "pft": "igbp"})
    assert record["config"] == {
        "model": "blend", "pft": "igbp", "parts": [part["config"] for part in parts],
    }  # fmt: skip
    assert record["inputs"] == {"samples.parquet": "0f", "folds.json": "1e", "series.nc": "2d"}
    assert record["chosen"] == [{"model": "annual", "fold": 0, "rmse": 1.5}]
    assert record["warnings"] == ["a: constant", "b: no class"]
    assert record["seed"] == 42
    assert record["weights"] == []
    json.dumps(record, allow_nan=False)


# --- weights -------------------------------------------------------------------------------------


def test_weights_are_those_that_made_what_was_observed():
    predicted = np.random.default_rng(3).normal(5.0, 2.0, size=(3, 400))
    observed = np.array([0.5, 0.3, 0.2]) @ predicted
    np.testing.assert_allclose(fit_weights(observed, predicted), [0.5, 0.3, 0.2], atol=1e-6)


def test_no_weight_is_below_zero_and_no_other_on_the_simplex_is_better():
    random = np.random.default_rng(5)
    good, noise = random.normal(size=200), random.normal(size=(3, 200))
    # The third part is what is left over when far too much of the noise is added.
    predicted = np.stack([good + noise[0], good + 0.5 * noise[1], good - 3 * noise[1] + noise[2]])
    weights = fit_weights(good, predicted)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-12)

    def error(share: np.ndarray) -> float:
        return float(np.mean((share @ predicted - good) ** 2))

    others = random.dirichlet(np.ones(3), size=5000)
    assert error(weights) <= min(map(error, others)) + 1e-9
    bad = fit_weights(good, np.stack([good, good + 4 + noise[0]]))
    np.testing.assert_allclose(bad, [1, 0], atol=1e-6)


def test_parts_that_predict_the_same_share_a_sum_of_one():
    weights = fit_weights(np.array([1.0, 2.0]), np.array([[1.5, 2.5], [1.5, 2.5]]))
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()


def test_a_perfect_pair_needs_no_sample_to_tell():
    weights = fit_weights(np.zeros(3), np.zeros((2, 3)))
    assert np.isfinite(weights).all()
    assert weights.sum() == pytest.approx(1)


def inner(first, second, fold=(0, 0, 1, 1)) -> dict[str, pd.DataFrame]:
    base = pd.DataFrame(
        {
            "fold": fold, "site": ["AA", "BB", "AA", "BB"], "year": 2001, "month": [1, 2, 1, 2],
            "observed": [1.0, 2.0, 3.0, 4.0],
        }
    )  # fmt: skip
    return {
        "a": INNER_PREDICTIONS.check(base.assign(predicted=np.array(first, dtype=float)), "a"),
        "b": INNER_PREDICTIONS.check(base.assign(predicted=np.array(second, dtype=float)), "b"),
    }


def test_every_fold_has_weights_of_its_own():
    found = weights_of_folds(inner([1, 2, 9, 0], [4, 9, 3, 4]))
    assert list(found) == [0, 1]
    np.testing.assert_allclose(found[0], [1, 0], atol=1e-6)
    np.testing.assert_allclose(found[1], [0, 1], atol=1e-6)


def test_weights_need_the_same_training_samples():
    parts = inner([1, 2, 9, 0], [4, 9, 3, 4])
    parts["b"] = parts["b"].iloc[:3]
    with pytest.raises(ResultError, match="^b and a hold other samples"):
        weights_of_folds(parts)


def test_equal_weights_given_as_such_change_nothing():
    expected = blend_predictions({"a": NETWORKS, "b": TREES})
    halves = {0: np.array([0.5, 0.5]), 1: np.array([0.5, 0.5])}
    found = blend_predictions({"a": NETWORKS, "b": TREES}, halves)
    pd.testing.assert_frame_equal(found, expected)


def test_a_weighted_blend_by_hand():
    weights = {0: np.array([0.75, 0.25]), 1: np.array([0.0, 1.0])}
    found = blend_predictions({"a": NETWORKS, "b": TREES}, weights)
    np.testing.assert_allclose(found["predicted"], [2.5, 5.0, 3.0])
    # 0.75 x 1^2 of the networks' own, and 0.75 x 0.5^2 + 0.25 x 1.5^2 over 1 - 0.75^2 - 0.25^2;
    # the trees alone have no spread.
    np.testing.assert_allclose(found["spread"], np.sqrt([0.75 + 0.75 / 0.375, 0.75 * 9, 0]))


def test_weights_of_maps_are_fitted_on_all_sites():
    observed = NETWORKS["observed"]
    parts = {
        "a": NETWORKS.assign(predicted=observed - 1),
        "b": NETWORKS.assign(predicted=observed + 3),
    }
    np.testing.assert_allclose(weights_of_map(parts), [0.75, 0.25], atol=1e-6)
    with pytest.raises(ResultError, match="^b and a hold other samples"):
        weights_of_map({"a": NETWORKS, "b": TREES.iloc[:2]})


def test_the_record_names_the_weight_of_each_part():
    record = blend_runs(
        [run("annual"), run("trees")],
        {"model": "blend"},
        {0: np.array([0.25, 0.75]), 1: np.array([1.0, 0.0])},
    )
    assert record["weights"] == [
        {"fold": 0, "annual@12m": 0.25, "trees@12m": 0.75},
        {"fold": 1, "annual@12m": 1.0, "trees@12m": 0.0},
    ]
    json.dumps(record, allow_nan=False)
    parts = [{"model": "annual", "window": "jan_to_m"}, {"model": "trees", "window": "12m"}]
    assert weights_by_part(np.array([0.4, 0.6]), parts) == {
        "annual@jan_to_m": 0.4,
        "trees@12m": 0.6,
    }
