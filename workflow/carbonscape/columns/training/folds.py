"""Folds of XCO2 samples: which are held out together, and which may not be trained on.

``sample`` is the published way: single samples, so that a held-out month of a cell has its
neighbours in space and time in the training part. The others take that help away: ``spatial``
holds out blocks of the globe and keeps a distance to them, ``temporal`` holds out blocks of
years, ``transfer`` trains on OCO-2 and holds out OCO-3.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carbonscape.columns.features.fill import CLIMATOLOGY
from carbonscape.columns.features.samples import XCO2Samples, block_of_years
from carbonscape.core.errors import ConfigError, InputError, ResultError
from carbonscape.core.io import atomic_path
from carbonscape.core.sphere import EARTH_RADIUS, unit_vectors
from carbonscape.training.seeds import child_seed

#: Number of each scheme in seeds. Never changed.
SCHEMES = {"sample": 0, "spatial": 1, "temporal": 2, "transfer": 3}

#: The fold of each sample (sample,), -1 for never held out, and which samples a fold may not
#: train on (fold, sample).
Folds = tuple[NDArray[np.int64], NDArray[np.bool_]]


def make_folds(
    samples: XCO2Samples,
    *,
    scheme: str,
    folds: int,
    seed: int,
    block_km: float,
    buffer_km: float,
    temporal_blocks: Sequence[Sequence[int]],
) -> Folds:
    """Deal samples into the folds of a scheme.

    Args:
        samples: the samples.
        scheme: ``sample``, ``spatial``, ``temporal`` or ``transfer``.
        folds: number of folds of ``sample`` and ``spatial``.
        seed: the configuration's seed.
        block_km: edge of the blocks of ``spatial``, km.
        buffer_km: samples nearer than this to a held-out one are not trained on, km.
        temporal_blocks: first and last year of each fold of ``temporal``; the year before the
            first block belongs to it.

    Returns:
        The fold in which each sample is held out, (sample,), -1 for never; and whether a fold may
        not train on a sample, (fold, sample).

    Raises:
        ConfigError: there is no such scheme, too little to deal, or a fold would have nothing to
            train on or nothing to hold out.
    """
    table = samples.table
    if scheme == "sample":
        _require(len(table) >= folds, f"asks for {folds} folds of {len(table)} samples", "folds")
        fold = np.empty(len(table), dtype=np.int64)
        fold[_random(seed, scheme).permutation(len(table))] = np.arange(len(table)) % folds
    elif scheme == "spatial":
        fold = _spatial(table, folds=folds, seed=seed, block_km=block_km)
    elif scheme == "temporal":
        fold = _temporal(samples, temporal_blocks)
    elif scheme == "transfer":
        fold = _transfer(samples)
    else:
        raise ConfigError(
            f"no scheme of folds of XCO2 is called '{scheme}'; choose of {', '.join(SCHEMES)}."
        )
    number = {"temporal": len(temporal_blocks), "transfer": 1}.get(scheme, folds)
    excluded = np.zeros((number, len(table)), dtype=bool)
    if scheme == "spatial" and buffer_km > 0:
        for held_out in range(number):
            excluded[held_out] = _too_near(table, fold == held_out, buffer_km)
    for held_out in range(number):
        out = fold == held_out
        _refuse_empty(scheme, held_out, out, ~out & ~excluded[held_out])
    return fold, excluded


def _random(seed: int, scheme: str) -> np.random.Generator:
    """Return the random numbers of a scheme."""
    return np.random.default_rng(child_seed(seed, "xco2_folds", SCHEMES[scheme]))


def _require(holds: bool, problem: str, key: str) -> None:
    """Refuse what config key xco2.crossval.<key> asks for."""
    if not holds:
        raise ConfigError(
            f"config key 'xco2.crossval.{key}' {problem}; change it, supply more soundings, or "
            "take the scheme out of 'xco2.crossval.schemes'."
        )


def _refuse_empty(
    scheme: str, fold: int, held_out: NDArray[np.bool_], trained: NDArray[np.bool_]
) -> None:
    """Refuse a fold without samples on one side.

    Raises:
        ConfigError: nothing is held out, or nothing is left to train on.
    """
    remedy = {
        "spatial": "make 'xco2.crossval.buffer_km' or 'block_km' smaller",
        "temporal": "set 'xco2.crossval.temporal_blocks' so that each block has samples",
        "transfer": "supply soundings of both OCO-2 (trained on) and OCO-3 (held out)",
    }.get(scheme, "ask for fewer folds")
    for side, what in ((held_out, "hold out"), (trained, "train on")):
        if not side.any():
            raise ConfigError(
                f"fold {fold} of the scheme '{scheme}' has no sample of XCO2 to {what} "
                f"({len(side)} samples in all); {remedy}, or take '{scheme}' out of "
                "'xco2.crossval.schemes'."
            )


def _spatial(table: pd.DataFrame, *, folds: int, seed: int, block_km: float) -> NDArray[np.int64]:
    """Deal blocks of the globe: the largest first, each to the fold with the fewest samples."""
    blocks, block = np.unique(
        block_number(table["lat"], table["lon"], block_km), return_inverse=True
    )
    _require(
        len(blocks) >= folds,
        f"is {block_km:g}, which gives {len(blocks)} blocks with samples for {folds} folds",
        "block_km",
    )
    size = np.bincount(block)
    # A stable sort: the seed decides among blocks of one size.
    shuffled = _random(seed, "spatial").permutation(len(blocks))
    order = shuffled[np.argsort(-size[shuffled], kind="stable")]
    fold_of_block = np.empty(len(blocks), dtype=np.int64)
    filled = np.zeros(folds, dtype=np.int64)
    for number in order:
        fold_of_block[number] = filled.argmin()
        filled[fold_of_block[number]] += size[number]
    return fold_of_block[block]


def block_number(lat: Any, lon: Any, block_km: float) -> NDArray[np.int64]:
    """Return the number of the block of each place, (sample,).

    Rows of equal height in latitude are cut into as many equal columns as make blocks of about
    ``block_km`` by ``block_km`` on a sphere, so that blocks are about equal in area everywhere.

    Args:
        lat, lon: degrees; longitudes from -180 to 180 (180 is -180).
        block_km: edge of a block, km.
    """
    lat, lon = np.asarray(lat, float), np.asarray(lon, float)
    rows = max(1, round(np.pi * EARTH_RADIUS / block_km))
    row = np.clip(((90 - lat) / 180 * rows).astype(np.int64), 0, rows - 1)
    middle = np.radians(90 - (np.arange(rows) + 0.5) * 180 / rows)
    around = 2 * np.pi * EARTH_RADIUS * np.cos(middle)
    columns = np.maximum(1, np.rint(around / block_km).astype(np.int64))
    share = np.mod(lon + 180, 360) / 360
    column = np.minimum((share * columns[row]).astype(np.int64), columns[row] - 1)
    return np.concatenate([[0], np.cumsum(columns)])[row] + column


def _too_near(
    table: pd.DataFrame, held_out: NDArray[np.bool_], buffer_km: float
) -> NDArray[np.bool_]:
    """Return which samples lie nearer than a distance to one that is held out, (sample,)."""
    cells, cell = np.unique(table[["lat", "lon"]].to_numpy(float), axis=0, return_inverse=True)
    points = unit_vectors(*cells.T)
    out = np.zeros(len(cells), dtype=bool)
    cell = cell.reshape(-1)
    out[cell[held_out]] = True
    if not out.any():
        return np.zeros(len(table), dtype=bool)
    angle = min(buffer_km / EARTH_RADIUS, np.pi)
    distance, _ = cKDTree(points[out]).query(points)
    return (distance < 2 * np.sin(angle / 2))[cell] & ~held_out


def _temporal(samples: XCO2Samples, temporal_blocks: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Hold out blocks of years."""
    years = samples.table["year"].to_numpy()
    fold = block_of_years(years, temporal_blocks)
    _require(
        not (fold < 0).any(),
        f"has no block for the years {', '.join(map(str, np.unique(years[fold < 0])[:5]))} of "
        "samples",
        "temporal_blocks",
    )
    if np.asarray(temporal_blocks).tolist() != samples.blocks.tolist():
        raise ResultError(
            "the samples of XCO2 were drawn for other blocks of years than config key "
            "'xco2.crossval.temporal_blocks' holds; delete the samples and run again."
        )
    for number, (first, last) in enumerate(temporal_blocks):
        unknown = np.isnan(samples.fold_climatology[number]) & (samples.source == CLIMATOLOGY)
        names = [n for k, n in enumerate(samples.variables) if unknown[..., k].any()]
        _require(
            not names,
            f"has the block {first}-{last}, outside of which no month of {', '.join(names)} is "
            "observed: a model would be trained without it and tested with it",
            "temporal_blocks",
        )
    return fold


def _transfer(samples: XCO2Samples) -> NDArray[np.int64]:
    """Hold out OCO-3, and with it what its months say of the gases of others."""
    fold = np.where(samples.table["instrument"] == "oco3", 0, -1).astype(np.int64)
    unknown = np.isnan(samples.transfer_climatology) & (samples.source == CLIMATOLOGY)
    names = [n for k, n in enumerate(samples.variables) if unknown[..., k].any()]
    if names and (fold == 0).any():
        raise ConfigError(
            f"the scheme 'transfer' holds out the months of config key 'xco2.soundings.oco3', "
            f"outside of which no month of {', '.join(names)} is observed: a model of OCO-2 would "
            "be trained without it and tested with it; let that key begin later or supply earlier "
            "months, or take 'transfer' out of 'xco2.crossval.schemes'."
        )
    return fold


def write_folds(
    dealt: Mapping[str, Folds], path: str | os.PathLike[str], options: Mapping[str, Any]
) -> None:
    """Write the folds of all schemes as netCDF-4, whole or not at all.

    Args:
        dealt: folds of :func:`make_folds` by scheme.
        path: the file.
        options: how they were dealt, for attributes.
    """
    width = max(len(excluded) for _, excluded in dealt.values())
    fold = np.stack([fold for fold, _ in dealt.values()]).astype(np.int8)
    padded = np.zeros((len(dealt), width, fold.shape[1]), dtype=np.uint8)
    for number, (_, excluded) in enumerate(dealt.values()):
        padded[number, : len(excluded)] = excluded
    text = {name: str(value) for name, value in options.items()}
    dataset = xr.Dataset(
        {
            "fold": (
                ("scheme", "sample"),
                fold,
                {"long_name": "fold in which a sample is held out, -1 for never"},
            ),
            "excluded": (
                ("scheme", "fold_number", "sample"),
                padded,
                {"long_name": "1 where a fold may not train on a sample"},
            ),
        },
        coords={"scheme": list(dealt)},
        attrs={"title": "Folds of the samples of XCO2", **text},
    )
    packed = {"zlib": True, "complevel": 1}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(
            temporary, engine="netcdf4", encoding={"fold": packed, "excluded": packed}
        )


def read_folds(path: str | os.PathLike[str], scheme: str) -> Folds:
    """Return the folds of a scheme, as :func:`make_folds` made them.

    Raises:
        InputError: the file is absent or cannot be read.
        ResultError: it holds no such scheme.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            schemes = dataset["scheme"].values.tolist()
            if scheme not in schemes:
                raise ResultError(
                    f"{path}: there are no folds of the scheme '{scheme}' (there are: "
                    f"{', '.join(schemes)}); delete the file and run again."
                )
            fold = dataset["fold"].values[schemes.index(scheme)].astype(np.int64)
            excluded = dataset["excluded"].values[schemes.index(scheme)].astype(bool)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: this is no readable file of folds ({error}); delete it and run again."
        ) from error
    return fold, excluded[: fold.max() + 1]
