"""Soil, leaves and carbon of the simulated Earth: what daily weather makes of a place.

Arrays are (day, point), single precision, unless a docstring says otherwise. Where a line says
"choice" the number is ours, fixed before any model was trained.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbonscape.simulate.cover import PFTS
from carbonscape.simulate.parts import EarthParts
from carbonscape.simulate.pmodel import light_use_efficiency, soil_stress
from carbonscape.simulate.weather import Calendar, saturation_pressure

Array = NDArray[Any]

#: Water that roots can reach, mm; choice within Wang-Erlandsson et al. 2016 (doi
#: 10.5194/hess-20-1459-2016). Under 2 mm d-1 it forgets with an e-folding time of 112 days.
CAPACITY = 300.0
#: Shares of the rain that leaves hold back, to evaporate on the day (Miralles et al. 2010, doi
#: 10.1029/2009WR008839: 13 to 22 % in forests), and that runs off at once (choice).
INTERCEPTED, RUN_OFF = 0.15, 0.15
#: Mole of photons of PAR per day for one W m-2: 2.04 umol J-1 (Meek et al. 1984).
PHOTONS = 2.04e-6 * 86400

#: Share of the absorbed light that chlorophyll takes, not stems and dead leaves: choice within
#: the 0.7 to 0.9 of Zhang et al. 2005 (doi 10.1016/j.rse.2005.09.009).
GREEN = 0.85


class _Type(NamedTuple):
    """Leaves of one plant functional type."""

    lai: float  # greatest leaf area where it is warm and wet, m2 m-2
    leafing: float  # share of the leaves that comes and goes with the season
    thirst: float  # how far leaf area follows the water in the soil, 0 to 1
    efficiency: float  # relative to the P-model
    c4: float  # share of C4 plants where it is hot


# Leaf area: choice within the spread of Asner et al. 2003 (doi 10.1046/j.1466-822X.2003.00026.x);
# efficiency: the maximum light-use efficiencies of MOD17 (Zhao & Running 2010, doi
# 10.1126/science.1192666) relative to their mean, half way to one, since the P-model already
# knows climate; C4 after Still et al. 2003 (10.1029/2001GB001807).
_TYPES = {
    "GRASS-NAT": _Type(2.8, 0.80, 0.7, 0.96, 0.9),
    "GRASS-MAN": _Type(3.8, 0.90, 0.4, 1.02, 0.3),
    "TREES-BD": _Type(5.2, 0.85, 0.3, 1.08, 0.0),
    "TREES-BE": _Type(5.8, 0.15, 0.3, 1.06, 0.0),
    "TREES-ND": _Type(3.8, 0.90, 0.2, 0.98, 0.0),
    "TREES-NE": _Type(4.4, 0.25, 0.2, 0.97, 0.0),
    "SHRUBS-BD": _Type(2.4, 0.75, 0.5, 0.95, 0.0),
    "SHRUBS-BE": _Type(2.4, 0.25, 0.5, 0.95, 0.0),
    "SHRUBS-ND": _Type(2.0, 0.80, 0.4, 0.93, 0.0),
    "SHRUBS-NE": _Type(2.2, 0.25, 0.4, 0.93, 0.0),
}


class Cover(NamedTuple):
    """What grows at points.

    Attributes:
        fractions: of the types (year, pft, point), every year of the calendar.
        leafy: share (point) of the place where satellites retrieve leaf area.
    """

    fractions: Array
    leafy: Array


class Places(NamedTuple):
    """What plants of points have that no instrument sees.

    Attributes:
        nutrients: factor on GPP (point).
        balance: long-term RECO over GPP (point).
    """

    nutrients: Array
    balance: Array


def ramp(value: Array, zero: float, one: float) -> Array:
    """Return 0 at and beyond ``zero``, 1 at and beyond ``one``, straight between."""
    return np.clip((value - zero) / (one - zero), 0.0, 1.0)


def absorbed_fraction(lai: ArrayLike) -> Array:
    """Return the FPAR (0-1) of a canopy of some leaf area, m2 m-2.

    Beer-Lambert's law with the extinction 0.5 (Monsi & Saeki 1953).
    """
    return 1 - np.exp(-0.5 * np.asarray(lai))


def respiration_response(kelvin: ArrayLike) -> Array:
    """Return respiration relative to that at 10 degC (Lloyd & Taylor 1994, eq. 11)."""
    above = np.maximum(np.asarray(kelvin) - 227.13, 1.0)
    return np.exp(308.56 * (1 / 56.02 - 1 / above))


def co2_of_year(year: ArrayLike) -> Array:
    """Return the CO2 of the air, umol mol-1: global means of NOAA, 2000, 2010 and 2020.

    Straight lines through 368.96, 388.76 and 412.44 (gml.noaa.gov/ccgg/trends), continued.
    """
    time = np.asarray(year, float)
    first, second = (388.76 - 368.96) / 10, (412.44 - 388.76) / 10
    return 388.76 + (time - 2010) * np.where(time < 2010, first, second)


def delayed(daily: Array, memory: float) -> Array:
    """Return a daily series as something feels it that follows with a memory in days."""
    keep = np.float32(np.exp(-1.0 / memory))
    result, state = np.empty_like(daily), daily[: int(memory) + 1].mean(axis=0)
    for day in range(len(daily)):
        state = keep * state + (1 - keep) * daily[day]
        result[day] = state
    return result


def water_balance(tp: Array, pet: Array, t2m: Array) -> tuple[Array, Array]:
    """Return the filling of the soil (0-1) and the evaporation, mm d-1.

    A bucket (Manabe 1969, doi 10.1175/1520-0493(1969)097<0739:CATOC>2.3.CO;2) of ``CAPACITY``,
    half full at the start: evaporation follows the demand ``pet`` (mm d-1) while it is more
    than three quarters full and shrinks with its filling below. ``INTERCEPTED`` of the rain
    (``tp``, mm d-1) evaporates at once and ``RUN_OFF`` of it never enters the soil. Below 0 degC
    it stays as snow, which melts by 3 mm a day and K (Hock 2003) and does not evaporate.
    """
    water = np.full(tp.shape[1], CAPACITY / 2, np.float32)
    snow, filling, evaporation = np.zeros_like(water), np.empty_like(tp), np.empty_like(tp)
    frozen = np.clip(274.15 - t2m, 0.0, 2.0) / 2
    snowfall, melting = tp * frozen, 3.0 * np.maximum(t2m - 273.15, 0.0)
    rain = tp - snowfall
    wet = np.minimum(INTERCEPTED * rain, pet)
    supply, left = rain * (1 - RUN_OFF) - wet, pet - wet
    demand = left / (0.75 * CAPACITY)
    for day in range(len(tp)):
        snow = snow + snowfall[day]
        melt = np.minimum(snow, melting[day])
        snow = snow - melt
        loss = np.minimum(demand[day] * water, left[day])
        water = np.minimum(water + supply[day] + melt - loss, CAPACITY)
        filling[day], evaporation[day] = water, loss + wet[day]
    return filling / CAPACITY, evaporation


def _monthly_memory(tp: Array, pet: Array) -> Array:
    """Return the filling of a soil that knows the last month only: rain over demand."""
    return np.clip(delayed(tp, 30.0) / np.maximum(delayed(pet, 30.0), 0.05), 0.0, 1.0)


def grow(
    weather: dict[str, Array], cover: Cover, places: Places, calendar: Calendar, parts: EarthParts
) -> dict[str, Array]:
    """Return what grows and breathes, day by day, from the weather of ``Weather.simulate``.

    Fluxes are per square metre of land (water is left out), leaf area and FPAR the means over
    the part of the land where satellites retrieve them.

    Returns:
        gpp, reco (gC m-2 d-1), sif (mW m-2 sr-1 nm-1, daily mean at 743 nm), lai (m2 m-2),
        fpar, water (stress factor), evap (mm d-1), vpd (hPa), and all of ``weather``.
    """
    kelvin, pet = weather["t2m"], weather["pet"]
    vpd = saturation_pressure(kelvin) - saturation_pressure(weather["d2m"])
    filling, evap = water_balance(weather["tp"], pet, kelvin)
    wetness = evap.mean(axis=0, dtype=float) / np.maximum(pet.mean(axis=0, dtype=float), 0.05)
    if not parts.soil_memory:
        filling = _monthly_memory(weather["tp"], pet)
    stress = soil_stress(filling, wetness).astype(np.float32)
    tmin = delayed(kelvin - 273.15 - 0.35 * weather["dtr"], 8.0)
    thaw = ramp(tmin, -8.0, 8.5)  # the limits of MOD17 for conifers, Zhao & Running 2010
    season = _season(tmin, vpd, weather["day_length"], parts)
    lue_c3, lue_c4 = _efficiency(weather, calendar, parts)
    lai, fpar, absorbed, productive = _canopy(
        cover, calendar, kelvin, season, filling, wetness, lue_c3, lue_c4, parts
    )
    light = PHOTONS * weather["ssrd"]
    gpp = GREEN * light * productive * thaw * stress * places.nutrients
    land = np.maximum(1 - cover.fractions[:, PFTS.index("WATER")].mean(axis=0), 0.01)
    # SIF is absorbed light times a yield that follows the light-use efficiency less than
    # proportionally (van der Tol et al. 2014, doi 10.1002/2014JG002713). Choice: the daily mean
    # is 0.6 under 35 mol m-2 d-1 where GPP is 8 (slope near that of Li et al. 2018, doi
    # 10.1111/gcb.14297, for the brighter band at 743 nm).
    sif = 0.0076 * light * absorbed + 0.045 * gpp
    # Growth takes a quarter of what is fixed (Ryan 1991); the rest follows the warmth of the
    # soil, three weeks behind the air (choice), and water.
    rest = respiration_response(delayed(kelvin, 21.0)) * (0.3 + 0.7 * stress)
    scale = (places.balance - 0.25) * gpp.mean(axis=0, dtype=float) / rest.mean(axis=0, dtype=float)
    return weather | {
        "gpp": gpp / land, "reco": (0.25 * gpp + scale * rest) / land, "sif": sif / land,
        "lai": lai, "fpar": fpar, "water": stress, "evap": evap, "vpd": vpd,
    }  # fmt: skip


def _season(tmin: Array, vpd: Array, day_length: Array, parts: EarthParts) -> Array:
    """Return how far the season lets leaves out (0-1), but for water.

    Growing season index (Jolly et al. 2005, doi 10.1111/j.1365-2486.2005.00930.x), which
    canopies follow within three weeks.
    """
    if not parts.phenology:
        return np.ones_like(tmin)
    index = ramp(tmin, -2.0, 5.0) * ramp(vpd, 41.0, 9.0) * ramp(day_length, 10.0, 11.0)
    return delayed(index.astype(np.float32), 15.0)


def _efficiency(
    weather: dict[str, Array], calendar: Calendar, parts: EarthParts
) -> tuple[Array, Array]:
    """Return the light-use efficiency of C3 and C4 plants, gC mol-1.

    Leaves acclimate to a fortnight (Mengoli et al. 2022, doi 10.1029/2021MS002767) and work by
    day, when the air is drier: choice, a quarter of the daily range warmer than the mean.
    """
    kelvin = weather["t2m"]
    vpd = saturation_pressure(kelvin + 0.25 * weather["dtr"])
    vpd = vpd - saturation_pressure(weather["d2m"])
    years = calendar.year + calendar.doy / 366.0
    co2 = co2_of_year(years if parts.co2_trend else np.full(len(years), 2015.0))
    warmth, dryness = delayed(kelvin, 15.0) - np.float32(273.15), 100 * delayed(vpd, 15.0)
    return light_use_efficiency(
        temperature=warmth, vpd=dryness, co2=co2.astype(np.float32)[:, None]
    )


def _canopy(
    cover: Cover,
    calendar: Calendar,
    kelvin: Array,
    season: Array,
    filling: Array,
    wetness: Array,
    lue_c3: Array,
    lue_c4: Array,
    parts: EarthParts,
) -> tuple[Array, Array, Array, Array]:
    """Return lai and fpar of the leafy part, FPAR of the place and FPAR times efficiency."""
    warmth = np.maximum(kelvin - 278.15, 0.0).mean(axis=0, dtype=float) * 365  # growing degree days
    # Choice: cold and dry places carry fewer leaves.
    richness = np.clip(0.35 + warmth / 2500, 0, 1) * np.clip(0.15 + 1.1 * wetness, 0, 1)
    # C4 plants win where growing seasons are warmer than 22 degC (Collatz et al. 1998, doi
    # 10.1007/s004420050468).
    celsius = (kelvin - np.float32(273.15)) * season
    warm = celsius.mean(axis=0, dtype=float) / np.maximum(season.mean(axis=0, dtype=float), 0.01)
    hot = 1 / (1 + np.exp(-(warm - 22.0) / 1.5))
    moist = ramp(filling, 0.05, 0.5) if parts.phenology else np.ones_like(filling)
    years = calendar.year - calendar.year[0]
    lai, fpar, productive, plants = (np.zeros_like(kelvin) for _ in range(4))
    for name, kind in _TYPES.items():
        yearly = cover.fractions[:, PFTS.index(name)].astype(np.float32)
        if not yearly.any():
            continue
        fraction = yearly[years]
        leaves = 1 - kind.leafing * (1 - season * (1 - kind.thirst * (1 - moist)))
        area = kind.lai * richness.astype(np.float32) * leaves
        part = fraction * absorbed_fraction(area)
        mixed = kind.c4 * hot.astype(np.float32)
        productive += part * kind.efficiency * (lue_c3 + mixed * (lue_c4 - lue_c3))
        lai += fraction * area
        fpar += part
        plants += fraction
    leafy = np.maximum(np.maximum(plants, cover.leafy.astype(np.float32)), 1e-6)
    return lai / leafy, fpar / leafy, fpar, productive
