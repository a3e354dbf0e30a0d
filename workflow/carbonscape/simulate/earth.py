"""The simulated Earth: its settings, its weather at any point, and the truth of every land cell.

Real maps (``geography``) carry simulated weather (``weather``), which soil, leaves and carbon
follow (``vegetation``) under a cover that changes slowly (``cover``). The truth written here
lies apart from every archive: only an evaluation may read it. No ranking of methods may be
claimed from these data.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.errors import ConfigError
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.simulate.cover import (
    LEAFY,
    PFTS,
    change_classes,
    change_fractions,
    dominant_class,
    fractions_of_classes,
)
from carbonscape.simulate.geography import SOUTH, Geography
from carbonscape.simulate.parts import EarthParts
from carbonscape.simulate.vegetation import Cover, Places, grow, water_balance
from carbonscape.simulate.weather import Calendar, Weather, static_field

Array = NDArray[Any]

#: Years before the first one in which the soil forgets how it started; one year after the last
#: is simulated too, since totals of its last day are stamped in it.
SPIN_UP = 2
#: The least share of land of a cell that counts as land.
LAND_SHARE = 0.3
#: Points that are simulated at once: memory grows with it, about 1.5 MB a point and decade.
_CHUNK = 128

_UNITS = {
    "gpp": ("gC m-2 d-1", "gross primary production"),
    "reco": ("gC m-2 d-1", "ecosystem respiration"),
    "nee": ("gC m-2 d-1", "net ecosystem exchange, RECO - GPP"),
    "sif": ("mW m-2 sr-1 nm-1", "sun-induced fluorescence at 743 nm, daily mean"),
    "lai": ("m2 m-2", "leaf area where it is retrieved"),
    "fpar": ("1", "absorbed share of PAR where leaf area is retrieved"),
    "cloud": ("1", "share of leaf-area retrievals that are not of the main algorithm"),
    "pft": ("1", "true fractions of the 14 plant functional types"),
    "igbp": ("1", "true dominant IGBP class of the land, 1-17"),
    "land": ("1", "1 where the cell is simulated"),
    "land_share": ("1", "share of land in the cell, lakes included"),
    "leafy": ("1", "share of the cell where satellites retrieve leaf area"),
    "t2m": ("K", "air temperature at 2 m"),
    "dtr": ("K", "diurnal range of temperature"),
    "ssrd": ("W m-2", "downward solar radiation"),
    "sw_pot": ("W m-2", "solar radiation at the top of the atmosphere"),
    "vpd": ("hPa", "vapour pressure deficit"),
    "tp": ("mm d-1", "precipitation"),
    "day_length": ("h", "time from sunrise to sunset"),
    "water": ("1", "factor by which dry soil reduces GPP"),
    "days": ("1", "days of the month"),
    "lai8": ("m2 m-2", "leaf area, 8-day means"),
    "fpar8": ("1", "absorbed share of PAR, 8-day means"),
    "cloud8": ("1", "share of leaf-area retrievals that are not of the main algorithm"),
    "igbp_code": ("1", "true IGBP class, 1-17"),
}


@dataclass(frozen=True)
class EarthSettings:
    """What a simulated Earth is.

    Attributes:
        cell: size of a cell of the product in degrees; divides 180.
        first_year: first year of the truth.
        last_year: last year of the truth.
        sites: number of flux towers, at least 5.
        seed: of all random numbers.
        parts: what is switched on.

    Raises:
        ConfigError: an impossible value.
    """

    cell: float
    first_year: int
    last_year: int
    sites: int
    seed: int
    parts: EarthParts = field(default_factory=EarthParts)

    @classmethod
    def of(cls, simulation: Mapping[str, Any]) -> EarthSettings:
        """Return the settings in a mapping of a configuration, whose parts are a mapping too.

        Raises:
            ConfigError: an unknown part or an impossible value.
        """
        parts = dict(simulation.get("parts") or {})
        known = [part.name for part in fields(EarthParts)]
        unknown = sorted(set(parts) - set(known))
        if unknown:
            raise ConfigError(
                f"parts: found '{unknown[0]}', expected some of {', '.join(known)}; correct it."
            )
        return cls(**{**simulation, "parts": EarthParts(**parts)})

    def __post_init__(self) -> None:
        if not (self.cell > 0 and abs(180 / self.cell - round(180 / self.cell)) < 1e-9):
            raise ConfigError(
                f"cell: found {self.cell}, expected a size in degrees that divides 180, such as "
                "4.0 or 0.5; correct it."
            )
        if not 1950 <= self.first_year <= self.last_year <= 2100:
            raise ConfigError(
                f"first_year, last_year: found {self.first_year} and {self.last_year}, expected "
                "years from 1950 to 2100 with the first not after the last; correct them."
            )
        if not 5 <= self.sites <= 6760:
            raise ConfigError(
                f"sites: found {self.sites}, expected 5 to 6760 towers, at least one in each main "
                "climate; choose a number in that range."
            )


class Earth:
    """A simulated Earth that can be asked at any point.

    Attributes:
        settings: as given.
        geography: the real maps.
        lat: centres of the cells, descending, degrees north.
        lon: centres of the cells, ascending from -180, degrees east.
        land_share: share of land (lat, lon).
        land: cells of the truth (lat, lon): at least ``LAND_SHARE`` of land, north of 60 S.

    Raises:
        InputError: a map is absent or cannot be read.
    """

    def __init__(
        self, settings: EarthSettings, geography_folder: str | os.PathLike[str] | Geography
    ) -> None:
        maps = geography_folder
        self.geography = maps if isinstance(maps, Geography) else Geography(maps)
        self.settings = settings
        cell, rows = settings.cell, round(180 / settings.cell)
        self.lat = 90 - cell * (np.arange(rows) + 0.5)
        self.lon = -180 + cell * (np.arange(2 * rows) + 0.5)
        self.land_share = self.geography.land_in_cells(cell)
        self.land = (self.land_share >= LAND_SHARE) & (self.lat > SOUTH)[:, None]
        self.calendar = Calendar(settings.first_year - SPIN_UP, settings.last_year + 1)
        self._weather = Weather(
            self.geography, self.calendar, seed=settings.seed, parts=settings.parts
        )

    def is_land(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
        """Say of each point whether it lies on land (half of its 0.1-degree cell; with lakes)."""
        return self.geography.is_land(lat, lon)

    def koppen(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.uint8]:
        """Return the Beck code (1-30) of each point; 0 at sea and south of 60 degrees south."""
        return self.geography.koppen(lat, lon)

    def weather(
        self, lat: ArrayLike, lon: ArrayLike, first_year: int, last_year: int
    ) -> dict[str, NDArray[np.float32]]:
        """Return the daily weather (point, day) of whole calendar years at points.

        It is the weather that the truth had at the same point. Whatever the years, the whole
        span of the Earth is simulated for each point: ask once for all years.

        Returns:
            t2m, d2m (K), ssrd (W m-2, daily mean), tp and evap (mm d-1).

        Raises:
            ConfigError: years that this Earth does not have.
        """
        years = self.calendar.year
        if not years[0] <= first_year <= last_year <= years[-1]:
            raise ConfigError(
                f"weather of {first_year} to {last_year}: this simulated Earth has {years[0]} to "
                f"{years[-1]}; choose years in that range."
            )
        where = (np.atleast_1d(np.asarray(x, float)).ravel() for x in (lat, lon))
        lat_, lon_ = where
        asked = np.flatnonzero((years >= first_year) & (years <= last_year))
        names = ("t2m", "d2m", "ssrd", "tp", "evap")
        result = {name: np.empty((len(lat_), len(asked)), np.float32) for name in names}
        for start in range(0, len(lat_), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            found = self._weather.simulate(lat_[chunk], lon_[chunk])
            found["evap"] = water_balance(found["tp"], found["pet"], found["t2m"])[1]
            for name in names:
                result[name][chunk] = found[name][asked[0] : asked[-1] + 1].T
        return result

    def rate_of_change(self, lat: Array, lon: Array) -> Array:
        """Return the share of trees that gives way to crops each year (point), or back.

        Choice: 0 give or take 0.3 % a year over 1500 km, of the size of the FAO's rates.
        """
        rate = 0.003 * static_field(self.settings.seed, "change", lat, lon, 1500.0)
        return rate * self.settings.parts.trends

    def places(self, lat: Array, lon: Array) -> Places:
        """Return what no instrument sees of points: nutrients and carbon balance.

        Choice: the light-use efficiency is log-normal with a spread of 0.17 over 1500 km, of the
        size of what light-use efficiency models leave at towers (Stocker et al. 2020); 0.82 of
        GPP is respired, give or take 0.06, as at towers (Baldocchi 2008, doi 10.1071/BT07151).
        """
        seed, parts = self.settings.seed, self.settings.parts
        nutrients = np.exp(0.17 * static_field(seed, "nutrients", lat, lon, 1500.0))
        balance = 0.82 + 0.06 * static_field(seed, "balance", lat, lon, 2000.0)
        if not parts.unobserved_field:
            nutrients = np.ones_like(nutrients)
        return Places(nutrients.astype(np.float32), balance.astype(np.float32))

    def cover(self, fractions: Array, leafy: Array, lat: Array, lon: Array) -> Cover:
        """Return the cover of points in every year, from the fractions of the base year."""
        rate = self.rate_of_change(lat, lon)
        years = np.unique(self.calendar.year)
        yearly = np.stack([change_fractions(fractions, rate, int(y)) for y in years])
        return Cover(yearly.astype(np.float32), leafy)

    def simulate(
        self, lat: Array, lon: Array, fractions: Array, leafy: Array
    ) -> tuple[Cover, dict[str, Array]]:
        """Return the cover and the days (day, point) of a chunk of points, spin-up included."""
        cover = self.cover(fractions, leafy, lat, lon)
        weather = self._weather.simulate(lat, lon)
        days = grow(weather, cover, self.places(lat, lon), self.calendar, self.settings.parts)
        return cover, days


class Periods:
    """The months and 8-day steps of the years of the truth.

    Step s (0-45) starts on day of year 1 + 8 s; the last is 5 or 6 days long.
    """

    def __init__(self, settings: EarthSettings, calendar: Calendar) -> None:
        self.years = np.arange(settings.first_year, settings.last_year + 1)
        kept = (calendar.year >= settings.first_year) & (calendar.year <= settings.last_year)
        self._kept = slice(int(kept.argmax()), int(kept.argmax() + kept.sum()))
        days, doy = calendar.days[kept], calendar.doy[kept]
        self.months, self._month_starts = np.unique(days.astype("M8[M]"), return_index=True)
        self._step_starts = np.flatnonzero((doy - 1) % 8 == 0)
        self._days = len(days)
        self.days_in_month = np.diff(np.append(self._month_starts, self._days))

    def monthly(self, daily: Array) -> Array:
        """Return the means (month, point) of days (day, point)."""
        return self._means(daily, self._month_starts)

    def steps(self, daily: Array) -> Array:
        """Return the means (year, step, point) of days (day, point)."""
        return self._means(daily, self._step_starts).reshape(len(self.years), 46, -1)

    def _means(self, daily: Array, starts: Array) -> Array:
        length = np.diff(np.append(starts, self._days))
        return np.add.reduceat(daily[self._kept], starts) / length[:, None]


def lost_retrievals(days: dict[str, Array], periods: Periods, parts: EarthParts) -> Array:
    """Return the share (year, step, point) of leaf-area retrievals that clouds and snow spoil.

    Choice: a composite takes the best of its days, so that only lasting cloud spoils it: about
    a tenth of the pixels in dry places and two thirds under the wettest skies; nearly all where
    it is dark (under 50 W m-2 at the top of the atmosphere).
    """
    if not parts.clouds:
        return np.zeros_like(periods.steps(days["cloud"]))
    cloud = periods.steps(days["cloud"])
    light = np.clip(periods.steps(days["sw_pot"]) / 100.0 - 0.5, 0.0, 1.0)
    return np.clip(1 - light * (1 - 0.04 - 0.8 * cloud**3), 0.0, 0.98)


def truth_of_points(
    earth: Earth,
    where: tuple[Array, Array],
    fractions: Array,
    leafy: Array,
    periods: Periods,
    monthly: tuple[str, ...],
) -> dict[str, Array]:
    """Simulate points and return their truth (..., point).

    Args:
        earth: the simulated Earth.
        where: latitudes and longitudes (point).
        fractions: of the cover (pft, point) in the base year.
        leafy: share (point) where satellites retrieve leaf area.
        periods: the months and steps to return.
        monthly: the names of ``grow`` whose monthly means are wanted.

    Returns:
        Monthly means (month, point) by their names, and nee; lai8, fpar8, cloud8 (year, step,
        point); pft (year, pft, point).
    """
    chunks: dict[str, list[Array]] = {}
    progress = Progress("simulated Earth, places", len(leafy))
    for start in range(0, len(leafy), _CHUNK):
        part = slice(start, start + _CHUNK)
        lat, lon = where[0][part], where[1][part]
        cover, days = earth.simulate(lat, lon, fractions[:, part], leafy[part])
        found = {name: periods.monthly(days[name]) for name in monthly}
        found["nee"] = found["reco"] - found["gpp"]
        found |= {f"{name}8": periods.steps(days[name]) for name in ("lai", "fpar")}
        found["cloud8"] = lost_retrievals(days, periods, earth.settings.parts)
        found["pft"] = cover.fractions[SPIN_UP : SPIN_UP + len(periods.years)]
        for name, values in found.items():
            chunks.setdefault(name, []).append(values)
        progress.advance(len(lat))
    return {name: np.concatenate(parts, axis=-1) for name, parts in chunks.items()}


def simulate_grid(earth: Earth) -> xr.Dataset:
    """Simulate every land cell and return the truth, as the docs describe ``grid.nc``.

    Fluxes are per square metre of the cell's land, leaf area and FPAR the means over the part
    of it where satellites retrieve them; the weather is that of the centre of the cell.
    """
    settings, periods = earth.settings, Periods(earth.settings, earth.calendar)
    rows, columns = np.nonzero(earth.land)
    lat, lon = earth.lat[rows], earth.lon[columns]
    shares = earth.geography.cover_in_cells(settings.cell)[:, :, rows, columns]
    classes, fractions = shares.sum(axis=1), fractions_of_classes(shares)
    leafy = classes[LEAFY].sum(axis=0)
    truth = truth_of_points(
        earth, (lat, lon), fractions, leafy, periods, monthly=("gpp", "reco", "sif")
    )
    truth = {name.removesuffix("8"): values for name, values in truth.items()}
    rate = earth.rate_of_change(lat, lon)
    igbp = [dominant_class(change_classes(classes, rate, int(y))) for y in periods.years]
    truth |= {"igbp": np.stack(igbp), "leafy": leafy}
    return _on_grid(earth, periods, rows, columns, truth)


def _on_grid(
    earth: Earth, periods: Periods, rows: Array, columns: Array, truth: dict[str, Array]
) -> xr.Dataset:
    """Return the columns of the land cells as a grid, NaN off land."""
    monthly, steps = ("time",), ("year", "step")
    dims = {
        "gpp": monthly, "reco": monthly, "nee": monthly, "sif": monthly, "lai": steps,
        "fpar": steps, "cloud": steps, "pft": ("year", "pft_class"), "igbp": ("year",),
        "leafy": (),
    }  # fmt: skip
    shape, data = earth.land.shape, {}
    for name, axes in dims.items():
        values = np.full((*truth[name].shape[:-1], *shape), np.nan, np.float32)
        values[..., rows, columns] = truth[name]
        data[name] = ((*axes, "lat", "lon"), values)
    data["land"] = (("lat", "lon"), earth.land.astype(np.int8))
    data["land_share"] = (("lat", "lon"), earth.land_share.astype(np.float32))
    coords = {
        "time": periods.months.astype("M8[ns]"), "year": periods.years, "step": np.arange(46),
        "pft_class": list(PFTS), "lat": earth.lat, "lon": earth.lon,
    }  # fmt: skip
    return describe(xr.Dataset(data, coords=coords), "Truth of the simulated Earth, land cells")


def describe(dataset: xr.Dataset, title: str) -> xr.Dataset:
    """Return the dataset with titles and units."""
    for name, (units, text) in _UNITS.items():
        if name in dataset:
            dataset[name].attrs = {"units": units, "long_name": text}
    dataset.attrs = {
        "title": title,
        "comment": "Simulated, not observed: no ranking of methods may be claimed from it.",
    }
    return dataset


def write_truth(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a truth as compressed netCDF; equal truths give equal bytes."""
    encoding: dict[str, dict[str, Any]] = {}
    for name, variable in dataset.data_vars.items():
        if variable.dtype.kind in "fi":
            encoding[name] = {"zlib": True, "complevel": 3, "shuffle": True}
        if variable.dtype.kind == "f":
            encoding[name]["_FillValue"] = np.float32(np.nan)
    encoding["time"] = {"units": "days since 2000-01-01", "dtype": "int32"}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, encoding=encoding, engine="netcdf4")
