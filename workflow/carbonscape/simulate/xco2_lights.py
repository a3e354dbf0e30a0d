"""Simulated VCMSLCFG: monthly night lights of VIIRS on the XCO2 grid.

Layout of what the fetch step writes of the Earth Observation Group's monthly product (Elvidge et
al. 2017, doi 10.1080/01431161.2017.1342050): ``avg_rad`` in nW cm-2 sr-1, which may be negative,
and the number of cloud-free nights; where that is 0, ``avg_rad`` is 0 and means nothing.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_cells,
    add_variable,
    declination,
    netcdf_file,
    random_numbers,
)
from carbonscape.simulate.xco2_places import Places

FILL = np.float32(-9999)
#: The product has nothing north of the first and south of the second latitude.
NORTH, SOUTH = 75.0, -65.0
_BRIGHTEST = 60.0  # choice: nW cm-2 sr-1 where the emission density is 1
_RURAL = {13: 5.0, 12: 0.4, 14: 0.3}  # choice: by true IGBP class, nW cm-2 sr-1
_GROWTH = 0.02  # choice: of lights, a year
_NOISE = 0.12  # choice: nW cm-2 sr-1 in one month of a dark place
_NIGHTS = 20.0  # choice: usable nights of a cloudless month
_SEA_CLOUD = 0.5


def write_lights(
    path: Path, *, places: Places, emission: Array, year: int, seed: int, parts: Any
) -> None:
    """Write the lights of a year, month by month, on land and sea.

    No night is dark enough where the midnight sun is less than 6 degrees below the horizon.

    Args:
        path: the file.
        places: the land cells.
        emission: emission density of all cells (lat, lon), ``emission_in_cells``.
        year: the year.
        seed: seed of the run.
        parts: ``clouds`` off: every night is clear.
    """
    rng = random_numbers(seed, "xco2_lights", year)
    months = [dt.date(year, month, 1) for month in range(1, 13)]
    code = places.spread(places.of_year("igbp", year), np.nan)
    light = _BRIGHTEST * emission * (1 + _GROWTH) ** (year - 2015)
    for igbp, radiance in _RURAL.items():
        light = light + np.where(code == igbp, radiance, 0.0)
    shape = (12, *light.shape)
    noise = _NOISE * rng.standard_normal(shape, dtype="float32")
    radiance = light * (1 + 0.08 * rng.standard_normal(shape, dtype="float32")) + noise
    cloud = _monthly_cloud(places, year) * parts.clouds
    nights = rng.poisson(_NIGHTS * (1 - 0.85 * cloud)).clip(max=31)
    nights = np.where(_bright_nights(places.lat, months)[:, :, None], 0, nights).astype("uint16")
    radiance = np.where(nights == 0, 0.0, np.maximum(radiance, -1.5)).astype("float32")
    outside = (places.lat > NORTH) | (places.lat < SOUTH)
    radiance[:, outside], nights[:, outside] = FILL, 0
    axes = ("time", "lat", "lon")
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, months)
        about = {"units": "nW cm-2 sr-1", "long_name": "Average radiance of the day/night band"}
        add_variable(data, "avg_rad", radiance, axes, about, fill=FILL)
        about = {"units": "1", "long_name": "Cloud-free observations"}
        add_variable(data, "cf_cvg", nights, axes, about)


def _monthly_cloud(places: Places, year: int) -> Array:
    """Return the cloud (month, lat, lon) of a year, 0-1: a share of the truth's; a half at sea."""
    steps = np.nan_to_num(places.of_year("cloud", year), nan=_SEA_CLOUD)
    nearest = (np.arange(12) * 30.4 + 15).astype(int) // 8
    around = np.clip(nearest[:, None] + np.arange(-1, 2), 0, 45)
    return places.spread(steps[around].mean(axis=1), _SEA_CLOUD)


def _bright_nights(lat: Array, months: list[dt.date]) -> Array:
    """Say where (month, lat) the midnight sun is less than 6 degrees below the horizon."""
    middle = np.array([month.timetuple().tm_yday + 14 for month in months])
    altitude = np.abs(lat + np.rad2deg(declination(middle))[:, None]) - 90
    return altitude > -6
