"""The weather at the surface that the simulated MODIS sees: light, clouds and snow, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from carbonscape.simulate.lattice import Array
from carbonscape.simulate.weather import sun
from carbonscape.simulate.xco2_places import Places

_CLEAR_SKY, _DIMMING = 0.76, 0.74  # as the simulated weather turns cloud into light
_KELVIN = 273.15
_LAND_SNOW = 15  # IGBP class of permanent snow and ice


@dataclass(frozen=True)
class Surface:
    """What the weather does at the surface, day by day (day, place), single precision.

    Attributes:
        days: the dates, ``datetime64[D]`` (day).
        t2m: air temperature, K.
        light: downward solar radiation, W m-2.
        cloud: cloud cover, 0-1; a half where it is dark.
        snow: share of the ground under snow, 0-1.
    """

    days: Array
    t2m: Array
    light: Array
    cloud: Array
    snow: Array

    def of_year(self, year: int) -> Surface:
        """Return one calendar year."""
        kept = self.days.astype("M8[Y]").astype(int) + 1970 == year
        return Surface(*(x[kept] for x in (self.days, self.t2m, self.light, self.cloud, self.snow)))


def surface_of(earth: Any, places: Places, years: Sequence[int]) -> Surface:
    """Return the surface of whole years; snow needs the weather of the year before them too.

    Args:
        earth: the Earth: ``earth.weather(lat, lon, first_year, last_year)`` returns t2m (K), ssrd
            (W m-2) and tp (mm d-1), each (point, day).
        places: the land cells.
        years: years in order.

    Raises:
        ConfigError: years that the Earth does not have.
    """
    first, last = min(years) - 1, max(years)
    weather = earth.weather(places.north, places.east, first, last)
    days = np.arange(f"{first}-01-01", f"{last + 1}-01-01", dtype="M8[D]")
    t2m, light, rain = (np.ascontiguousarray(weather[n].T) for n in ("t2m", "ssrd", "tp"))
    top = sun(places.north, (days - days.astype("M8[Y]")).astype(int) + 1)[0]
    through = np.divide(light, top, out=np.full_like(light, 0.6), where=top > 5)
    cloud = np.sqrt(np.clip((1 - through / _CLEAR_SKY) / _DIMMING, 0, 1))
    snow = snow_share(t2m, rain)
    snow[:, places.truth["igbp"].values[0] == _LAND_SNOW] = 1.0
    return Surface(days, t2m, light, cloud, snow)


def snow_share(t2m: Array, rain: Array) -> Array:
    """Return the share of the ground under snow (day, place) by a degree-day model.

    Choice: precipitation at or below 0 degC is snow, of which 4 mm melt for each degree and day
    above; 15 mm of water cover two thirds of the ground. The first year has no snow to begin
    with.

    Args:
        t2m: air temperature (day, place), K.
        rain: precipitation (day, place), mm d-1.
    """
    falls = np.where(t2m <= _KELVIN, rain, 0.0).astype("float32")
    melts = 4 * np.maximum(t2m - _KELVIN, 0.0).astype("float32")
    water, share = np.zeros(t2m.shape[1], "float32"), np.empty(t2m.shape, "float32")
    for day, (fall, melt) in enumerate(zip(falls, melts, strict=True)):
        water = np.minimum(np.maximum(water + fall - melt, 0.0), 500.0)
        share[day] = water
    return 1 - np.exp(-share / 15)
