"""Simulated MODIS vegetation of the XCO2 grid, raw, on pixels: GPP, EVI, tree cover, land cover.

MOD17A2H (8 days), MOD13A2 (16 days), MOD44B and MCD12Q1 (yearly): raw units, fills and quality
of the products' user guides (doi 10.5067/MODIS/MOD17A2H.006, MOD13A2.061, MOD44B.061,
MCD12Q1.061). Bits of ``Psn_QC``: 0 MODLAND (0 good), 1 sensor, 2 dead detectors, 3-4 cloud state,
5-7 confidence (0 very best, 1 good, 2 and 3 substandard, 4 not retrieved, 7 fill). ``SummaryQA``:
0 good, 1 marginal, 2 snow or ice, 3 cloudy.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from carbonscape.simulate.cover import igbp_view
from carbonscape.simulate.lattice import Array, composite_starts, random_numbers
from carbonscape.simulate.modis_lai import dark
from carbonscape.simulate.native_scene import Bands, Scene, with_fill

GPP_FILL, EVI_FILL, QA_FILL, WATER, TREE_FILL = 32767, -3000, -1, 200, 253
#: True IGBP classes in which MOD17A2H has no GPP: urban, snow, barren, water.
NO_GPP = (13, 15, 16, 17)
_NOT_RETRIEVED, _FILLED = 4, 7  # confidence
_GPP_ERROR, _POOR_GPP_ERROR, _EVI_ERROR, _TREE_ERROR = 0.10, 0.30, 0.012, 3.0
_ABSURD_GPP = 29000  # raw: 36 gC m-2 d-1 and more than ten times a rain forest's
_BARE_EVI, _EVI_RANGE = 0.05, 0.55
_TREES_SEEN = 0.9  # choice: of a closed forest MOD44B reports some nine tenths
_VCF_DAY = 65  # the year of MOD44B begins on this day of the year
_OTHER_CLASS = 0.08  # choice: share of the pixels whose class is another than their cell's
_NO_CLASS = 0.003  # choice: share of the pixels without a class


def composite_length(start: dt.date) -> int:
    """Return the days of the 8-day composite that starts on a day: the last ends the year."""
    return min((dt.date(start.year + 1, 1, 1) - start).days, 8)


def gpp_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the MOD17A2H composite that starts on a day: its GPP and Psn_QC.

    The truth's GPP in the middle of the composite, times the share of the cell where satellites
    retrieve leaves, with an error of 10 % (30 % where substandard). What was not retrieved is a
    fill or, in one of four, an absurd number that only its confidence gives away.
    """
    pixels, homes, year = scene.pixels, scene.pixels.homes, day.year
    length, slot = composite_length(day), (day - dt.date(year, 1, 1)).days // 8
    since = (day - dt.date(1970, 1, 1)).days + length / 2
    daily = homes.gpp_at(np.array([since]))[0] * homes.truth["leafy"].values
    daily = daily[pixels.home] * pixels.leafier
    cloud = scene.of_year("cloud", year)[slot][pixels.home] * scene.parts.clouds
    confidence = _confidence(rng, cloud, pixels.luck(rng))
    confidence[dark(pixels.north, [day])[0]] = _NOT_RETRIEVED
    spread = np.where(confidence >= 2, _POOR_GPP_ERROR, _GPP_ERROR)
    error = 1 + spread * rng.standard_normal(daily.shape, dtype="float32")
    # kgC m-2 in a composite in steps of 0.0001: ten for each gC m-2.
    raw = np.clip(np.rint(daily * length * 10 * error), 0, 3000)
    absurd = rng.random(daily.shape, dtype="float32") < 0.25
    lost = np.where(absurd, _ABSURD_GPP, GPP_FILL)
    raw = np.where(confidence == _NOT_RETRIEVED, lost, raw).astype("int16")
    qc = _psn_bits(rng, confidence)
    undefined = np.isin(scene.of_year("igbp", year), NO_GPP)[pixels.home]
    raw[undefined], qc[undefined] = GPP_FILL, 255
    return {
        "Gpp": with_fill(pixels.spread(raw, GPP_FILL), GPP_FILL),
        "Psn_QC": with_fill(pixels.spread(qc, 255), 255),
    }


def _confidence(rng: np.random.Generator, cloud: Array, luck: Array) -> Array:
    """Return the confidence (0-4) of retrievals of which the share ``cloud`` is spoiled."""
    dice = rng.random(cloud.shape, dtype="float32")
    good = np.where(dice < 0.7, 0, 1)
    poor = np.where(dice < 0.5, 2, np.where(dice < 0.85, 3, _NOT_RETRIEVED))
    return np.where(luck < cloud, poor, good).astype("uint8")


def _psn_bits(rng: np.random.Generator, confidence: Array) -> Array:
    """Return Psn_QC (uint8) of a confidence, its other bits in about real proportions."""
    dice = rng.random((3, *confidence.shape), dtype="float32")
    poor = confidence >= 2
    state = np.where(poor, np.where(dice[0] < 0.6, 1, 2), np.where(dice[0] < 0.9, 0, 3))
    bits = poor.astype("uint8") | (dice[1] < 0.01).astype("uint8") << 1
    bits |= (dice[2] < 0.005).astype("uint8") << 2 | state.astype("uint8") << 3
    return bits | confidence << 5


def evi_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the MOD13A2 composite of 16 days that starts on a day: its EVI and SummaryQA.

    EVI is 0.05 + 0.55 (1 - exp(-LAI / 2)) over the part of the land that has leaves (0.05 over
    the rest), of which snow hides four fifths; a tenth of what lies under snow passes for
    good. Clouds that spoil both halves of a composite make it cloudy and darker, now and then
    absurd.
    """
    pixels, truth, year = scene.pixels, scene.pixels.homes.truth, day.year
    first = 2 * ((day - dt.date(year, 1, 1)).days // 16)
    both = slice(first, first + 2)
    leaves = np.nan_to_num(scene.of_year("lai", year)[both]).mean(axis=0)[pixels.home]
    cloud = np.nan_to_num(scene.of_year("cloud", year)[both].min(axis=0))[pixels.home]
    snow = _snow_from(scene, day)[pixels.home]
    share = truth["leafy"].values / np.maximum(truth["land_share"].values, 0.01)
    green = _EVI_RANGE * (1 - np.exp(-0.5 * leaves * pixels.leafier))
    green *= np.minimum(share, 1.0)[pixels.home]
    error = _EVI_ERROR * rng.standard_normal(green.shape, dtype="float32")
    dice, odd = rng.random((2, *green.shape), dtype="float32")
    cloudy = pixels.luck(rng) < (cloud * scene.parts.clouds) ** 1.5
    evi = (_BARE_EVI + green) * (1 - 0.8 * snow) + error
    evi = np.where(cloudy, 0.5 * evi + 4 * error, evi)
    raw = np.clip(np.rint(evi * 1e4), -2000, 10000)
    raw = np.where(cloudy & (odd < 0.05), np.where(odd < 0.025, -1999, 9998), raw)
    states = [cloudy, (snow > 0.5) & (dice < 0.9), dice < 0.3]
    quality = np.select(states, [3, 2, 1], 0).astype("int8")
    nothing = dark(pixels.north, [day + dt.timedelta(days=4)])[0]
    raw = np.where(nothing, EVI_FILL, raw).astype("int16")
    quality[nothing] = QA_FILL
    return {
        "EVI": with_fill(pixels.spread(raw, EVI_FILL), EVI_FILL),
        "SummaryQA": with_fill(pixels.spread(quality, QA_FILL), QA_FILL),
    }


def _snow_from(scene: Scene, day: dt.date) -> Array:
    """Return the mean share under snow (home) of the 16 days of a composite, within its year."""
    surface = scene.surface
    row = int((np.datetime64(day, "D") - surface.days[0]).astype(int))
    left = (dt.date(day.year + 1, 1, 1) - day).days
    return surface.snow[row : row + min(16, left)].mean(axis=0)


def evi_composites(year: int, seed: int, *, gaps: bool) -> list[dt.date]:
    """Return the starts of the composites of a year: one is absent once in four years."""
    rng = random_numbers(seed, "xco2_modis", 11, year // 4)
    drawn, slot = 4 * (year // 4) + int(rng.integers(4)), int(rng.integers(23))
    starts = composite_starts(year)[::2]
    return [
        start
        for number, start in enumerate(starts)
        if not (gaps and year == drawn and number == slot)
    ]


def tree_days(year: int) -> list[dt.date]:
    """Return the start of the product year of MOD44B."""
    return [dt.date(year, 1, 1) + dt.timedelta(days=_VCF_DAY - 1)]


def tree_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the MOD44B image of a product year: percent of trees; 200 is water.

    ``rng`` is not used: errors are the same every year, a classifier errs where it erred before.
    """
    pixels = scene.pixels
    rng = random_numbers(scene.seed, "native", 1)
    error = _TREE_ERROR * rng.standard_normal(len(pixels)) * scene.parts.cover_views
    percent = 100 * _TREES_SEEN * scene.trees(day.year)[pixels.home] + error
    percent = np.clip(np.rint(percent), 0, 100).astype("uint8")
    percent[rng.random(len(pixels)) < 0.003] = TREE_FILL
    percent[scene.of_year("igbp", day.year)[pixels.home] == 17] = WATER
    return {"Percent_Tree_Cover": with_fill(pixels.spread(percent, WATER), TREE_FILL)}


def class_image(scene: Scene, day: dt.date, rng: np.random.Generator) -> Bands:
    """Return the MCD12Q1 image of a year: IGBP classes, water (17) off land.

    The map errs by cells (``cover.igbp_view``); some pixels have a class like their cell's, or
    none. ``rng`` is not used: errors are the same every year.
    """
    pixels, noise = scene.pixels, scene.parts.cover_views
    by_home, by_pixel = (random_numbers(scene.seed, "native", number) for number in (2, 3))
    seen = igbp_view(scene.of_year("igbp", day.year), by_home, noise=noise)[pixels.home]
    seen = igbp_view(seen, by_pixel, noise=noise, mistaken=_OTHER_CLASS)
    seen[(by_pixel.random(len(pixels)) < _NO_CLASS) & noise] = 255
    return {"LC_Type1": with_fill(pixels.spread(seen, 17), 255)}
