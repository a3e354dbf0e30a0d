"""Step means of ERA5-Land that come as such, on the cells of the product (``weather_source``)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.era5_land_8day import EightDayYear, open_eight_days
from carbonscape.archives.lazy import reading
from carbonscape.core import findings
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.meteorology import VARIABLES


class CellWeather:
    """The step means of one year, read in bands of rows: the part of ``DailyWeather``.

    Args:
        year: the year that is read.
        steps: its file.
        name: path of the file, for messages.

    Attributes:
        source: name in the registry of sources.
    """

    source = "era5_land_8day"

    def __init__(self, year: int, steps: EightDayYear, name: str) -> None:
        self.year = year
        self.steps = steps
        self.name = name
        # Centres of cells; between them towers are interpolated.
        self.lat = steps.grid.lat
        self.lon = steps.grid.lon

    def step_means(self, calendar: Calendar, rows: slice) -> NDArray[np.float32]:
        """Return the means over the steps of the calendar in a band of rows.

        Args:
            calendar: the 8-day calendar; the file has its steps.
            rows: rows of the grid.

        Returns:
            (step, lat, lon, variable) in the order of ``VARIABLES`` and the units of ``UNITS``.
        """
        with reading(self.name):
            found = self.steps.values(rows)
        return np.stack([found[name.lower()].values for name in VARIABLES], axis=-1)

    def onto(self, grid: Grid, rows: slice, nodes: slice) -> Callable[[NDArray], NDArray]:
        """Return what takes the rows of a grid out of a band: nothing is interpolated.

        Args:
            grid: the grid of the file.
            rows: rows that are wanted.
            nodes: rows of the band, which hold them.
        """
        inside = slice(rows.start - nodes.start, rows.stop - nodes.start)
        return lambda field: field[inside]


@contextlib.contextmanager
def open_cell_weather(
    year: int,
    path: str | os.PathLike[str],
    *,
    grid: Grid,
    accept: bool = False,
    accept_implausible: bool = False,
) -> Iterator[CellWeather]:
    """Open the step means of a year.

    Args:
        year: the year to read.
        path: file of the source ``era5_land_8day``.
        grid: the product's grid, on which it must lie.
        accept: state absent values, which stay NaN, in place of a refusal
            (``inputs.accept_incomplete`` names ``era5_land_8day``).
        accept_implausible: warn of fields that look wrong as a whole, in place of a refusal
            (``inputs.accept_implausible`` names ``era5_land_8day``).

    Raises:
        InputError: the file is damaged, lies on another grid, or lacks a step or a variable.
    """
    with open_eight_days(
        path, year=year, grid=grid, accept=accept, accept_implausible=accept_implausible
    ) as steps:
        findings.used(path, source=CellWeather.source)
        yield CellWeather(year, steps, str(path))
