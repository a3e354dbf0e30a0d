"""The simulated atmosphere: column-mean carbon dioxide anywhere at any time, and its truth.

It has three parts: a background that grows and differs between the hemispheres, a seasonal part
led by the simulated biosphere (``xco2_transport``), and plumes of fuel and fires
(``emissions``). Simulated, not observed: no ranking of methods may be claimed from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.core.months import months_between
from carbonscape.simulate.earth import LAND_SHARE
from carbonscape.simulate.emissions import FIRES, emission_density, fire_density, season
from carbonscape.simulate.geography import SOUTH, Geography
from carbonscape.simulate.lattice import Array, centres
from carbonscape.simulate.xco2_transport import carried

#: Growth of the year (ppm from 1 January to 31 December), global marine surface: NOAA Global
#: Monitoring Laboratory, co2_gr_gl.txt (gml.noaa.gov/ccgg/trends/gl_gr.html).
GROWTH = {
    2010: 2.41, 2011: 1.68, 2012: 2.41, 2013: 2.45, 2014: 2.04, 2015: 2.95, 2016: 2.83,
    2017: 2.14, 2018: 2.39, 2019: 2.53, 2020: 2.35, 2021: 2.45, 2022: 2.16,
}  # fmt: skip
#: The parts of the column that the truth keeps beside their sum.
PARTS = ("background", "seasonal", "plume")

_USUAL_GROWTH = 2.3  # of every other year
_LEVEL, _LEVEL_YEAR = 397.5, 2015  # ppm of the column, mean of the globe, on 1 January
# Choice: the column of the north has 1.8 ppm more than that of the south in the annual mean.
_GRADIENT, _GRADIENT_WIDTH = 0.9, 25.0
# Choices: ppm above the strongest city (2.1 in the mean of its 1-degree cell) and fire season.
_CITY, _CITY_WIDTH, _CITY_GROWTH, _FIRE = 2.6, 0.6, 0.01, 1.0
_FINE = 0.5  # degrees between the points whose mean is a cell's
_EPOCH = np.datetime64("2000-01-01")
_TEXTS = {
    "xco2": "column-mean dry-air mole fraction of CO2, monthly mean",
    "background": "growth and gradient between the hemispheres",
    "seasonal": "departures that the biosphere leads",
    "plume": "plumes of fuel and fires",
}


class Atmosphere:
    """The column-mean mole fraction of carbon dioxide over the simulated Earth (X2007, ppm).

    Args:
        grid: truth of the biosphere on cells of any size: nee (time, lat, lon), gC m-2 d-1, in
            whole calendar years; land_share (lat, lon).

    Attributes:
        first_month: first month that the truth has, YYYY-MM.
        last_month: its last month.
    """

    def __init__(self, grid: xr.Dataset) -> None:
        months = grid["time"].values.astype("M8[M]")
        self.first_month, self.last_month = str(months[0]), str(months[-1])
        self._state, self._lat, self._lon = carried(grid)
        around = np.arange(months[0] - 1, months[-1] + 3)
        starts = _days(around)
        self._knots = (starts[:-1] + starts[1:]) / 2

    def at(self, lat: Array, lon: Array, times: Array) -> Array:
        """Return the column (point) at points and times, ppm.

        Args:
            lat: latitudes (point), degrees north.
            lon: longitudes (point), degrees east.
            times: moments (point), datetime64, UTC; beyond half a month outside of the truth
                the seasonal part stays as it was.
        """
        days = _days(times)
        total = growth(days) + gradient(lat)
        total += self._seasonal(np.asarray(lat, float), np.asarray(lon, float), days)
        total += _city_factor(days) * emission_density(lat, lon, width=_CITY_WIDTH)
        months = _month_of_year(times)
        for fire in FIRES:
            total += _FIRE * season(fire, months) * fire_density(fire, lat, lon)
        return total

    def box_means(
        self, lat: Array, lon: Array, width: float, months: Sequence[str]
    ) -> dict[str, Array]:
        """Return means over boxes and months, by ``PARTS``, each (month, lat, lon) in ppm.

        Args:
            lat: centres of the boxes (lat), degrees north; what lies beyond a pole is left out.
            lon: centres of the boxes (lon), degrees east.
            width: size of a box in degrees.
            months: months, YYYY-MM.

        Raises:
            ConfigError: months that the truth of the biosphere does not have.
        """
        for month in months:
            if not self.first_month <= month <= self.last_month:
                raise ConfigError(
                    f"simulation.first_year, simulation.last_year: the simulated biosphere has "
                    f"{self.first_month} to {self.last_month}, but the atmosphere is asked for "
                    f"{month}; widen those years."
                )
        boxes = _Boxes(np.asarray(lat, float), np.asarray(lon, float), width)
        moments = [_noons(month) for month in months]
        days = [_days(noons) for noons in moments]
        level = np.array([growth(d).mean() for d in days])[:, None, None]
        steps = np.stack([self._in_time(d).mean(axis=0) for d in days])
        north = boxes.means_of(_between(boxes.lat, self._lat, wraps=False), axis=0)
        east = boxes.means_of(_between(boxes.lon, self._lon, wraps=True), axis=1)
        city = np.array([_city_factor(d).mean() for d in days])[:, None, None]
        plume = city * boxes.mean(emission_density(*boxes.points, width=_CITY_WIDTH))
        for fire in FIRES:
            share = np.array([season(fire, _month_of_year(noons)).mean() for noons in moments])
            plume += _FIRE * share[:, None, None] * boxes.mean(fire_density(fire, *boxes.points))
        state = np.tensordot(steps, self._state, axes=1)
        return {
            "background": level + boxes.mean(gradient(boxes.points[0])),
            "seasonal": north @ state @ east.T,
            "plume": plume,
        }

    def _seasonal(self, lat: Array, lon: Array, days: Array) -> Array:
        """Return the seasonal part at points, linear between the lattice's nodes and knots."""
        place = np.clip(np.interp(days, self._knots, np.arange(len(self._knots))), 0, None)
        step = self._lat[0] - self._lat[1]
        row = np.clip((self._lat[0] - lat) / step, 0, len(self._lat) - 1)
        column = (lon - self._lon[0]) / step % len(self._lon)
        total = np.zeros(np.broadcast(place, row, column).shape)
        for t, a in _corners(place, len(self._knots), wraps=False):
            for r, b in _corners(row, len(self._lat), wraps=False):
                for c, d in _corners(column, len(self._lon), wraps=True):
                    total += a * b * d * self._state[t, r, c]
        return total

    def _in_time(self, days: Array) -> Array:
        """Return the weights (day, knot) of the knots at days."""
        weights = np.zeros((len(days), len(self._knots)))
        place = np.interp(days, self._knots, np.arange(len(self._knots)))
        for knot, share in _corners(place, len(self._knots), wraps=False):
            weights[np.arange(len(days)), knot] += share
        return weights


def growth(days: Array) -> Array:
    """Return the mean of the globe (ppm) at days since 2000-01-01, from the ``GROWTH`` of years."""
    years = np.arange(1950, 2103)
    rises = [GROWTH.get(int(year), _USUAL_GROWTH) for year in years[:-1]]
    levels = np.append(0.0, np.cumsum(rises))
    levels += _LEVEL - levels[years == _LEVEL_YEAR]
    return np.interp(days, _days((years - 1970).astype("M8[Y]")), levels)


def gradient(lat: Array) -> Array:
    """Return how much more (ppm) than the mean of the globe a latitude has in a year."""
    return _GRADIENT * np.tanh(np.asarray(lat, float) / _GRADIENT_WIDTH)


def simulate_xco2(
    *, grid: xr.Dataset, geography: Geography, cell: float, first_month: str, last_month: str
) -> xr.Dataset:
    """Return the truth of the column as monthly means of cells.

    Args:
        grid: truth of the biosphere, as ``Atmosphere`` takes it.
        geography: the real maps, which say where there is land.
        cell: size of a cell in degrees; divides 180.
        first_month: first month, YYYY-MM.
        last_month: last month.

    Returns:
        xco2 and its ``PARTS`` (time, lat, lon) in ppm on all cells, land and sea; land (lat,
        lon), 1 where the simulated Earth has land.

    Raises:
        ConfigError: months that the truth of the biosphere does not have.
    """
    months, (lat, lon) = months_between(first_month, last_month), centres(cell)
    parts = Atmosphere(grid).box_means(lat, lon, cell, months)
    found = {"xco2": sum(parts.values()), **parts}
    axes = ("time", "lat", "lon")
    data = {
        name: (axes, values.astype("float32"), {"units": "ppm", "long_name": _TEXTS[name]})
        for name, values in found.items()
    }
    land = (geography.land_in_cells(cell) >= LAND_SHARE) & (lat > SOUTH)[:, None]
    text = {"units": "1", "long_name": "1 where the simulated Earth has land"}
    data["land"] = (("lat", "lon"), land.astype("int8"), text)
    coords = {"time": np.array(months, "M8[M]").astype("M8[ns]"), "lat": lat, "lon": lon}
    comment = "Simulated, not observed: no ranking of methods may be claimed from it."
    attributes = {"title": "Truth of the simulated atmosphere", "comment": comment}
    return xr.Dataset(data, coords=coords, attrs=attributes)


class _Boxes:
    """Points inside of boxes, and their means weighted by area."""

    def __init__(self, lat: Array, lon: Array, width: float) -> None:
        number = int(np.ceil(width / _FINE - 1e-9))
        inside = width * ((np.arange(number) + 0.5) / number - 0.5)
        self.lat = lat[:, None] - inside  # (box, point)
        self.lon = lon[:, None] + inside
        self._area = np.where(np.abs(self.lat) < 90, np.cos(np.deg2rad(self.lat)), 0.0)
        self._area /= self._area.sum(axis=1, keepdims=True)
        self.points = tuple(np.meshgrid(self.lat.ravel(), self.lon.ravel(), indexing="ij"))

    def mean(self, values: Array) -> Array:
        """Return the means (lat, lon) of values at ``points``."""
        blocks = values.reshape(*self.lat.shape, *self.lon.shape).mean(axis=3)
        return (blocks * self._area[:, :, None]).sum(axis=1)

    def means_of(self, weights: Array, *, axis: int) -> Array:
        """Return weights (box, point, node) as means over the points of an axis (box, node)."""
        if axis == 1:
            return weights.mean(axis=1)
        return (weights * self._area[:, :, None]).sum(axis=1)


def _between(points: Array, axis: Array, *, wraps: bool) -> Array:
    """Return the weights (box, point, node) of linear interpolation along an axis."""
    place = (points - axis[0]) / (axis[1] - axis[0])
    place = np.clip(place, 0, len(axis) - 1) if not wraps else place % len(axis)
    weights = np.zeros((*points.shape, len(axis)))
    for node, share in _corners(place, len(axis), wraps=wraps):
        np.add.at(weights, (*np.indices(points.shape), node), share)
    return weights


def _corners(place: Array, length: int, *, wraps: bool) -> list[tuple[Array, Array]]:
    """Return the nodes below and above a place, and their weights."""
    below = np.floor(place).astype(int)
    above, share = below + 1, place - below
    if wraps:
        return [(below % length, 1 - share), (above % length, share)]
    return [(below, 1 - share), (np.minimum(above, length - 1), share)]


def _city_factor(days: Array) -> Array:
    """Return the ppm of the strongest city, which grows by a hundredth a year."""
    return _CITY * (1 + _CITY_GROWTH * (np.asarray(days) / 365.25 + 2000 - _LEVEL_YEAR))


def _days(times: Any) -> Array:
    """Return moments as days since 2000-01-01, with fractions."""
    return (np.asarray(times).astype("M8[s]") - _EPOCH.astype("M8[s]")) / np.timedelta64(1, "D")


def _month_of_year(times: Array) -> Array:
    """Return moments as months of the year: 1 in the middle of January, fractions between."""
    times = np.asarray(times).astype("M8[s]")
    month = times.astype("M8[M]")
    length = (month + 1).astype("M8[s]") - month.astype("M8[s]")
    return month.astype(int) % 12 + 0.5 + (times - month.astype("M8[s]")) / length


def _noons(month: str) -> Array:
    """Return noon of every day of a month, datetime64."""
    first = np.datetime64(dt.date.fromisoformat(f"{month}-01"), "D")
    last = (np.datetime64(month, "M") + 1).astype("M8[D]")
    return np.arange(first, last).astype("M8[h]") + np.timedelta64(12, "h")
