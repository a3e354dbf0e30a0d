"""Where the simulated people burn fuel and the simulated savannas burn.

One table serves every instrument that sees it: carbon dioxide, night lights, NO2, CO and SO2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

Array = np.ndarray[Any, Any]


class Site(NamedTuple):
    """A city or an industrial region: degrees north and east; 1 is the strongest."""

    name: str
    lat: float
    lon: float
    strength: float


class Fire(NamedTuple):
    """A region of biomass burning: centre, size in degrees, the middle of its season.

    ``peak`` is the month (1-12, may be a fraction) and ``strength`` 1 for the strongest.
    """

    name: str
    lat: float
    lon: float
    width: float
    peak: float
    strength: float


#: Real places; strengths are choices that follow the order of the inventories (EDGAR, ODIAC).
SITES = (
    Site("Shanghai", 31.2, 121.5, 1.0), Site("Beijing", 39.9, 116.4, 0.8),
    Site("Tangshan", 39.6, 118.2, 0.9), Site("Guangzhou", 23.1, 113.3, 0.9),
    Site("Jinan", 36.7, 117.0, 0.8), Site("Wuhan", 30.6, 114.3, 0.6),
    Site("Chongqing", 29.6, 106.5, 0.6), Site("Ordos", 39.6, 109.8, 0.5),
    Site("Shenyang", 41.8, 123.4, 0.6), Site("Urumqi", 43.8, 87.6, 0.4),
    Site("Seoul", 37.5, 127.0, 0.8), Site("Tokyo", 35.7, 139.7, 0.9),
    Site("Osaka", 34.7, 135.5, 0.6), Site("Taipei", 25.0, 121.5, 0.4),
    Site("Delhi", 28.6, 77.2, 0.8), Site("Singrauli", 24.1, 82.6, 0.7),
    Site("Mumbai", 19.1, 72.9, 0.6), Site("Kolkata", 22.6, 88.4, 0.5),
    Site("Lahore", 31.5, 74.3, 0.4), Site("Bangkok", 13.8, 100.5, 0.4),
    Site("Jakarta", -6.2, 106.8, 0.6), Site("Tehran", 35.7, 51.4, 0.6),
    Site("Kuwait", 29.3, 47.9, 0.7), Site("Riyadh", 24.7, 46.7, 0.6),
    Site("Cairo", 30.0, 31.2, 0.6), Site("Istanbul", 41.0, 29.0, 0.5),
    Site("Moscow", 55.8, 37.6, 0.6), Site("Donbas", 48.0, 37.8, 0.4),
    Site("Norilsk", 69.3, 88.2, 0.2), Site("Katowice", 50.3, 19.0, 0.5),
    Site("Ruhr", 51.5, 7.0, 0.7), Site("Paris", 48.9, 2.4, 0.4),
    Site("London", 51.5, -0.1, 0.5), Site("Po Valley", 45.3, 9.5, 0.5),
    Site("Lagos", 6.5, 3.4, 0.4), Site("Highveld", -26.3, 28.9, 0.8),
    Site("New York", 40.7, -74.0, 0.8), Site("Ohio Valley", 40.3, -80.6, 0.6),
    Site("Chicago", 41.8, -87.7, 0.6), Site("Houston", 29.7, -95.2, 0.7),
    Site("Los Angeles", 34.0, -118.2, 0.7), Site("Mexico City", 19.4, -99.1, 0.6),
    Site("Sao Paulo", -23.5, -46.6, 0.6), Site("Buenos Aires", -34.6, -58.4, 0.4),
    Site("Santiago", -33.5, -70.7, 0.3), Site("Sydney", -33.5, 151.0, 0.3),
)  # fmt: skip

#: Where and when it burns, after van der Werf et al. (2017, doi 10.5194/essd-9-697-2017).
FIRES = (
    Fire("Sahel", 8.0, 15.0, 7.0, 1.0, 0.9), Fire("Southern Africa", -11.0, 22.0, 7.0, 8.0, 1.0),
    Fire("Arc of deforestation", -10.0, -56.0, 6.0, 9.0, 0.7),
    Fire("Indochina", 19.0, 100.0, 4.0, 3.5, 0.7), Fire("Borneo", -2.0, 112.0, 4.0, 9.5, 0.6),
    Fire("Northern Australia", -15.0, 132.0, 5.0, 10.0, 0.4),
)  # fmt: skip

_REACH = 5.0  # widths beyond which nothing is left


def emission_density(lat: ArrayLike, lon: ArrayLike, *, width: float = 0.6) -> Array:
    """Return how strongly fuel is burnt around points: Gaussian plumes about ``SITES``.

    Args:
        lat: latitudes, degrees north.
        lon: longitudes, degrees east, of the same shape; -180 to 360.
        width: standard deviation of a plume in degrees of a great circle.

    Returns:
        Relative strength in the shape of the arguments: 1 at the strongest site alone, a
        little more where plumes overlap, 0 far away.
    """
    places = ((s.lat, s.lon, width, s.strength) for s in SITES)
    return _plumes(lat, lon, places)


def burning_density(lat: ArrayLike, lon: ArrayLike, month: float) -> Array:
    """Return how strongly vegetation burns around points, relative to the strongest season.

    Args:
        lat: latitudes, degrees north.
        lon: longitudes, degrees east, of the same shape; -180 to 360.
        month: 1 in the middle of January, 12 in the middle of December; fractions between.
    """
    places = ((f.lat, f.lon, f.width, f.strength * season(f, month)) for f in FIRES)
    return _plumes(lat, lon, places)


def fire_density(fire: Fire, lat: ArrayLike, lon: ArrayLike) -> Array:
    """Return the strength of one region around points in the middle of its season."""
    return _plumes(lat, lon, [(fire.lat, fire.lon, fire.width, fire.strength)])


def season(fire: Fire, month: ArrayLike) -> Array:
    """Return the share (0-1) of the full strength that a region has in a month.

    Choice: a bell round the year with half its strength 1.5 months from the peak.
    """
    phase = 2 * np.pi * (np.asarray(month, float) - fire.peak) / 12
    return np.exp((np.cos(phase) - 1) * np.log(2) / (1 - np.cos(np.pi / 4)))


def _plumes(lat: ArrayLike, lon: ArrayLike, places: Any) -> Array:
    """Return the sum of Gaussian plumes (latitude, longitude, width, strength) at points."""
    lat, lon = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
    total = np.zeros(lat.shape)
    for north, east, width, strength in places:
        across = (lon - east + 180.0) % 360.0 - 180.0
        # Near a site the square of the distance is flat enough; it spares a great circle.
        middle = np.cos(np.deg2rad(north)) * np.cos(np.deg2rad(lat))
        square = (lat - north) ** 2 + across**2 * np.maximum(middle, 0.0)
        near = square < (_REACH * width) ** 2
        total[near] += strength * np.exp(-0.5 * square[near] / width**2)
    return total
