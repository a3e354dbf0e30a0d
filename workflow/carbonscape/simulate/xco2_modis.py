"""Simulated MODIS vegetation of the XCO2 grid: GPP, EVI, tree cover and land cover, raw.

Layouts of what the fetch step writes of MOD17A2H (8 days), MOD13A2 (16 days), MOD44B and
MCD12Q1 (yearly): raw units, fills and quality of the products' user guides (doi
10.5067/MODIS/MOD17A2H.006, MOD13A2.061, MOD44B.061, MCD12Q1.061). Bits of ``Psn_QC``: 0 MODLAND
(0 good), 1 sensor, 2 dead detectors, 3-4 cloud state, 5-7 confidence (0 very best, 1 good, 2 and
3 substandard, 4 not retrieved, 7 fill). ``SummaryQA``: 0 good, 1 marginal, 2 snow or ice, 3
cloudy.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.simulate.cover import igbp_view
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_cells,
    add_variable,
    composite_starts,
    netcdf_file,
    random_numbers,
)
from carbonscape.simulate.modis_lai import dark, missing_composites
from carbonscape.simulate.xco2_places import Places
from carbonscape.simulate.xco2_surface import Surface, tree_share

GPP_FILL, EVI_FILL, QA_FILL, WATER, TREE_FILL = 32767, -3000, -1, 200, 253
#: True IGBP classes in which MOD17A2H has no GPP: urban, snow, barren, water.
NO_GPP = (13, 15, 16, 17)
_NOT_RETRIEVED, _FILLED = 4, 7  # confidence
_GPP_ERROR, _POOR_GPP_ERROR, _EVI_ERROR, _TREE_ERROR = 0.10, 0.30, 0.012, 3.0
_ABSURD_GPP = 29000  # raw: 36 gC m-2 d-1 and more than ten times a rain forest's
_BARE_EVI, _EVI_RANGE = 0.05, 0.55
_TREES_SEEN = 0.9  # choice: of a closed forest MOD44B reports some nine tenths
_VCF_DAY = 65  # the year of MOD44B begins on this day of the year
_AXES = ("time", "lat", "lon")


def write_gpp(
    path: Path, *, places: Places, surface: Surface, year: int, seed: int, parts: Any
) -> None:
    """Write the MOD17A2H file of a year: GPP of each composite and Psn_QC.

    The truth's GPP in the middle of the composite, times the share of the cell where satellites
    retrieve leaves, with an error of 10 % (30 % where substandard). What was not retrieved is a
    fill or, in one of four, an absurd number that only its confidence gives away.

    Args:
        path: the file.
        places: the land cells.
        surface: not used; every product of this grid is asked alike.
        year: the year.
        seed: seed of the run.
        parts: ``clouds`` and ``missing_composites`` switch those off.
    """
    starts = composite_starts(year)
    ends = [*starts[1:], dt.date(year + 1, 1, 1)]
    length = np.array([(end - start).days for start, end in zip(starts, ends, strict=True)])
    since = np.array([(start - dt.date(1970, 1, 1)).days for start in starts])
    daily = places.gpp_at(since + length / 2) * places.truth["leafy"].values
    rng = random_numbers(seed, "xco2_modis", 0, year)
    confidence = _confidence(rng, places.of_year("cloud", year) * parts.clouds)
    confidence[dark(places.north, starts)] = _NOT_RETRIEVED
    spread = np.where(confidence >= 2, _POOR_GPP_ERROR, _GPP_ERROR)
    error = 1 + spread * rng.standard_normal(daily.shape, dtype="float32")
    # kgC m-2 in a composite in steps of 0.0001: ten for each gC m-2.
    raw = np.clip(np.rint(daily * length[:, None] * 10 * error), 0, 3000)
    absurd = rng.random(daily.shape, dtype="float32") < 0.25
    lost = np.where(absurd, _ABSURD_GPP, GPP_FILL)
    raw = np.where(confidence == _NOT_RETRIEVED, lost, raw).astype("int16")
    qc = _psn_bits(rng, confidence)
    undefined = np.isin(places.of_year("igbp", year), NO_GPP)
    raw[:, undefined], qc[:, undefined] = GPP_FILL, 255
    missing = missing_composites(year, seed) if parts.missing_composites else set()
    kept = [slot for slot in range(46) if slot not in missing]
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, [starts[slot] for slot in kept])
        about = {"long_name": "Gross primary productivity, kgC m-2 in a composite, 0.0001"}
        field = places.spread(raw[kept], GPP_FILL)
        add_variable(data, "Gpp", field, _AXES, about, fill=np.int16(GPP_FILL))
        about = {"long_name": "Quality control of GPP and net photosynthesis"}
        add_variable(data, "Psn_QC", places.spread(qc[kept], 255), _AXES, about)


def _confidence(rng: np.random.Generator, cloud: Array) -> Array:
    """Return the confidence (0-4) of retrievals of which the share ``cloud`` is spoiled."""
    luck, dice = rng.random((2, *cloud.shape), dtype="float32")
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


def write_evi(
    path: Path, *, places: Places, surface: Surface, year: int, seed: int, parts: Any
) -> None:
    """Write the MOD13A2 file of a year: EVI of each 16-day composite and SummaryQA.

    EVI is 0.05 + 0.55 (1 - exp(-LAI / 2)) over the part of the land that has leaves (0.05 over
    the rest), of which snow hides four fifths; a tenth of what lies under snow passes for
    good. Clouds that spoil both halves of a composite make it cloudy and darker, now and then
    absurd.

    Args:
        path: the file.
        places: the land cells.
        surface: snow of this year.
        year: the year.
        seed: seed of the run.
        parts: ``clouds`` and ``missing_composites`` switch those off.
    """
    starts = composite_starts(year)[::2]
    rng = random_numbers(seed, "xco2_modis", 1, year)
    leaves = _pairs(np.nan_to_num(places.of_year("lai", year))).mean(axis=1)
    cloud = np.nan_to_num(_pairs(places.of_year("cloud", year))).min(axis=1) * parts.clouds
    snow = np.add.reduceat(surface.snow, np.arange(0, len(surface.snow), 16)[:23])
    snow /= np.diff(np.append(np.arange(0, 365, 16), len(surface.snow)))[:, None]
    share = places.truth["leafy"].values / np.maximum(places.truth["land_share"].values, 0.01)
    green = _EVI_RANGE * (1 - np.exp(-0.5 * leaves)) * np.minimum(share, 1.0)
    error = _EVI_ERROR * rng.standard_normal(green.shape, dtype="float32")
    luck, dice, odd = rng.random((3, *green.shape), dtype="float32")
    cloudy = luck < cloud**1.5
    evi = (_BARE_EVI + green) * (1 - 0.8 * snow) + error
    evi = np.where(cloudy, 0.5 * evi + 4 * error, evi)
    raw = np.clip(np.rint(evi * 1e4), -2000, 10000)
    raw = np.where(cloudy & (odd < 0.05), np.where(odd < 0.025, -1999, 9998), raw)
    quality = np.select([cloudy, (snow > 0.5) & (dice < 0.9), dice < 0.3], [3, 2, 1], 0).astype(
        "int8"
    )
    nothing = dark(places.north, [start + dt.timedelta(days=4) for start in starts])
    raw = np.where(nothing, EVI_FILL, raw).astype("int16")
    quality[nothing] = QA_FILL
    kept = _evi_composites(year, seed, gaps=parts.missing_composites)
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, [starts[slot] for slot in kept])
        about = {"long_name": "1 km 16 days EVI, 0.0001"}
        field = places.spread(raw[kept], EVI_FILL)
        add_variable(data, "EVI", field, _AXES, about, fill=np.int16(EVI_FILL))
        about = {"long_name": "Quality reliability of the VI pixel"}
        field = places.spread(quality[kept], QA_FILL)
        add_variable(data, "SummaryQA", field, _AXES, about, fill=np.int8(QA_FILL))


def _pairs(steps: Array) -> Array:
    """Return 46 steps (step, place) as 23 pairs (composite, 2, place)."""
    return steps.reshape(23, 2, -1)


def _evi_composites(year: int, seed: int, *, gaps: bool) -> list[int]:
    """Return the composites (0-22) of a year that exist: one is absent once in four years."""
    rng = random_numbers(seed, "xco2_modis", 11, year // 4)
    drawn, slot = 4 * (year // 4) + int(rng.integers(4)), int(rng.integers(23))
    return [number for number in range(23) if not (gaps and year == drawn and number == slot)]


def write_tree_cover(
    path: Path, *, places: Places, surface: Surface, year: int, seed: int, parts: Any
) -> None:
    """Write the MOD44B file of a year: percent of trees; 200 is water.

    Args:
        path: the file.
        places: the land cells.
        surface: not used; every product of this grid is asked alike.
        year: the year.
        seed: seed of the run.
        parts: ``cover_views`` off: no error.
    """
    # The same errors every year: a classifier errs where it erred before.
    rng = random_numbers(seed, "xco2_modis", 2)
    error = _TREE_ERROR * rng.standard_normal(len(places)) * parts.cover_views
    percent = 100 * _TREES_SEEN * tree_share(places, year) + error
    percent = np.clip(np.rint(percent), 0, 100).astype("uint8")
    percent[rng.random(len(places)) < 0.003] = TREE_FILL
    percent[places.of_year("igbp", year) == 17] = WATER
    day = dt.date(year, 1, 1) + dt.timedelta(days=_VCF_DAY - 1)
    with netcdf_file(path, {"title": path.stem, "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, [day])
        about = {"long_name": "Percent of a pixel covered by tree canopy"}
        field = places.spread(percent[None], WATER)
        add_variable(data, "Percent_Tree_Cover", field, _AXES, about, fill=np.uint8(TREE_FILL))


def write_classes(
    path: Path, *, places: Places, surface: Surface, year: int, seed: int, parts: Any
) -> None:
    """Write the MCD12Q1 file of a year: the IGBP class of each cell, water (17) off land.

    Args:
        path: the file.
        places: the land cells.
        surface: not used; every product of this grid is asked alike.
        year: the year.
        seed: seed of the run.
        parts: ``cover_views`` off: the true class.
    """
    rng = random_numbers(seed, "xco2_modis", 3)  # the same every year: errors stay
    seen = igbp_view(places.of_year("igbp", year), rng, noise=parts.cover_views)
    with netcdf_file(path, {"title": "MCD12Q1.061", "comment": SIMULATED}) as data:
        add_cells(data, places.lat, places.lon, [dt.date(year, 1, 1)])
        about = {"long_name": "Land_Cover_Type_1"}
        add_variable(data, "LC_Type1", places.spread(seen[None], 17), _AXES, about, fill=255)
