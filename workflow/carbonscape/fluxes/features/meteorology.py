"""Meteorology: vapour pressure, and means over the steps of the 8-day calendar."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.lazy import reading
from carbonscape.core.bilinear import Bilinear
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.calendar import Calendar

#: The predictors made of ERA5-Land, in this order on the variable dimension.
VARIABLES = ("T2M", "SSRD", "VPD", "TP", "E")

#: Units of the predictors of the gridded experiment.
UNITS = {
    "LAI": "m2 m-2",
    "FPAR": "1",
    "T2M": "K",
    "SSRD": "W m-2",
    "VPD": "hPa",
    "TP": "mm d-1",
    "E": "mm d-1",
}


def saturation_vapour_pressure(temperature: ArrayLike) -> NDArray[np.floating]:
    """Return the saturation vapour pressure over water, Pa, at a temperature in K.

    Tetens' formula with the constants of Buck (1981) that the ECMWF uses for near-surface
    humidity (deviation D19).
    """
    kelvin = np.asarray(temperature)
    return 611.21 * np.exp(17.502 * (kelvin - 273.16) / (kelvin - 32.19))


def vapour_pressure_deficit(temperature: ArrayLike, dewpoint: ArrayLike) -> NDArray[np.floating]:
    """Return the vapour pressure deficit, hPa, of air at a temperature and dew point in K.

    The saturation pressure less the actual one, which is the saturation pressure at the dew
    point (section 2.3); never negative.
    """
    deficit = saturation_vapour_pressure(temperature) - saturation_vapour_pressure(dewpoint)
    return np.maximum(deficit, 0.0) / 100


class DailyWeather:
    """The daily ERA5-Land files of one year, opened once and read in bands of latitude.

    Args:
        year: the year that is read.
        state: opened files of daily means (t2m, d2m).
        totals: opened files of daily totals (tp, e, ssrd).
        names: the path of each opened file, for messages.
    """

    def __init__(
        self,
        year: int,
        state: Sequence[xr.Dataset],
        totals: Sequence[xr.Dataset],
        names: dict[int, str],
    ) -> None:
        self.year = year
        self.state = state
        self.totals = totals
        self.names = names
        first = state[0]
        self.lat = first["lat"].values.astype(np.float64)
        self.lon = first["lon"].values.astype(np.float64)
        for dataset in (*state, *totals):
            if not (
                np.array_equal(dataset["lat"].values, first["lat"].values)
                and np.array_equal(dataset["lon"].values, first["lon"].values)
            ):
                raise InputError(
                    f"{names[id(dataset)]}: its grid points are not those of {names[id(first)]}; "
                    "fetch both with the same area and grid."
                )
        self._require_every_day(state, ("t2m", "d2m"))
        self._require_every_day(totals, ("tp", "e", "ssrd"))

    def _require_every_day(self, datasets: Sequence[xr.Dataset], variables: Iterable[str]) -> None:
        """Refuse a day that is missing or held twice, and files that lack a variable."""
        days = (dt.date(self.year, 1, 1), dt.date(self.year + 1, 1, 1))
        expected = np.arange(*days, dtype="datetime64[D]")
        for name in variables:
            for dataset in datasets:
                if name not in dataset:
                    raise InputError(
                        f"{self.names[id(dataset)]}: no variable '{name}' (it holds "
                        f"{', '.join(map(str, dataset.data_vars)) or 'none'}); fetch it again "
                        "with this variable."
                    )
        found = np.concatenate([d["time"].values.astype("datetime64[D]") for d in datasets])
        inside, counts = np.unique(found[np.isin(found, expected)], return_counts=True)
        missing = np.setdiff1d(expected, inside)
        files = ", ".join(self.names[id(d)] for d in (datasets[0], datasets[-1]))
        if missing.size:
            raise InputError(
                f"ERA5-Land of {self.year}: {missing.size} days are missing, the first is "
                f"{missing[0]} (files from {files}); fetch the months again. The total of a day "
                "is stamped 00:00 of the next one, so 31 December stands in the file of January."
            )
        if (counts > 1).any():
            raise InputError(
                f"ERA5-Land of {self.year}: {inside[counts > 1][0]} is held twice (files from "
                f"{files}); remove the file that is too many."
            )

    def step_means(self, calendar: Calendar, rows: slice) -> NDArray[np.float32]:
        """Return means over the steps of the calendar at a band of grid points.

        T2M and VPD are means of daily means, VPD being computed day by day because it is not
        linear; SSRD, TP and E are means of daily totals, so that the shorter last step of a
        year compares with the others.

        Args:
            calendar: the 8-day calendar.
            rows: positions on the latitude dimension of the files.

        Returns:
            (step, lat, lon, variable) in the order of ``VARIABLES`` and the units of ``UNITS``.
        """
        shape = (calendar.steps_per_year, len(self.lat[rows]), len(self.lon), len(VARIABLES))
        total = np.zeros(shape, dtype=np.float64)
        step_of_day = np.repeat(np.arange(calendar.steps_per_year), calendar.days(self.year))
        for dataset in self.state:
            for step, day in self._days(dataset, rows, step_of_day):
                t2m, d2m = day["t2m"].values, day["d2m"].values
                for row in range(len(step)):
                    total[step[row], ..., 0] += t2m[row]
                    total[step[row], ..., 2] += vapour_pressure_deficit(t2m[row], d2m[row])
        for dataset in self.totals:
            for step, day in self._days(dataset, rows, step_of_day):
                for column, name in ((1, "ssrd"), (3, "tp"), (4, "e")):
                    values = day[name].values
                    for row in range(len(step)):
                        total[step[row], ..., column] += values[row]
        days = np.asarray(calendar.days(self.year), dtype=np.float64)
        return (total / days[:, None, None, None]).astype(np.float32)

    def onto(self, grid: Grid, rows: slice, nodes: slice) -> Callable[[NDArray], NDArray]:
        """Return what interpolates a band of grid points to rows of cells.

        Args:
            grid: the cells.
            rows: rows of cells.
            nodes: the band, which holds their neighbours.

        Returns:
            A function of (node lat, node lon, variable) that returns (lat, lon, variable).
        """
        lat, lon = np.repeat(grid.lat[rows], grid.n_lon), np.tile(grid.lon, len(grid.lat[rows]))
        to_cells = Bilinear(self.lat[nodes], self.lon, lat, lon)
        return lambda field: to_cells.apply(field).reshape(-1, grid.n_lon, field.shape[-1])

    def _days(
        self, dataset: xr.Dataset, rows: slice, step_of_day: NDArray[np.integer]
    ) -> Iterator[tuple[NDArray[np.integer], xr.Dataset]]:
        """Yield the days of this year in one file, loaded, with the step of each."""
        time = dataset["time"].values.astype("datetime64[D]")
        number = (time - np.datetime64(f"{self.year}-01-01")).astype(int)
        inside = np.flatnonzero((number >= 0) & (number < len(step_of_day)))
        if inside.size == 0:
            return
        name = self.names[id(dataset)]
        with reading(name):
            loaded = dataset.isel(time=inside, lat=rows).load()
        check_range(loaded, name)
        yield step_of_day[number[inside]], loaded


@contextlib.contextmanager
def open_daily_weather(
    year: int,
    *,
    state: Sequence[str | os.PathLike[str]],
    totals: Sequence[str | os.PathLike[str]],
) -> Iterator[DailyWeather]:
    """Open the ERA5-Land files of a year.

    Args:
        year: the year to read.
        state: files of daily means of the twelve months.
        totals: files of accumulations of the twelve months and of the January that follows.

    Raises:
        InputError: a file is damaged, a day or variable is missing, or grids differ.
    """
    with contextlib.ExitStack() as stack:
        names: dict[int, str] = {}
        opened: dict[str, list[xr.Dataset]] = {"state": [], "totals": []}
        for kind, paths, opener in (
            ("state", state, open_state),
            ("totals", totals, open_accumulation),
        ):
            for path in paths:
                dataset = stack.enter_context(opener(path))
                names[id(dataset)] = str(path)
                opened[kind].append(dataset)
        yield DailyWeather(year, opened["state"], opened["totals"], names)


def bands(
    target: NDArray[np.floating], nodes: NDArray[np.floating], *, rows_per_band: int
) -> Iterator[tuple[slice, slice]]:
    """Cut target rows into bands and say which rows of grid points each needs.

    Args:
        target: (lat,) centres of the target's rows, descending, degrees.
        nodes: (node,) latitudes of the grid points, descending, degrees.
        rows_per_band: target rows in a band.

    Yields:
        The target rows and the rows of grid points, with one beyond at either end. They reach to
        the first target row of the next band, so that no place lies between two bands.
    """
    for start in range(0, len(target), rows_per_band):
        rows = slice(start, min(start + rows_per_band, len(target)))
        north, south = target[start], target[min(rows.stop, len(target) - 1)]
        first = max(int(np.searchsorted(-nodes, -north, side="right")) - 1, 0)
        last = min(int(np.searchsorted(-nodes, -south, side="left")) + 1, len(nodes))
        if last > first:
            yield rows, slice(first, last)


def step_means_at(
    weather: DailyWeather,
    calendar: Calendar,
    nodes: slice,
    lat: NDArray[np.floating],
    lon: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Return step means at points, from a band of grid points that holds their neighbours.

    Args:
        weather: opened files.
        calendar: the 8-day calendar.
        nodes: band of grid points.
        lat, lon: (point,) degrees.

    Returns:
        (step, point, variable), NaN where no grid point beside the point is on land.
    """
    means = weather.step_means(calendar, nodes)
    return Bilinear(weather.lat[nodes], weather.lon, lat, lon).apply(means)
