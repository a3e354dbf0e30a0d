"""Simulated MOD15A2H.061: leaf area and FPAR as Terra's MODIS would retrieve them, raw.

Conventions: file specification and user guide of MOD15A2H (doi 10.5067/MODIS/MOD15A2H.061).
Bits of ``FparLai_QC``: 0 MODLAND (1: not the main algorithm), 1 sensor (1: Aqua), 2 dead
detectors, 3-4 cloud state, 5-7 SCF_QC (0 main, 1 main with saturation, 2 and 3 back-up, 4 not
produced). Raw 249-255 are no values but classes of fill.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np

from carbonscape.simulate.lattice import Array, declination, random_numbers
from carbonscape.simulate.native_scene import Bands, Scene

#: Composites that Terra never delivered: before its first (2000-02-18) and in its two outages.
OUTAGES = frozenset({(2000, slot) for slot in range(6)} | {(2001, 21), (2016, 6)})
#: FparLai_QC of a pixel that was not produced: bit 0, dead detectors, cloud state 3, SCF_QC 4.
NOT_PRODUCED = 157
_FILL = 255
#: True IGBP class -> raw value of pixels in which the product is not defined.
_FILL_CLASSES = {17: 254, 16: 253, 15: 252, 13: 250}
#: What of the truth a retrieval needs.
SERIES = ("lai", "fpar", "cloud")

# Errors of a retrieval. Choices of the size that validations report: RMSE 0.66 of LAI at a mean
# near 2 holds representativeness too (Yan et al. 2016, doi 10.3390/rs8060460).
_LAI_ERROR, _DENSE_LAI_ERROR, _DENSE = 0.10, 0.20, 5.0
_FPAR_ERROR = 0.03
_DARK = np.deg2rad(86.0)  # choice: no surface reflectance with the noon sun lower than that


class Raw(NamedTuple):
    """Raw retrievals, uint8, of one shape: LAI in 0.1, FPAR in 0.01, FparLai_QC."""

    lai: Array
    fpar: Array
    qc: Array


def missing_composites(year: int, seed: int) -> set[int]:
    """Return the slots (0-45) of a year that have no composite.

    These are the real outages of Terra and one more, drawn once in four years.
    """
    rng = random_numbers(seed, "outages", year // 4)
    drawn, slot = 4 * (year // 4) + int(rng.integers(4)), int(rng.integers(46))
    return {s for y, s in OUTAGES if y == year} | ({slot} if year == drawn else set())


def dark(lat: Array, days: list[dt.date]) -> Array:
    """Say where (composite, place) even the noon sun of a composite's fourth day is too low.

    Args:
        lat: latitudes (place), degrees north.
        days: first days of the composites.
    """
    middle = np.array([day.timetuple().tm_yday + 3.5 for day in days])
    return np.abs(np.deg2rad(lat) - declination(middle)[:, None]) > _DARK


def retrieve(
    rng: np.random.Generator, *, lai: Array, fpar: Array, cloud: Array, luck: Array
) -> Raw:
    """Retrieve LAI and FPAR from what is truly there.

    Args:
        rng: random numbers.
        lai: true leaf area, m2 m-2; NaN: nothing to retrieve.
        fpar: true FPAR, 0-1.
        cloud: share of retrievals, 0-1, that the main algorithm does not make.
        luck: uniform random numbers, 0-1; below ``cloud``, the main algorithm fails.

    Returns:
        Raw values in the shape of the arguments.
    """
    main = luck >= cloud
    error, other = rng.standard_normal((2, *np.shape(lai)), dtype="float32")
    spread = np.where(lai > _DENSE, _DENSE_LAI_ERROR, _LAI_ERROR)
    # Choice: clouds left in the reflectances make the back-up algorithm see fewer leaves.
    leaves = lai * np.where(main, 1 + spread * error, 0.7 + 0.3 * error)
    light = np.where(main, fpar + _FPAR_ERROR * (error + other) / np.sqrt(2), 0.8 * fpar)
    # Choice: saturation sets in at LAI 3 and is usual at 7.
    dice = rng.random(np.shape(lai), dtype="float32")
    saturated = dice < np.clip((lai - 3.0) / 4.0, 0.0, 0.9)
    scf = np.where(main, saturated, np.where(dice < 0.2, 2, np.where(dice < 0.85, 3, 4)))
    result = Raw(raw_units(leaves, 0.1), raw_units(light, 0.01), _quality_bits(rng, scf))
    return without(result, np.isnan(lai) | (scf == 4))


def raw_units(values: Array, scale: float) -> Array:
    """Return values as raw numbers 0 to 100 (uint8) of the given scale; NaN becomes 0."""
    return np.clip(np.rint(np.nan_to_num(values) / scale), 0, 100).astype("uint8")


def _quality_bits(rng: np.random.Generator, scf: Array) -> Array:
    """Return FparLai_QC (uint8) for an SCF_QC, with its other bits in about real proportions."""
    dice = rng.random((4, *scf.shape), dtype="float32")
    main = scf < 2
    odd = main & (dice[3] < 0.002)  # seen in files: SCF_QC 1 although bit 0 says back-up
    likely = np.where(main, 0.95, 0.40), np.where(main, 0.97, 0.75), np.where(main, 0.995, 0.95)
    state = np.select([dice[0] < edge for edge in likely], [0, 1, 2], 3)
    bits = (~main | odd).astype("uint8") | (dice[1] < 0.01).astype("uint8") << 1
    bits |= (dice[2] < 0.005).astype("uint8") << 2 | state.astype("uint8") << 3
    return bits | np.where(odd, 1, scf).astype("uint8") << 5


def without(raw: Raw, nothing: Array) -> Raw:
    """Return the retrievals with 255, 255 and 157 where there is nothing."""
    parts = zip(raw, (_FILL, _FILL, NOT_PRODUCED), strict=True)
    return Raw(*(np.where(nothing, np.uint8(fill), values) for values, fill in parts))


def with_fill_classes(raw: Raw, code: Array) -> Raw:
    """Return the retrievals with the fill class of the land cover, an IGBP code of their shape."""
    for igbp, fill in _FILL_CLASSES.items():
        found = code == igbp
        parts = zip(raw, (fill, fill, NOT_PRODUCED), strict=True)
        raw = Raw(*(np.where(found, np.uint8(value), values) for values, value in parts))
    return raw


def leaf_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the raw composite that starts on a day on the pixels of a scene.

    Fill classes follow the land cover; what was not produced (255) has no value.
    """
    pixels, slot = scene.pixels, (day - dt.date(day.year, 1, 1)).days // 8
    lai, fpar, cloud = (scene.of_year(n, day.year)[slot][pixels.home] for n in SERIES)
    raw = retrieve(
        rng,
        lai=lai * pixels.leafier,
        fpar=np.clip(fpar * np.sqrt(pixels.leafier), 0.0, 1.0),
        cloud=np.nan_to_num(cloud) * scene.parts.clouds,
        luck=pixels.luck(rng),
    )
    raw = without(raw, dark(pixels.north, [day])[0])
    raw = with_fill_classes(raw, scene.of_year("igbp", day.year)[pixels.home])
    lai, fpar = (pixels.spread(values, _FILL_CLASSES[17]) for values in raw[:2])
    qc = pixels.spread(raw.qc, NOT_PRODUCED)
    return {
        "Lai_500m": (lai, lai != _FILL),
        "Fpar_500m": (fpar, fpar != _FILL),
        "FparLai_QC": (qc, np.ones(qc.shape, bool)),
    }
