"""What truly happens at a simulated tower, month by month: weather, leaves, water and carbon.

Constants come from the literature named beside them. Where a line says "choice" the number is
ours, set so that climate, leaf area and fluxes are of the size that real towers show (looked at
once with a random forest, never to favour a model).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carbonscape.simulate.parts import TowerParts, random_stream
from carbonscape.simulate.sites import SitePlan

Array = NDArray[np.float64]

_SPIN_UP = 4  # years before the first predictors that let the soil forget its start


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


def day_length(latitude: float, day_of_year: ArrayLike) -> Array:
    """Return the hours of daylight at a latitude in degrees north, in the shape of the days.

    FAO-56 eq. 24, 25 and 34 (Allen et al. 1998); days count from 1 on 1 January.
    """
    return 24.0 / np.pi * _sunset(latitude, day_of_year)[0]


def extraterrestrial_radiation(latitude: float, day_of_year: ArrayLike) -> Array:
    """Return the daily mean radiation at the top of the atmosphere, W m-2, in the shape of days.

    FAO-56 eq. 21-25 (Allen et al. 1998); latitude in degrees north, days from 1 on 1 January.
    """
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
    """Return the FPAR (0-1) of a canopy, in the shape of its leaf area, m2 m-2.

    Beer-Lambert's law with the extinction 0.5 (Monsi & Saeki 1953).
    """
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
    """Return the mean filling (month) of a soil bucket, 0 to 1 (Manabe 1969).

    ``rain`` and ``demand`` (month) are in mm d-1, ``days`` (month) is the length of each month,
    ``capacity`` the water of the full bucket, mm. It starts half full.

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
    """Return respiration relative to that at 10 degC, in the shape of the temperature, K.

    Lloyd & Taylor (1994), eq. 11.
    """
    above = np.maximum(np.asarray(temperature, float) - 227.13, 1.0)
    return np.exp(308.56 * (1 / 56.02 - 1 / above))


def ramp(value: Array, zero: float, one: float) -> Array:
    """Return 0 at and beyond ``zero``, 1 at and beyond ``one``, straight between, in its shape."""
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
    rng = random_stream(seed, plan.index, "weather")
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
    rng = random_stream(seed, plan.index, "site")
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
    season = ramp(tmin, -2.0, 5.0) * ramp(vpd, 41.0, 9.0) * water
    season = season * ramp(truth["day_length"].to_numpy(), 10.0, 11.0)
    season = 0.5 * (season + np.concatenate([season[:1], season[:-1]]))
    leaves = 1 - plant.leafing + plant.leafing * season if parts.phenology else 1.0
    lai = plant.lai * vigour * leaves * np.ones(len(truth))
    fpar = absorbed_fraction(lai)
    # Light-use efficiency model of MOD17 (Running et al. 2004): PAR is 0.45 of the radiation.
    gpp = plant.efficiency * 0.45 * 0.0864 * ssrd * fpar * water
    gpp = gpp * (ramp(tmin, plant.cold, plant.mild) if parts.temperature_limit else 1.0)
    gpp = gpp * (ramp(vpd, plant.dry, plant.moist) if parts.vpd_limit else 1.0)
    gpp = gpp * (effect if parts.site_effect else 1.0)
    # Growth takes a quarter of what is fixed (Ryan 1991); the rest follows warmth and water.
    # Choice: 0.8 of GPP is respired over the years, the mean of the FLUXNET2015 towers.
    rest = respiration_response(kelvin) * (0.3 + 0.7 * water)
    reco = 0.25 * gpp + (balance - 0.25) * gpp.mean() / rest.mean() * rest
    truth = truth.assign(water=water, lai=lai, fpar=fpar, gpp=gpp, reco=reco, nee=reco - gpp)
    return truth[truth["year"] >= plan.first_year - 1].reset_index(drop=True)
