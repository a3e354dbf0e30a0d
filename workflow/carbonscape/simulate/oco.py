"""Simulated OCO-2 and OCO-3 Lite granules: soundings of the column of carbon dioxide, day by day.

Layout of the Lite files of versions 11r and 10.4r (OCO-2 and OCO-3 Data User's Guide, GES DISC).
What is chosen: tracks are thinned to a few hundred frames a day; half of the orbits of OCO-2
look down (no retrieval over water), the other half at the glint; clouds take whole frames.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carbonscape.core.errors import ConfigError
from carbonscape.core.progress import Progress
from carbonscape.simulate.emissions import emission_density
from carbonscape.simulate.geography import SOUTH, Geography
from carbonscape.simulate.lattice import Array, random_numbers
from carbonscape.simulate.oco_files import DEFECTS, write_granule
from carbonscape.simulate.oco_orbits import LOWEST_SUN, footprints, sun_zenith
from carbonscape.simulate.xco2 import Atmosphere

#: X2019 from X2007: slope and intercept (ppm), Hall et al. 2021, doi 10.5194/amt-14-3015-2021.
X2019 = (1.00079, -0.142)

_NAME = re.compile(r"(oco[23])_LtCO2_(\d{6})_\w+\.nc4")
_FRAMES = 1.25  # candidate frames for each sounding that is wanted: night and clouds take most
# Share of ocean frames that is kept: OCO-2 looks at the glint in every second orbit only.
_OCEAN = {"oco2": 1.0, "oco3": 0.4}
_WHOLE = 0.92  # share of the footprints of a clear frame that are clear
# ppm: of one footprint, of all of a frame, of an instrument and of the bias's two causes.
_NOISE, _FRAME_NOISE, _BIAS = 0.5, 0.33, 0.2
_BAD, _BAD_SPREAD, _BAD_LOSS = 0.09, 3.0, 0.02
_LARGEST_VIEW = {"oco2": 25.0, "oco3": 40.0}  # degrees from the zenith
# Bias of bright ground against dark, as a share of the bias: desert, snow; forest; ocean.
_BRIGHT, _DARK = (15, 16), (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class View:
    """What is behind the soundings.

    Attributes:
        atmosphere: the column over the Earth.
        geography: the real maps: land, cover, rain.
    """

    atmosphere: Atmosphere
    geography: Geography


def write_oco(
    paths: Sequence[str | os.PathLike[str]],
    *,
    view: View,
    soundings: int,
    seed: int,
    defects: Collection[str] = (),
) -> list[Path]:
    """Write granules; the name of a file tells its instrument and its day.

    Args:
        paths: files ``oco2_LtCO2_YYMMDD_...nc4`` or ``oco3_...``.
        view: the simulated atmosphere and the maps.
        soundings: how many soundings a granule has at most, about; a dark season leaves fewer.
        seed: seed of the run.
        defects: of ``oco_files.DEFECTS``, what is wrong with all of these files, for tests.

    Returns:
        The files.

    Raises:
        ConfigError: a name that tells no day, or an unknown defect.
        ResultError: the disk is full or the folder cannot be written to.
    """
    unknown = sorted(set(defects) - set(DEFECTS))
    if unknown:
        raise ConfigError(
            f"defects: found '{unknown[0]}', expected some of {', '.join(DEFECTS)}; correct it."
        )
    written, progress = [Path(path) for path in paths], Progress("OCO granules", len(paths))
    for path in written:
        instrument, day = _named(path)
        rng = random_numbers(seed, "oco", int(instrument[-1]), day.toordinal())
        found = observe(instrument, day, view, soundings, rng)
        if "poles_and_dateline" in defects:
            found = _at_the_edges(found)
        write_granule(path, instrument, day, found, defects=defects)
        progress.advance()
    return written


def _named(path: Path) -> tuple[str, dt.date]:
    """Return the instrument and the day that the name of a granule tells."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ConfigError(
            f"{path}: found a name that tells no instrument and day, expected one such as "
            "oco2_LtCO2_150701_B11014Ar_150701120000s.nc4; correct it."
        )
    return match[1], dt.datetime.strptime(match[2], "%y%m%d").date()


def observe(
    instrument: str, day: dt.date, view: View, soundings: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Return what an instrument retrieves in a day, by variable (sounding) and in order of time.

    The granule begins and ends with an orbit, some minutes after midnight: its last soundings
    are of the next day.

    Args:
        instrument: ``oco2`` or ``oco3``.
        day: the day of the granule.
        view: what is behind.
        soundings: how many there are at most, about.
        rng: random numbers of this granule.
    """
    found = _frames(instrument, day, view.geography, soundings, rng)
    xco2, flag = _retrieve(instrument, found, view, rng)
    number = len(xco2)
    found |= {
        "xco2": xco2,
        "xco2_x2019": X2019[0] * xco2 + X2019[1],
        "xco2_uncertainty": rng.uniform(0.35, 0.7, number) * np.where(flag, 1.5, 1.0),
        "xco2_apriori": found["truth"] + 0.8 * np.sin(np.deg2rad(3 * found["latitude"])),
        "xco2_quality_flag": flag.astype("int8"),
        "xco2_qf_bitflag": np.where(flag, 1 << rng.integers(0, 20, number), 0),
    }
    lost = flag & (rng.random(number) < _BAD_LOSS)
    for name in ("xco2", "xco2_x2019", "xco2_uncertainty"):
        found[name] = np.where(lost, np.nan, found[name])
    return found


def _frames(
    instrument: str, day: dt.date, maps: Geography, soundings: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Return where and when there are retrievals, by variable (sounding)."""
    number = max(int(_FRAMES * soundings), 8)
    start = rng.uniform(120.0, 720.0)
    spacing = 86400.0 / number
    seconds = start + spacing * (np.arange(number) + rng.uniform(0.0, 1.0, number))
    lat, lon, orbit, vertices = footprints(instrument, day, seconds)
    sun = sun_zenith(lat[:, 3], lon[:, 3], day, seconds)
    share = maps.land_share(lat, lon)
    nadir = (orbit % 2 == 0) | (instrument == "oco3")
    water = share[:, 3] < 0.5
    # OCO-3 turns to the glint over water; OCO-2 keeps its mode for an orbit.
    mode = np.where(water if instrument == "oco3" else ~nadir, 1, 0)
    target = emission_density(lat[:, 3], lon[:, 3], width=0.6) > 0.3
    mode = np.where(target & ~water, 4 if instrument == "oco3" else 2, mode)
    seen = ~water | ((mode == 1) & (rng.random(number) < _OCEAN[instrument]) & (sun < 70.0))
    clear = rng.random(number) < _clear_share(maps, lat[:, 3], lon[:, 3], day)
    kept = seen & clear & (sun <= LOWEST_SUN) & (lat.min(axis=1) > SOUTH)
    most = int(np.ceil(soundings / (8 * _WHOLE)))
    kept[rng.permutation(np.flatnonzero(kept))[most:]] = False
    each = np.repeat(kept, 8) & (rng.random(8 * number) < _WHOLE)
    times = seconds[:, None] + np.zeros(8)
    columns = {
        "latitude": lat,
        "longitude": lon,
        "seconds": times,
        "land_share": share,
        "footprint": np.broadcast_to(np.arange(1, 9), lat.shape),
        "orbit": np.broadcast_to(orbit[:, None], lat.shape),
        "operation_mode": np.broadcast_to(mode[:, None], lat.shape),
        "solar_zenith_angle": sun_zenith(lat, lon, day, times),
        "sensor_zenith_angle": np.broadcast_to(_view(instrument, mode, sun)[:, None], lat.shape),
        "frame_noise": np.broadcast_to(rng.standard_normal(number)[:, None], lat.shape),
    }
    found = {name: values.reshape(-1)[each] for name, values in columns.items()}
    for name, values in zip(("vertex_latitude", "vertex_longitude"), vertices, strict=True):
        found[name] = values.reshape(-1, 4)[each]
    return found | {"time": _seconds_since_1970(day) + found.pop("seconds")}


def _clear_share(maps: Geography, lat: Array, lon: Array, day: dt.date) -> Array:
    """Return the share of frames that clouds leave: more rain, fewer of them.

    Choice: 0.8 in deserts, 0.46 with 2 mm d-1 and 0.2 with 7 mm d-1.
    """
    rain = maps.climatology(lat, lon)[1][day.month - 1]
    return 0.1 + 0.7 * np.exp(-np.maximum(rain, 0) / 3.0)


def _view(instrument: str, mode: Array, sun: Array) -> Array:
    """Return the angle (degrees) of the line of sight from the zenith (frame)."""
    return np.where(mode == 0, 0.3, np.minimum(0.6 * sun, _LARGEST_VIEW[instrument]))


def _retrieve(
    instrument: str, found: dict[str, Array], view: View, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Add the true column and the air mass, and return the retrieved column and who is bad."""
    lat, lon = found["latitude"], found["longitude"]
    when = np.rint(found["time"] * 1000).astype("int64").astype("M8[ms]")
    found["truth"] = view.atmosphere.at(lat, lon, when)
    slant = (np.cos(np.deg2rad(found[f"{body}_zenith_angle"])) for body in ("solar", "sensor"))
    found["airmass"] = sum(1 / np.maximum(path, 0.05) for path in slant)
    ground = view.geography.igbp(lat, lon)
    found["igbp"] = np.where(found["land_share"] < 0.5, 17, ground)
    bright = np.isin(ground, _BRIGHT) * 1.0 - np.isin(ground, _DARK) * 1.0
    bright = np.where(found["land_share"] < 0.5, -0.5, bright)
    bias = _BIAS * (0.7 * bright + np.clip(0.5 * (found["airmass"] - 2.8), -0.5, 1.0))
    if instrument == "oco3":
        bias = bias + 0.5 * _BIAS
    number = len(lat)
    chance = _BAD * (1 + (found["airmass"] > 4.5) + (ground == 15))
    flag = rng.random(number) < chance
    noise = _NOISE * rng.standard_normal(number) + _FRAME_NOISE * found["frame_noise"]
    gross = np.where(flag, -1.0 + _BAD_SPREAD * rng.standard_normal(number), 0.0)
    return found["truth"] + bias + noise + gross, flag


def _seconds_since_1970(day: dt.date) -> float:
    """Return the midnight of a day in seconds since 1970-01-01, UTC."""
    return 86400.0 * (day - dt.date(1970, 1, 1)).days


def _at_the_edges(found: dict[str, Array]) -> dict[str, Array]:
    """Return the soundings with the first ones at the edges of any grid, good and on land."""
    corners = ((90.0, 0.0), (-90.0, 10.0), (10.0, 180.0), (10.0, -180.0), (89.99, 179.99))
    result = {name: np.array(values) for name, values in found.items()}
    for number, (lat, lon) in enumerate(corners[: len(found["time"])]):
        result["latitude"][number], result["longitude"][number] = lat, lon
        result["land_share"][number], result["igbp"][number] = 1.0, 16
        result["xco2_quality_flag"][number] = 0
        for name in ("xco2", "xco2_x2019"):
            result[name][number] = 400.0
    return result
