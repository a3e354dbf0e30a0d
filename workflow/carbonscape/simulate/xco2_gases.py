"""Simulated TROPOMI: SO2, NO2 and CO as the offline L3 images of Earth Engine show them.

One image an orbit, with absurd values among them that must be clipped before they are averaged.
The archive begins in the middle of a month, which is incomplete.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.emissions import burning_density
from carbonscape.simulate.lattice import Array, declination, random_numbers
from carbonscape.simulate.native_pixels import WEATHER_SHARE
from carbonscape.simulate.native_scene import Bands, Scene

FILL = np.float32(-9999)
_NAME = re.compile(r"S5P_L3_(SO2|NO2|CO)_(\d{4})\.nc")
#: Images a day. Choice: two wide ones, which see what Sentinel-5P's fourteen see.
ORBITS = 2
#: Share of the retrievals that are absurd.
ABSURD = 2e-4


@dataclass(frozen=True)
class Gas:
    """What is known of one gas.

    Attributes:
        variable: its name in the file.
        first_day: day of the first, incomplete, month on which the archive begins.
        limits: least and greatest column that is one, mol m-2.
        sun: greatest angle of the noon sun from the zenith, degrees.
        seen: share of the pixels in an image that have a value.
        noise: standard error of a pixel in one image, mol m-2.
        absurd: what a failed retrieval gives, mol m-2.
    """

    variable: str
    first_day: int
    limits: tuple[float, float]
    sun: float
    seen: float
    noise: float
    absurd: float


#: Dates: catalogue of Earth Engine; noise and shares are choices, SO2 far noisier than the others.
GASES = {
    "so2": Gas("SO2_column_number_density", 5, (-0.001, 0.05), 60.0, 0.3, 8e-4, -0.2),
    "no2": Gas(
        "tropospheric_NO2_column_number_density", 28, (-0.0005, 0.02), 80.0, 0.5, 8e-6, -0.01
    ),
    "co": Gas("CO_column_number_density", 28, (0.0, 0.5), 80.0, 0.6, 2e-3, -34.43),
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


def orbit_image(
    scene: Scene, name: str, day: dt.date, orbit: int, rng: np.random.Generator
) -> Bands:
    """Return the image of one orbit over a day: a column where it saw the ground, else nothing.

    A pixel of the equator is seen once a day; orbits draw near each other towards the poles. Once
    in ``1 / ABSURD`` the retrieval gives a number far below any column.

    Args:
        scene: the pixels.
        name: the gas: so2, no2 or co.
        day: the day.
        orbit: which of the ``ORBITS`` of the day.
        rng: random numbers of this image.
    """
    gas, pixels = GASES[name], scene.pixels
    lat, month = pixels.lat, day.replace(day=1)
    noon = np.abs(lat - np.rad2deg(declination(month.timetuple().tm_yday + 14)))
    lit = np.flatnonzero(noon <= gas.sun)
    values = np.full(pixels.shape, FILL, "float32")
    if lit.size:
        truth = _truth_of_month(scene, name, month)[lit]
        across = (pixels.lon - _middle(day, orbit) + 180) % 360 - 180
        half = 180 / ORBITS / np.maximum(np.cos(np.deg2rad(lat[lit])), 1e-3)
        seen = np.abs(across) < half[:, None]
        seen &= rng.random(seen.shape, dtype="float32") < gas.seen
        error = gas.noise * _errors(rng, pixels.side, lit, seen.shape)
        column = truth + error
        column[rng.random(seen.shape, dtype="float32") < ABSURD] = gas.absurd
        values[lit] = np.where(seen, column, FILL)
    return {gas.variable: (values, values != FILL)}


def _errors(rng: np.random.Generator, side: int, rows: Array, shape: tuple[int, int]) -> Array:
    """Return standard normal errors of some rows of pixels, which neighbours share in part."""
    columns = np.arange(shape[1]) // side
    cells = rng.standard_normal((rows[-1] // side + 1, columns[-1] + 1), dtype="float32")
    own = rng.standard_normal(shape, dtype="float32")
    common = cells[rows // side][:, columns]
    return np.sqrt(WEATHER_SHARE) * common + np.sqrt(1 - WEATHER_SHARE) * own


def orbit_days(name: str, year: int, first: str) -> list[tuple[dt.date, int]]:
    """Return the images (day, orbit) of a year.

    Args:
        name: the gas.
        year: the year.
        first: first, incomplete, month of the gas, YYYY-MM.
    """
    begin = dt.date.fromisoformat(f"{first}-{GASES[name].first_day:02d}")
    start = max(begin, dt.date(year, 1, 1))
    days = (dt.date(year + 1, 1, 1) - start).days
    images = range(max(days, 0) * ORBITS)
    return [(start + dt.timedelta(days=number // ORBITS), number % ORBITS) for number in images]


def _middle(day: dt.date, orbit: int) -> float:
    """Return the longitude below the middle of an orbit: the pattern shifts from day to day."""
    return 360 / ORBITS * orbit + 97.0 * day.toordinal() % 360


def _truth_of_month(scene: Scene, name: str, month: dt.date) -> Array:
    """Return the column (row, column) of a month, its own 3 % of error in each cell included."""
    if scene.months.get(name, (None,))[0] != month:
        pixels = scene.pixels
        rng = random_numbers(
            scene.seed, "xco2_gases", list(GASES).index(name), month.year, month.month
        )
        true = _COLUMNS[name](pixels.lat[:, None], pixels.lon[None, :], scene.emission, month)
        scene.months[name] = month, true * (1 + 0.03 * rng.standard_normal(true.shape))
    return scene.months[name][1]


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
