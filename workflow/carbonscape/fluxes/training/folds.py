"""Folds: which sites, or which years, are held out together. Each is whole in one fold."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.errors import ConfigError, InputError, ResultError
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import no_file, read_limited
from carbonscape.training.seeds import child_seed


def make_folds(
    sites: pd.DataFrame,
    *,
    n_folds: int,
    split: int,
    seed: int,
    stratify: str,
    unseen: bool = False,
) -> dict[str, Any]:
    """Deal sites into folds at random (section 3.2.1).

    Args:
        sites: table with a column ``site`` and those of ``stratify``.
        n_folds: number of folds.
        split: number of the split; each gives another dealing.
        seed: the configuration's seed.
        stratify: ``none``, or the column (``igbp``, ``climate``) of which every fold gets its
            share.
        unseen: deal from another seed, which serves no other dealing.

    Returns:
        ``split``, ``scheme`` (``sites``), ``by`` (``site``), ``source``, and ``folds``: for each
        fold number (as text) its sorted sites.

    Raises:
        ConfigError: there are fewer sites than folds.
    """
    require_enough(len(sites), n_folds, "sites have samples")
    # A further key makes another seed than that of any split, whatever its number.
    keys = (split, 1) if unseen else (split,)
    random = np.random.default_rng(child_seed(seed, "folds", *keys))
    table = sites.sort_values("site").reset_index(drop=True)
    strata = pd.Series("all", index=table.index) if stratify == "none" else table[stratify]
    # Dealing on from one stratum to the next keeps the folds equal in size.
    order = [
        site
        for _, members in table.groupby(strata, sort=True)
        for site in random.permutation(members["site"].to_numpy())
    ]
    folds = {str(fold): sorted(order[fold::n_folds]) for fold in range(n_folds)}
    source = f"seed {seed}{', kept for unseen splits' if unseen else ''}, stratified by {stratify}"
    return describe_folds(folds, split=split, source=source)


def has_split(path: str | os.PathLike[str], split: int) -> bool:
    """Return whether a CSV of folds has the column of a split.

    Raises:
        InputError: the file is absent or no CSV.
    """
    return f"split_{split}" in _read_table(path).columns


def read_folds(
    path: str | os.PathLike[str], *, sites: Sequence[str], n_folds: int, split: int
) -> dict[str, Any]:
    """Take folds from a CSV with a column ``site`` and one column ``split_<n>`` per split.

    Raises:
        InputError: the file is absent, has no such split, lacks a site, names one twice or has
            another number of folds.
    """
    column, table = f"split_{split}", _read_table(path)
    if "site" not in table.columns or column not in table.columns:
        raise InputError(
            f"{path}: columns 'site' and '{column}' are needed, found "
            f"{', '.join(map(str, table.columns))}; config key 'crossval.splits' asks for "
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
            f"'crossval.folds' asks for {n_folds} (0 to {n_folds - 1}) with a site in each."
        )
    folds = {
        fold: sorted(table.loc[table[column].astype(str) == fold, "site"]) for fold in expected
    }
    return describe_folds(folds, split=split, source=f"{os.path.basename(path)}, column {column}")


def _read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a CSV of folds."""
    if no_file(path) == "no such file":
        raise InputError(
            f"{path}: no such file; config key 'tower_files.folds' must name a CSV with the "
            "columns site, split_0, split_1, ... or be 'seed' (folds from the seed)."
        )
    content = read_limited(path, TABLE_BYTES, remedy="correct the table of folds")
    try:
        return pd.read_csv(io.BytesIO(content), dtype={"site": str}, keep_default_na=False)
    except ValueError as error:
        raise InputError(f"{path}: cannot be read as CSV ({error}).") from error


def describe_folds(
    folds: dict[str, list[Any]],
    *,
    split: int,
    source: str,
    scheme: str = "sites",
    by: str = "site",
) -> dict[str, Any]:
    """Return the content of a folds file.

    Args:
        folds: for each fold number (as text) its sites, or its years.
        split: number of the split.
        source: where the folds come from, for people.
        scheme: ``sites`` (a random dealing), ``spatial``, ``temporal`` or ``climate``.
        by: ``site`` or ``year``: what the folds list.
    """
    return {"split": split, "scheme": scheme, "by": by, "source": source, "folds": folds}


def require_enough(found: int, n_folds: int, what: str, remedy: str = "") -> None:
    """Refuse more folds than there are things to deal.

    Raises:
        ConfigError: there are fewer.
    """
    if found < n_folds:
        raise ConfigError(
            f"config key 'crossval.folds' is {n_folds}, but only {found} {what}; "
            f"{remedy or 'ask for at most as many folds as sites, or supply more towers'}."
        )


def fold_of_sites(folds: dict[str, Any]) -> dict[str, int]:
    """Return the fold of every site.

    Raises:
        ResultError: a site stands in two folds, a fold is empty, or the folds hold years.
    """
    if _listed(folds) != "site":
        raise ResultError(
            f"the folds of split {folds['split']} hold years, not sites; a site is in all of them."
        )
    return _fold_of_members(folds)


def fold_of_samples(folds: dict[str, Any], samples: pd.DataFrame) -> NDArray[np.int64]:
    """Return the fold in which each sample is held out, (sample,).

    Args:
        folds: content of a folds file, by site or by year.
        samples: table with the columns ``site`` and ``year``.

    Raises:
        ResultError: a site or a year stands in two folds, a fold is empty, or a sample is in
            none.
    """
    by = _listed(folds)
    fold_of = _fold_of_members(folds)
    homeless = sorted(set(samples[by].tolist()) - set(fold_of))
    if homeless:
        raise ResultError(
            f"the {by}s {', '.join(map(str, homeless[:5]))}"
            f"{' and more' if len(homeless) > 5 else ''} have samples but no fold in split "
            f"{folds['split']}; delete the folds file and run again."
        )
    return samples[by].map(fold_of).to_numpy(dtype=np.int64)


def folds_of_samples(
    folds: dict[str, Any], samples: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Return the fold in which each sample is held out, and what else a fold may not train on.

    A sample that is not scored is held out nowhere (-1). While its site (its year, where the folds
    list years) is held out, it may not be trained on either; where no fold lists the site or the
    year, never.

    Args:
        folds: content of a folds file, by site or by year.
        samples: table with the columns ``site``, ``year`` and ``scored``.

    Returns:
        (sample,) and (fold, sample); None for the second where every sample is scored.

    Raises:
        ResultError: as :func:`fold_of_samples`.
    """
    scored = samples["scored"].to_numpy(dtype=bool)
    fold = np.full(len(samples), -1, dtype=np.int64)
    fold[scored] = fold_of_samples(folds, samples[scored])
    if scored.all():
        return fold, None
    fold_of = _fold_of_members(folds)
    home = samples[_listed(folds)].map(fold_of).fillna(-1).to_numpy(dtype=np.int64)
    numbers = np.arange(max(fold_of.values()) + 1)[:, None]
    return fold, ~scored & ((home == numbers) | (home < 0))


def _listed(folds: dict[str, Any]) -> str:
    """Return what the folds list, ``site`` or ``year``."""
    by = folds.get("by", "site")
    if by not in ("site", "year"):
        raise ResultError(
            f"the folds of split {folds['split']} are by '{by}', expected 'site' or 'year'; "
            "delete the folds file and run again."
        )
    return by


def _fold_of_members(folds: dict[str, Any]) -> dict[Any, int]:
    """Return the fold of every site, or of every year."""
    by = _listed(folds)
    fold_of: dict[Any, int] = {}
    for fold, members in folds["folds"].items():
        if not members:
            raise ResultError(f"fold {fold} of split {folds['split']} has no {by}.")
        for member in members:
            if member in fold_of:
                raise ResultError(
                    f"{by} {member} stands in the folds {fold_of[member]} and {fold} of split "
                    f"{folds['split']}; a model would be tested on a {by} it has seen."
                )
            fold_of[member] = int(fold)
    return fold_of
