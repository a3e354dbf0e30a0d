"""A small made-up archive of native images, with every trap that the recipes must see.

Pixels of 10 degrees, three along the side of a cell of 30: values in and out of their valid range,
all combinations of quality bits, masks of each band on its own, a cell without anything, and, of
night lights, rows beyond which the images end.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

PIXEL, CELL, SIDE = 10.0, 30.0, 3
SHAPE = (18, 36)
_WEATHER = "ECMWF/ERA5_LAND/DAILY_AGGR"
_WEATHER_OF_MONTHS = "ECMWF/ERA5_LAND/MONTHLY_AGGR"
_NO2 = "COPERNICUS/S5P/OFFL/L3_NO2"


@dataclass(frozen=True)
class MadeImage:
    """One image: day, raw bands, and where they have a value."""

    start: dt.date
    bands: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]


def _whole(low: int, high: int, kind: str) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.integers(low, high + 1, SHAPE).astype(kind)


def _real(low: float, high: float) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.uniform(low, high, SHAPE).astype("float32")


def _classes(rng: np.random.Generator) -> np.ndarray:
    # Few classes, so that two are often as frequent; 0 and 255 are none.
    return rng.choice(np.array([0, 1, 4, 13, 15, 16, 17, 255], "uint8"), SHAPE)


#: Bands of each collection: how their values are drawn.
BANDS: dict[str, dict[str, Callable[[np.random.Generator], np.ndarray]]] = {
    "MODIS/061/MOD15A2H": {
        "Fpar_500m": _whole(0, 110, "uint8"),
        "Lai_500m": _whole(0, 110, "uint8"),
        "FparLai_QC": _whole(0, 255, "uint8"),
    },
    "MODIS/061/MCD12Q1": {"LC_Type1": _classes},
    "MODIS/006/MOD17A2H": {
        "Gpp": _whole(-50, 3300, "int16"),
        "Psn_QC": _whole(0, 255, "uint8"),
    },
    "MODIS/061/MOD13A2": {
        "EVI": _whole(-2500, 11_000, "int16"),
        "SummaryQA": _whole(-1, 3, "int8"),
    },
    "MODIS/061/MOD11A1": {
        "LST_Day_1km": _whole(7000, 17_000, "uint16"),
        "QC_Day": _whole(0, 255, "uint8"),
        "LST_Night_1km": _whole(7000, 16_000, "uint16"),
        "QC_Night": _whole(0, 255, "uint8"),
    },
    "MODIS/061/MOD10A1": {
        "NDSI_Snow_Cover": _whole(0, 110, "uint8"),
        "NDSI_Snow_Cover_Basic_QA": _whole(0, 4, "uint8"),
        "NDSI": _whole(-11_000, 11_000, "int16"),
    },
    "MODIS/061/MOD44B": {"Percent_Tree_Cover": _whole(0, 130, "uint8")},
    "NOAA/VIIRS/DNB/MONTHLY_V1/VCMSLCFG": {
        "avg_rad": _real(-1.5, 40),
        "cf_cvg": _whole(0, 3, "uint16"),
    },
    "NASA/VIIRS/002/VNP46A2": {"Gap_Filled_DNB_BRDF_Corrected_NTL": _real(-1, 60)},
    _WEATHER: {
        "temperature_2m": _real(250, 310),
        "dewpoint_temperature_2m": _real(245, 312),
        "surface_solar_radiation_downwards_sum": _real(-10, 3e7),
        "total_precipitation_sum": _real(-1e-5, 0.03),
        "total_evaporation_sum": _real(-0.008, 0.001),
    },
    _WEATHER_OF_MONTHS: {
        "surface_pressure": _real(50_000, 102_000),
        "total_evaporation_sum": _real(-0.2, 0.01),
        "v_component_of_wind_10m": _real(-9, 9),
        "u_component_of_wind_10m": _real(-9, 9),
        "total_precipitation_sum": _real(-0.1, 0.5),
        "temperature_2m": _real(250, 310),
    },
    _NO2: {"tropospheric_NO2_column_number_density": _real(-0.002, 0.03)},
    "COPERNICUS/S5P/OFFL/L3_CO": {"CO_column_number_density": _real(-0.2, 0.8)},
    "COPERNICUS/S5P/OFFL/L3_SO2": {"SO2_column_number_density": _real(-0.01, 0.08)},
}


def _composites(year: int) -> list[dt.date]:
    """Return some 8-day composites: two in January, one in June, the short one in December."""
    return [dt.date(year, 1, 1) + dt.timedelta(days=8 * n) for n in (0, 1, 20, 44, 45)]


def _days(year: int) -> list[dt.date]:
    """Return a few days: the ends of January and the beginning of March; none in February."""
    return [dt.date(year, 1, 1), dt.date(year, 1, 2), dt.date(year, 1, 31), dt.date(year, 3, 1)]


def starts(asset: str, year: int) -> list[dt.date]:
    """Return when the images of a year start; more than one on a day are orbits."""
    if "MOD15A2H" in asset or "MOD17A2H" in asset:
        return _composites(year)
    if "MOD13A2" in asset:
        return [dt.date(year, 1, 1), dt.date(year, 1, 17), dt.date(year, 2, 2)]
    if "MCD12Q1" in asset:
        return [dt.date(year, 1, 1)]
    if "MOD44B" in asset:
        return [dt.date(year, 3, 6)]
    if asset == _WEATHER_OF_MONTHS:
        return [dt.date(year, month, 1) for month in (1, 2, 4, 12)]
    if "VCMSLCFG" in asset:
        return [dt.date(year, month, 1) for month in (1, 2)]
    if asset == _WEATHER:
        return [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(19)]
    if "S5P" in asset:
        return [day for day in _days(year) for _ in range(2)]
    return _days(year)


@dataclass
class MadeArchive:
    """The collections.

    Attributes:
        seen: collection and first day of each time that images were asked for.
        constant: values that a test sets for good, by band.
        all_days: first day of the collections, and the day after the last.
    """

    seen: list[tuple[str, dt.date]] = field(default_factory=list)
    constant: dict[str, int] = field(default_factory=dict)
    all_days: tuple[dt.date, dt.date] = (dt.date(2018, 1, 1), dt.date(2020, 1, 1))

    def images(self, asset: str, first: dt.date, end: dt.date) -> Iterator[MadeImage]:
        """Yield the images that start on ``first`` or later, and before ``end``."""
        self.seen.append((asset, first))
        for year in range(first.year, end.year + 1):
            for number, day in enumerate(starts(asset, year)):
                if first <= day < end:
                    yield self._image(asset, day, number)

    def _image(self, asset: str, day: dt.date, number: int) -> MadeImage:
        rng = np.random.default_rng([zlib.crc32(asset.encode()), day.toordinal(), number])
        bands, masks = {}, {}
        for name, draw in BANDS[asset].items():
            values = draw(rng)
            if name in self.constant:
                values = np.full_like(values, self.constant[name])
            there = rng.random(SHAPE) < 0.8
            there[:SIDE, :SIDE] = False
            if asset in (_WEATHER, _WEATHER_OF_MONTHS):
                # A reanalysis has one mask, that of its land.
                there = np.random.default_rng(7).random(SHAPE) < 0.8
                there[:SIDE, :SIDE] = False
            if "VCMSLCFG" in asset:
                there[:4] = there[-SIDE:] = False
            bands[name], masks[name] = values, there
        return MadeImage(day, bands, masks)
