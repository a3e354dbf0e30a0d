"""Standardisation of predictors by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.scaling import Standardiser

#: Two samples of two steps: LAI 1, 3, 5, 7 (mean 4, variance 5), T2M -10, 10, -10, 10.
WINDOWS = np.array([[[1, -10], [3, 10]], [[5, -10], [7, 10]]], dtype=np.float32)
NAMES = ["LAI", "T2M"]


def test_mean_and_deviation_are_over_samples_and_steps():
    scaler = Standardiser.fit(WINDOWS, NAMES, product=GPP)
    np.testing.assert_allclose(scaler.mean, [4, 0])
    np.testing.assert_allclose(scaler.std, [np.sqrt(5), 10])


def test_apply_counts_in_standard_deviations():
    scaler = Standardiser(mean=np.array([4.0, 0.0]), std=np.array([2.0, 10.0]))
    applied = scaler.apply(np.array([[[8.0, -5.0]], [[4.0, 30.0]]]))
    np.testing.assert_allclose(applied, [[[2.0, -0.5]], [[0.0, 3.0]]])
    assert applied.dtype == np.float32


def test_other_rows_are_scaled_by_what_was_fitted():
    scaler = Standardiser.fit(WINDOWS, NAMES, product=GPP)
    held_out = scaler.apply(WINDOWS[:1] + 100)
    np.testing.assert_allclose(
        held_out[0, :, 0], (np.array([101, 103]) - 4) / np.sqrt(5), rtol=1e-6
    )
    np.testing.assert_allclose(held_out[0, :, 1], [9, 11], rtol=1e-6)


def test_sums_of_many_single_precision_numbers_stay_exact():
    # 300 K summed 4e5 times in single precision loses the fourth digit.
    series = np.full((400_000, 1, 2), 300.1, dtype=np.float32)
    series[::2] += np.float32(2)
    scaler = Standardiser.fit(series, ["T2M", "VPD"], product=GPP)
    exact = series[:2, 0].astype(float)
    np.testing.assert_allclose(scaler.mean, exact.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(scaler.std, exact.std(axis=0), atol=1e-8)


@pytest.mark.parametrize("value", [0.0, 0.1, 101325.3])
def test_a_predictor_that_never_varies_is_refused(value):
    series = np.random.default_rng(0).normal(size=(70, 3, 2))
    series[..., 1] = value
    with pytest.raises(ResultError, match="predictor T2M is .* in every training window"):
        Standardiser.fit(series, NAMES, product=GPP)


def test_a_predictor_in_small_units_is_not_taken_for_constant():
    scaler = Standardiser.fit(WINDOWS * 1e-6, NAMES, product=GPP)
    np.testing.assert_allclose(scaler.std, [np.sqrt(5) * 1e-6, 1e-5], rtol=1e-6)


def test_a_missing_value_is_refused_by_the_name_of_its_predictor():
    series = WINDOWS.copy()
    series[0, 1, 1] = np.nan
    with pytest.raises(ResultError, match="predictor T2M has missing values in 1 places"):
        Standardiser.fit(series, NAMES, product=GPP)
    series[1, :, 0] = np.nan
    with pytest.raises(ResultError, match="predictor LAI has missing values in 2 places"):
        Standardiser.fit(series, NAMES, product=GPP)
