"""The P-model against numbers of pyrealm 2.0.0, and its laws by paper and pencil."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.simulate.pmodel import light_use_efficiency, soil_stress

# Made with pyrealm 2.0.0 (numpy 2, Python 3.11): PModelEnvironment(tc, vpd, co2, patm) and
# PModel(env, method_optchi="prentice14" or "c4", method_kphio="temperature",
# method_jmaxlim="wang17", reference_kphio=0.087182).lue, gC mol-1; SIMPLE with
# CoreConst(simple_viscosity=True), Vogel's formula as here; the default is Huber et al. 2009.
CELSIUS = np.array([25.0, 10.0, 0.0, 35.0, 20.0, 15.0, 28.0, 5.0])
VPD = np.array([1000.0, 300.0, 150.0, 3000.0, 800.0, 600.0, 1200.0, 250.0])
CO2 = np.array([400.0, 400.0, 370.0, 410.0, 280.0, 600.0, 390.0, 415.0])
PRESSURE = np.array([101325.0, 101325, 95000, 101325, 101325, 101325, 98000, 80000])
SIMPLE = [
    0.25447279, 0.2805832, 0.20364731, 0.16125606, 0.21825954, 0.32516614, 0.22823905, 0.25169471
]  # fmt: skip
DEFAULT = [
    0.25447279, 0.28047595, 0.20344488, 0.16125535, 0.2182308, 0.32511378, 0.22824457, 0.25151926
]  # fmt: skip
C4 = [
    0.27757514, 0.13289961, 0.0, 0.2927156, 0.24561194, 0.19738677, 0.28894731, 0.05215048
]  # fmt: skip


def efficiency(**changes):
    usual = {"temperature": 20.0, "vpd": 800.0, "co2": 400.0}
    return light_use_efficiency(**(usual | changes))


def test_c3_and_c4_are_those_of_pyrealm() -> None:
    c3, c4 = light_use_efficiency(temperature=CELSIUS, vpd=VPD, co2=CO2, pressure=PRESSURE)
    np.testing.assert_allclose(c3, SIMPLE, rtol=1e-6)
    np.testing.assert_allclose(c3, DEFAULT, rtol=1.1e-3)
    np.testing.assert_allclose(c4, C4, rtol=1e-6, atol=1e-9)


def test_c4_by_hand() -> None:
    # 0.087182 (-0.064 + 0.75 - 0.29) sqrt(1 - 0.41^(2/3)) 12.0107 at 25 degC.
    expected = 0.087182 * 0.396 * np.sqrt(1 - 0.41 ** (2 / 3)) * 12.0107
    assert efficiency(temperature=25.0)[1] == pytest.approx(expected, rel=1e-9)
    assert efficiency(temperature=25.0, co2=800.0)[1] == pytest.approx(expected, rel=1e-9)


def test_c3_gains_by_co2_and_loses_by_dry_air_and_photorespiration() -> None:
    assert efficiency(co2=420.0)[0] > efficiency(co2=400.0)[0]
    assert efficiency(vpd=2000.0)[0] < efficiency(vpd=800.0)[0]
    # C4 wins in the heat, C3 in the cool (Collatz et al. 1998: the balance is near 22 degC).
    assert np.greater(*efficiency(temperature=15.0))
    assert np.less(*efficiency(temperature=30.0))


def test_nothing_grows_in_deep_frost_and_damp_air_breaks_nothing() -> None:
    c3, c4 = efficiency(temperature=np.array([-40.0, -20.0]), vpd=0.0)
    assert (c3 == 0).all()
    assert (c4 == 0).all()
    assert np.isfinite(efficiency(vpd=0.0)[0])


def test_single_precision_stays_single() -> None:
    single = {"temperature": np.ones(2, "f4"), "vpd": np.ones(2, "f4"), "co2": np.ones(2, "f4")}
    assert {values.dtype for values in light_use_efficiency(**single)} == {np.dtype("f4")}


def test_soil_stress_is_that_of_pyrealm() -> None:
    # calc_soilmstress_stocker(soilm, meanalpha) of pyrealm 2.0.0.
    found = soil_stress(np.array([0.0, 0.2, 0.4, 0.5, 0.7]), 0.5)
    np.testing.assert_allclose(found, [0.3665, 0.71844444, 0.92961111, 0.98240278, 1], rtol=1e-7)
    assert soil_stress(0.1, 1.0) == pytest.approx(0.81458333)
    assert soil_stress(0.2, 0.3) < soil_stress(0.2, 0.9)
