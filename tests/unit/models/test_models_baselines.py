"""Climatology and linear regression: the numbers of the baselines by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.models.block import Block
from carbonscape.models.climatology import Climatology
from carbonscape.models.linear_regression import LinearRegression
from carbonscape.models.registry import get_model
from helpers.made_samples import block

# --- climatology ---------------------------------------------------------------------------------


def nothing(n):
    return np.zeros((n, 1, 1))


def test_climatology_is_the_mean_of_class_and_month():
    model = Climatology()
    model.fit(
        block(
            nothing(5),
            classes=[0, 0, 1, 0, 1],
            month=[1, 1, 1, 7, 7],
            target=[1.0, 3.0, 10.0, 20.0, 40.0],
        ),
        0,
    )
    asked = block(nothing(7), classes=[0, 1, 0, 1, 2, 2, 2], month=[1, 1, 7, 7, 1, 7, 4])
    # Class 2 is unknown: the means of January, (1 + 3 + 10) / 3, and of July; April is unknown
    # too: the mean of all, 74 / 5.
    np.testing.assert_allclose(model.predict(asked), [2, 10, 20, 40, 14 / 3, 30, 14.8])


def test_climatology_without_land_cover_is_the_mean_of_the_month():
    model = Climatology()
    model.fit(block(nothing(3), month=[1, 1, 2], target=[1.0, 2.0, 9.0]), 0)
    found = model.predict(block(nothing(3), month=[1, 2, 3]))
    np.testing.assert_allclose(found, [1.5, 9.0, 4.0])


def test_climatology_takes_the_class_with_the_largest_fraction():
    model = Climatology()
    model.fit(block(nothing(2), classes=[0, 1], target=[1.0, 5.0]), 0)
    mixed = block(nothing(1))
    mixed.context["igbp"] = np.array([[0.3, 0.45, 0.25]], dtype=np.float32)
    assert model.predict(mixed).tolist() == [5.0]


def test_climatology_of_two_sources_is_by_pairs_of_classes():
    model = Climatology()
    training = block(nothing(3), classes=[0, 0, 1], target=[1.0, 2.0, 4.0])
    training.context["esa_cci"] = np.eye(3, dtype=np.float32)[[0, 1, 1]]
    model.fit(training, 0)
    np.testing.assert_allclose(model.predict(training), [1, 2, 4])
    asked = block(nothing(1), classes=[1])
    asked.context["esa_cci"] = np.eye(3, dtype=np.float32)[[0]]  # this pair was never seen
    np.testing.assert_allclose(model.predict(asked), [7 / 3])


def test_climatology_has_no_options():
    with pytest.raises(TypeError):
        get_model("climatology").build(None, {"trees": 1})


# --- linear regression ---------------------------------------------------------------------------


def regression(data: Block, ridge: float) -> LinearRegression:
    model = LinearRegression(ridge=ridge)
    model.fit(data, 0)
    return model


def linear(n=100, seed=0, unit=1.0) -> Block:
    """GPP is 3 + 2 (last step of variable 0) - (first step of variable 1) + 4 in class 1."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(n, 3, 2)).astype(np.float32)
    classes = random.integers(0, 3, n)
    target = 3 + 2 * series[:, -1, 0] - series[:, 0, 1] + 4.0 * (classes == 1)
    return block(series * np.float32(unit), classes=classes, target=target)


def test_a_linear_function_is_learnt_exactly():
    model, held_out = regression(linear(), 1e-9), linear(seed=1)
    np.testing.assert_allclose(model.predict(held_out), held_out.target, atol=1e-5)
    far = linear(seed=2)
    far.series[0, -1, 0] += 100  # a line goes on where trees would stop
    shifted = model.predict(far)[0] - model.predict(linear(seed=2))[0]
    assert shifted == pytest.approx(200, rel=1e-4)


@pytest.mark.parametrize(("ridge", "slope"), [(1e-9, 6.0), (1.0, 3.0), (2.0, 2.0)])
@pytest.mark.parametrize("copies", [1, 50])
def test_the_ridge_term_by_hand(ridge, slope, copies):
    # Inputs of -+1 have mean 0 and standard deviation 1, the targets are 10 -+ 6: the slope
    # is 6 / (1 + ridge), however many samples there are.
    values = np.tile([-1.0, 1.0], copies)
    data = block(values.reshape(-1, 1, 1), target=10 + 6 * values)
    found = regression(data, ridge).predict(block([[[-1.0]], [[0.0]], [[1.0]]]))
    np.testing.assert_allclose(found, [10 - slope, 10, 10 + slope], rtol=1e-6)


def test_units_of_predictors_change_nothing():
    found = [regression(linear(unit=u), 0.1).predict(linear(seed=1, unit=u)) for u in (1, 1024)]
    np.testing.assert_allclose(*found, rtol=1e-6)


def test_an_input_that_never_varies_is_left_out():
    data = linear()
    kept = data.context["igbp"][:, 2] == 0
    training = data.take(kept)
    training.series[:, 1, 1] = 0.1  # a constant that has no exact binary form
    model = regression(training, 0.01)
    # Six predictors without one, three classes without the third.
    assert len(model.coefficients) == 7
    asked = block(training.series[:1], classes=[2])
    other = block(training.series[:1], classes=[2])
    other.series[0, 1, 1] = 1e6
    np.testing.assert_array_equal(model.predict(asked), model.predict(other))
    assert np.isfinite(model.predict(asked)).all()


def test_a_regression_of_constants_is_the_mean():
    data = block(np.ones((4, 2, 1)), target=[1.0, 2.0, 3.0, 6.0])
    np.testing.assert_allclose(regression(data, 0.1).predict(data), [3, 3, 3, 3])


def test_a_regression_predicts_each_sample_alone():
    model, held_out = regression(linear(), 0.1), linear(5, seed=1)
    alone = [model.predict(held_out.take(np.array([row])))[0] for row in range(5)]
    np.testing.assert_allclose(alone, model.predict(held_out), rtol=1e-12)


def test_a_regression_that_was_not_solved_predicts_nothing():
    with pytest.raises(RuntimeError, match="before fit"):
        LinearRegression(ridge=1).predict(linear())
