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
from carbonscape.archives.era5_land_checks import check_range, refuse_or_state
from carbonscape.archives.era5_land_variables import Variable
from carbonscape.archives.netcdf import open_netcdf
from carbonscape.archives.raster_year import RasterYear, Raw, open_raster_year, present
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid

#: Name in the registry of sources.
SOURCE = "era5_land_8day"

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
        block = self._images.block(slice(0, len(self._images.days)), rows)
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
        checked = check_range(
            dataset,
            self._images.origin,
            variables=VARIABLES,
            step="8day",
            part=True,
            accept=self.accept,
            accept_implausible=self.accept_implausible,
            source=SOURCE,
        )
        # Steps that the file lacks have no value.
        every = _steps(int(str(block.days[0])[:4])).astype("datetime64[ns]")
        return checked if checked.sizes["time"] == every.size else checked.reindex(time=every)


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
        accept: state absent steps and values, which stay NaN, in place of a refusal.
        accept_implausible: warn of fields that look wrong as a whole, in place of a refusal.

    Raises:
        InputError: the file is no such netCDF or lies on other cells, a variable is absent or in
            another unit, or a step is absent, doubled or starts on another day.
    """
    variables = [
        *(Raw(variable.name, ("float32",), units=variable.file_units) for variable in VARIABLES),
        *_COMPANIONS,
    ]
    _require_units(path)
    with open_raster_year(
        path, year=year, variables=variables, decode=None, starts=STARTS
    ) as images:
        grid.require(images.lat, images.lon, str(path))
        _require_every_step(images.days, year, str(path), accept=accept)
        yield EightDayYear(grid, images, accept, accept_implausible)


def _steps(year: int) -> NDArray[np.datetime64]:
    """Return the first days of the steps of a year."""
    return np.datetime64(f"{year}-01-01") + np.array(STARTS) - 1


def _require_every_step(
    days: NDArray[np.datetime64], year: int, origin: str, *, accept: bool
) -> None:
    """Refuse, or state, that a year lacks a step."""
    missing = np.setdiff1d(_steps(year), days)
    if missing.size:
        refuse_or_state(
            f"{missing.size} of the {len(STARTS)} steps of {year} are missing: "
            f"{', '.join(map(str, missing[:10]))}{' ...' if missing.size > 10 else ''}",
            origin,
            accept,
            SOURCE,
            again="the archive may not have had their days yet: delete the file and fetch it "
            "again, end '<product>.features.last_year' before this year",
        )


def _require_units(path: str | os.PathLike[str]) -> None:
    """Refuse variables that state no unit, which the fetch step always writes."""
    with open_netcdf(path, mask_and_scale=False) as datasets:
        for variable in VARIABLES:
            if any("units" not in data[variable.name].attrs for data in datasets
                   if variable.name in data):  # fmt: skip
                raise InputError(
                    f"{path}: {variable.name} states no unit, expected {variable.file_units[0]!r} "
                    "as the fetch step writes it; delete the file and fetch it again."
                )
