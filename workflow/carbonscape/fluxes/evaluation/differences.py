"""Paired differences of scores between settings, with intervals for all of them at once.

Three families of questions are asked, each corrected for the number of its comparisons: which
model is better (every pair of models), what land cover adds (each PFT setting minus none), and
what a window adds (each window minus January to the month).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.evaluation.resampling import (
    METRICS,
    SiteSums,
    draw_sites,
    draw_splits,
    sum_by_site,
)
from carbonscape.fluxes.settings import PFT_SETTINGS, WINDOWS, Setting
from carbonscape.models.registry import MODELS

#: What the settings of the families ``pft`` and ``window`` are compared with.
REFERENCES = {"pft": "none", "window": "jan_to_m"}

_LEVEL = 0.95

#: Below this a difference or its standard error is the rounding of equal predictions.
_NOTHING = 1e-9

_SAMPLES = (
    Column("sites", "integer", "sites, which are resampled", "1"),
    Column("samples", "integer", "pairs scored in each split", "1"),
    Column(
        "splits",
        "integer",
        "site splits, resampled as well, so that an interval holds the choice of sites, of folds "
        "and of the networks' seeds; with 1 it holds that of the sites alone",
        "1",
    ),
    Column("draws", "integer", "bootstrap draws of sites and splits", "1"),
)

INTERVALS = TableSchema(
    "intervals of scores",
    (
        Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS)),
        Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
        Column("model", "text", "model of the registry"),
        Column("r2", "number", "pooled R2 of monthly GPP, mean over the splits", "1"),
        Column("r2_low", "number", "lower end of its 95 % interval", "1"),
        Column("r2_high", "number", "upper end of its 95 % interval", "1"),
        Column("rmse", "number", "RMSE, mean over the splits", "gC m-2 d-1"),
        Column("rmse_low", "number", "lower end of its 95 % interval", "gC m-2 d-1"),
        Column("rmse_high", "number", "upper end of its 95 % interval", "gC m-2 d-1"),
        *_SAMPLES,
    ),
    key=("window", "pft", "model"),
)

_FIXED = "; missing where it is what differs"

DIFFERENCES = TableSchema(
    "paired differences",
    (
        Column("family", "text", "what differs: model, pft or window"),
        Column("metric", "text", "r2 (1) or rmse (gC m-2 d-1)"),
        Column("window", "text", "window of both" + _FIXED, missing=True),
        Column("pft", "text", "PFT setting of both" + _FIXED, missing=True),
        Column("model", "text", "model of both" + _FIXED, missing=True),
        Column("first", "text", "model, PFT setting or window"),
        Column("second", "text", "model, PFT setting or window that it is compared with"),
        Column("difference", "number", "score of the first minus that of the second"),
        Column("low", "number", "lower end of the 95 % interval of this difference alone"),
        Column("high", "number", "upper end of the 95 % interval of this difference alone"),
        Column("low_simultaneous", "number", "lower end, for all of the family at once"),
        Column("high_simultaneous", "number", "upper end, for all of the family at once"),
        Column("p_adjusted", "number", "p value, corrected for the family (max-|t|)", "1"),
        Column("resolved", "flag", "the simultaneous interval leaves out zero"),
        Column("comparisons", "integer", "differences in the family", "1"),
        *_SAMPLES,
    ),
    key=("family", "metric", "window", "pft", "model", "first", "second"),
)


class Pair(NamedTuple):
    """Two settings that differ in one thing, which names the family."""

    family: str
    first: Setting
    second: Setting


class Simultaneous(NamedTuple):
    """Intervals of several differences (pair,) and p values that hold for all at once."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    low_simultaneous: NDArray[np.float64]
    high_simultaneous: NDArray[np.float64]
    p_adjusted: NDArray[np.float64]


def compare_settings(
    predictions: Mapping[tuple[int, Setting], pd.DataFrame],
    *,
    window: str,
    pft: str,
    seed: int,
    draws: int = 5000,
    common_samples: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return intervals of every setting's own score, and of differences between settings.

    Each draw takes sites with replacement, and splits with replacement, as many as there are; both
    are the same for all settings, and scores are averaged over the drawn splits. As every split has
    its own folds and its own seeds of the networks, the intervals hold the choice of the sites, of
    the folds and of the seeds; with one split they hold that of the sites alone. The models
    themselves are not trained again.

    Args:
        predictions: a PREDICTIONS table for each split and setting.
        window, pft: where models are compared; PFT settings are compared in this window,
            windows with this PFT setting.
        seed: of the draws.
        draws: number of them.
        common_samples: whether all windows have the same samples; if not, windows are not
            compared with one another.

    Returns:
        An INTERVALS and a DIFFERENCES table.

    Raises:
        ResultError: settings that are to be compared differ in their samples or splits.
    """
    if common_samples:
        groups = [list(dict.fromkeys(setting for _, setting in predictions))]
    else:
        by_window: dict[str, list[Setting]] = {}
        for setting in dict.fromkeys(setting for _, setting in predictions):
            by_window.setdefault(setting.window, []).append(setting)
        groups = list(by_window.values())
    intervals, differences = [], []
    for settings in groups:
        sums = sum_by_site({key: table for key, table in predictions.items() if key[1] in settings})
        point, drawn = _resample(sums, draws=draws, seed=seed)
        counts = {
            "sites": len(sums.sites),
            "samples": int(sums.samples.sum()),
            "splits": len(sums.splits),
            "draws": draws,
        }
        intervals += _intervals(sums.settings, point, drawn, counts)
        pairs = make_pairs(sums.settings, window=window, pft=pft)
        for family in dict.fromkeys(pair.family for pair in pairs):
            chosen = [pair for pair in pairs if pair.family == family]
            differences += _differences(chosen, sums.settings, point, drawn, counts)
    return (
        INTERVALS.check(pd.DataFrame(intervals, columns=INTERVALS.names), "intervals of scores"),
        DIFFERENCES.check(pd.DataFrame(differences, columns=DIFFERENCES.names), "differences"),
    )


def make_pairs(settings: Sequence[Setting], *, window: str, pft: str) -> list[Pair]:
    """Return all pairs of models in one window and PFT setting, and the settings of the others.

    Of two models the second comes first in the registry.
    """
    found = []
    models = _in_order([s.model for s in settings if (s.window, s.pft) == (window, pft)])
    for second, first in itertools.combinations(models, 2):
        found.append(Pair("model", Setting(first, pft, window), Setting(second, pft, window)))
    for family, order in (("pft", PFT_SETTINGS), ("window", WINDOWS)):
        for model in _in_order(setting.model for setting in settings):
            fixed = Setting(model, pft, window)
            second = fixed._replace(**{family: REFERENCES[family]})
            for name in order:
                first = fixed._replace(**{family: name})
                if first != second and first in settings and second in settings:
                    found.append(Pair(family, first, second))
    return found


def simultaneous(
    estimates: NDArray[np.float64], drawn: NDArray[np.float64], *, level: float = _LEVEL
) -> Simultaneous:
    """Return intervals of several differences, one by one and all at once.

    One by one: percentiles of the draws. All at once: the estimate plus and minus its standard
    error times the quantile of the largest |t| of all differences in a draw, so that all
    intervals hold together with the probability ``level``; the p value is the share of draws
    whose largest |t| about the estimates reaches the difference's own. A difference that does
    not vary at all, as between equal predictions, has p = 1 if it is zero.

    Args:
        estimates: (pair,) differences of the sample itself.
        drawn: (draw, pair) differences of the draws.

    Source: single-step max-|t| bootstrap, Westfall & Young (1993), Resampling-Based Multiple
        Testing; Romano & Wolf (2005, doi:10.1198/016214504000000539).
    """
    errors = drawn.std(axis=0, ddof=1)
    errors[errors < _NOTHING] = 0.0
    scale = np.where(errors > 0, errors, np.inf)
    largest = np.max(np.abs(drawn - estimates) / scale, axis=1)
    reach = np.quantile(largest, level) * errors
    constant = np.where(np.abs(estimates) < _NOTHING, 0.0, np.inf)
    own = np.where(errors > 0, np.abs(estimates) / scale, constant)
    reached = np.sum(largest[:, None] >= own, axis=0)
    outside = (1 - level) / 2
    low, high = np.quantile(drawn, [outside, 1 - outside], axis=0)
    return Simultaneous(
        low=low,
        high=high,
        low_simultaneous=estimates - reach,
        high_simultaneous=estimates + reach,
        p_adjusted=(1 + reached) / (1 + len(drawn)),
    )


def _in_order(models: Sequence[str]) -> list[str]:
    """Return distinct models in the registry's order, others after them."""
    order = list(MODELS)
    return sorted(set(models), key=lambda m: (order.index(m) if m in order else len(order), m))


def _resample(
    sums: SiteSums, *, draws: int, seed: int
) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
    """Return the scores (setting,) of the sites and splits themselves and those of the draws.

    Draws whose observations do not vary, which have no R2, are left out.
    """
    point = {name: values[0] for name, values in sums.scores(np.ones((1, len(sums.sites)))).items()}
    if np.isnan(point["r2"]).any():
        raise ResultError(
            "the observations of all sites are equal, so that R2 has no value and settings "
            "cannot be compared; look at the target in towers/months.parquet."
        )
    drawn = sums.scores(
        draw_sites(len(sums.sites), draws=draws, seed=seed),
        draw_splits(len(sums.splits), draws=draws, seed=seed),
    )
    usable = np.isfinite(drawn["r2"]).all(axis=1)
    return point, {name: values[usable] for name, values in drawn.items()}


def _intervals(
    settings: Sequence[Setting],
    point: Mapping[str, NDArray],
    drawn: Mapping[str, NDArray],
    counts: Mapping[str, int],
) -> list[dict]:
    """Return rows of INTERVALS."""
    outside = (1 - _LEVEL) / 2
    ends = {
        metric: np.quantile(drawn[metric], [outside, 1 - outside], axis=0) for metric in METRICS
    }
    rows = []
    for at, setting in enumerate(settings):
        row = setting._asdict() | counts
        for metric in METRICS:
            row[metric] = point[metric][at]
            row[f"{metric}_low"], row[f"{metric}_high"] = ends[metric][:, at]
        rows.append(row)
    return rows


def _differences(
    pairs: Sequence[Pair],
    settings: Sequence[Setting],
    point: Mapping[str, NDArray],
    drawn: Mapping[str, NDArray],
    counts: Mapping[str, int],
) -> list[dict]:
    """Return rows of DIFFERENCES for the pairs of one family."""
    first = [settings.index(pair.first) for pair in pairs]
    second = [settings.index(pair.second) for pair in pairs]
    rows = []
    for metric in METRICS:
        estimates = point[metric][first] - point[metric][second]
        found = simultaneous(estimates, drawn[metric][:, first] - drawn[metric][:, second])
        for at, pair in enumerate(pairs):
            numbers = {name: values[at] for name, values in found._asdict().items()}
            ends = numbers["low_simultaneous"], numbers["high_simultaneous"]
            resolved = ends[0] > _NOTHING or ends[1] < -_NOTHING
            row = pair.first._asdict() | {pair.family: None, "family": pair.family}
            row |= {name: getattr(getattr(pair, name), pair.family) for name in ("first", "second")}
            row |= {"metric": metric, "difference": estimates[at], "resolved": resolved}
            rows.append(row | numbers | counts | {"comparisons": len(pairs)})
    return rows
