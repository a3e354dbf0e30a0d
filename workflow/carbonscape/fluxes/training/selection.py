"""Selection of a model's options inside the training sites of each fold.

Nested cross-validation: for every fold of the experiment, the candidates are compared by a
cross-validation of the fold's training samples alone. Neither predictors nor targets of the
held-out samples are read, so that the score of the chosen candidate on them stays honest.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.errors import ConfigError, ResultError
from carbonscape.fluxes.training.folds import fold_of_sites, make_folds
from carbonscape.training.seeds import child_seed

if TYPE_CHECKING:
    from carbonscape.training.experiment import Experiment

logger = logging.getLogger(__name__)

#: Trains every model of an experiment and returns its out-of-fold predictions (sample,).
Run = Callable[["Experiment"], NDArray[np.float64]]


class Choice(NamedTuple):
    """What was chosen for one fold.

    Attributes:
        index: number of the chosen candidate.
        scores: one row a candidate: ``fold``, ``candidate`` (its number), ``candidates`` (how
            many were compared: the budget), ``overrides`` (as JSON), ``samples`` (compared),
            ``rmse`` (pooled inner out-of-fold, gC m-2 d-1; missing if not compared or refused),
            ``refusal`` (why it has no score; empty if it has one) and ``chosen``.
        rows: (training sample,) positions of the fold's training samples in the experiment, without
            those that are only trained on.
        predicted: (training sample,) what the chosen candidate predicted for them in the inner
            cross-validation.

    Both are empty where a single candidate was not run.
    """

    index: int
    scores: pd.DataFrame
    rows: NDArray[np.int64]
    predicted: NDArray[np.float64]


def select_options(
    experiment: Experiment,
    candidates: Sequence[Mapping[str, Any]],
    *,
    inner_folds: int,
    run: Run,
    always: bool = False,
) -> dict[int, Choice]:
    """Choose a model's options for each fold, inside the fold's training samples.

    All candidates of a fold meet the same inner folds and the same seeds. The smallest RMSE
    pooled over the inner out-of-fold predictions wins, of equal ones the first. A candidate
    that diverges or is otherwise refused as a result loses and its sentence is kept.

    Args:
        experiment: the outer experiment, whose options the candidates change.
        candidates: options that replace those of the experiment; ``{}`` for the experiment's own.
        inner_folds: folds into which the training sites are dealt.
        run: called once for each fold and candidate. Inner experiments differ from one another
            and from the outer one by their ``seed`` (one a fold) and ``options`` (one a
            candidate).
        always: whether to run a single candidate too, for its predictions of the training sites.

    Returns:
        By outer fold. With a single candidate nothing is trained, unless ``always``.

    Raises:
        ConfigError: there is no candidate, one has an option that the model lacks, or a fold
            trains on fewer sites than there are inner folds.
        ResultError: every candidate was refused.
    """
    _require_candidates(experiment, candidates)
    folds = [int(fold) for fold in np.unique(experiment.fold[experiment.fold >= 0])]
    found = {}
    for fold in folds:
        if len(candidates) == 1 and not always:
            scores = _table(fold, candidates, 0, [np.nan], [""])
            found[fold] = Choice(0, scores, np.empty(0, dtype=np.int64), np.empty(0))
        else:
            inner = inner_experiment(experiment, fold, inner_folds)
            chosen, scored = _select(inner, fold, candidates, run), inner.fold >= 0
            found[fold] = chosen._replace(
                rows=training_rows(experiment, fold)[scored], predicted=chosen.predicted[scored]
            )
    return found


def options_of(
    experiment: Experiment, candidates: Sequence[Mapping[str, Any]], choices: Mapping[int, Choice]
) -> dict[int, dict[str, Any]]:
    """Return the options with which each outer fold is trained, by fold."""
    return {
        fold: {**experiment.options, **candidates[choice.index]} for fold, choice in choices.items()
    }


def training_rows(experiment: Experiment, fold: int) -> NDArray[np.int64]:
    """Return the positions of the samples on which an outer fold is trained."""
    trained = experiment.fold != fold
    if experiment.excluded is not None:
        trained &= ~experiment.excluded[fold]
    return np.flatnonzero(trained)


def inner_experiment(experiment: Experiment, fold: int, inner_folds: int) -> Experiment:
    """Return the cross-validation of one outer fold's training samples, dealt by site.

    Its seed descends from the outer one, the split and the fold, so that no inner model shares
    a seed with an outer one.

    Raises:
        ConfigError: there are fewer training sites than inner folds.
    """
    rows = training_rows(experiment, fold)
    site, scored = np.asarray(experiment.site)[rows], experiment.fold[rows] >= 0
    sites = sorted(set(site[scored].tolist()))
    if not 2 <= inner_folds <= len(sites):
        raise ConfigError(
            f"config key '{experiment.product.name}.crossval.search.inner_folds' is "
            f"{inner_folds}, but fold {fold} of split {experiment.split} trains on {len(sites)} "
            "sites; selection inside them needs "
            f"2 to {len(sites)} folds, or a single candidate."
        )
    seed = child_seed(experiment.seed, "selection", experiment.split, fold)
    dealing = make_folds(
        pd.DataFrame({"site": sites}), n_folds=inner_folds, split=0, seed=seed, stratify="none"
    )
    fold_of = fold_of_sites(dealing)
    block = experiment.block.take(rows)
    months = set(block.month[scored].tolist())
    dealt = np.array([fold_of.get(name, -1) for name in site], dtype=np.int64)
    # A sample that is only trained on is so here, while its site is not held out.
    excluded = (dealt == np.arange(inner_folds)[:, None]) & ~scored
    return replace(
        experiment,
        block=block,
        site=site,
        fold=np.where(scored, dealt, -1),
        excluded=None if scored.all() else excluded,
        seed=seed,
        # A month that only held-out samples have needs no inner model.
        lengths={month: n for month, n in experiment.lengths.items() if month in months},
    )


def _require_candidates(experiment: Experiment, candidates: Sequence[Mapping[str, Any]]) -> None:
    """Refuse an empty list and options that the model does not have."""
    key = experiment.product.options_key(experiment.model)
    if not candidates:
        raise ConfigError(
            f"there is no candidate for '{key}'; give at least one, {{}} at the least."
        )
    for number, overrides in enumerate(candidates):
        unknown = sorted(set(overrides) - set(experiment.options))
        if unknown:
            raise ConfigError(
                f"candidate {number} for '{key}' sets '{unknown[0]}', which is none of its options "
                f"({', '.join(experiment.options) or 'it has none'})."
            )


def _select(
    inner: Experiment, fold: int, candidates: Sequence[Mapping[str, Any]], run: Run
) -> Choice:
    """Score every candidate on an inner experiment and choose one."""
    errors, refusals, tried = [], [], []
    for number, overrides in enumerate(candidates):
        predicted = np.full(len(inner.block), np.nan)
        try:
            predicted = _predict(replace(inner, options={**inner.options, **overrides}), run)
            error, refusal = _rmse(inner, predicted), ""
        except ResultError as problem:
            error, refusal = np.nan, str(problem)
            logger.warning("selection, outer fold %d, candidate %d: %s", fold, number, refusal)
        tried.append(predicted)
        errors.append(error)
        refusals.append(refusal)
    if np.isnan(errors).all():
        raise ResultError(
            f"{inner.model}, fold {fold} of split {inner.split}: none of the {len(candidates)} "
            f"candidates could be trained inside the training sites; the first: {refusals[0]}"
        )
    # nanargmin takes the first of equal ones.
    chosen = int(np.nanargmin(errors))
    table = _table(fold, candidates, int((inner.fold >= 0).sum()), errors, refusals)
    table["chosen"] = table["candidate"] == chosen
    return Choice(chosen, table, np.arange(len(inner.block)), tried[chosen])


def _rmse(inner: Experiment, predicted: NDArray[np.float64]) -> float:
    """Return the error of predictions over the samples that are scored."""
    scored = inner.fold >= 0
    return float(np.sqrt(np.mean((predicted - inner.block.target)[scored] ** 2)))


def _predict(inner: Experiment, run: Run) -> NDArray[np.float64]:
    """Return the inner out-of-fold predictions of one candidate."""
    predicted = np.asarray(run(inner), dtype=np.float64)
    usable = predicted.shape == inner.block.target.shape
    with np.errstate(over="ignore", invalid="ignore"):
        usable = usable and bool(np.isfinite(_rmse(inner, predicted)))
    if not usable:
        raise ResultError(
            f"{inner.model} returned predictions that are not finite numbers; look at its "
            f"candidates under '{inner.product.options_key(inner.model)}'."
        )
    return predicted


def _table(
    fold: int,
    candidates: Sequence[Mapping[str, Any]],
    samples: int,
    errors: Sequence[float],
    refusals: Sequence[str],
) -> pd.DataFrame:
    """Return the scores of a fold's candidates, the first being chosen."""
    return pd.DataFrame(
        {
            "fold": fold,
            "candidate": range(len(candidates)),
            "candidates": len(candidates),
            "overrides": [json.dumps(dict(c), sort_keys=True) for c in candidates],
            "samples": samples,
            "rmse": np.asarray(errors, dtype=np.float64),
            "refusal": list(refusals),
            "chosen": [number == 0 for number in range(len(candidates))],
        }
    )
