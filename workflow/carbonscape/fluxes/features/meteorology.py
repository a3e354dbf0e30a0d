"""Meteorology: vapour pressure, and means over the steps of the 8-day calendar."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.era5_land_checks import refuse_or_state, spans
from carbonscape.archives.lazy import reading
from carbonscape.archives.netcdf import chunk_cache
from carbonscape.core import findings
from carbonscape.core.bilinear import Bilinear
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.calendar import Calendar

#: The predictors made of ERA5-Land, in this order on the variable dimension.
VARIABLES = ("T2M", "SSRD", "VPD", "TP", "E")

#: Daily variables of the two kinds of files, and which of them each predictor is made of.
STATE, TOTALS = ("t2m", "d2m"), ("tp", "e", "ssrd")
_NEEDS = (("t2m",), ("ssrd",), ("t2m", "d2m"), ("tp",), ("e",))

#: Memory for the chunks of each of some sixty variables that are open, bytes.
_CACHE = 8 << 20

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
        accept: state absent days and values, which stay NaN, in place of a refusal.
        accept_implausible: warn of fields that look wrong as a whole, in place of a refusal.

    Attributes:
        source: name in the registry of sources.
    """

    source = "era5_land"

    def __init__(
        self,
        year: int,
        state: Sequence[xr.Dataset],
        totals: Sequence[xr.Dataset],
        names: dict[int, str],
        *,
        accept: bool = False,
        accept_implausible: bool = False,
    ) -> None:
        self.year = year
        self.state = state
        self.totals = totals
        self.names = names
        self.accept = accept
        self.accept_implausible = accept_implausible
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
        # Days of the year, from 0, that a variable has nowhere.
        self.absent = self._absent_days(state, STATE) | self._absent_days(totals, TOTALS)

    def _absent_days(
        self, datasets: Sequence[xr.Dataset], variables: Sequence[str]
    ) -> dict[str, NDArray[np.integer]]:
        """Return the days that variables lack; refuse them, and a day that is held twice."""
        days = (dt.date(self.year, 1, 1), dt.date(self.year + 1, 1, 1))
        expected = np.arange(*days, dtype="datetime64[D]")
        files = f"files from {self.names[id(datasets[0])]}, {self.names[id(datasets[-1])]}"
        lacks: dict[str, NDArray[np.datetime64]] = {}
        for name in variables:
            held = [d["time"].values.astype("datetime64[D]") for d in datasets if name in d]
            found = np.concatenate([*held, expected[:0]])
            inside, counts = np.unique(found[np.isin(found, expected)], return_counts=True)
            if (counts > 1).any():
                raise InputError(
                    f"ERA5-Land of {self.year}: {inside[counts > 1][0]} is held twice ({files}); "
                    "remove the file that is too many."
                )
            lacks[name] = np.setdiff1d(expected, inside)
        for missing in sorted({tuple(days) for days in lacks.values() if days.size}):
            those = [name for name in variables if tuple(lacks[name]) == missing]
            count = f"{len(missing)} {'day is' if len(missing) == 1 else 'days are'} missing"
            refuse_or_state(
                f"{count} of {', '.join(those)}: {spans(np.array(missing))} ({files})",
                f"ERA5-Land of {self.year}",
                self.accept,
                self.source,
                again="fetch the months again with all variables (the total of a day is stamped "
                "00:00 of the next one, so 31 December stands in the file of January)",
            )
        return {name: (days - expected[0]).astype(int) for name, days in lacks.items()}

    def step_means(self, calendar: Calendar, rows: slice) -> NDArray[np.float32]:
        """Return means over the steps of the calendar at a band of grid points.

        T2M and VPD are means of daily means, VPD being computed day by day because it is not
        linear; SSRD, TP and E are means of daily totals, so that the shorter last step of a
        year compares with the others.

        Args:
            calendar: the 8-day calendar.
            rows: positions on the latitude dimension of the files.

        Returns:
            (step, lat, lon, variable) in the order of ``VARIABLES`` and the units of ``UNITS``;
            NaN over the sea, and where a day of the step is absent.
        """
        # A variable after the other in memory: a day adds to one run of it.
        shape = (len(VARIABLES), calendar.steps_per_year, len(self.lat[rows]), len(self.lon))
        total = np.zeros(shape, dtype=np.float64)
        step_of_day = np.repeat(np.arange(calendar.steps_per_year), calendar.days(self.year))
        for dataset in self.state:
            for step, day in self._days(dataset, rows, step_of_day):
                for row in range(len(step)):
                    if "t2m" in day:
                        total[0, step[row]] += day["t2m"].values[row]
                    if "t2m" in day and "d2m" in day:
                        total[2, step[row]] += vapour_pressure_deficit(
                            day["t2m"].values[row], day["d2m"].values[row]
                        )
        for dataset in self.totals:
            for step, day in self._days(dataset, rows, step_of_day):
                for column, name in ((1, "ssrd"), (3, "tp"), (4, "e")):
                    if name not in day:
                        continue
                    values = day[name].values
                    for row in range(len(step)):
                        total[column, step[row]] += values[row]
        for column, needs in enumerate(_NEEDS):
            for name in needs:
                total[column, step_of_day[self.absent[name]]] = np.nan
        days = np.asarray(calendar.days(self.year), dtype=np.float64)
        total /= days[:, None, None]
        means = np.empty((*shape[1:], len(VARIABLES)), dtype=np.float32)
        for column, mean in enumerate(total):
            means[..., column] = mean
        self._check_land(means)
        return means

    def _check_land(self, means: NDArray[np.float32]) -> None:
        """Refuse, or state, a variable that has no value on the land of the others all year."""
        known = ~np.isnan(means).all(axis=0)
        anywhere = int(known.any(axis=-1).sum())
        for name, count in zip(VARIABLES, known.sum(axis=(0, 1)), strict=True):
            if count < anywhere / 2:
                refuse_or_state(
                    f"{name} has no value all year where other variables have some",
                    f"ERA5-Land of {self.year} (files from {self.names[id(self.state[0])]})",
                    self.accept,
                    self.source,
                )

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
        check_range(
            loaded,
            name,
            step="day",
            part=True,
            accept=self.accept,
            accept_implausible=self.accept_implausible,
        )
        yield step_of_day[number[inside]], loaded


@contextlib.contextmanager
def open_daily_weather(
    year: int,
    *,
    state: Sequence[str | os.PathLike[str]],
    totals: Sequence[str | os.PathLike[str]],
    accept: bool = False,
    accept_implausible: bool = False,
) -> Iterator[DailyWeather]:
    """Open the ERA5-Land files of a year.

    Args:
        year: the year to read.
        state: files of daily means of the twelve months.
        totals: files of accumulations of the twelve months and of the January that follows.
        accept: state absent days, variables and values, which stay NaN, in place of a refusal
            (``inputs.accept_incomplete`` names ``era5_land``).
        accept_implausible: warn of fields that look wrong as a whole, in place of a refusal
            (``inputs.accept_implausible`` names ``era5_land``).

    Raises:
        InputError: a file is damaged, a day or variable is missing, or grids differ.
    """
    with chunk_cache(_CACHE), contextlib.ExitStack() as stack:
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
                findings.used(path, source=DailyWeather.source)
        yield DailyWeather(
            year,
            opened["state"],
            opened["totals"],
            names,
            accept=accept,
            accept_implausible=accept_implausible,
        )


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
