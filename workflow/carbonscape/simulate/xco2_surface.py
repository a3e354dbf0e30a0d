"""Simulated MOD11A1.061 and MOD10A1.061: daily surface temperature and snow of the XCO2 grid.

Both follow the simulated weather at the centres of the cells. Bits of ``QC_Day`` and
``QC_Night`` (user guide of MOD11A1, doi 10.5067/MODIS/MOD11A1.061): 0-1 mandatory (0 good, 1
other quality, 2 not produced because of cloud, 3 not produced for other reasons), 2-3 data
quality, 4-5 error of the emissivity, 6-7 error of the temperature (0: up to 1 K, 1: 2 K, 2: 3 K,
3: more). ``NDSI_Snow_Cover_Basic_QA`` (doi 10.5067/MODIS/MOD10A1.061): 0 best to 3 poor, 211
night, 239 ocean.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_cells,
    add_variable,
    netcdf_file,
    random_numbers,
)
from carbonscape.simulate.modis_lai import dark
from carbonscape.simulate.weather import sun
from carbonscape.simulate.xco2_places import Places

#: Days on which Terra's MODIS stood still in February 2016.
OUTAGE = (dt.date(2016, 2, 19), dt.date(2016, 2, 27))
_LST_SCALE, _NDSI_SCALE = 0.02, 0.0001
_SEA_QC = 3  # not produced for other reasons
_NIGHT, _OCEAN, _NO_SNOW_VALUE = 211, 239, 255
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


def days_seen(year: int, seed: int, *, gaps: bool) -> list[dt.date]:
    """Return the days of a year that have a file: all but the outage and one more, drawn.

    Args:
        year: the year.
        seed: seed of the run.
        gaps: off: all days.
    """
    first = dt.date(year, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]
    if not gaps:
        return days
    lost = days[int(random_numbers(seed, "xco2_modis", 10, year).integers(len(days)))]
    return [day for day in days if day != lost and not OUTAGE[0] <= day <= OUTAGE[1]]


def _rows_of(days: list[dt.date], surface: Surface) -> Array:
    """Return the numbers of days in a surface."""
    return (np.array(days, "M8[D]") - surface.days[0]).astype(int)


def write_lst(
    path: Path, *, places: Places, surface: Surface, year: int, seed: int, parts: Any
) -> None:
    """Write the MOD11A1 file of a year: LST by day and by night, each with its QC.

    By day the ground is warmer than the air by a share of the light, more where it is bare and
    less under snow; by night colder. Nothing is seen through clouds. Temperatures with an error
    of more than 3 K are up to 40 K wrong, as clouds that were not found make them.

    Args:
        path: the file.
        places: the land cells.
        surface: of this year.
        year: the year.
        seed: seed of the run.
        parts: ``clouds`` and ``missing_composites`` switch those off.
    """
    days = days_seen(year, seed, gaps=parts.missing_composites)
    kept = _rows_of(days, surface)
    step = np.minimum(kept // 8, 45)
    green = 1 - np.exp(-0.5 * np.nan_to_num(places.of_year("lai", year)))[step]
    light, snow, air = surface.light[kept], surface.snow[kept], surface.t2m[kept]
    # Choice: 20 K above the daily mean of the air in a bright desert, 8 K over a forest.
    by_day = air + light * (0.07 - 0.04 * green) * (1 - 0.7 * snow)
    by_night = air - 2.0 - 0.02 * light * (1 - 0.5 * green)
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, days)
        for number, (name, kelvin) in enumerate((("Day", by_day), ("Night", by_night))):
            rng = random_numbers(seed, "xco2_modis", 4 + number, year)
            raw, qc = _retrieve_lst(rng, kelvin, surface.cloud[kept] * parts.clouds)
            axes, text = ("time", "lat", "lon"), f"{name}time land surface temperature, 1 km"
            field = places.spread(raw, 0)
            about = {"long_name": text}
            add_variable(data, f"LST_{name}_1km", field, axes, about, fill=np.uint16(0))
            about = {"long_name": f"Quality control of {name.lower()}time LST and emissivity"}
            add_variable(data, f"QC_{name}", places.spread(qc, _SEA_QC), axes, about)


def _retrieve_lst(rng: np.random.Generator, kelvin: Array, cloud: Array) -> tuple[Array, Array]:
    """Return raw LST (uint16, 0.02 K, 0 where there is none) and its QC (uint8)."""
    dice, luck, which = rng.random((3, *kelvin.shape), dtype="float32")
    error = rng.standard_normal(kelvin.shape, dtype="float32")
    mandatory = np.where(dice < 0.7, 0, 1).astype("uint8")
    # Choice: skies with less than half cloud show the ground of a cell nearly always.
    hidden = luck < np.clip(1.4 * (cloud - 0.45), 0.0, 0.95)
    lost = luck > 0.995
    mandatory = np.where(hidden, 2, np.where(lost, 3, mandatory)).astype("uint8")
    other = mandatory == 1
    worst = np.select([which < 0.3, which < 0.7, which < 0.9], [0, 1, 2], 3)
    grade = np.where(other, worst, 0).astype("uint8")
    spread = np.array([0.5, 0.8, 1.3, 15.0], "float32")[grade]
    bias = np.where(grade == 3, -20.0, 0.0)  # cloud tops are cold
    raw = np.rint((kelvin + bias + spread * error) / _LST_SCALE)
    raw = np.where(mandatory >= 2, 0, np.clip(raw, 7500, 65535)).astype("uint16")
    emissivity = np.where(which < 0.5, 1, 2).astype("uint8")
    bits = mandatory | other.astype("uint8") << 2 | emissivity << 4 | grade << 6
    return raw, np.where(mandatory >= 2, mandatory, bits).astype("uint8")


def write_ndsi(
    path: Path, *, places: Places, surface: Surface, year: int, seed: int, parts: Any
) -> None:
    """Write the MOD10A1 file of a year: snow cover, its basic QA and the raw index.

    Trees hide snow. Clouds leave no snow cover, though the QA stays; nothing is seen where the
    noon sun is too low. A few poor retrievals take clouds for snow, in the tropics too.

    Args:
        path: the file.
        places: the land cells.
        surface: of this year.
        year: the year.
        seed: seed of the run.
        parts: ``clouds`` and ``missing_composites`` switch those off.
    """
    days = days_seen(year, seed, gaps=parts.missing_composites)
    kept = _rows_of(days, surface)
    rng = random_numbers(seed, "xco2_modis", 6, year)
    snow, cloud = surface.snow[kept], surface.cloud[kept] * parts.clouds
    luck, dice = rng.random((2, *snow.shape), dtype="float32")
    error = rng.standard_normal(snow.shape, dtype="float32")
    # Choice: MODIS's index is 0.9 over open snow and half that under a closed forest.
    index = snow * (0.9 - 0.45 * tree_share(places, year)) - 0.15 * (1 - snow) + 0.03 * error
    quality = np.select([dice < 0.6, dice < 0.85, dice < 0.97], [0, 1, 2], 3).astype("uint8")
    taken = (quality == 3) & (luck > 0.7)
    index = np.where(taken, 0.6 + 0.4 * luck, index)
    cover = np.rint(100 * np.clip(np.where(index < 0.1, 0.0, index), 0, 1)).astype("uint8")
    hidden = luck < np.clip(1.4 * (cloud - 0.45), 0.0, 0.95)
    night = dark(places.north, [day - dt.timedelta(days=3) for day in days])
    raw = np.rint(np.clip(index, -1, 1) / _NDSI_SCALE).astype("int16")
    axes = ("time", "lat", "lon")
    cover[hidden | night], quality[night], raw[night] = _NO_SNOW_VALUE, _NIGHT, -32768
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, days)
        for name, values, other, fill, text in (
            ("NDSI_Snow_Cover", cover, _NO_SNOW_VALUE, _NO_SNOW_VALUE, "NDSI snow cover, 0-100"),
            ("NDSI_Snow_Cover_Basic_QA", quality, _OCEAN, 255, "Basic quality of the snow cover"),
            ("NDSI", raw, -32768, -32768, "Raw NDSI, 0.0001"),
        ):
            fill = values.dtype.type(fill)
            about = {"long_name": text}
            add_variable(data, name, places.spread(values, other), axes, about, fill=fill)


def tree_share(places: Places, year: int) -> Array:
    """Return the share of each land cell's cover that is trees (place), 0-1."""
    types = places.truth["pft_class"].values.astype(str)
    return places.of_year("pft", year)[np.char.startswith(types, "TREES")].sum(axis=0)
