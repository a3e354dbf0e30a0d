"""The native images of the simulated satellites: what Earth Engine would hold of this Earth.

Raw integers, fills and quality bits on n x n pixels to a cell, north up, one image at a time.
Each image has random numbers of its own, so that a missing image leaves the others as they are
and any image can be made alone; no more than one is in memory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.lattice import Array, composite_starts, random_numbers
from carbonscape.simulate.modis_lai import leaf_image, missing_composites
from carbonscape.simulate.native_pixels import Pixels
from carbonscape.simulate.native_scene import Bands, Scene
from carbonscape.simulate.xco2_gases import orbit_days, orbit_image
from carbonscape.simulate.xco2_lights import lights_image, months_of
from carbonscape.simulate.xco2_modis import (
    class_image,
    evi_composites,
    evi_image,
    gpp_image,
    tree_days,
    tree_image,
)
from carbonscape.simulate.xco2_surface import days_seen, lst_image, snow_image

LEAVES, CLASSES = "MODIS/061/MOD15A2H", "MODIS/061/MCD12Q1"
GPP, EVI, LST = "MODIS/006/MOD17A2H", "MODIS/061/MOD13A2", "MODIS/061/MOD11A1"
TREES, SNOW = "MODIS/061/MOD44B", "MODIS/061/MOD10A1"
LIGHTS = "NOAA/VIIRS/DNB/MONTHLY_V1/VCMSLCFG"
_GASES = {f"COPERNICUS/S5P/OFFL/L3_{name.upper()}": name for name in ("so2", "no2", "co")}
#: Ids of the image collections. Order matters: it is part of the seed.
ASSETS = (LEAVES, CLASSES, GPP, EVI, LST, TREES, SNOW, LIGHTS, *_GASES)

_FIRST_KEY = 100  # apart from what is the same in all images
#: First, incomplete, month of each gas in the catalogue of Earth Engine.
GASES_FIRST = {"so2": "2018-12", "no2": "2018-06", "co": "2018-06"}

_IMAGES: dict[str, Callable[[Scene, dt.date, np.random.Generator], Bands]] = {
    LEAVES: leaf_image,
    CLASSES: class_image,
    GPP: gpp_image,
    EVI: evi_image,
    LST: lst_image,
    TREES: tree_image,
    SNOW: snow_image,
    LIGHTS: lights_image,
}


def _composites(scene: Scene, year: int) -> list[dt.date]:
    """Return the starts of the 8-day composites that there are."""
    gaps = scene.parts.missing_composites
    missing = missing_composites(year, scene.seed) if gaps else set()
    return [day for slot, day in enumerate(composite_starts(year)) if slot not in missing]


def _days(scene: Scene, year: int) -> list[dt.date]:
    return days_seen(year, scene.seed, gaps=scene.parts.missing_composites)


def _sixteen_days(scene: Scene, year: int) -> list[dt.date]:
    return evi_composites(year, scene.seed, gaps=scene.parts.missing_composites)


#: The days of a year on which the images of a collection start, but of the gases.
_CALENDARS: dict[str, Callable[[Scene, int], list[dt.date]]] = {
    LEAVES: _composites,
    CLASSES: lambda scene, year: [dt.date(year, 1, 1)],
    GPP: _composites,
    EVI: _sixteen_days,
    LST: _days,
    TREES: lambda scene, year: tree_days(year),
    SNOW: _days,
    LIGHTS: lambda scene, year: months_of(year),
}


@dataclass(frozen=True)
class NativeImage:
    """One image of a collection.

    Attributes:
        start: day of ``system:time_start``.
        bands: raw values (row, column) by name; the northernmost row first, columns from 180 W.
        masks: True where there is a value (row, column), by the name of the band.
    """

    start: dt.date
    bands: Mapping[str, Array]
    masks: Mapping[str, Array]


class NativeArchive:
    """The image collections that see one Earth.

    Attributes:
        cell: size of a cell of the product, degrees.
        pixels: pixels along the side of a cell.
        lat: centres of the pixels, descending, degrees north.
        lon: centres of the pixels, ascending from -180, degrees east.
        window: rows and columns of cells on the globe that the images show; None for all.

    Args:
        grid: the truth of the biosphere, ``grid.nc``, all of its years: snow lies from one to the
            next, so that a part of them would show other images.
        cell: size of a cell of the product in degrees; divides 180. By default that of the truth.
        seed: seed of the run.
        parts: ``clouds``, ``missing_composites`` and ``cover_views`` switch those off.
        pixels: pixels along the side of a cell, ``simulation.pixels``.
        earth: the Earth: ``earth.weather(lat, lon, first_year, last_year)``. The images of EVI,
            surface temperature and snow need it.
        gases_first: first, incomplete, month (YYYY-MM) of so2, no2 and co.
        window: rows and columns of cells that are seen; None for the globe. Pixels are then water
            where the Earth says that their centres are.
    """

    def __init__(
        self,
        grid: xr.Dataset,
        *,
        cell: float | None = None,
        seed: int,
        parts: Any,
        pixels: int = 2,
        earth: Any = None,
        gases_first: Mapping[str, str] | None = None,
        window: tuple[slice, slice] | None = None,
    ) -> None:
        self.cell = 180.0 / grid.sizes["lat"] if cell is None else cell
        self.pixels = pixels
        self.window = window
        where = Pixels.of(
            grid, cell=self.cell, pixels=pixels, seed=seed, window=window,
            is_land=earth.is_land if window is not None and earth is not None else None,
        )  # fmt: skip
        self.lat, self.lon = where.lat, where.lon
        self._scene = Scene(where, seed, parts, earth)
        self._years = {int(year) for year in grid["year"].values}
        self._gases_first = {**GASES_FIRST, **(gases_first or {})}

    def images(self, asset: str, first: dt.date, end: dt.date) -> Iterator[NativeImage]:
        """Yield the images of a collection that start on ``first`` or later, before ``end``.

        Raises:
            ConfigError: there is no such collection here, or the truth lacks a year of them.
        """
        if asset not in ASSETS:
            raise ConfigError(
                f"the simulated Earth has no image collection {asset}; choose one of "
                f"{', '.join(ASSETS)}."
            )
        for year in range(first.year, end.year + 1):
            for day, number in self._calendar(asset, year):
                if not first <= day < end:
                    continue
                self._require(asset, year)
                rng = self._random_numbers(asset, day, number)
                bands = self._image(asset, day, number, rng)
                values = {name: band for name, (band, _) in bands.items()}
                yield NativeImage(day, values, {name: mask for name, (_, mask) in bands.items()})

    def _require(self, asset: str, year: int) -> None:
        """Refuse a year that the truth does not have."""
        if asset not in _GASES and year not in self._years:
            raise ConfigError(
                f"images of {asset} in {year}: the truth has {min(self._years)} to "
                f"{max(self._years)}; set simulation.first_year and simulation.last_year."
            )

    def _random_numbers(self, asset: str, day: dt.date, number: int) -> np.random.Generator:
        key = _FIRST_KEY + ASSETS.index(asset), day.toordinal(), number
        return random_numbers(self._scene.seed, "native", *key)

    def _image(self, asset: str, day: dt.date, number: int, rng: np.random.Generator) -> Bands:
        """Return the bands of one image."""
        if asset in _GASES:
            return orbit_image(self._scene, _GASES[asset], day, number, rng)
        return _IMAGES[asset](self._scene, day, rng)

    def _calendar(self, asset: str, year: int) -> list[tuple[dt.date, int]]:
        """Return day and number within the day of the images that a collection has of a year."""
        if asset in _GASES:
            name = _GASES[asset]
            return orbit_days(name, year, self._gases_first[name])
        return [(day, 0) for day in _CALENDARS[asset](self._scene, year)]
