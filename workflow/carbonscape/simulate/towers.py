"""Simulated flux towers: the files that a holder of FLUXNET2015 has, and the truth beside them.

Three steps, so that a fuller simulated Earth can feed or replace each of them: ``plan_sites``
(where and when towers stand), ``simulate_site`` (what truly happens there, monthly) and
``observe_fluxes`` / ``observe_predictors`` (what instruments make of it). ``simulate_towers``
runs them and ``write_archive`` writes the files. Constants come from the literature named beside
them. Where a line says "choice" the number is ours, set so that climate, leaf area and fluxes are
of the size that real towers show (looked at once with a random forest, never to favour a model).
No ranking of methods may be claimed from these data.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carbonscape.errors import ConfigError
from carbonscape.io import atomic_path

Array = NDArray[np.float64]


class _Region(NamedTuple):
    """A stretch of land where towers stand, and its climate."""

    koppen: str
    weight: int  # relative number of towers, as in FLUXNET2015
    lat: tuple[float, float]
    lon: tuple[float, float]
    warm: float  # K above the zonal mean
    continental: float  # factor on the zonal mean annual temperature wave
    rain: float  # annual mean, mm d-1
    summer_rain: float  # relative annual wave of rain; negative: wet winters
    igbp: tuple[str, ...]


# Climate numbers are choices of the size of the towers of each Koppen class (classes: Peel et
# al. 2007, doi 10.5194/hess-11-1633-2007). Neighbours in the list share a main class.
_REGIONS = (
    _Region("Af", 1, (1.5, 4), (101.7, 102.8), -3.5, 1.0, 5.5, 0.0, ("EBF",)),
    _Region("Am", 5, (-4, 1), (-63, -54), -3.0, 1.0, 6.0, 0.4, ("EBF", "EBF", "DBF")),
    _Region("Aw", 8, (-15.5, -13), (131, 133), 0.0, 0.8, 4.0, 0.95, ("WSA", "SAV", "GRA", "WET")),
    _Region("BSk", 11, (35, 41), (-108, -99), 1.0, 1.15, 1.0, 0.4, ("GRA", "OSH", "GRA", "CRO")),
    _Region("BSh", 6, (12, 15), (-4, 24), 1.0, 1.0, 1.5, 0.95, ("SAV", "GRA", "OSH", "WSA")),
    _Region("BWh", 5, (-26, -21), (122, 138), 2.0, 1.3, 0.8, 0.4, ("SAV", "GRA", "OSH")),
    _Region(
        "Cfa", 16, (32, 37), (-96, -83), 1.5, 1.1, 3.2, 0.1, ("ENF", "DBF", "GRA", "CRO", "MF")
    ),
    _Region("Cfb", 12, (46, 52), (0, 8), 6.5, 0.65, 2.3, 0.0, ("DBF", "CRO", "ENF", "GRA", "MF")),
    _Region("Cfb", 4, (-38, -36.5), (145, 148), 0.0, 0.7, 2.6, -0.1, ("EBF", "EBF", "GRA")),
    _Region(
        "Csa", 20, (38, 42), (-6, -3), 4.0, 0.85, 1.9, -0.8, ("EBF", "WSA", "CRO", "CSH", "GRA")
    ),
    _Region("Cwa", 3, (23, 26), (110, 116), 0.0, 1.1, 4.0, 0.75, ("EBF", "ENF")),
    _Region("Dfa", 9, (39, 42), (-97, -85), 0.0, 1.3, 2.4, 0.35, ("CRO", "DBF", "GRA")),
    _Region(
        "Dfb", 27, (48, 54), (16, 34), 4.0, 0.87, 1.9, 0.2, ("ENF", "CRO", "GRA", "WET", "DBF")
    ),
    _Region("Dfb", 26, (45, 47), (-95, -73), -1.0, 1.3, 2.5, 0.2, ("DBF", "ENF", "MF", "WET")),
    _Region("Dfc", 28, (54, 62), (-118, -98), 1.0, 1.1, 1.5, 0.35, ("ENF", "OSH", "WET", "ENF")),
    _Region("Dwb", 5, (42, 46), (112, 128), -6.0, 1.6, 1.5, 0.85, ("GRA", "MF", "DNF")),
    _Region("Dsb", 9, (43.5, 45), (-121.5, -118), -1.0, 0.85, 1.3, -0.6, ("ENF", "OSH")),
    _Region("ET", 9, (68.5, 70), (-156, -146), 0.0, 0.95, 0.8, 0.4, ("WET", "OSH", "GRA")),
)
_MAIN = {"A": "Tropical", "B": "Arid", "C": "Temperate", "D": "Cold", "E": "Polar"}


class _Vegetation(NamedTuple):
    """Physiology of one IGBP class."""

    efficiency: float  # maximum light-use efficiency, gC MJ-1 of absorbed PAR
    cold: float  # daily minimum temperature at which GPP stops, degC
    mild: float  # daily minimum temperature above which cold does not matter, degC
    moist: float  # VPD below which it does not matter, hPa
    dry: float  # VPD at which GPP stops, hPa
    lai: float  # peak leaf area, m2 m-2
    leafing: float  # share of the leaves that comes and goes with the season
    soil: float  # water that roots can reach, mm


# Columns 1-5: biome property look-up table of MOD17, collection 5.1 for MERRA meteorology
# (Zhao & Running 2010, doi 10.1126/science.1192666); it has no wetlands: those of grass. Leaf
# area, leafing share and soil water are choices within the spread of Asner et al. 2003 (doi
# 10.1046/j.1466-822X.2003.00026.x) and Wang-Erlandsson et al. 2016 (10.5194/hess-20-1459-2016).
_VEGETATION = {
    "ENF": _Vegetation(1.211, -8.0, 8.31, 6.5, 30.0, 3.5, 0.30, 400.0),
    "EBF": _Vegetation(1.405, -8.0, 9.09, 10.0, 40.0, 5.0, 0.15, 400.0),
    "DNF": _Vegetation(1.227, -8.0, 10.44, 6.5, 35.0, 3.5, 0.90, 400.0),
    "DBF": _Vegetation(1.526, -6.0, 9.94, 6.5, 29.0, 4.5, 0.90, 400.0),
    "MF": _Vegetation(1.226, -7.0, 9.50, 6.5, 29.0, 4.0, 0.60, 400.0),
    "CSH": _Vegetation(1.495, -8.0, 8.61, 6.5, 43.0, 2.5, 0.40, 300.0),
    "OSH": _Vegetation(1.027, -8.0, 8.80, 6.5, 44.0, 1.3, 0.50, 300.0),
    "WSA": _Vegetation(1.498, -8.0, 11.39, 6.5, 35.0, 2.5, 0.50, 350.0),
    "SAV": _Vegetation(1.454, -8.0, 11.39, 6.5, 36.0, 1.7, 0.70, 300.0),
    "GRA": _Vegetation(1.215, -8.0, 12.02, 6.5, 42.0, 2.5, 0.80, 250.0),
    "WET": _Vegetation(1.215, -8.0, 12.02, 6.5, 42.0, 3.0, 0.85, 350.0),
    "CRO": _Vegetation(1.300, -8.0, 12.02, 6.5, 45.0, 4.0, 0.90, 250.0),
}

#: What ``bad`` can break at the first site, for tests of refusals.
DEFECTS = (
    "no_qc_column", "text_in_number", "cut_short", "empty", "doubled_month", "unordered_months",
    "no_monthly_file", "site_not_listed", "site_without_predictors",
)  # fmt: skip

_STREAMS = ("place", "weather", "site", "sensors", "fluxes", "partitions", "gaps", "outliers")
_MISSING = -9999
_SPIN_UP = 4  # years before the first predictors that let the soil forget its start
_FIRST_MODIS = 200002  # Terra's first leaf-area composites; before them a climatology is given
_PREDICTORS = (
    "site", "year", "month", "LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "lai_source", "fpar_source",
)  # fmt: skip


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


@dataclass(frozen=True)
class SitePlan:
    """One simulated tower: what it is, where it stands and which whole years it measures."""

    index: int
    site: str
    lat: float
    lon: float
    igbp: str
    region: int
    first_year: int
    last_year: int

    @property
    def climate(self) -> _Region:
        """The region, with its climate, in which the tower stands."""
        return _REGIONS[self.region]


@dataclass(frozen=True)
class Tower:
    """One tower with what truly happens there and what is observed of it.

    Attributes:
        plan: what the tower is.
        truth: the months of ``simulate_site``.
        fluxes: the months of ``observe_fluxes``.
        predictors: the months of ``observe_predictors``.
    """

    plan: SitePlan
    truth: pd.DataFrame
    fluxes: pd.DataFrame
    predictors: pd.DataFrame


def _stream(seed: int, index: int, name: str) -> np.random.Generator:
    """Return the random stream of one part of one site, independent of every other."""
    key = (index + 1, _STREAMS.index(name))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def site_name(index: int) -> str:
    """Return the identifier of a simulated site: ``ZZ-`` (no country's code), then like Kq3.

    The 6760 names differ even where case does not count.
    """
    code = (index * 2887 + 1234) % 6760  # 2887 has no factor in common with 26 * 26 * 10
    letters, digit = divmod(code, 10)
    upper, lower = divmod(letters, 26)
    return f"ZZ-{chr(ord('A') + upper)}{chr(ord('a') + lower)}{digit}"


def plan_sites(
    *, sites: int, first_year: int, last_year: int, seed: int, parts: TowerParts
) -> list[SitePlan]:
    """Place towers over climates and IGBP classes in about the proportions of FLUXNET2015.

    The golden-ratio sequence spreads any number of sites evenly over the regions, and what a
    site gets depends on its number only, so that more sites leave the earlier ones as they are.
    """
    start = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,))).random()
    edges = np.cumsum([region.weight for region in _REGIONS])
    plans = []
    for index in range(sites):
        share = (start + index * (np.sqrt(5) - 1) / 2) % 1.0 * edges[-1]
        number = int(np.searchsorted(edges, share, side="right"))
        region, rng = _REGIONS[number], _stream(seed, index, "place")
        lat, lon = rng.uniform(*region.lat), rng.uniform(*region.lon)
        igbp = region.igbp[int(rng.integers(len(region.igbp)))]
        span = last_year - first_year
        late, early, chance = rng.integers(0, span // 3 + 1), rng.integers(1, 4), rng.random()
        first = first_year + (int(late) if chance < 0.3 else 0)
        if parts.early_years and index % 6 == 2:
            first = first_year - int(early)
        last = last_year - (int(late) if chance > 0.8 else 0)
        plans.append(
            SitePlan(
                index, site_name(index), round(lat, 4), round(lon, 4), igbp, number, first, last
            )
        )
    return plans


def day_length(latitude: float, day_of_year: ArrayLike) -> Array:
    """Return hours of daylight by FAO-56 eq. 24, 25 and 34 (Allen et al. 1998)."""
    return 24.0 / np.pi * _sunset(latitude, day_of_year)[0]


def extraterrestrial_radiation(latitude: float, day_of_year: ArrayLike) -> Array:
    """Return the daily mean radiation at the top of the atmosphere, W m-2 (FAO-56 eq. 21-25)."""
    sunset, declination = _sunset(latitude, day_of_year)
    distance = 1 + 0.033 * np.cos(2 * np.pi / 365 * np.asarray(day_of_year))
    phi = np.deg2rad(latitude)
    solar_constant = 0.0820e6 / 60.0  # 0.0820 MJ m-2 min-1
    geometry = sunset * np.sin(phi) * np.sin(declination)
    geometry = geometry + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return np.maximum(solar_constant / np.pi * distance * geometry, 0.0)


def _sunset(latitude: float, day_of_year: ArrayLike) -> tuple[Array, Array]:
    """Return the sunset hour angle and the solar declination, rad."""
    declination = 0.409 * np.sin(2 * np.pi / 365 * np.asarray(day_of_year) - 1.39)
    cosine = -np.tan(np.deg2rad(latitude)) * np.tan(declination)
    return np.arccos(np.clip(cosine, -1.0, 1.0)), declination


def saturation_pressure(temperature: ArrayLike) -> Array:
    """Return the saturation vapour pressure over water, hPa, of a temperature in K.

    Tetens' formula with the constants of Buck (1981), as in the ECMWF IFS.
    """
    kelvin = np.asarray(temperature, float)
    return 6.1121 * np.exp(17.502 * (kelvin - 273.16) / (kelvin - 32.19))


def absorbed_fraction(lai: ArrayLike) -> Array:
    """Return the FPAR of a canopy by Beer-Lambert's law, extinction 0.5 (Monsi & Saeki 1953)."""
    return 1 - np.exp(-0.5 * np.asarray(lai, float))


def evaporative_demand(temperature: ArrayLike, radiation: ArrayLike) -> Array:
    """Return the evaporation of well-watered plants, mm d-1, by Makkink's formula.

    Temperature in K, radiation in W m-2; coefficient 0.65 (de Bruin 1987), psychrometric
    constant 0.66 hPa K-1, latent heat 2.45 MJ kg-1 (FAO-56).
    """
    kelvin = np.asarray(temperature, float)
    slope = saturation_pressure(kelvin) * 17.502 * (273.16 - 32.19) / (kelvin - 32.19) ** 2
    return 0.65 * slope / (slope + 0.66) * np.asarray(radiation, float) * 0.0864 / 2.45


def soil_water(*, rain: Array, demand: Array, days: Array, capacity: float) -> Array:
    """Return the mean filling of a soil bucket in each month, 0 to 1 (Manabe 1969).

    Evaporation follows the demand (mm d-1) while the bucket is more than three quarters full
    and shrinks with its filling below that, so that a drier bucket of 250 to 400 mm under a
    demand of 2 mm d-1 forgets a month of rain with an e-folding time of three to five months.
    """
    water, filling = 0.5 * capacity, np.empty(len(rain))
    for month, length in enumerate(days):
        loss = demand[month] * min(1.0, water / (0.75 * capacity))
        after = float(np.clip(water + length * (rain[month] - loss), 0.0, capacity))
        filling[month] = 0.5 * (water + after) / capacity
        water = after
    return filling


def respiration_response(temperature: ArrayLike) -> Array:
    """Return respiration relative to that at 10 degC (Lloyd & Taylor 1994, eq. 11)."""
    above = np.maximum(np.asarray(temperature, float) - 227.13, 1.0)
    return np.exp(308.56 * (1 / 56.02 - 1 / above))


def _ramp(value: Array, zero: float, one: float) -> Array:
    """Return 0 at and beyond ``zero``, 1 at and beyond ``one``, straight between."""
    return np.clip((value - zero) / (one - zero), 0.0, 1.0)


def _red_noise(rng: np.random.Generator, months: int, memory: float) -> Array:
    """Return a first-order autoregressive series of unit variance."""
    shocks, series = rng.standard_normal(months), np.empty(months)
    series[0] = shocks[0]
    for month in range(1, months):
        series[month] = memory * series[month - 1] + np.sqrt(1 - memory**2) * shocks[month]
    return series


def _weather(plan: SitePlan, seed: int, parts: TowerParts) -> pd.DataFrame:
    """Return monthly weather: sw_pot, ssrd (W m-2), t2m, dtr (K), vpd (hPa), tp (mm d-1)."""
    climate, height = plan.climate, abs(np.sin(np.deg2rad(plan.lat)))
    first = plan.first_year - 1 - _SPIN_UP
    days = np.arange(f"{first}-01-01", f"{plan.last_year + 1}-01-01", dtype="datetime64[D]")
    doy = (days - days.astype("datetime64[Y]")).astype(int) + 1
    month, start = np.unique(days.astype("datetime64[M]"), return_index=True)
    length = np.diff(np.append(start, len(days)))

    def mean(daily: Array) -> Array:
        return np.add.reduceat(daily, start) / length

    # Warmest about thirty days after the solstice (20 July, 19 January).
    summer = mean(np.cos(2 * np.pi * (doy - (201 if plan.lat >= 0 else 18.5)) / 365))
    rng = _stream(seed, plan.index, "weather")
    noise = [_red_noise(rng, len(month), memory) for memory in (0.4, 0.3, 0.1)]
    warm, wet, clear = (x * parts.weather_anomalies for x in noise)
    # Zonal mean: 15 degC and -28 K on the second Legendre polynomial, annual wave 15.5 K times
    # the sine of latitude (North, Cahalan & Coakley 1981, doi 10.1029/RG019i001p00091).
    zonal = 273.15 + 15.0 - 28.0 * (1.5 * height**2 - 0.5) + climate.warm
    t2m = zonal + 15.5 * height * climate.continental * summer + (0.5 + 1.5 * height) * warm
    # Choice: monthly rain is log-normal with a coefficient of variation of about 0.55.
    usual = climate.rain * np.maximum(1 + climate.summer_rain * summer, 0.0)
    tp = usual * np.exp(0.52 * wet - 0.5 * 0.52**2 * parts.weather_anomalies)
    # Choice: sunshine falls with rain and with the low winter sun of higher latitudes.
    sunshine = (0.85 - 0.18 * np.sqrt(usual)) * (1 - 0.35 * height * (1 - summer) / 2)
    sunshine = np.clip(sunshine - 0.05 * wet + 0.04 * clear, 0.05, 0.95)
    if not parts.clouds:
        sunshine = np.ones_like(sunshine)
    sw_pot = mean(extraterrestrial_radiation(plan.lat, doy))
    transmitted = 0.25 + 0.50 * sunshine  # FAO-56 eq. 35
    # Choice: the drier (sunnier) the month, the further the dew point lies below the air.
    vpd = saturation_pressure(t2m) - saturation_pressure(t2m - 18.0 * sunshine**1.5)
    return pd.DataFrame(
        {
            "year": month.astype("datetime64[Y]").astype(int) + 1970,
            "month": month.astype(int) % 12 + 1,
            "days": length,
            "day_length": mean(day_length(plan.lat, doy)),
            "sw_pot": sw_pot,
            "ssrd": transmitted * sw_pot,
            "t2m": t2m,
            "dtr": (transmitted / 0.16) ** 2,  # FAO-56 eq. 50: Rs = 0.16 sqrt(range) Ra
            "vpd": vpd,
            "tp": tp,
        }
    )


def simulate_site(plan: SitePlan, *, seed: int, parts: TowerParts) -> pd.DataFrame:
    """Simulate what truly happens at one site, month by month.

    The step is a month: every non-linear law below is applied to monthly means, which makes
    this the truth by definition and not a model of sub-monthly physics.

    Returns:
        One row a month, from the year before the first flux year to the last: year, month,
        days; day_length (h); sw_pot, ssrd (W m-2); t2m, dtr (K); vpd (hPa); tp (mm d-1);
        water (stress factor, 0-1); lai; fpar; gpp, reco, nee (gC m-2 d-1, NEE = RECO - GPP).
    """
    truth, plant = _weather(plan, seed, parts), _VEGETATION[plan.igbp]
    rng = _stream(seed, plan.index, "site")
    vigour, effect = np.exp(0.25 * rng.standard_normal()), np.exp(0.2 * rng.standard_normal())
    balance = np.clip(0.8 + 0.08 * rng.standard_normal(), 0.55, 1.05)
    kelvin, ssrd, vpd = (truth[name].to_numpy() for name in ("t2m", "ssrd", "vpd"))
    tmin = kelvin - 273.15 - 0.5 * truth["dtr"].to_numpy()
    rain, days = truth["tp"].to_numpy(), truth["days"].to_numpy()
    demand = evaporative_demand(kelvin, ssrd)
    filling = soil_water(rain=rain, demand=demand, days=days, capacity=plant.soil)
    if not parts.soil_memory:
        filling = np.clip(rain / np.maximum(demand, 0.01), 0.0, 1.0)
    water = np.minimum(1.0, filling / 0.75)
    # Growing season index (Jolly et al. 2005, doi 10.1111/j.1365-2486.2005.00930.x) times water;
    # choice: canopies follow it half a month late.
    season = _ramp(tmin, -2.0, 5.0) * _ramp(vpd, 41.0, 9.0) * water
    season = season * _ramp(truth["day_length"].to_numpy(), 10.0, 11.0)
    season = 0.5 * (season + np.concatenate([season[:1], season[:-1]]))
    leaves = 1 - plant.leafing + plant.leafing * season if parts.phenology else 1.0
    lai = plant.lai * vigour * leaves * np.ones(len(truth))
    fpar = absorbed_fraction(lai)
    # Light-use efficiency model of MOD17 (Running et al. 2004): PAR is 0.45 of the radiation.
    gpp = plant.efficiency * 0.45 * 0.0864 * ssrd * fpar * water
    gpp = gpp * (_ramp(tmin, plant.cold, plant.mild) if parts.temperature_limit else 1.0)
    gpp = gpp * (_ramp(vpd, plant.dry, plant.moist) if parts.vpd_limit else 1.0)
    gpp = gpp * (effect if parts.site_effect else 1.0)
    # Growth takes a quarter of what is fixed (Ryan 1991); the rest follows warmth and water.
    # Choice: 0.8 of GPP is respired over the years, the mean of the FLUXNET2015 towers.
    rest = respiration_response(kelvin) * (0.3 + 0.7 * water)
    reco = 0.25 * gpp + (balance - 0.25) * gpp.mean() / rest.mean() * rest
    truth = truth.assign(water=water, lai=lai, fpar=fpar, gpp=gpp, reco=reco, nee=reco - gpp)
    return truth[truth["year"] >= plan.first_year - 1].reset_index(drop=True)


def observe_predictors(
    plan: SitePlan, truth: pd.DataFrame, *, seed: int, parts: TowerParts
) -> pd.DataFrame:
    """Return the monthly predictors of one site as satellites and reanalysis give them.

    Columns, units and rounding are those of the tidy predictor table (LAI m2 m-2, FPAR 0-1,
    T2M K, SSRD W m-2, VPD hPa, TP mm d-1); ``truth`` comes from ``simulate_site``.
    """
    rng, months = _stream(seed, plan.index, "sensors"), len(truth)
    error = rng.standard_normal((months, 6)) * parts.sensor_noise
    other, gap = rng.random(months) < 0.05, rng.random(months) < 0.008
    # Choice: errors of the size of a reanalysis and of monthly MODIS composites at one place.
    table = pd.DataFrame(
        {
            "site": plan.site,
            "year": truth["year"],
            "month": truth["month"],
            "LAI": np.minimum(truth["lai"] * np.exp((0.12 + 0.08 * other) * error[:, 0]), 7.0),
            "FPAR": np.clip(truth["fpar"] + 0.03 * error[:, 1], 0.0, 1.0),
            "T2M": truth["t2m"] + 0.6 * error[:, 2],
            "SSRD": truth["ssrd"] * np.maximum(1 + 0.05 * error[:, 3], 0.0),
            "VPD": truth["vpd"] * np.exp(0.10 * error[:, 4]),
            "TP": truth["tp"] * np.exp(0.25 * error[:, 5]),
            "lai_source": np.where(other & parts.sensor_noise, "modis_alternative", "modis"),
            "fpar_source": np.where(other & parts.sensor_noise, "beer_lambert", "modis"),
        }
    )
    leaves, sources = ["LAI", "FPAR"], ["lai_source", "fpar_source"]
    by_law = table["fpar_source"] == "beer_lambert"
    table.loc[by_law, "FPAR"] = absorbed_fraction(table.loc[by_law, "LAI"])
    before = table["year"] * 100 + table["month"] < _FIRST_MODIS
    if before.any() and not before.all():
        usual = table[~before].groupby("month")[leaves].mean()
        table.loc[before, leaves] = usual.loc[table.loc[before, "month"]].to_numpy()
        table.loc[before, sources] = "climatology"
    if parts.missing_leaf_area:
        table.loc[gap, leaves] = np.nan
        table.loc[gap, sources] = "missing"
    digits = {"LAI": 4, "FPAR": 4, "T2M": 3, "SSRD": 3, "VPD": 3, "TP": 3}
    return table.round(digits)[list(_PREDICTORS)]


def _laplace(rng: np.random.Generator, months: int) -> Array:
    """Return double-exponential errors of unit standard deviation."""
    return rng.laplace(0.0, np.sqrt(0.5), months)


def _quality(
    plan: SitePlan, truth: pd.DataFrame, seed: int
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the fraction of good data in each month, where no flux is given, where no GPP_NT."""
    rng, months = _stream(seed, plan.index, "gaps"), len(truth)
    winter = 1 - _ramp(truth["t2m"].to_numpy(), 263.15, 283.15)
    lost = rng.beta(1.0, 14.0, months) + rng.beta(1.5, 12.0) * (0.5 + 1.5 * winter)
    outage = np.zeros(months, bool)
    for month in np.flatnonzero(rng.random(months) < 0.05):
        outage[month : month + int(rng.integers(1, 4))] = True
    lost = np.where(outage, rng.uniform(0.4, 1.0, months), lost)
    absent, unsplit = outage & (rng.random(months) < 0.3), rng.random(months) < 0.004
    return np.clip(1 - lost, 0.0, 1.0), absent, unsplit


def _measured(
    plan: SitePlan, truth: pd.DataFrame, qc: Array, seed: int, parts: TowerParts
) -> dict[str, Array]:
    """Return NEE and its two partitionings with their errors, by column name."""
    months, gpp, reco = len(truth), truth["gpp"].to_numpy(), truth["reco"].to_numpy()
    rng = _stream(seed, plan.index, "fluxes")
    filled = (1 + 3 * (1 - qc)) * parts.flux_noise
    # Choice: 0.1 gC m-2 d-1 plus a tenth of NEE is left in a month; less in the partitions.
    nee = reco - gpp + filled * (0.1 + 0.1 * abs(reco - gpp)) * _laplace(rng, months)
    reco_nt = reco + filled * (0.05 + 0.05 * reco) * _laplace(rng, months)
    gpp_dt = gpp + filled * (0.05 + 0.06 * gpp) * _laplace(rng, months)
    # Choice: each method is off by about 4 % at a site, and months do not close to 0.03.
    rng = _stream(seed, plan.index, "partitions")
    bias, closure = 0.04 * rng.standard_normal(2), 0.03 * _laplace(rng, months)
    if parts.partitioning_error:
        reco_nt, gpp_dt = reco_nt * (1 + bias[0]), gpp_dt * (1 + bias[1])
    reco_nt, gpp_dt = np.maximum(reco_nt, 0.0), np.maximum(gpp_dt, 0.0)
    gpp_nt = reco_nt - nee + closure * parts.partitioning_error
    reco_dt = gpp_dt + nee
    rng = _stream(seed, plan.index, "outliers")
    struck, which, size = rng.random(months) < 0.02, rng.random(months), rng.uniform(4, 9, months)
    if parts.outliers:
        gpp_dt = gpp_dt + size * (struck & (which < 0.5))
        nee = nee + size * np.where(which < 0.75, 1, -1) * (struck & (which >= 0.5))
    return {
        "NEE_VUT_REF": nee,
        "NEE_VUT_REF_QC": qc,
        "NEE_VUT_25": nee - 0.05 * abs(nee),
        "NEE_VUT_75": nee + 0.05 * abs(nee),
        "RECO_NT_VUT_REF": reco_nt,
        "GPP_NT_VUT_REF": gpp_nt,
        "RECO_DT_VUT_REF": reco_dt,
        "GPP_DT_VUT_REF": gpp_dt,
    }


def observe_fluxes(
    plan: SitePlan, truth: pd.DataFrame, *, seed: int, parts: TowerParts
) -> pd.DataFrame:
    """Return the monthly flux table of one site in the columns and units of FLUXNET2015.

    The error of a flux is double-exponential and grows with the flux (Hollinger & Richardson
    2005, doi 10.1093/treephys/25.7.873) and with the share that was gap-filled. Night-time GPP
    is RECO - NEE, day-time GPP is estimated on its own (Pastorello et al. 2020).

    Returns:
        One row a month of the flux years, missing values NaN, in the order of the SUBSET file.
    """
    truth = truth[truth["year"] >= plan.first_year].reset_index(drop=True)
    qc, absent, unsplit = _quality(plan, truth, seed)
    fluxes = _measured(plan, truth, qc if parts.gaps else np.ones(len(qc)), seed, parts)
    table = pd.DataFrame({"TIMESTAMP": truth["year"] * 100 + truth["month"]})
    table["TA_F"], table["TA_F_QC"] = truth["t2m"] - 273.15, 1.0
    table["SW_IN_POT"] = truth["sw_pot"]
    table["SW_IN_F"], table["SW_IN_F_QC"] = truth["ssrd"], 1.0
    table["VPD_F"], table["VPD_F_QC"] = truth["vpd"], 1.0
    table["P_F"], table["P_F_QC"] = truth["tp"], 1.0
    table = table.assign(**fluxes)
    if parts.gaps:
        table.loc[absent, list(fluxes)] = np.nan
        # As at a few real towers: good NEE that could not be partitioned by night.
        table.loc[unsplit, ["GPP_NT_VUT_REF", "RECO_NT_VUT_REF"]] = np.nan
    return table


def _add_columns(table: pd.DataFrame, index: int, product: str) -> pd.DataFrame:
    """Return the table with the optional columns of this site; FULLSET adds the CUT family."""
    table, sunlight = table.copy(), table["SW_IN_F"].to_numpy()
    if index % 2:
        table.insert(10, "PPFD_IN", sunlight * 0.45 * 4.57)  # 4.57 umol J-1 (McCree 1972)
        table.insert(11, "PPFD_IN_QC", 1.0)
    if index % 3 == 0:
        table.insert(10, "NETRAD", 0.77 * sunlight - 50.0)
    if index % 4 == 1:
        table.insert(10, "USTAR", np.nan)
    if product == "FULLSET":
        cut = {n: n.replace("VUT", "CUT") for n in table if "VUT" in n}
        decoys = table[list(cut)].rename(columns=cut)
        decoys.loc[:, ~decoys.columns.str.endswith("QC")] *= 1.5
        table = pd.concat([table.iloc[:, :10], decoys, table.iloc[:, 10:]], axis=1)
    return table


def _yearly(table: pd.DataFrame) -> pd.DataFrame:
    """Return the YY table: yearly sums of fluxes (gC m-2 y-1) and rain, means of the rest.

    ``table`` holds whole years; a year with a missing month is missing.
    """
    stamp = table["TIMESTAMP"].to_numpy()
    month = [f"{value // 100}-{value % 100:02d}" for value in stamp]
    days = pd.PeriodIndex(month, freq="M").days_in_month.to_numpy()
    names = list(table.columns[1:])
    years = table[names].to_numpy(float, copy=True)
    summed = [n.startswith(("NEE", "RECO", "GPP", "P_F")) and "QC" not in n for n in names]
    years[:, summed] *= 12 * days[:, None]
    years = years.reshape(-1, 12, len(names)).mean(axis=1)
    result = pd.DataFrame(years, columns=names)
    result.insert(0, "TIMESTAMP", stamp[::12] // 100)
    return result


def _csv(table: pd.DataFrame) -> str:
    """Return a table as FLUXNET writes it: six significant digits, -9999 for missing."""
    return table.to_csv(index=False, na_rep=str(_MISSING), float_format="%.6g", lineterminator="\n")


def _zip(members: dict[str, str | bytes], *, compression: int) -> bytes:
    """Return a zip archive whose bytes depend on the members alone (no clock, no machine)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, date_time=(2016, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, members[name], compress_type=compression)
    return buffer.getvalue()


def _break_csv(text: str, bad: str | None) -> str:
    """Return the text of a monthly file with one of ``DEFECTS`` in it."""
    lines = text.splitlines(keepends=True)
    if bad == "empty":
        return ""
    if bad == "cut_short":
        return text[: text.index(lines[-2]) + len(lines[-2]) // 2]
    if bad == "no_qc_column":
        table = pd.read_csv(io.StringIO(text), dtype=str)
        return _csv(table.drop(columns="NEE_VUT_REF_QC"))
    if bad == "text_in_number":
        table = pd.read_csv(io.StringIO(text), dtype=str)
        table.loc[3, "NEE_VUT_REF"] = "see note"
        return _csv(table)
    if bad == "doubled_month":
        lines.insert(5, lines[4])
    if bad == "unordered_months":
        lines[4], lines[5] = lines[5], lines[4]
    return "".join(lines)


def site_files(plan: SitePlan, fluxes: pd.DataFrame, *, bad: str | None = None) -> dict[str, bytes]:
    """Return the members of the bundle for one site, by name.

    Most sites come as one zip with the monthly (MM) and yearly (YY) file; by their number some
    are FULLSET (with a reanalysis file beside), loose monthly files, of older or AmeriFlux
    names, or present in an outdated version as well, whose fluxes must not be used.
    """
    number = plan.index
    product = "FULLSET" if number % 7 == 3 else "SUBSET"
    version = "beta-3" if number % 12 == 7 else "2-4" if number % 5 == 4 else "1-4"
    network = f"FLX_{plan.site}_FLUXNET2015"
    if number % 8 == 6:
        network, version = f"AMF_{plan.site}_FLUXNET", "3-5"
    span = f"{plan.first_year}-{plan.last_year}"

    def name(kind: str, version: str, ending: str) -> str:
        return f"{network}_{kind}_{span}_{version}.{ending}"

    table = _add_columns(fluxes, number, product)
    monthly = _break_csv(_csv(table), bad)
    if number % 9 == 5:
        return {name(f"{product}_MM", version, "csv"): monthly.encode()}
    members: dict[str, str | bytes] = {
        name(f"{product}_MM", version, "csv"): monthly,
        name(f"{product}_YY", version, "csv"): _csv(_yearly(table)),
    }
    if bad == "no_monthly_file":
        del members[name(f"{product}_MM", version, "csv")]
    if product == "FULLSET":
        weather = {"TA_F": "TA_ERA", "SW_IN_F": "SW_IN_ERA", "VPD_F": "VPD_ERA", "P_F": "P_ERA"}
        reanalysis = fluxes[["TIMESTAMP", *weather]].rename(columns=weather)
        members[name("ERAI_MM", version, "csv")] = _csv(reanalysis)
    found = {name(product, version, "zip"): _zip(members, compression=zipfile.ZIP_DEFLATED)}
    if number % 10 == 9:
        outdated = table.copy()
        outdated[[n for n in table if "_VUT_" in n and "QC" not in n]] *= 0.7
        before = "beta-2" if version == "beta-3" else "1-3"
        old = {name(f"{product}_MM", before, "csv"): _csv(outdated)}
        found[name(product, before, "zip")] = _zip(old, compression=zipfile.ZIP_DEFLATED)
    return found


def write_archive(
    folder: str | os.PathLike[str], towers: list[Tower], *, bad: str | None = None
) -> None:
    """Write the bundle of zips, the site list and the predictor table of an archive.

    ``bad`` puts one of ``DEFECTS`` into the first tower.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    folder, bundle = Path(folder), {}
    for number, tower in enumerate(towers):
        bundle |= site_files(tower.plan, tower.fluxes, bad=bad if number == 0 else None)
    listed = [tower.plan for tower in towers[bad == "site_not_listed" :]]
    tables = [tower.predictors for tower in towers[bad == "site_without_predictors" :]]
    table = pd.concat(tables or [towers[0].predictors.iloc[:0]])
    text = table.sort_values(["site", "year", "month"]).to_csv(index=False, lineterminator="\n")
    # No time of writing in the gzip header: the same table gives the same bytes.
    _write_bytes(folder / "predictors_monthly.csv.gz", gzip.compress(text.encode(), mtime=0))
    _write_bytes(folder / "sites.csv", _site_list(listed).encode())
    _write_bytes(folder / "fluxnet2015.zip", _zip(bundle, compression=zipfile.ZIP_STORED))


def simulate_towers(
    folder: str | os.PathLike[str],
    *,
    truth_path: str | os.PathLike[str],
    sites: int,
    first_year: int,
    last_year: int,
    seed: int,
    parts: TowerParts | None = None,
    bad: str | None = None,
) -> list[Tower]:
    """Write a simulated tower archive, and the truth apart from it.

    ``folder`` receives ``fluxnet2015.zip``, ``sites.csv`` and ``predictors_monthly.csv.gz``;
    ``truth_path`` (.csv or .parquet) receives site, year, month and the true gpp, reco and nee
    (gC m-2 d-1) of the flux months. Equal arguments give equal bytes; a site's content does not
    depend on how many sites follow it. Towers measure from ``first_year`` to ``last_year``;
    some start late or end early by up to a third of that, and see ``TowerParts.early_years``.

    Returns:
        The towers that were simulated.

    Raises:
        ConfigError: an impossible number of sites or years, an unknown defect, or a truth that
            would lie inside the archive.
        ResultError: the disk is full or a folder cannot be written to.
    """
    _check_arguments(Path(folder), Path(truth_path), sites, first_year, last_year, bad)
    parts = parts or TowerParts()
    towers = []
    for plan in plan_sites(
        sites=sites, first_year=first_year, last_year=last_year, seed=seed, parts=parts
    ):
        truth = simulate_site(plan, seed=seed, parts=parts)
        fluxes = observe_fluxes(plan, truth, seed=seed, parts=parts)
        predictors = observe_predictors(plan, truth, seed=seed, parts=parts)
        towers.append(Tower(plan, truth, fluxes, predictors))
    write_archive(folder, towers, bad=bad)
    _write_truth(Path(truth_path), towers)
    return towers


def _write_truth(path: Path, towers: list[Tower]) -> None:
    """Write the true fluxes of the flux months of all towers."""
    tables = [
        tower.truth[tower.truth["year"] >= tower.plan.first_year].assign(site=tower.plan.site)
        for tower in towers
    ]
    table = pd.concat(tables).sort_values(["site", "year", "month"]).reset_index(drop=True)
    table = table[["site", "year", "month", "gpp", "reco", "nee"]]
    with atomic_path(path) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False, compression="zstd")
        else:
            table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n")


def _check_arguments(
    folder: Path, truth_path: Path, sites: int, first_year: int, last_year: int, bad: str | None
) -> None:
    """Refuse arguments from which no honest archive can be made."""
    if not 1 <= sites <= 6760:
        raise ConfigError(
            f"sites: found {sites}, expected 1 to 6760 simulated towers; choose a number in that "
            "range."
        )
    if not 1900 <= first_year <= last_year <= 2100:
        raise ConfigError(
            f"first_year, last_year: found {first_year} and {last_year}, expected years from 1900 "
            "to 2100 with the first not after the last; correct them."
        )
    if bad is not None and bad not in DEFECTS:
        raise ConfigError(
            f"bad: found '{bad}', expected one of {', '.join(DEFECTS)} or none; correct it."
        )
    if truth_path.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            f"truth_path: {truth_path} lies inside the archive {folder}, where a training rule "
            "could read it; give a path outside of the archive."
        )
    if truth_path.suffix not in (".csv", ".parquet"):
        raise ConfigError(
            f"truth_path: found the ending '{truth_path.suffix}', expected .csv or .parquet; "
            "rename it."
        )


def _site_list(plans: list[SitePlan]) -> str:
    """Return ``sites.csv``: site, lat, lon, igbp, koppen, koppen_main, sorted by site."""
    rows = [
        f"{p.site},{p.lat},{p.lon},{p.igbp},{p.climate.koppen},{_MAIN[p.climate.koppen[0]]}\n"
        for p in sorted(plans, key=lambda plan: plan.site)
    ]
    return "".join(["site,lat,lon,igbp,koppen,koppen_main\n", *rows])


def _write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
