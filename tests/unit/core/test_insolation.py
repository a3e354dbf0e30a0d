"""Radiation at the top of the atmosphere against published values."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.insolation import daily_insolation, monthly_insolation


def test_a_day_agrees_with_the_example_of_fao_56():
    # Allen et al. 1998, example 8 (by coarser formulas): 20 degrees south, 3 September.
    assert daily_insolation(-20, 246) * 0.0864 == pytest.approx(32.2, rel=0.025)


def test_the_globe_receives_a_quarter_of_the_solar_constant():
    lat = np.arange(-89.5, 90)
    days = np.arange(1, 366)
    mean = daily_insolation(lat[:, None], days).mean(axis=1)
    weight = np.cos(np.deg2rad(lat))
    assert (mean * weight).sum() / weight.sum() == pytest.approx(1361 / 4, rel=0.002)


def test_polar_night_is_dark_and_poles_are_finite():
    assert daily_insolation(80, 355) == 0
    assert np.isfinite(daily_insolation([90, -90], [[1], [180]])).all()


def test_a_month_is_the_mean_of_its_days():
    february = monthly_insolation([[10.0], [50.0]], [2, 7])
    assert february.shape == (2, 2)
    assert february[1, 0] == pytest.approx(daily_insolation(50, np.arange(32, 60)).mean())
    assert monthly_insolation(50.0, 7) == pytest.approx(february[1, 1])
