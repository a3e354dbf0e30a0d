"""The true land cover of the simulated Earth, and the two maps that see it imperfectly.

Truth: the real IGBP pixels of 2019, turned into the 14 plant functional types (PFT) of ESA-CCI
by a crosswalk of the kind of Poulter et al. 2015 (doi 10.5194/gmd-8-2315-2015) and Harper et
al. 2023 (10.5194/essd-15-1465-2023), with trees that slowly give way to crops or come back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.simulate.geography import CLASSES

Array = NDArray[Any]

#: The 14 types of ESA-CCI PFT v2.0.8, in the order of the paper.
PFTS = (
    "BARE", "BUILT", "WATER", "SNOWICE", "GRASS-NAT", "GRASS-MAN", "TREES-BD", "TREES-BE",
    "TREES-ND", "TREES-NE", "SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND", "SHRUBS-NE",
)  # fmt: skip
WATER, GRASS_NAT, GRASS_MAN = PFTS.index("WATER"), PFTS.index("GRASS-NAT"), PFTS.index("GRASS-MAN")
#: Short names of the IGBP classes 1 to 17; towers stand in the first twelve and in CVM.
IGBP = (
    "ENF", "EBF", "DNF", "DBF", "MF", "CSH", "OSH", "WSA", "SAV", "GRA", "WET", "CRO", "URB",
    "CVM", "SNO", "BSV", "WAT",
)  # fmt: skip
#: Classes (0-based) where MODIS retrieves leaf area: not urban, snow, barren or water.
LEAFY = np.array([*range(12), 13])
#: The year of the real map of IGBP classes.
BASE_YEAR = 2019

_TREES = slice(6, 10)
_SHRUBS = slice(10, 14)
# Choice within the ranges of Poulter et al. 2015, table 3: percent of trees, shrubs, natural
# grass, crops and pasture, bare, built, water, snow in a pixel of each class.
_MIXTURE = np.array([
    [75, 10, 15, 0, 0, 0, 0, 0], [90, 5, 5, 0, 0, 0, 0, 0], [70, 10, 20, 0, 0, 0, 0, 0],
    [75, 10, 15, 0, 0, 0, 0, 0], [75, 10, 15, 0, 0, 0, 0, 0], [0, 65, 25, 0, 10, 0, 0, 0],
    [0, 35, 20, 0, 45, 0, 0, 0], [45, 15, 40, 0, 0, 0, 0, 0], [20, 15, 60, 0, 5, 0, 0, 0],
    [0, 5, 80, 0, 15, 0, 0, 0], [10, 20, 50, 0, 0, 0, 20, 0], [0, 0, 0, 90, 10, 0, 0, 0],
    [10, 0, 15, 0, 5, 70, 0, 0], [15, 10, 20, 55, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 100],
    [0, 0, 0, 0, 100, 0, 0, 0], [0, 0, 0, 0, 0, 0, 100, 0],
]) / 100.0  # fmt: skip
# The kind of tree (BD, BE, ND, NE) of the forest classes, and of the others by climate A to E.
_FOREST = {0: [0, 0, 0, 1], 1: [0, 1, 0, 0], 2: [0, 0, 1, 0], 3: [1, 0, 0, 0]}
_TREE_BY_CLIMATE = np.array([
    [0.6, 0.4, 0, 0], [0.6, 0.4, 0, 0], [0.4, 0.3, 0, 0.3], [0.3, 0, 0.15, 0.55],
    [0.2, 0, 0.2, 0.6],
])  # fmt: skip
_MIXED_BY_CLIMATE = np.array([
    [0.5, 0.5, 0, 0], [0.5, 0.3, 0, 0.2], [0.5, 0, 0, 0.5], [0.45, 0, 0.05, 0.5],
    [0.4, 0, 0.1, 0.5],
])  # fmt: skip
_SHRUB_BY_CLIMATE = np.array([
    [0.6, 0.4, 0, 0], [0.4, 0.6, 0, 0], [0.4, 0.6, 0, 0], [0.55, 0, 0.05, 0.4],
    [0.7, 0, 0, 0.3],
])  # fmt: skip


def _crosswalk() -> Array:
    """Return the share (class, climate, pft) of each type in a pixel."""
    table = np.zeros((CLASSES, 5, len(PFTS)))
    for kind, (trees, shrubs, grass, crops, bare, built, water, snow) in enumerate(_MIXTURE):
        table[kind][:, [0, 1, 2, 3, 4, 5]] = (bare, built, water, snow, grass, crops)
        split = np.array([_FOREST[kind]]) if kind in _FOREST else _TREE_BY_CLIMATE
        table[kind][:, _TREES] = trees * (_MIXED_BY_CLIMATE if kind == 4 else split)
        table[kind][:, _SHRUBS] = shrubs * _SHRUB_BY_CLIMATE
    return table


CROSSWALK = _crosswalk()


def fractions_of_classes(shares: Array) -> Array:
    """Return the fractions (pft, ...) of shares (class, climate, ...) of pixels, summing to one."""
    return np.einsum("kcp,kc...->p...", CROSSWALK, shares)


def change_fractions(fractions: Array, rate: Array, year: int) -> Array:
    """Return the fractions (pft, point) of a year, from those of ``BASE_YEAR``.

    Trees give way to crops by the share ``rate`` (point) a year; where it is negative, crops
    are given up for trees (where there are any) at that rate.
    """
    moved = _moved(fractions[_TREES].sum(axis=0), fractions[GRASS_MAN], rate, year)
    trees = fractions[_TREES].sum(axis=0)
    result = fractions.copy()
    result[_TREES] *= 1 - moved / np.maximum(trees, 1e-9)
    result[GRASS_MAN] += moved
    return result


def change_classes(shares: Array, rate: Array, year: int) -> Array:
    """Return the shares (class, point) of a year, as ``change_fractions`` does: forest to CRO."""
    forest = shares[:5].sum(axis=0)
    moved = _moved(forest, shares[11], rate, year)
    result = shares.copy()
    result[:5] *= 1 - moved / np.maximum(forest, 1e-9)
    result[11] += moved
    return result


def _moved(trees: Array, crops: Array, rate: Array, year: int) -> Array:
    """Return what went from trees to crops since the base year, at most all of either."""
    lost = trees * -np.expm1(-rate * (year - BASE_YEAR))
    return np.where(trees > 0.01, np.clip(lost, -crops, trees), 0.0)


def dominant_class(shares: Array) -> Array:
    """Return the IGBP code (point) of the greatest share (class, point) of the land.

    Water (17) only where there is nothing else.
    """
    land = shares[: CLASSES - 1]
    return np.where(land.sum(axis=0) > 0.001, land.argmax(axis=0) + 1, CLASSES)


def esa_view(fractions: Array, rng: np.random.Generator, *, noise: bool) -> NDArray[np.uint8]:
    """Return what the ESA-CCI map says: whole percents (pft, ...) that sum to 100.

    A classifier errs most where cover is mixed. Choice: the standard error of a fraction f is
    0.16 sqrt(f (1 - f)) plus 0.01, so that a half is off by 0.09 (of the size of the map's
    accuracy of about 0.7 to 0.8, Harper et al. 2023); a type that is absent stays absent.

    Args:
        fractions: the true fractions (pft, ...), summing to one.
        rng: the random numbers of the caller; two calls draw two views.
        noise: off: the truth, rounded (``EarthParts.cover_views``).
    """
    seen = np.asarray(fractions, float)
    if noise:
        spread = (0.16 * np.sqrt(np.clip(seen * (1 - seen), 0, None)) + 0.01) * (seen > 0)
        seen = np.maximum(seen + spread * rng.standard_normal(seen.shape), 0.0)
    return whole_percents(seen)


def whole_percents(fractions: Array) -> NDArray[np.uint8]:
    """Return whole percents (pft, ...) that sum to 100, by largest remainders."""
    total = fractions.sum(axis=0)
    percent = 100 * fractions / np.where(total > 0, total, 1)
    percent[0] = np.where(total > 0, percent[0], 100)
    whole = np.floor(percent)
    rank = np.argsort(np.argsort(whole - percent, axis=0, kind="stable"), axis=0)
    whole += rank < np.round(100 - whole.sum(axis=0))
    return whole.astype(np.uint8)


# Choice: which classes are taken for one another, in the pattern of the confusion matrix of
# MCD12Q1 (Sulla-Menashe et al. 2019, doi 10.1016/j.rse.2018.12.013; overall accuracy 67 %).
_TAKEN_FOR = {
    1: (5, 8), 2: (8, 4), 3: (5, 8), 4: (5, 8), 5: (4, 1), 6: (7, 8), 7: (10, 16), 8: (9, 5),
    9: (8, 10), 10: (7, 12), 11: (10, 8), 12: (14, 10), 13: (12, 10), 14: (12, 9),
}  # fmt: skip
_MISTAKEN = 0.2


def igbp_view(
    codes: Array, rng: np.random.Generator, *, noise: bool, mistaken: float = _MISTAKEN
) -> NDArray[np.uint8]:
    """Return what the MCD12Q1 map says: IGBP codes 1 to 17, some taken for a class like them.

    A fifth (by default) of the vegetated and urban places gets one of two other classes (the
    first twice as often as the second); snow, barren and water are always right.

    Args:
        codes: the true dominant classes, 1 to 17; NaN (sea) becomes 255.
        rng: the random numbers of the caller; pass the same ones for every year of a place, so
            that its error does not come and go.
        noise: off: the truth (``EarthParts.cover_views``).
        mistaken: share of the places that are taken for a class like them.
    """
    values = np.asarray(codes, float)
    true = np.where(np.isfinite(values), values, 255).astype(np.uint8)
    if not noise:
        return true
    table = np.tile(np.arange(256, dtype=np.uint8), (2, 1))
    for code, pair in _TAKEN_FOR.items():
        table[:, code] = pair
    chance = rng.random(true.shape)
    wrong = np.where(chance < 2 * mistaken / 3, table[0][true], table[1][true])
    return np.where(chance < mistaken, wrong, true)
