"""The P-model: light-use efficiency of plants that balance what carbon costs in water.

Prentice et al. 2014 (doi 10.1111/ele.12211), Wang et al. 2017 (10.1038/s41477-017-0006-8) and
Stocker et al. 2020 (10.5194/gmd-13-1545-2020); equation numbers are those of Stocker et al.
The tests hold numbers of pyrealm 2.0.0 (Orme et al.), an implementation of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

_GAS = 8.3145  # J mol-1 K-1
_CARBON = 12.0107  # g mol-1
_BETA = 146.0  # unit cost of carboxylation over that of transpiration, Stocker et al. 2020
_COST = 0.41  # unit cost of electron transport, Wang et al. 2017
#: Quantum yield at its best temperature: the set-up FULL of Stocker et al. 2020, table 1.
QUANTUM_YIELD = 0.087182
#: Pressure at sea level, Pa: the simulated Earth has no relief of its own.
PRESSURE = 101325.0


def light_use_efficiency(
    *, temperature: ArrayLike, vpd: ArrayLike, co2: ArrayLike, pressure: Any = PRESSURE
) -> tuple[Array, Array]:
    """Return the light-use efficiency of C3 and of C4 plants, gC per mol of absorbed photons.

    C3: eq. 11 to 17; C4: no photorespiration and no limit by CO2, with the quantum yield of
    Cai & Prentice 2020 (doi 10.1111/gcb.15314, as corrected in pyrealm).

    Args:
        temperature: of the leaf, degC, of any shape.
        vpd: vapour pressure deficit, Pa.
        co2: mole fraction of CO2, umol mol-1.
        pressure: of the air, Pa.
    """
    celsius, deficit = np.asarray(temperature), np.asarray(vpd)
    ambient = np.asarray(co2) * 1e-6 * pressure
    gammastar, ratio = _optimal_ratio(celsius, deficit, ambient, pressure)
    inside = ratio * ambient
    light = (inside - gammastar) / (inside + 2 * gammastar)  # eq. 11
    c3 = _yield(celsius, 0.352, 0.022, -0.00034) * _with_cost(light)
    c4 = _yield(celsius, -0.064, 0.030, -0.000464) * float(_with_cost(1.0))
    return c3 * _CARBON, c4 * _CARBON


def _optimal_ratio(
    celsius: Array, vpd: Array, ambient: Array, pressure: Any
) -> tuple[Array, Array]:
    """Return the CO2 compensation point, Pa, and the optimal ci:ca of C3 plants (eq. 8, 9).

    Kinetics of Bernacchi et al. 2001 (doi 10.1111/j.1365-3040.2001.00668.x).
    """
    kelvin = celsius + 273.15
    warmth = (kelvin - 298.15) / (298.15 * _GAS * kelvin)
    gammastar = 4.332 * np.exp(37830.0 * warmth) * (pressure / 101325.0)
    oxygen = 0.209476 * pressure / (27480.0 * np.exp(36380.0 * warmth))
    carboxylation = 39.97 * np.exp(79430.0 * warmth) * (1 + oxygen)
    viscosity = np.exp(580.0 / (celsius + 135.0) - 580.0 / 160.0)  # Vogel, relative to 25 degC
    xi = np.sqrt(_BETA * (carboxylation + gammastar) / (1.6 * viscosity))
    share = gammastar / ambient
    return gammastar, share + (1 - share) * xi / (xi + np.sqrt(np.maximum(vpd, 1.0)))


def _yield(celsius: Array, a: float, b: float, c: float) -> Array:
    """Return the quantum yield at a temperature (eq. 18; Bernacchi et al. 2003)."""
    return QUANTUM_YIELD * np.maximum(a + celsius * (b + c * celsius), 0.0)


def _with_cost(light: ArrayLike) -> Array:
    """Return the efficiency under co-limitation by electron transport (eq. 15)."""
    light = np.asarray(light)
    inner = 1 - (_COST / np.maximum(light, _COST)) ** (2.0 / 3.0)
    return light * np.sqrt(inner)


def soil_stress(filling: ArrayLike, wetness: ArrayLike) -> Array:
    """Return the factor (0-1) by which dry soil reduces GPP (Stocker et al. 2020, eq. 20-22).

    Args:
        filling: relative water in the soil, 0 to 1; above 0.6 nothing is lost.
        wetness: mean ratio of actual to potential evaporation of the place, 0 to 1: plants of
            dry places suffer more. At an empty soil 0.733 of it is left (set-up FULL).
    """
    left = 0.733 * np.clip(wetness, 0.0, 1.0)
    missing = np.clip(1 - np.asarray(filling) / 0.6, 0.0, 1.0)
    return 1 - (1 - left) * missing**2
