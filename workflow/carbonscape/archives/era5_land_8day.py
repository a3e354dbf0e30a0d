"""Reading ERA5-Land as means of eight days on the cells of a product, as the fetch step writes it.

Earth Engine makes them of ECMWF/ERA5_LAND/DAILY_AGGR: the vapour pressure deficit of each day and
the totals of each day are averaged over the days of a step, then over the pixels of a cell, by
area. Steps are those of MODIS: they start on day of year 1, 9, ... 361, the last is shorter.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.cell_months import require_companions
from carbonscape.archives.era5_land import Variable, check_range
from carbonscape.archives.raster_year import RasterYear, Raw, open_raster_year, present
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid

#: Days of the year on which a step starts.
STARTS = range(1, 362, 8)

_RATE = ("mm d-1", "mm/d", "mm/day")

#: What a file holds, in the units in which it is handed on; ranges are those of a mean of days.
VARIABLES = (
    Variable("t2m", "2 m temperature", ("K", "kelvin"), "K", 170, 335),
    Variable("vpd", "vapour pressure deficit", ("hPa",), "hPa", 0, 120),
    Variable("ssrd", "surface solar radiation downwards", ("W m-2", "W/m2"), "W m-2", 0, 560),
    Variable("tp", "total precipitation", _RATE, "mm d-1", 0, 800),
    Variable("e", "evaporation, positive upwards", _RATE, "mm d-1", -6, 20),
)

_COMPANIONS = (
    Raw("good_share", ("uint8",)),
    Raw("images", ("uint16", "uint8", "int16", "int32")),
)


@dataclass(frozen=True)
class EightDayYear:
    """An opened file.

    Attributes:
        grid: the cells on which it lies.
        accept: whether absent values are accepted.
        accept_implausible: whether fields that look wrong as a whole are accepted.
    """

    grid: Grid
    _images: RasterYear
    accept: bool = False
    accept_implausible: bool = False

    def values(self, rows: slice) -> xr.Dataset:
        """Read the steps of the year in a band of rows.

        Args:
            rows: rows of the grid.

        Returns:
            ``VARIABLES`` on (time, lat, lon), float32, in their units, 46 times; NaN over the sea.

        Raises:
            InputError: the data are damaged, a value is impossible, or the number of days behind
                it contradicts it.
        """
        block = self._images.block(slice(0, len(STARTS)), rows)
        dims = ("time", "lat", "lon")
        found = {}
        for variable in VARIABLES:
            raw = block.raw[variable.name]
            known = present(raw)
            require_companions(
                known,
                block.raw["good_share"],
                block.raw["images"],
                name=variable.name,
                origin=self._images.origin,
            )
            found[variable.name] = (dims, np.where(known, raw, np.nan).astype(np.float32))
        coords = {"time": block.days.astype("datetime64[ns]"), "lat": block.lat}
        dataset = xr.Dataset(found, coords={**coords, "lon": self._images.lon})
        return check_range(
            dataset,
            self._images.origin,
            variables=VARIABLES,
            step="8day",
            part=True,
            accept=self.accept,
            accept_implausible=self.accept_implausible,
            source="era5_land_8day",
        )


@contextlib.contextmanager
def open_eight_days(
    path: str | os.PathLike[str],
    *,
    year: int,
    grid: Grid,
    accept: bool = False,
    accept_implausible: bool = False,
) -> Iterator[EightDayYear]:
    """Open the steps of one year; nothing but the axes is read.

    Args:
        path: netCDF on (time, lat, lon): ``VARIABLES``, ``good_share`` and ``images``; a time is
            the first day of a step.
        year: the year that the file must hold, alone.
        grid: the cells on which it must lie.
        accept: state absent values, which stay NaN, in place of a refusal.
        accept_implausible: warn of fields that look wrong as a whole, in place of a refusal.

    Raises:
        InputError: the file is no such netCDF or lies on other cells, a variable is absent or in
            another unit, or a step is absent, doubled or starts on another day.
    """
    variables = [
        *(Raw(variable.name, ("float32",), units=variable.file_units) for variable in VARIABLES),
        *_COMPANIONS,
    ]
    with open_raster_year(
        path, year=year, variables=variables, decode=None, starts=STARTS
    ) as images:
        grid.require(images.lat, images.lon, str(path))
        _require_every_step(images.days, year, str(path))
        yield EightDayYear(grid, images, accept, accept_implausible)


def _require_every_step(days: NDArray[np.datetime64], year: int, origin: str) -> None:
    """Refuse a year that lacks a step."""
    expected = np.datetime64(f"{year}-01-01") + np.array(STARTS) - 1
    missing = np.setdiff1d(expected, days)
    if missing.size:
        raise InputError(
            f"{origin}: {missing.size} of the {len(STARTS)} steps of {year} are missing, the first "
            f"is that of {missing[0]}; the archive may not have had its days yet: delete the file "
            "and fetch it again, or end '<product>.features.last_year' before this year."
        )
