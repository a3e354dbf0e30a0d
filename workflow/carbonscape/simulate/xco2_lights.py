"""Simulated VCMSLCFG: monthly night lights of VIIRS, raw, on pixels.

The Earth Observation Group's monthly product (Elvidge et al. 2017, doi
10.1080/01431161.2017.1342050): ``avg_rad`` in nW cm-2 sr-1, which may be negative, and the number
of cloud-free nights; where that is 0, ``avg_rad`` is 0 and means nothing.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from carbonscape.simulate.lattice import Array, declination
from carbonscape.simulate.native_scene import Bands, Scene

FILL = np.float32(-9999)
#: The product has nothing north of the first and south of the second latitude.
NORTH, SOUTH = 75.0, -65.0
_BRIGHTEST = 60.0  # choice: nW cm-2 sr-1 where the emission density is 1
_RURAL = {13: 5.0, 12: 0.4, 14: 0.3}  # choice: by true IGBP class, nW cm-2 sr-1
_GROWTH = 0.02  # choice: of lights, a year
_NOISE = 0.12  # choice: nW cm-2 sr-1 in one month of a dark place
_NIGHTS = 20.0  # choice: usable nights of a cloudless month
_SEA_CLOUD = 0.5


def months_of(year: int) -> list[dt.date]:
    """Return the first days of the months of a year."""
    return [dt.date(year, month, 1) for month in range(1, 13)]


def lights_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the lights of the month that begins on a day, on land and sea.

    No night is dark enough where the midnight sun is less than 6 degrees below the horizon.
    """
    pixels, lat = scene.pixels, scene.pixels.lat
    code = scene.of_year("igbp", day.year)[pixels.home]
    light = _BRIGHTEST * scene.emission * (1 + _GROWTH) ** (day.year - 2015)
    rural = np.zeros(len(pixels))
    for igbp, radiance in _RURAL.items():
        rural[code == igbp] = radiance
    light = light + pixels.spread(rural, 0.0)
    noise = _NOISE * rng.standard_normal(light.shape, dtype="float32")
    radiance = light * (1 + 0.08 * rng.standard_normal(light.shape, dtype="float32")) + noise
    cloud = _monthly_cloud(scene, day) * scene.parts.clouds
    nights = rng.poisson(_NIGHTS * (1 - 0.85 * cloud)).clip(max=31)
    nights = np.where(_bright_nights(lat, day)[:, None], 0, nights).astype("uint16")
    radiance = np.where(nights == 0, 0.0, np.maximum(radiance, -1.5)).astype("float32")
    outside = (lat > NORTH) | (lat < SOUTH)
    radiance[outside], nights[outside] = FILL, 0
    there = np.broadcast_to(~outside[:, None], light.shape)
    return {"avg_rad": (radiance, there), "cf_cvg": (nights, there)}


def _monthly_cloud(scene: Scene, day: dt.date) -> Array:
    """Return the cloud (row, column) of a month, 0-1: a share of the truth's; a half at sea."""
    steps = np.nan_to_num(scene.of_year("cloud", day.year), nan=_SEA_CLOUD)
    nearest = int((day.month - 1) * 30.4 + 15) // 8
    around = np.clip(nearest + np.arange(-1, 2), 0, 45)
    return scene.pixels.spread(steps[around].mean(axis=0)[scene.pixels.home], _SEA_CLOUD)


def _bright_nights(lat: Array, day: dt.date) -> Array:
    """Say where (row) the midnight sun of a month is less than 6 degrees below the horizon."""
    middle = day.timetuple().tm_yday + 14
    altitude = np.abs(lat + np.rad2deg(declination(middle))) - 90
    return altitude > -6
