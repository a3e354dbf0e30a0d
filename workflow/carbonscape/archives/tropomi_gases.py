"""Reading monthly columns of SO2, NO2 and CO of TROPOMI (Copernicus Sentinel-5P OFFL L3).

The archive of Earth Engine has one image an orbit, with absurd values among them; the fetch step
clips each to physical limits before it averages. A value beyond the limits tells that it did not.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_months import CellYear, Stored, open_cells, require_counts
from carbonscape.archives.raster_year import Block, RasterYear, Raw, open_raster_year, present
from carbonscape.core.errors import InputError

#: Gases in the paper's order, and the variable of each.
GASES = {
    "SO2": "SO2_column_number_density",
    "NO2": "tropospheric_NO2_column_number_density",
    "CO": "CO_column_number_density",
}

#: Physical limits of a column, mol m-2: the fetch step clips to them.
LIMITS = {"SO2": (-0.001, 0.05), "NO2": (-0.0005, 0.02), "CO": (0.0, 0.5)}

_UNITS = ("mol m-2", "mol/m2", "mol/m^2", "mole m-2", "mol m**-2")
_IMAGES = Raw("images", ("uint16", "int16", "uint8", "int32", "uint32", "int64"))


def gas_of(path: str | os.PathLike[str], *, year: int) -> str:
    """Return which gas a file holds, by its name.

    Raises:
        InputError: the name is none of this archive, or tells another year.
    """
    match = re.fullmatch(rf"S5P_L3_({'|'.join(GASES)})_(\d{{4}})\.nc", Path(path).name)
    if match is None:
        raise InputError(
            f"{path}: the name does not tell a gas; expected S5P_L3_GAS_{year}.nc with GAS one of "
            f"{', '.join(GASES)}."
        )
    if int(match[2]) != year:
        raise InputError(f"{path}: a file of {match[2]}, expected the year {year}.")
    return match[1]


def decode_gas(
    values: NDArray[np.floating], images: NDArray[np.integer], *, gas: str, origin: str
) -> NDArray[np.float32]:
    """Return monthly columns in mol m-2, NaN where no orbit saw the cell.

    Args:
        values: mean columns; -9999 or NaN where there is none.
        images: number of orbits that the mean is of.
        gas: SO2, NO2 or CO.
        origin: for the message.

    Raises:
        InputError: a column lies beyond the limits of the gas.
    """
    low, high = LIMITS[gas]
    observed = present(values) & (images >= 1)
    slack = 1e-5 * (high - low)  # means in float32 of values at the limit itself
    bad = observed & ((values < low - slack) | (values > high + slack))
    if bad.any():
        raise InputError(
            f"{origin}: {GASES[gas]} is {values[bad][0]:g} mol m-2 in {int(bad.sum())} of "
            f"{int(observed.sum())} cells (the first), outside {low:g} to {high:g}; clip every "
            "orbit to these limits before averaging, as the fetch step does."
        )
    return np.where(observed, values, np.nan).astype(np.float32)


@contextlib.contextmanager
def open_gas(path: str | os.PathLike[str], *, year: int, gas: str) -> Iterator[RasterYear]:
    """Open a year of monthly columns of a gas [mol m-2].

    Args:
        path: netCDF on (time, lat, lon), stamped on the first of each month, with the gas's
            variable and ``images``; months may be absent.
        year: the year that the file must hold.
        gas: SO2, NO2 or CO.

    Raises:
        InputError: as :func:`carbonscape.archives.raster_year.open_raster_year`; also, while
            reading, a column beyond the limits of the gas.
    """
    column = Raw(GASES[gas], ("float32", "float64"), units=_UNITS)

    def decode(block: Block) -> NDArray[np.float32]:
        require_counts(block.raw["images"], name="images", origin=str(path))
        return decode_gas(block.raw[column.name], block.raw["images"], gas=gas, origin=str(path))

    with open_raster_year(
        path,
        year=year,
        variables=(column, _IMAGES),
        decode=decode,
        behind=lambda block: block.raw["images"],
        monthly=True,
        source=f"tropomi_{gas.lower()}",
    ) as images:
        yield images


def gas_cells(
    path: str | os.PathLike[str], *, year: int, gas: str, cell: float | None = None
) -> contextlib.AbstractContextManager[CellYear]:
    """Open a year of monthly columns of a gas on cells [mol m-2].

    Args:
        path: netCDF with ``so2``, ``no2`` or ``co`` as the fetch step writes it, or as of
            :func:`open_gas`.
        year: the year that the file must hold.
        gas: SO2, NO2 or CO.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.

    Raises:
        InputError: as :func:`carbonscape.archives.cell_months.open_cells`; also, while reading,
            a column beyond the limits of the gas.
    """
    low, high = LIMITS[gas]
    slack = 1e-5 * (high - low)  # means in float32 of values at the limit itself
    hint = "clip every orbit to these limits before averaging, as the fetch step does"
    source = f"tropomi_{gas.lower()}"
    stored = Stored(gas.lower(), _UNITS, low - slack, high + slack, hint, source=source)
    raw = partial(open_gas, path, year=year, gas=gas)
    return open_cells(path, year=year, stored=stored, raw=raw, cell=cell)
