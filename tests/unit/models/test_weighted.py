"""Weights of samples: a sample of weight two is two samples, in every model that is no network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from carbonscape.models.block import Block, shape_of
from carbonscape.models.registry import MODELS, get_model, models_of
from carbonscape.models.weighted import times_weight, weighted_mean, weighted_std
from carbonscape.training.time_input import fit_time_input
from helpers.every_model import block_of, options_of

#: Models whose weighted fit is that of repeated samples: all but networks and forests, where
#: repeated samples change what is drawn by chance.
EXACT = [
    (product, name)
    for product, wing in (("gpp", "fluxes"), ("xco2", "columns"))
    for name, entry in models_of(wing).items()
    if entry.kind == "estimator" and name not in ("random_forest", "extra_trees")
]
ESTIMATORS = [name for name, entry in MODELS.items() if entry.kind == "estimator"]
MONTH_ENDS = tuple(range(12))


def fitted(product: str, name: str, block: Block):
    """Fit a small model that draws no samples by chance and has leaves of any size."""
    options = options_of(product, name)
    whole = {"subsample": 1.0, "min_child_weight": 0.0, "min_leaf": 1}
    options |= {key: value for key, value in whole.items() if key in options}
    ends = MONTH_ENDS if get_model(name).yearly else ()
    model = get_model(name).build(shape_of(get_model(name), block, ends), options)
    model.fit(block, 7)
    return model


def samples(name: str, product: str) -> tuple[Block, np.ndarray]:
    """Return samples, and how often each counts."""
    block = block_of(product, name, seed=4)
    return block, np.random.default_rng(2).integers(1, 4, len(block))


@pytest.mark.parametrize(("product", "name"), EXACT)
def test_a_sample_of_weight_two_is_two_samples(product, name):
    block, times = samples(name, product)
    # Only boosted trees, which shrink leaves of few samples, know the sum of the weights.
    scale = 1.0 if name.startswith("xgboost") else 0.5
    weighed = fitted(product, name, replace(block, weight=scale * times))
    repeated = fitted(product, name, block.take(np.repeat(np.arange(len(block)), times)))
    asked = block_of(product, name, seed=9)
    found = weighed.predict(asked)
    np.testing.assert_allclose(found, repeated.predict(asked), rtol=1e-4, atol=1e-4)
    assert not np.allclose(found, fitted(product, name, block).predict(asked), atol=1e-3)


@pytest.mark.parametrize("name", ["extra_trees", "linear_regression"])
def test_a_sample_of_no_weight_is_as_absent(name):
    block, _ = samples(name, "gpp")
    weight = np.where(np.arange(len(block)) % 3 == 0, 0.0, 1.0)
    found = fitted("gpp", name, replace(block, weight=weight))
    absent = fitted("gpp", name, block.take(weight > 0))
    asked = block_of("gpp", name, seed=9)
    np.testing.assert_allclose(found.predict(asked), absent.predict(asked), rtol=1e-9)


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name != "random_forest"])
def test_equal_weights_are_none(name):
    product = "gpp" if "fluxes" in get_model(name).wings else "xco2"
    block, _ = samples(name, product)
    ones = fitted(product, name, replace(block, weight=np.ones(len(block))))
    asked = block_of(product, name, seed=9)
    without = fitted(product, name, block).predict(asked)
    np.testing.assert_allclose(ones.predict(asked), without, rtol=1e-9, atol=1e-9)


def test_a_forest_follows_the_heavier_samples():
    block, _ = samples("random_forest", "gpp")
    # The heavy half of the samples is ten higher; of the light half hardly anything is left.
    heavy = np.arange(len(block)) % 2 == 0
    block = replace(block, target=10.0 * heavy, series=0 * block.series)
    found = fitted("gpp", "random_forest", replace(block, weight=np.where(heavy, 1.0, 0.01)))
    assert found.predict(block).mean() > 9
    assert abs(fitted("gpp", "random_forest", block).predict(block).mean() - 5) < 1.5


def test_a_background_is_fitted_by_weights():
    block, times = samples("mlp", "xco2")
    weighed = fit_time_input("background_anomaly", replace(block, weight=times.astype(float)))
    repeated = block.take(np.repeat(np.arange(len(block)), times))
    # The middle of time, about which growth is written, knows no weights.
    other = fit_time_input("background_anomaly", repeated)
    np.testing.assert_allclose(weighed.background(block), other.background(block), atol=0.05)
    plain = fit_time_input("background_anomaly", block)
    assert np.abs(weighed.background(block) - plain.background(block)).max() > 0.2


def test_means_by_hand():
    values, weight = np.array([1.0, 4.0]), np.array([2.0, 1.0])
    assert weighted_mean(values, weight) == pytest.approx(2.0)
    assert weighted_std(values, weight) == pytest.approx(np.sqrt(2.0))
    assert (weighted_mean(values, None), weighted_std(values, None)) == (2.5, 1.5)
    assert times_weight(values, weight).tolist() == [2.0, 4.0]
    assert times_weight(np.stack([values, values], axis=1), weight).tolist() == [[2, 2], [4, 4]]
    assert times_weight(values, None) is values
