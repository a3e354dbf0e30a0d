"""The parts of a simulated tower: each has a switch, or random numbers, of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: What draws random numbers at a site. Order matters: it is part of the seed of each.
STREAMS = ("place", "weather", "site", "sensors", "fluxes", "partitions", "gaps", "outliers")


@dataclass(frozen=True)
class TowerParts:
    """The parts of the simulation, each of which can be switched off to see what it does.

    Attributes:
        clouds: less light than under a clear sky.
        weather_anomalies: red-noise departures of each month from its climatology.
        phenology: leaves come and go; off: the peak leaf area all year.
        temperature_limit: cold nights reduce GPP.
        vpd_limit: dry air reduces GPP.
        soil_memory: water stress by a soil that remembers months; off: by this month's rain.
        site_effect: light-use efficiency that differs between towers of one class.
        sensor_noise: predictors differ from the weather and leaves of the tower.
        missing_leaf_area: a few months without LAI and FPAR.
        flux_noise: random error of the measured fluxes.
        partitioning_error: night-time and day-time partitioning differ.
        gaps: quality fractions below one and missing months.
        outliers: a few gross errors in NEE or in the day-time GPP.
        early_years: every sixth tower starts up to three years earlier.
    """

    clouds: bool = True
    weather_anomalies: bool = True
    phenology: bool = True
    temperature_limit: bool = True
    vpd_limit: bool = True
    soil_memory: bool = True
    site_effect: bool = True
    sensor_noise: bool = True
    missing_leaf_area: bool = True
    flux_noise: bool = True
    partitioning_error: bool = True
    gaps: bool = True
    outliers: bool = True
    early_years: bool = True


def random_stream(seed: int, index: int, name: str) -> np.random.Generator:
    """Return the random numbers of one of ``STREAMS`` at one site, independent of every other."""
    key = (index + 1, STREAMS.index(name))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
