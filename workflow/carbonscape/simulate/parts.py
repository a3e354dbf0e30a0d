"""The parts of the simulated Earth: each has a switch, or random numbers, of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: What draws random numbers at a site. Order matters: it is part of the seed of each.
STREAMS = ("place", "cover", "years", "sensors", "fluxes", "partitions", "gaps", "outliers")

#: The fields of the whole Earth, which depend on the seed and on the place only.
FIELDS = (
    "synoptic_warmth", "slow_warmth", "yearly_warmth", "synoptic_rain", "slow_rain", "yearly_rain",
    "sky", "nutrients", "change", "balance", "views",
)  # fmt: skip


@dataclass(frozen=True)
class EarthParts:
    """The parts of the simulation, each of which can be switched off to see what it does.

    Attributes:
        weather_anomalies: red-noise departures of each day from its climatology; off: every
            year has the same weather but for trends.
        trends: warming, and cover that changes from year to year.
        phenology: leaves come and go; off: the greatest leaf area of the place all year.
        soil_memory: water stress by a soil that remembers months; off: by this month's rain
            and evaporative demand.
        co2_trend: CO2 rises; off: that of 2015 in every year.
        unobserved_field: a light-use efficiency that differs from place to place, smoothly.
        tower_cover: a tower stands in its own pixel; off: in the cover of its cell.
        cover_views: the two maps of the cover err; off: both show the true cover.
        clouds: clouds spoil retrievals of leaf area.
        missing_composites: a few 8-day composites do not exist.
        flux_noise: random error of the measured fluxes.
        partitioning_error: night-time and day-time partitioning differ.
        gaps: quality fractions below one and missing months.
        outliers: a few gross errors in NEE or in the day-time GPP.
        sensor_noise: errors and gaps of the monthly table of predictors.
    """

    weather_anomalies: bool = True
    trends: bool = True
    phenology: bool = True
    soil_memory: bool = True
    co2_trend: bool = True
    unobserved_field: bool = True
    tower_cover: bool = True
    cover_views: bool = True
    clouds: bool = True
    missing_composites: bool = True
    flux_noise: bool = True
    partitioning_error: bool = True
    gaps: bool = True
    outliers: bool = True
    sensor_noise: bool = True


def random_stream(seed: int, index: int, name: str) -> np.random.Generator:
    """Return the random numbers of one of ``STREAMS`` at one site, independent of every other."""
    key = (index + 1, STREAMS.index(name))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def field_stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one of ``FIELDS`` of the Earth."""
    key = (0, FIELDS.index(name))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
