"""Pooled scores of settings under resampling of sites and splits: what a run can tell apart.

Site-months of one tower are no independent pairs, so that sites are resampled, not months. A
pooled score needs no more of a site than its number of pairs, the sum and the sum of squares of
its observations, and the sum of squared errors of every setting. A bootstrap draw is a vector of
how often each site was drawn, and all draws are one matrix product. Each site split has its own
folds and its own seeds of the networks: where there are several, they are drawn too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import read_table
from carbonscape.fluxes.settings import Setting, split_of
from carbonscape.fluxes.tables import PREDICTIONS

#: Scores that are resampled.
METRICS = ("r2", "rmse")

_KEY = ["site", "year", "month"]


@dataclass(frozen=True)
class SiteSums:
    """What pooled scores need of each site; all settings and splits have the same samples.

    Attributes:
        settings: what is compared.
        splits: site splits that every setting has.
        sites: names of the sites.
        samples: (site,) number of pairs.
        observed: (site,) sum of the observations less their mean over all pairs, gC m-2 d-1.
        squares: (site,) sum of their squares.
        errors: (split, setting, site) sum of squared errors.
    """

    settings: tuple[Setting, ...]
    splits: tuple[int, ...]
    sites: tuple[str, ...]
    samples: NDArray[np.float64]
    observed: NDArray[np.float64]
    squares: NDArray[np.float64]
    errors: NDArray[np.float64]

    def scores(
        self, weights: NDArray[np.float64], splits: NDArray[np.float64] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return pooled scores (draw, setting) by metric, the mean over splits.

        Args:
            weights: (draw, site) how often each site counts. R2 is NaN where no observation of
                a draw differs from another.
            splits: (draw, split) how often each split counts; by default all count alike.
        """
        if splits is None:
            splits = np.ones((len(weights), len(self.splits)))
        shares = splits / splits.sum(axis=1, keepdims=True)
        pairs = weights @ self.samples
        spread = weights @ self.squares - (weights @ self.observed) ** 2 / pairs
        # What is left of equal observations by rounding is no spread.
        spread[spread < 1e-12 * (weights @ self.squares + 1e-300)] = np.nan
        # (draw, split, setting)
        errors = np.tensordot(weights, self.errors, axes=(1, 2))
        roots = np.sqrt(errors / pairs[:, None, None])
        return {
            "r2": 1.0 - np.einsum("dsm,ds->dm", errors, shares) / spread[:, None],
            "rmse": np.einsum("dsm,ds->dm", roots, shares),
        }


def read_splits(
    paths: Iterable[str | os.PathLike[str]],
) -> dict[tuple[int, Setting], pd.DataFrame]:
    """Read the PREDICTIONS of cross-validations over site splits, by split and setting.

    Args:
        paths: ``.../split_<number>/<model>-<pft>-<window>.parquet``.

    Raises:
        InputError, ResultError: a file is absent or holds another table.
        ValueError: a path is not that of a site split.
    """
    found = {}
    for path in paths:
        scheme, setting = Setting.parse(path)
        found[split_of(scheme), setting] = read_table(path, PREDICTIONS)
    return found


def sum_by_site(
    predictions: Mapping[tuple[int, Setting], pd.DataFrame],
    reduce: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table,
) -> SiteSums:
    """Sum observations and squared errors by site.

    Args:
        predictions: a PREDICTIONS table for each split and setting, all with the same
            site-months and observations.
        reduce: makes of such a table the pairs that are summed: ``site``, ``observed`` and
            ``predicted``. Which rows it returns depends on nothing that is predicted.

    Raises:
        ResultError: tables differ in their samples, or a setting lacks a split.
    """
    splits = tuple(sorted({split for split, _ in predictions}))
    settings = tuple(dict.fromkeys(setting for _, setting in predictions))
    first: pd.DataFrame | None = None
    errors: list[list[NDArray[np.float64]]] = [[] for _ in splits]
    for at, split in enumerate(splits):
        for setting in settings:
            origin = f"predictions of {setting.name}, split {split}"
            if (split, setting) not in predictions:
                raise ResultError(
                    f"there are no {origin}, though other settings have this split; settings are "
                    "compared over the same splits only."
                )
            table = PREDICTIONS.check(predictions[split, setting], origin)
            table = table.sort_values(_KEY, ignore_index=True)
            pairs = reduce(table)
            if first is None:
                first, values = table, pairs["observed"].to_numpy()
                codes, sites = pd.factorize(pairs["site"], sort=True)
            _require_same(table, first, origin)
            squared = (pairs["predicted"] - pairs["observed"]).to_numpy() ** 2
            errors[at].append(np.bincount(codes, weights=squared, minlength=len(sites)))
    if first is None or len(sites) < 2:
        raise ResultError(
            "a comparison by resampled sites needs predictions at two sites at least; intervals "
            "from one site would say nothing."
        )
    values = values - values.mean()
    return SiteSums(
        settings=settings,
        splits=splits,
        sites=tuple(sites),
        samples=np.bincount(codes).astype(float),
        observed=np.bincount(codes, weights=values),
        squares=np.bincount(codes, weights=values**2),
        errors=np.array(errors),
    )


def _require_same(table: pd.DataFrame, first: pd.DataFrame, origin: str) -> None:
    """Refuse predictions that were made for other samples than the first ones."""
    columns = [*_KEY, "observed"]
    if table[columns].equals(first[columns]):
        return
    raise ResultError(
        f"{origin}: {len(table)} site-months that are not the {len(first)} site-months and "
        "observations of the other settings; differences are taken on the same samples only "
        "(config key 'crossval.common_samples' of the flux)."
    )


def draw_sites(n_sites: int, *, draws: int, seed: int) -> NDArray[np.float64]:
    """Draw sites with replacement: how often each was drawn (draw, site).

    Source: the bootstrap of Efron (1979, doi:10.1214/aos/1176344552), by cluster.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    return rng.multinomial(n_sites, np.full(n_sites, 1 / n_sites), size=draws).astype(float)


def draw_splits(n_splits: int, *, draws: int, seed: int) -> NDArray[np.float64]:
    """Draw site splits with replacement: how often each was drawn (draw, split).

    A single split is drawn once each time. The draws do not depend on those of the sites. With few
    splits the variance between them comes out too small by the factor (n - 1) / n of the bootstrap.
    """
    rng = np.random.default_rng(np.random.SeedSequence((seed, 1)))
    return rng.multinomial(n_splits, np.full(n_splits, 1 / n_splits), size=draws).astype(float)
