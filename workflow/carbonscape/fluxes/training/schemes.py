"""Hold-out schemes: harder questions than a random dealing of sites.

``split_0``, ``split_1``, ... deal sites at random (:mod:`carbonscape.fluxes.training.folds`), so
that a held-out tower often has a neighbour in the training part. The three schemes here take that
help away: ``spatial`` holds out neighbours together, ``climate`` a whole main climate, and
``temporal`` a run of calendar years of every site (the sites themselves are known to the model
there; windows that reach into the year before share predictors across the border, never targets).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.core.sphere import KM_PER_DEGREE, arc_degrees
from carbonscape.fluxes.settings import CROSSVAL_SCHEMES
from carbonscape.fluxes.training.folds import (
    describe_folds,
    has_split,
    make_folds,
    read_folds,
    require_enough,
)
from carbonscape.training.seeds import child_seed

#: Numbers by which the schemes count as splits, above those of any random dealing.
SCHEME_NUMBERS = dict(zip(CROSSVAL_SCHEMES, (101, 102, 103), strict=True))


def split_number(scheme: str) -> int:
    """Return the number of a split: 3 for ``split_3``, 101 and on for the hold-out schemes.

    Raises:
        ConfigError: there is no such scheme, or a dealing's number is one of a hold-out scheme.
    """
    if scheme in SCHEME_NUMBERS:
        return SCHEME_NUMBERS[scheme]
    prefix, _, number = scheme.partition("_")
    if prefix != "split" or not (number.isascii() and number.isdecimal()):
        raise ConfigError(
            f"no scheme of folds is called '{scheme}'; choose split_0, split_1, ... or one of "
            f"{', '.join(SCHEME_NUMBERS)}."
        )
    if int(number) >= min(SCHEME_NUMBERS.values()):
        raise ConfigError(
            f"config key 'crossval.splits' asks for split {int(number)}, but the numbers from "
            f"{min(SCHEME_NUMBERS.values())} on are those of other schemes; use smaller ones."
        )
    return int(number)


def make_scheme(
    scheme: str,
    *,
    sites: pd.DataFrame,
    samples: pd.DataFrame,
    n_folds: int,
    seed: int,
    stratify: str,
    block_km: float,
    path: str | os.PathLike[str] | None = None,
    unseen: bool = False,
) -> dict[str, Any]:
    """Return the folds of any scheme.

    Args:
        scheme: ``split_0``, ``split_1``, ..., ``spatial``, ``temporal`` or ``climate``.
        sites: TOWER_SITES of the sites that have samples.
        samples: the samples that any setting can use.
        n_folds: number of folds; leave-one-climate-out has as many as there are climates.
        seed: the configuration's seed.
        stratify: of :func:`~carbonscape.fluxes.training.folds.make_folds`, for random dealings.
        block_km: of :func:`make_spatial_folds`.
        path: CSV that gives the random dealings instead of the seed.
        unseen: whether no choice was made on this dealing: it comes from a seed of its own where
            the CSV has no column for it.

    Raises:
        ConfigError: there is no such scheme, or too little to deal.
        InputError: the CSV does not fit.
    """
    split = split_number(scheme)
    if scheme == "spatial":
        return make_spatial_folds(sites, n_folds=n_folds, seed=seed, block_km=block_km)
    if scheme == "temporal":
        return make_temporal_folds(samples, n_folds=n_folds)
    if scheme == "climate":
        return make_climate_folds(sites)
    if path and (not unseen or has_split(path, split)):
        return read_folds(path, sites=sites["site"].tolist(), n_folds=n_folds, split=split)
    return make_folds(
        sites, n_folds=n_folds, split=split, seed=seed, stratify=stratify, unseen=unseen
    )


def make_spatial_folds(
    sites: pd.DataFrame, *, n_folds: int, seed: int, block_km: float
) -> dict[str, Any]:
    """Deal clusters of neighbouring sites into folds.

    Sites closer than ``block_km`` along a great circle are never in different folds. Such pairs
    chain (single linkage): a dense network is one cluster, however long, and folds may differ
    in size because of it. The largest clusters are dealt first, each to the fold with the fewest
    sites; the seed orders clusters of the same size.

    Args:
        sites: table with the columns ``site``, ``lat`` and ``lon`` (degrees).
        n_folds: number of folds.
        seed: the configuration's seed.
        block_km: distance, km.

    Raises:
        ConfigError: there are fewer clusters than folds.
    """
    # Imported here: no other scheme needs it.
    from scipy.sparse.csgraph import connected_components

    table = sites.sort_values("site").reset_index(drop=True)
    near = great_circle_km(table["lat"], table["lon"]) < block_km
    n_clusters, cluster = connected_components(near, directed=False)
    require_enough(
        n_clusters,
        n_folds,
        f"clusters of sites are {block_km:g} km or more apart",
        "ask for fewer folds, make 'crossval.holdouts.block_km' smaller, or take 'spatial' "
        "out of the schemes",
    )
    names = table["site"].to_numpy()
    clusters = [names[cluster == number].tolist() for number in range(n_clusters)]
    random = np.random.default_rng(child_seed(seed, "folds", SCHEME_NUMBERS["spatial"]))
    # sorted() is stable: the seed decides among clusters of one size.
    order = sorted(random.permutation(n_clusters), key=lambda number: -len(clusters[number]))
    folds: list[list[str]] = [[] for _ in range(n_folds)]
    for number in order:
        min(folds, key=len).extend(clusters[number])
    return describe_folds(
        {str(fold): sorted(members) for fold, members in enumerate(folds)},
        split=SCHEME_NUMBERS["spatial"],
        scheme="spatial",
        source=f"seed {seed}, {n_clusters} clusters of sites closer than {block_km:g} km, "
        f"the largest of {max(map(len, clusters))}",
    )


def great_circle_km(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.float64]:
    """Return the distances between sites along great circles, (site, site), km.

    Args:
        lat, lon: (site,) degrees.
    """
    lat, lon = np.asarray(lat, float), np.asarray(lon, float)
    return arc_degrees(lat[:, None], lon[:, None], lat, lon) * KM_PER_DEGREE


def make_temporal_folds(samples: pd.DataFrame, *, n_folds: int) -> dict[str, Any]:
    """Cut the calendar years into runs with about equal numbers of samples.

    Of all ways to cut, the one whose runs have the smallest sum of squared sample counts; fold 0
    is the earliest run.

    Args:
        samples: table with the column ``year``, one row a sample.
        n_folds: number of folds.

    Raises:
        ConfigError: there are fewer years with samples than folds.
    """
    counts = samples["year"].value_counts().sort_index()
    years = [int(year) for year in counts.index]
    require_enough(
        len(years),
        n_folds,
        "calendar years have samples",
        "ask for fewer folds, supply more years, or take 'temporal' out of the schemes",
    )
    cuts = _cut_evenly(counts.tolist(), n_folds)
    runs = [years[start:end] for start, end in zip(cuts[:-1], cuts[1:], strict=True)]
    return describe_folds(
        {str(fold): run for fold, run in enumerate(runs)},
        split=SCHEME_NUMBERS["temporal"],
        scheme="temporal",
        by="year",
        source="runs of calendar years: " + ", ".join(f"{run[0]}-{run[-1]}" for run in runs),
    )


def _cut_evenly(counts: list[int], parts: int) -> list[int]:
    """Return the borders (parts + 1) of the runs with the smallest sum of squared totals."""
    total = [0, *np.cumsum(counts).tolist()]
    # best[end]: the smallest sum for the first `end` counts, and the borders that give it.
    best = {end: (total[end] ** 2, [0, end]) for end in range(1, len(total))}
    for part in range(2, parts + 1):
        best = {
            end: min(
                (best[cut][0] + (total[end] - total[cut]) ** 2, [*best[cut][1], end])
                for cut in range(part - 1, end)
            )
            for end in range(part, len(total))
        }
    return best[len(counts)][1]


def make_climate_folds(sites: pd.DataFrame) -> dict[str, Any]:
    """Return one fold for each main climate that has sites: leave one climate out.

    Args:
        sites: table with the columns ``site`` and ``climate`` (main Koppen-Geiger class).

    Raises:
        InputError: a site's climate is unknown.
        ConfigError: all sites are of one climate.
    """
    astray = sites[~sites["climate"].isin(CLIMATES)]
    if not astray.empty:
        first = astray.iloc[0]
        raise InputError(
            f"the table of tower sites: {len(astray)} sites have no main climate of "
            f"{', '.join(CLIMATES)}; {first['site']} has '{first['climate']}'. Correct its "
            "Koppen class or take 'climate' out of the schemes."
        )
    present = [climate for climate in CLIMATES if (sites["climate"] == climate).any()]
    if len(present) < 2:
        raise ConfigError(
            f"all {len(sites)} sites with samples are of one climate "
            f"({present[0] if present else 'none'}), so that none can be left out; take "
            "'climate' out of the schemes or supply towers of other climates."
        )
    folds = {
        str(fold): sorted(sites.loc[sites["climate"] == climate, "site"])
        for fold, climate in enumerate(present)
    }
    return describe_folds(
        folds,
        split=SCHEME_NUMBERS["climate"],
        scheme="climate",
        source="main climates: "
        + ", ".join(f"fold {fold} {climate}" for fold, climate in enumerate(present)),
    )
