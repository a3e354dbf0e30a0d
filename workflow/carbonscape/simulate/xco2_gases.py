"""Simulated monthly means of TROPOMI's SO2, NO2 and CO on the XCO2 grid.

Layout of what the fetch step writes of the offline L3 images of Earth Engine: one image an orbit,
clipped to the range of each gas before they are averaged, and the number of images. The archive
begins in the middle of a month, which is incomplete.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.emissions import burning_density
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_cells,
    add_variable,
    declination,
    netcdf_file,
    random_numbers,
)

FILL = np.float32(-9999)
_NAME = re.compile(r"S5P_L3_(SO2|NO2|CO)_(\d{4})\.nc")
_ORBITS = 14  # a day


@dataclass(frozen=True)
class Gas:
    """What is known of one gas.

    Attributes:
        variable: its name in the file.
        first_day: day of the first, incomplete, month on which the archive begins.
        limits: least and greatest column after clipping, mol m-2.
        sun: greatest angle of the noon sun from the zenith, degrees.
        seen: share of the images that are used.
        noise: standard error of one image over a cell, mol m-2.
    """

    variable: str
    first_day: int
    limits: tuple[float, float]
    sun: float
    seen: float
    noise: float


#: Dates: catalogue of Earth Engine; noise and shares are choices, SO2 far noisier than the others.
GASES = {
    "so2": Gas("SO2_column_number_density", 5, (-0.001, 0.05), 60.0, 0.3, 8e-4),
    "no2": Gas("tropospheric_NO2_column_number_density", 28, (-0.0005, 0.02), 80.0, 0.5, 8e-6),
    "co": Gas("CO_column_number_density", 28, (0.0, 0.5), 80.0, 0.6, 2e-3),
}


def gas_of_file(path: Path) -> tuple[str, int]:
    """Return the gas (so2, no2 or co) and the year of a file by its name.

    Raises:
        ConfigError: another name.
    """
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise ConfigError(
            f"{path}: expected a name like S5P_L3_NO2_2019.nc, which tells the gas and the year; "
            "correct the rule simulate_xco2_predictors."
        )
    return found[1].lower(), int(found[2])


def gas_months(year: int, first: str, last: str) -> list[dt.date]:
    """Return the first days of the months of a year that a gas has.

    Args:
        year: the year.
        first: first month of the gas, YYYY-MM.
        last: last month of the run, YYYY-MM; a gas that begins after it has its first month alone.

    Raises:
        ConfigError: the gas begins in a later year, or the run ends in an earlier one.
    """
    months = [dt.date(year, month, 1) for month in range(1, 13)]
    kept = [month for month in months if first <= f"{month:%Y-%m}" <= max(first, last)]
    if not kept:
        raise ConfigError(
            f"gases_first: a file of {year} is asked for, but the gas begins in {first} and the "
            f"run ends in {last}; leave the file out or begin the gas earlier."
        )
    return kept


def write_gas(
    path: Path,
    *,
    lat: Array,
    lon: Array,
    emission: Array,
    first: str,
    last: str,
    seed: int,
) -> None:
    """Write the monthly means of one gas in one year.

    Args:
        path: the file, whose name tells the gas and the year.
        lat: centres of the cells, descending, degrees north.
        lon: centres of the cells, degrees east.
        emission: emission density of the cells (lat, lon).
        first: first month of the gas, YYYY-MM, of which only the last days are seen.
        last: last month of the run, YYYY-MM.
        seed: seed of the run.

    Raises:
        ConfigError: a name of another kind, or a year in which there is no month.
    """
    name, year = gas_of_file(path)
    gas, months = GASES[name], gas_months(year, first, last)
    columns = np.empty((len(months), len(lat), len(lon)), "float32")
    images = np.empty(columns.shape, "uint16")
    for number, month in enumerate(months):
        rng = random_numbers(seed, "xco2_gases", list(GASES).index(name), year, month.month)
        days = calendar.monthrange(year, month.month)[1]
        if f"{month:%Y-%m}" == first:
            days -= gas.first_day - 1
        count = _images(rng, gas, lat, len(lon), month, days)
        truth = _COLUMNS[name](lat[:, None], lon[None, :], emission, month)
        error = gas.noise * rng.standard_normal(truth.shape) / np.sqrt(np.maximum(count, 1))
        seen = truth * (1 + 0.03 * rng.standard_normal(truth.shape)) + error
        # A little inside: in single precision a limit may lie beyond itself.
        seen = np.clip(seen, *(limit * (1 - 1e-6) for limit in gas.limits))
        columns[number], images[number] = np.where(count > 0, seen, FILL), count
    axes = ("time", "lat", "lon")
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, lat, lon, months)
        about = {"units": "mol m-2", "long_name": f"{name.upper()} column, monthly mean"}
        add_variable(data, gas.variable, columns, axes, about, fill=FILL)
        about = {"units": "1", "long_name": "Number of orbits averaged"}
        add_variable(data, "images", images, axes, about)


def _images(
    rng: np.random.Generator, gas: Gas, lat: Array, width: int, month: dt.date, days: int
) -> Array:
    """Return the number of images (lat, lon) that saw a cell; none where the sun is too low.

    Orbits draw near each other towards the poles.
    """
    passes = np.minimum(1 / np.maximum(np.cos(np.deg2rad(lat)), 1e-3), _ORBITS)
    noon = np.abs(lat - np.rad2deg(declination(month.timetuple().tm_yday + 14)))
    expected = np.where(noon <= gas.sun, days * passes * gas.seen, 0.0)
    return rng.poisson(np.broadcast_to(expected[:, None], (len(lat), width)))


def _winter(lat: Array, month: dt.date) -> Array:
    """Return 1 in the middle of winter and -1 in that of summer, nought at the equator."""
    return np.sin(np.deg2rad(lat)) * np.cos(2 * np.pi * (month.month - 1) / 12)


def _growth(month: dt.date, rate: float) -> float:
    """Return how much more is emitted than in the middle of 2018, at a rate a year."""
    return (1 + rate) ** (month.year + (month.month - 0.5) / 12 - 2018.5)


def _so2(lat: Array, lon: Array, emission: Array, month: dt.date) -> Array:
    """Return SO2, mol m-2. Choice: 8e-4 at the strongest site; it becomes less by 4 % a year."""
    return 8e-4 * emission * _growth(month, -0.04) * (1 + 0.2 * _winter(lat, month))


def _no2(lat: Array, lon: Array, emission: Array, month: dt.date) -> Array:
    """Return tropospheric NO2, mol m-2; it lives longer in winter.

    Choice: 3e-4 at the strongest site, 2e-5 over the strongest fires, 6e-6 elsewhere.
    """
    cities = 3e-4 * emission * _growth(month, 0.01) * (1 + 0.4 * _winter(lat, month))
    return 6e-6 + cities + 2e-5 * burning_density(lat, lon, month.month)


def _co(lat: Array, lon: Array, emission: Array, month: dt.date) -> Array:
    """Return CO, mol m-2: more in the north, most at the end of winter, and over fires.

    Choice: 0.033 in the north and 0.019 in the south, a fifth of the seasonal cycle's size.
    """
    north = np.sin(np.deg2rad(lat))
    season = 0.004 * north * np.cos(2 * np.pi * (month.month - 3) / 12)
    background = 0.026 + 0.007 * np.tanh(2 * north) + season
    fires = 0.03 * burning_density(lat, lon, month.month)
    return (background + fires + 0.02 * emission) * np.ones_like(emission)


_COLUMNS: dict[str, Any] = {"so2": _so2, "no2": _no2, "co": _co}
