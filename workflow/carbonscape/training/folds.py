"""Folds: which sites are held out together. A site is always whole in one fold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from carbonscape.errors import ConfigError, InputError, ResultError
from carbonscape.training.seeds import child_seed


def make_folds(
    sites: pd.DataFrame, *, n_folds: int, split: int, seed: int, stratify: str
) -> dict[str, Any]:
    """Deal sites into folds at random (section 3.2.1).

    Args:
        sites: table with a column ``site`` and those of ``stratify``.
        n_folds: number of folds.
        split: number of the split; each gives another dealing.
        seed: the configuration's seed.
        stratify: ``none``, or the column (``igbp``, ``climate``) of which every fold gets its
            share.

    Returns:
        ``split``, ``source``, and ``folds``: for each fold number (as text) its sorted sites.

    Raises:
        ConfigError: there are fewer sites than folds.
    """
    _require_enough(len(sites), n_folds)
    random = np.random.default_rng(child_seed(seed, "folds", split))
    table = sites.sort_values("site").reset_index(drop=True)
    strata = pd.Series("all", index=table.index) if stratify == "none" else table[stratify]
    # Dealing on from one stratum to the next keeps the folds equal in size.
    order = [
        site
        for _, members in table.groupby(strata, sort=True)
        for site in random.permutation(members["site"].to_numpy())
    ]
    folds = {str(fold): sorted(order[fold::n_folds]) for fold in range(n_folds)}
    return {
        "split": split,
        "source": f"seed {seed}, stratified by {stratify}",
        "folds": folds,
    }


def read_folds(
    path: str | os.PathLike[str], *, sites: Sequence[str], n_folds: int, split: int
) -> dict[str, Any]:
    """Take folds from a CSV with a column ``site`` and one column ``split_<n>`` per split.

    Raises:
        InputError: the file is absent, has no such split, lacks a site, names one twice or has
            another number of folds.
    """
    column = f"split_{split}"
    try:
        table = pd.read_csv(path, dtype={"site": str}, keep_default_na=False)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: no such file; config key 'tower_files.folds' must name a CSV with the "
            "columns site, split_0, split_1, ... or be 'seed' (folds from the seed)."
        ) from error
    except ValueError as error:
        raise InputError(f"{path}: cannot be read as CSV ({error}).") from error
    if "site" not in table.columns or column not in table.columns:
        raise InputError(
            f"{path}: columns 'site' and '{column}' are needed, found "
            f"{', '.join(map(str, table.columns))}; config key 'gpp.crossval.splits' asks for "
            f"split {split}."
        )
    if table["site"].duplicated().any():
        doubled = table.loc[table["site"].duplicated(), "site"].iloc[0]
        raise InputError(f"{path}: site {doubled} stands in two rows; keep one.")
    absent = sorted(set(sites) - set(table["site"]))
    if absent:
        raise InputError(
            f"{path}: no fold for the sites {', '.join(absent[:5])}"
            f"{' and more' if len(absent) > 5 else ''}; add a row for each, or set "
            "'tower_files.folds: seed' to deal folds from the seed."
        )
    table = table[table["site"].isin(sites)]
    expected = [str(fold) for fold in range(n_folds)]
    found = sorted(table[column].astype(str).unique())
    if found != sorted(expected):
        raise InputError(
            f"{path}: column '{column}' holds the folds {', '.join(found)}, but config key "
            f"'gpp.crossval.folds' asks for {n_folds} (0 to {n_folds - 1}) with a site in each."
        )
    folds = {
        fold: sorted(table.loc[table[column].astype(str) == fold, "site"]) for fold in expected
    }
    return {"split": split, "source": f"{os.path.basename(path)}, column {column}", "folds": folds}


def _require_enough(n_sites: int, n_folds: int) -> None:
    """Refuse more folds than sites."""
    if n_sites < n_folds:
        raise ConfigError(
            f"config key 'gpp.crossval.folds' is {n_folds}, but only {n_sites} sites have samples;"
            " ask for at most as many folds as sites, or supply more towers."
        )


def fold_of_sites(folds: dict[str, Any]) -> dict[str, int]:
    """Return the fold of every site.

    Raises:
        ResultError: a site stands in two folds, or a fold is empty.
    """
    fold_of: dict[str, int] = {}
    for fold, members in folds["folds"].items():
        if not members:
            raise ResultError(f"fold {fold} of split {folds['split']} has no site.")
        for site in members:
            if site in fold_of:
                raise ResultError(
                    f"site {site} stands in the folds {fold_of[site]} and {fold} of split "
                    f"{folds['split']}; a model would be tested on a site it has seen."
                )
            fold_of[site] = int(fold)
    return fold_of
