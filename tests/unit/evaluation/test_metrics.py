"""Scores of a handful of numbers, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.evaluation import metrics

OBSERVED = [1.0, 2.0, 3.0, 6.0]  # mean 3; squared distances 4 + 1 + 0 + 9 = 14
PREDICTED = [2.0, 2.0, 1.0, 4.0]  # errors +1, 0, -2, -2; squared 1 + 0 + 4 + 4 = 9
KERNELS = [metrics.r2, metrics.rmse, metrics.mae, metrics.bias, metrics.score]


def test_scores_of_four_pairs():
    assert metrics.r2(OBSERVED, PREDICTED) == pytest.approx(1 - 9 / 14)
    assert metrics.rmse(OBSERVED, PREDICTED) == pytest.approx(1.5)
    assert metrics.mae(OBSERVED, PREDICTED) == pytest.approx(5 / 4)
    assert metrics.bias(OBSERVED, PREDICTED) == pytest.approx(-3 / 4)


def test_bias_is_positive_when_the_model_is_too_high():
    assert metrics.bias([1.0, 2.0], [2.0, 4.0]) == pytest.approx(1.5)


def test_r2_is_about_the_observations_and_not_symmetric():
    # With the roles exchanged the spread is that of PREDICTED: mean 2.25, 4.75 in all.
    assert metrics.r2(PREDICTED, OBSERVED) == pytest.approx(1 - 9 / 4.75)


def test_r2_of_the_mean_is_zero_and_of_worse_is_negative():
    assert metrics.r2(OBSERVED, [3.0] * 4) == pytest.approx(0.0)
    assert metrics.r2(OBSERVED, [6.0, 3.0, 2.0, 1.0]) == pytest.approx(1 - (25 + 1 + 1 + 25) / 14)
    # A perfect correlation is no perfect score: everything doubled.
    assert metrics.r2(OBSERVED, [2.0, 4.0, 6.0, 12.0]) == pytest.approx(1 - 50 / 14)


def test_r2_has_no_value_where_observations_do_not_vary():
    # The mean of three times 0.1 is not 0.1 in floating point: the spread must still count as 0.
    assert math.isnan(metrics.r2([0.1, 0.1, 0.1], [0.1, 0.2, 0.3]))
    assert math.isnan(metrics.r2([5.0], [4.0]))
    assert metrics.rmse([5.0], [4.0]) == pytest.approx(1.0)
    # The only observation that differs has no weight.
    assert math.isnan(metrics.r2([2.0, 2.0, 7.0], [1.0, 1.0, 1.0], weights=[1, 1, 0]))


def test_weights_count_a_pair_as_often_as_they_say():
    weights = [3, 1, 0, 2]
    repeated_observed = [1.0, 1.0, 1.0, 2.0, 6.0, 6.0]
    repeated_predicted = [2.0, 2.0, 2.0, 2.0, 4.0, 4.0]
    for kernel in (metrics.r2, metrics.rmse, metrics.mae, metrics.bias):
        weighted = kernel(OBSERVED, PREDICTED, weights=weights)
        assert weighted == pytest.approx(kernel(repeated_observed, repeated_predicted))
        assert weighted != pytest.approx(kernel(OBSERVED, PREDICTED))


def test_score_holds_every_kernel():
    found = metrics.score(OBSERVED, PREDICTED, weights=[3, 1, 0, 2])
    assert found == {
        "samples": 4,
        "r2": metrics.r2(OBSERVED, PREDICTED, weights=[3, 1, 0, 2]),
        "rmse": metrics.rmse(OBSERVED, PREDICTED, weights=[3, 1, 0, 2]),
        "mae": metrics.mae(OBSERVED, PREDICTED, weights=[3, 1, 0, 2]),
        "bias": metrics.bias(OBSERVED, PREDICTED, weights=[3, 1, 0, 2]),
    }


@pytest.mark.parametrize("kernel", KERNELS)
def test_shapes_are_never_broadcast(kernel):
    column = np.asarray(PREDICTED)[:, None]
    with pytest.raises(ResultError, match=r"shape \[4, 1\]"):
        kernel(OBSERVED, column)
    with pytest.raises(ResultError, match=r"shape \[\]"):
        kernel(OBSERVED, 3.0)
    with pytest.raises(ResultError, match=r"weights values have shape \[1\]"):
        kernel(OBSERVED, PREDICTED, weights=[1.0])


@pytest.mark.parametrize("kernel", KERNELS)
def test_missing_values_and_empty_input_are_refused(kernel):
    with pytest.raises(ResultError, match="1 of 4 observed values are missing"):
        kernel([1.0, 2.0, math.nan, 6.0], PREDICTED)
    with pytest.raises(ResultError, match="1 of 4 predicted values are missing or infinite"):
        kernel(OBSERVED, [1.0, math.inf, 3.0, 6.0])
    with pytest.raises(ResultError, match="no pairs"):
        kernel([], [])
    with pytest.raises(ResultError, match="one at least must be positive"):
        kernel(OBSERVED, PREDICTED, weights=[0, 0, 0, 0])
    with pytest.raises(ResultError, match="must not be negative"):
        kernel(OBSERVED, PREDICTED, weights=[2, -1, 1, 1])
