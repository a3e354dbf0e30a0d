"""The weather of the simulated Earth: real monthly climate plus smooth red noise, day by day.

Arrays are (day, point), single precision. Where a line says "choice" the number is ours, set so
that means and variances are of the size of real stations, before any model was trained.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from carbonscape.simulate.geography import Geography
from carbonscape.simulate.parts import EarthParts, field_stream

Array = NDArray[Any]

RADIUS = 6371.0  # km
#: Warming of land, K per year: 1.6 K from 1880 to 2020 of which most came after 1975 (IPCC AR6
#: WG1, SPM A.1.2): about 0.03 a year. The climatology is that of 2013.
WARMING, MIDDLE_YEAR = 0.03, 2013.0

_WAVES = 48
# Choice: memory in days and length in km of what makes the anomalies of warmth and of rain, and
# the share of the variance of each; synoptic systems last days and span a thousand kilometres.
_NOISE = {
    "synoptic_warmth": (4.0, 1200.0, 0.62),
    "slow_warmth": (40.0, 2000.0, 0.28),
    "yearly_warmth": (500.0, 3500.0, 0.10),
    "synoptic_rain": (1.5, 700.0, 0.86),
    "slow_rain": (60.0, 1500.0, 0.08),
    "yearly_rain": (500.0, 2500.0, 0.06),
    "sky": (3.0, 700.0, 1.0),
}


def unit_vectors(lat: ArrayLike, lon: ArrayLike) -> Array:
    """Return the positions (point, 3) of points on the unit sphere."""
    phi, lam = np.deg2rad(np.asarray(lat, float)), np.deg2rad(np.asarray(lon, float))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def wave_values(rng: np.random.Generator, where: Array, length: float, waves: int) -> Array:
    """Return random waves (wave, point) at positions; their sum has unit variance.

    Random Fourier features (Rahimi & Recht 2007) of a Gaussian covariance: two points whose
    chord is ``length`` km apart correlate by exp(-1/2).
    """
    number = rng.standard_normal((3, waves)) * RADIUS / length
    phase = rng.uniform(0.0, 2 * np.pi, waves)
    angle = sum(where[:, [axis]] * number[axis] for axis in range(3)) + phase
    return np.sqrt(2.0 / waves) * np.cos(angle).T


def static_field(seed: int, name: str, lat: ArrayLike, lon: ArrayLike, length: float) -> Array:
    """Return a Gaussian field of zero mean and unit variance at points, smooth over ``length`` km.

    Two hundred waves, each with a random height, make one drawing of the field.
    """
    rng = field_stream(seed, name)
    values = wave_values(rng, unit_vectors(lat, lon), length, 200)
    return rng.standard_normal(200) @ values


def red_noise(rng: np.random.Generator, days: int, memory: float, series: int) -> Array:
    """Return first-order autoregressive series (day, series) of unit variance.

    ``memory`` is the e-folding time in days.
    """
    keep = np.exp(-1.0 / memory)
    noise = rng.standard_normal((days, series))
    noise[1:] *= np.sqrt(1 - keep**2)
    for day in range(1, days):
        noise[day] += keep * noise[day - 1]
    return noise


def month_weights(year_days: int) -> Array:
    """Return weights (day, month) that make a smooth year whose months keep their means.

    Straight lines between the middles of months, with middle values such that the mean over
    each month is that of the climatology.
    """
    length = np.array([31, year_days - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    end = np.cumsum(length)
    middle = end - length / 2
    day = np.arange(year_days) + 0.5
    knots = np.concatenate([[middle[-1] - year_days], middle, [middle[0] + year_days]])
    after = np.clip(np.searchsorted(knots, day, side="right"), 1, 13)
    share = (day - knots[after - 1]) / (knots[after] - knots[after - 1])
    lines = np.zeros((year_days, 12))
    rows = np.arange(year_days)
    np.add.at(lines, (rows, (after - 2) % 12), 1 - share)
    np.add.at(lines, (rows, (after - 1) % 12), share)
    means = np.zeros((12, year_days))
    for month in range(12):
        means[month, end[month] - length[month] : end[month]] = 1 / length[month]
    return lines @ np.linalg.inv(means @ lines)


class Calendar:
    """The days of whole years.

    Attributes:
        days: the dates, ``datetime64[D]``.
        doy: day of year, from 1.
        year: calendar year of each day.
        year_length: 365 or 366, of each day.
    """

    def __init__(self, first_year: int, last_year: int) -> None:
        self.days = np.arange(f"{first_year}-01-01", f"{last_year + 1}-01-01", dtype="M8[D]")
        years = self.days.astype("M8[Y]")
        self.doy = (self.days - years).astype(int) + 1
        self.year = years.astype(int) + 1970
        self.year_length = ((years + 1).astype("M8[D]") - years.astype("M8[D]")).astype(int)

    def __len__(self) -> int:
        return len(self.days)

    def weights(self) -> Array:
        """Return ``month_weights`` of every day (day, month)."""
        table = {length: month_weights(length) for length in (365, 366)}
        return np.stack([table[n][d - 1] for n, d in zip(self.year_length, self.doy, strict=True)])


def sun(lat: ArrayLike, doy: ArrayLike) -> tuple[Array, Array]:
    """Return top-of-atmosphere radiation (daily mean, W m-2) and hours of daylight (day, point).

    FAO-56 eq. 21-25 and 34 (Allen et al. 1998).
    """
    phi = np.deg2rad(np.asarray(lat, float))[None, :]
    day = np.asarray(doy, float)[:, None]
    declination = 0.409 * np.sin(2 * np.pi / 365 * day - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    distance = 1 + 0.033 * np.cos(2 * np.pi / 365 * day)
    geometry = sunset * np.sin(phi) * np.sin(declination)
    geometry += np.cos(phi) * np.cos(declination) * np.sin(sunset)
    solar_constant = 0.0820e6 / 60.0  # 0.0820 MJ m-2 min-1
    top = np.maximum(solar_constant / np.pi * distance * geometry, 0.0)
    return top.astype(np.float32), (24.0 / np.pi * sunset).astype(np.float32)


def saturation_pressure(kelvin: Array) -> Array:
    """Return the saturation vapour pressure over water, hPa, of a temperature in K.

    Tetens' formula with the constants of Buck (1981), as in the ECMWF IFS.
    """
    return 6.1121 * np.exp(17.502 * (kelvin - 273.16) / (kelvin - 32.19))


def evaporative_demand(kelvin: Array, radiation: Array) -> Array:
    """Return the evaporation of well-watered plants, mm d-1, by Makkink's formula.

    Temperature in K, radiation in W m-2; coefficient 0.65 (de Bruin 1987), psychrometric
    constant 0.66 hPa K-1, latent heat 2.45 MJ kg-1 (FAO-56).
    """
    slope = saturation_pressure(kelvin) * (17.502 * (273.16 - 32.19)) / (kelvin - 32.19) ** 2
    return 0.65 * 0.0864 / 2.45 * slope / (slope + 0.66) * radiation


class Weather:
    """Daily weather at any point, the same at the same point whoever asks.

    Args:
        geography: the real maps.
        calendar: the days, spin-up included.
        seed: of the random numbers.
        parts: ``weather_anomalies`` and ``trends`` switch those off.
    """

    def __init__(
        self, geography: Geography, calendar: Calendar, *, seed: int, parts: EarthParts
    ) -> None:
        self.geography, self.calendar, self.seed, self.parts = geography, calendar, seed, parts
        self._months = calendar.weights()
        self._series = {}
        for name, (memory, _, _) in _NOISE.items():
            rng = field_stream(seed, name)
            rng.standard_normal((3, _WAVES)), rng.uniform(size=_WAVES)  # drawn by wave_values
            self._series[name] = red_noise(rng, len(calendar), memory, _WAVES)

    def _anomaly(self, kind: str, where: Array) -> Array:
        """Return the anomalies (day, point) of warmth, rain or sky, of unit variance."""
        total = np.zeros((len(self.calendar), len(where)), np.float32)
        for name, (_, length, share) in _NOISE.items():
            if not name.endswith(kind) or not self.parts.weather_anomalies:
                continue
            waves = wave_values(field_stream(self.seed, name), where, length, _WAVES)
            total += (np.sqrt(share) * (self._series[name] @ waves)).astype(np.float32)
        return total

    def simulate(self, lat: Array, lon: Array) -> dict[str, Array]:
        """Return the weather (day, point) of every day of the calendar.

        Returns:
            t2m, d2m (K); ssrd, sw_pot (W m-2, daily mean); tp, pet (mm d-1); cloud (0-1);
            day_length (h); dtr (K).
        """
        warm_climate, rain_climate = self.geography.climatology(lat, lon)
        # In double precision, so that a point's weather does not depend on its neighbours.
        usual = np.maximum(self._months @ rain_climate.astype(float), 0.0).astype(np.float32)
        normal = (self._months @ warm_climate.astype(float) + 273.15).astype(np.float32)
        where, height = unit_vectors(lat, lon), np.abs(np.sin(np.deg2rad(lat))).astype(np.float32)
        wet, warm = self._anomaly("rain", where), self._anomaly("warmth", where)
        sw_pot, day_length = sun(lat, self.calendar.doy)
        tp, often = _rain(usual, wet, anomalies=self.parts.weather_anomalies)
        # Choice: rain cools where the sun is high; spread 0.8 K at the equator, 4.5 K in
        # high-latitude winters, about half in summers.
        summer = np.clip(sw_pot / 400.0, 0.0, 1.0)
        spread = 0.8 + 4.2 * height**1.5 * (1 - 0.55 * summer)
        t2m = normal + spread * (0.95 * warm - 0.3 * (2 * summer - 0.6) * wet)
        if self.parts.trends:
            years = self.calendar.year + self.calendar.doy / 366.0 - MIDDLE_YEAR
            t2m += (np.float32(WARMING) * years.astype(np.float32))[:, None]
        # Choice: cloud cover follows how often and whether it rains, and the latitude.
        cloud = 0.26 + 0.50 * often + 0.18 * height**2
        cloud = np.clip(cloud + 0.16 * wet + 0.08 * self._anomaly("sky", where), 0.02, 1.0)
        transmitted = 0.76 * (1 - 0.74 * cloud**2)  # 0.75 in a clear sky: FAO-56 eq. 37
        ssrd = transmitted * sw_pot
        pet = evaporative_demand(t2m, ssrd)
        d2m = t2m - _dew_point_depression(usual, normal, wet, warm, sw_pot)
        return {
            "t2m": t2m, "d2m": d2m, "ssrd": ssrd, "sw_pot": sw_pot, "tp": tp, "pet": pet,
            "cloud": cloud, "day_length": day_length,
            "dtr": (transmitted / 0.16) ** 2,  # FAO-56 eq. 50: Rs = 0.16 sqrt(range) Ra
        }  # fmt: skip


def _rain(usual: Array, wet: Array, *, anomalies: bool) -> tuple[Array, Array]:
    """Return the rain of each day, mm d-1, and the share of rainy days (0-1).

    A day is rainy where the anomaly is among the wettest; amounts of rainy days are exponential
    (Richardson 1981, doi 10.1029/WR017i001p00182), so that the mean is the climatology's.
    Choice: the share of rainy days grows with the mean rain up to nine tenths.
    """
    often = 0.02 + 0.83 * (1 - np.exp(-usual / 2.5))
    if not anomalies:
        return usual, often
    dry = 1 - ndtr(wet)  # the share of days that are wetter than this one
    rainy = dry < often
    return np.where(rainy, -np.log(np.maximum(dry, 1e-7) / often) * usual / often, 0.0).astype(
        np.float32
    ), often


def _dew_point_depression(
    usual: Array, normal: Array, wet: Array, warm: Array, sw_pot: Array
) -> Array:
    """Return how far the dew point lies below the air temperature, K.

    Choice: 2 K where rain exceeds demand by far, up to 24 K in deserts; less on wet days.
    """
    demand = evaporative_demand(normal, 0.55 * sw_pot)
    moist = usual / (usual + demand + 0.01)
    depression = 2.0 + 22.0 * (1 - moist) ** 3
    return np.clip(depression * np.exp(np.clip(0.12 * warm - 0.22 * wet, -1, 1)), 0.2, 35.0)
