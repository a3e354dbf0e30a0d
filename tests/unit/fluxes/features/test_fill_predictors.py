"""The gap rule on 8-day predictors of many places."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.predictors import fill_predictors, stack_predictors


def filled(values: np.ndarray, present: np.ndarray | None = None, **options):
    """Apply the rule to one place and one variable."""
    present = np.ones(len(values), dtype=bool) if present is None else present
    arguments = {"max_gap_steps": 4, "climatology": True, "lowest": False} | options
    return fill_predictors(
        values[None, :, None].astype(np.float32), present=present, calendar=MODIS_8DAY, **arguments
    )


def test_short_gaps_are_interpolated_and_long_ones_take_the_mean_of_the_slot() -> None:
    values = np.arange(138.0)
    values[10:14] = np.nan  # four steps: interpolated
    values[60:66] = np.nan  # six steps: slots 14..19 of the second year
    result = filled(values)
    np.testing.assert_allclose(result.values[0, 10:14, 0], [10, 11, 12, 13], rtol=1e-6)
    np.testing.assert_allclose(result.values[0, 60:66, 0], np.arange(14, 20) + 46, rtol=1e-6)
    assert (result.code[0, 10:14, 0] == 1).all()
    assert (result.code[0, 60:66, 0] == 2).all()
    assert result.filled_share.sum() == 10


def test_steps_before_and_after_the_mission_stay_missing() -> None:
    values = np.ones(92)
    values[:6] = np.nan
    values[90:] = np.nan
    present = np.ones(92, dtype=bool)
    present[:6] = present[90:] = False
    result = filled(values, present)
    assert np.isnan(result.values[0, :6, 0]).all()
    assert np.isnan(result.values[0, 90:, 0]).all()
    assert (result.code[0, :6, 0] == 3).all()
    # A lost composite inside the mission is a gap like any other.
    present[40] = False
    values[40] = np.nan
    assert filled(values, present).values[0, 40, 0] == 1


def test_a_step_that_no_year_has_observed_takes_the_lowest_mean() -> None:
    values = np.tile(np.concatenate([np.full(10, np.nan), np.arange(36.0) + 2]), 3)
    values[46 + 30] = np.nan  # an ordinary gap is interpolated as before
    assert np.isnan(filled(values).values[0, :10, 0]).all()
    result = filled(values, lowest=True)
    assert (result.values[0, [0, 5, 46, 99], 0] == 2).all()
    assert (result.code[0, :10, 0] == 4).all()
    assert result.values[0, 76, 0] == pytest.approx(22)
    assert result.code[0, 76, 0] == 1
    # A place without any retrieval (bare ground) stays missing.
    assert np.isnan(filled(np.full(92, np.nan), lowest=True).values).all()


def test_predictors_stand_in_the_order_asked_for() -> None:
    offered = {"LAI": np.full((2, 3), 1.0), "T2M": np.full((2, 3), 280.0)}
    found = stack_predictors(offered, ["T2M", "LAI"])
    assert found.shape == (2, 3, 2)
    np.testing.assert_array_equal(found[0, 0], [280, 1])
    with pytest.raises(ConfigError, match=r"no E, VPD; they offer LAI, T2M"):
        stack_predictors(offered, ["E", "LAI", "VPD"])
