"""Simulated MOD11A1.061 and MOD10A1.061: daily surface temperature and snow, raw, on pixels.

Both follow the simulated weather at the homes of the pixels. Bits of ``QC_Day`` and
``QC_Night`` (user guide of MOD11A1, doi 10.5067/MODIS/MOD11A1.061): 0-1 mandatory (0 good, 1
other quality, 2 not produced because of cloud, 3 not produced for other reasons), 2-3 data
quality, 4-5 error of the emissivity, 6-7 error of the temperature (0: up to 1 K, 1: 2 K, 2: 3 K,
3: more). ``NDSI_Snow_Cover_Basic_QA`` (doi 10.5067/MODIS/MOD10A1.061): 0 best to 3 poor, 211
night, 239 ocean.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from carbonscape.simulate.lattice import Array, random_numbers
from carbonscape.simulate.modis_lai import dark
from carbonscape.simulate.native_scene import Bands, Scene, with_fill

#: Days on which Terra's MODIS stood still in February 2016.
OUTAGE = (dt.date(2016, 2, 19), dt.date(2016, 2, 27))
_LST_SCALE, _NDSI_SCALE = 0.02, 0.0001
_SEA_QC = 3  # not produced for other reasons
_NIGHT, _OCEAN, _NO_SNOW_VALUE, _NO_INDEX = 211, 239, 255, -32768


def days_seen(year: int, seed: int, *, gaps: bool) -> list[dt.date]:
    """Return the days of a year that have an image: all but the outage and one more, drawn.

    Args:
        year: the year.
        seed: seed of the run.
        gaps: off: all days.
    """
    first = dt.date(year, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]
    if not gaps:
        return days
    lost = days[int(random_numbers(seed, "xco2_modis", 10, year).integers(len(days)))]
    return [day for day in days if day != lost and not OUTAGE[0] <= day <= OUTAGE[1]]


def _weather(scene: Scene, day: dt.date, *names: str) -> list[Array]:
    """Return fields of the weather of a day (place)."""
    surface = scene.surface
    row = int((np.datetime64(day, "D") - surface.days[0]).astype(int))
    return [getattr(surface, name)[row][scene.pixels.home] for name in names]


def lst_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the MOD11A1 image of a day: LST by day and by night, each with its QC.

    By day the ground is warmer than the air by a share of the light, more where it is bare and
    less under snow; by night colder. Nothing is seen through clouds. Temperatures with an error
    of more than 3 K are up to 40 K wrong, as clouds that were not found make them.
    """
    pixels = scene.pixels
    step = min((day.timetuple().tm_yday - 1) // 8, 45)
    lai = np.nan_to_num(scene.of_year("lai", day.year)[step])
    green = (1 - np.exp(-0.5 * lai))[pixels.home]
    air, light, snow, cloud = _weather(scene, day, "t2m", "light", "snow", "cloud")
    air = air + pixels.warmer
    # Choice: 20 K above the daily mean of the air in a bright desert, 8 K over a forest.
    by_day = air + light * (0.07 - 0.04 * green) * (1 - 0.7 * snow)
    by_night = air - 2.0 - 0.02 * light * (1 - 0.5 * green)
    bands = {}
    for name, kelvin in (("Day", by_day), ("Night", by_night)):
        luck = pixels.luck(rng)
        raw, qc = _retrieve_lst(rng, kelvin, cloud * scene.parts.clouds, luck)
        bands[f"LST_{name}_1km"] = with_fill(pixels.spread(raw, 0), 0)
        qc = pixels.spread(qc, _SEA_QC)
        bands[f"QC_{name}"] = qc, np.ones(qc.shape, bool)
    return bands


def _retrieve_lst(
    rng: np.random.Generator, kelvin: Array, cloud: Array, luck: Array
) -> tuple[Array, Array]:
    """Return raw LST (uint16, 0.02 K, 0 where there is none) and its QC (uint8)."""
    dice, which = rng.random((2, *kelvin.shape), dtype="float32")
    error = rng.standard_normal(kelvin.shape, dtype="float32")
    mandatory = np.where(dice < 0.7, 0, 1).astype("uint8")
    # Choice: skies with less than half cloud show the ground nearly always.
    hidden = luck < np.clip(1.4 * (cloud - 0.45), 0.0, 0.95)
    lost = luck > 0.995
    mandatory = np.where(hidden, 2, np.where(lost, 3, mandatory)).astype("uint8")
    other = mandatory == 1
    worst = np.select([which < 0.3, which < 0.7, which < 0.9], [0, 1, 2], 3)
    grade = np.where(other, worst, 0).astype("uint8")
    spread = np.array([0.5, 0.8, 1.3, 15.0], "float32")[grade]
    bias = np.where(grade == 3, -20.0, 0.0)  # cloud tops are cold
    raw = np.rint((kelvin + bias + spread * error) / _LST_SCALE)
    raw = np.where(mandatory >= 2, 0, np.clip(raw, 7500, 65535)).astype("uint16")
    emissivity = np.where(which < 0.5, 1, 2).astype("uint8")
    bits = mandatory | other.astype("uint8") << 2 | emissivity << 4 | grade << 6
    return raw, np.where(mandatory >= 2, mandatory, bits).astype("uint8")


def snow_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the MOD10A1 image of a day: snow cover, its basic QA and the raw index.

    Trees hide snow. Clouds leave no snow cover, though the QA stays; nothing is seen where the
    noon sun is too low. A few poor retrievals take clouds for snow, in the tropics too.
    """
    pixels = scene.pixels
    snow, cloud = _weather(scene, day, "snow", "cloud")
    luck, dice = pixels.luck(rng), rng.random(len(pixels), dtype="float32")
    error = rng.standard_normal(len(pixels), dtype="float32")
    # Choice: MODIS's index is 0.9 over open snow and half that under a closed forest.
    trees = scene.trees(day.year)[pixels.home]
    index = snow * (0.9 - 0.45 * trees) - 0.15 * (1 - snow) + 0.03 * error
    quality = np.select([dice < 0.6, dice < 0.85, dice < 0.97], [0, 1, 2], 3).astype("uint8")
    taken = (quality == 3) & (luck > 0.7)
    index = np.where(taken, 0.6 + 0.4 * luck, index)
    cover = np.rint(100 * np.clip(np.where(index < 0.1, 0.0, index), 0, 1)).astype("uint8")
    hidden = luck < np.clip(1.4 * (cloud * scene.parts.clouds - 0.45), 0.0, 0.95)
    night = dark(pixels.north, [day - dt.timedelta(days=3)])[0]
    raw = np.rint(np.clip(index, -1, 1) / _NDSI_SCALE).astype("int16")
    cover[hidden | night], quality[night], raw[night] = _NO_SNOW_VALUE, _NIGHT, _NO_INDEX
    return {
        "NDSI_Snow_Cover": with_fill(pixels.spread(cover, _NO_SNOW_VALUE), _NO_SNOW_VALUE),
        "NDSI_Snow_Cover_Basic_QA": with_fill(pixels.spread(quality, _OCEAN), 255),
        "NDSI": with_fill(pixels.spread(raw, _NO_INDEX), _NO_INDEX),
    }
