"""The search for options inside the training sites, run through the cross-validation itself.

Its predictions of the training sites serve the weights of blends too
(:mod:`carbonscape.fluxes.training.blend`): no weight sees a held-out site either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.fluxes.tables import INNER_PREDICTIONS
from carbonscape.fluxes.training.selection import options_of, select_options
from carbonscape.training.crossval import cross_validate
from carbonscape.training.experiment import Experiment
from carbonscape.training.fit import options_for

#: The record of a cross-validation whose options were given.
NO_SEARCH: Mapping[str, Any] = {"options": [], "scores": [], "core_s": 0.0}


class Search(NamedTuple):
    """What a search found.

    Attributes:
        options: those with which each fold is trained, by fold.
        scores: one row for each fold and candidate (:class:`.selection.Choice`), fit for JSON.
        rows: (prediction,) position of a training sample in the experiment.
        fold: (prediction,) fold on whose training samples the inner models were trained.
        predicted: (prediction,) what they predicted for the sample in the unit of the target.
            None of these where nothing was trained.
        core_s: seconds of one core for all inner trainings and predictions.
    """

    options: Mapping[int, Mapping[str, Any]]
    scores: Sequence[Mapping[str, Any]]
    rows: NDArray[np.int64]
    fold: NDArray[np.int64]
    predicted: NDArray[np.float64]
    core_s: float


def search_options(
    experiment: Experiment,
    search: Mapping[str, Any],
    *,
    scratch: Path,
    workers: int,
    label: str,
) -> Search:
    """Choose the options of each fold among candidates, on the fold's training sites alone.

    Args:
        experiment: the outer cross-validation.
        search: ``candidates`` (changes of the model's options; none for its options as they
            are), ``inner_folds``, and ``always``, whether a single candidate is run too. A
            candidate that comes to the same options as an earlier one, such as other
            ``epochs_all_months`` where each month has a model, is not run.
        scratch: folder of the experiment, in which the inner ones keep theirs.
        workers: processes.
        label: for the progress lines.
    """
    cost = [0.0]

    def run(inner: Experiment) -> NDArray[np.float64]:
        named = json.dumps([inner.seed, dict(inner.options)], sort_keys=True)
        folder = scratch / f"search-{hashlib.sha256(named.encode()).hexdigest()[:16]}"
        part = cross_validate(inner, scratch=folder, workers=workers, label=f"{label}, search")
        cost[0] += float(part.cost[:2].sum())
        return part.predicted

    candidates = _distinct(experiment, search["candidates"] or [{}])
    choices = select_options(
        experiment,
        candidates,
        inner_folds=search["inner_folds"],
        run=run,
        always=search["always"],
    )
    scores = pd.concat([choice.scores for choice in choices.values()])
    return Search(
        options=options_of(experiment, candidates, choices),
        # JSON has no NaN; a candidate without a score has none.
        scores=scores.astype(object).where(scores.notna(), None).to_dict("records"),
        rows=np.concatenate([choice.rows for choice in choices.values()]),
        fold=np.repeat(list(choices), [len(choice.rows) for choice in choices.values()]),
        predicted=np.concatenate([choice.predicted for choice in choices.values()]),
        core_s=cost[0],
    )


def inner_table(samples: pd.DataFrame, experiment: Experiment, search: Search) -> pd.DataFrame:
    """Return what the inner models predicted for training samples (INNER_PREDICTIONS)."""
    table = samples.iloc[search.rows][["site", "year", "month"]].reset_index(drop=True)
    table.insert(0, "fold", search.fold)
    table["observed"] = experiment.block.target[search.rows]
    table["predicted"] = search.predicted
    return INNER_PREDICTIONS.check(table, "predictions of training sites")


def search_record(search: Search) -> dict[str, Any]:
    """Return what the cross-validation must know of a search, fit for JSON."""
    return {
        "options": [{"fold": fold, **options} for fold, options in search.options.items()],
        "scores": list(search.scores),
        "core_s": round(search.core_s, 2),
    }


def use_search(experiment: Experiment, record: Mapping[str, Any]) -> Experiment:
    """Return an experiment whose folds have the options that a search chose.

    Args:
        experiment: the outer cross-validation.
        record: from :func:`search_record`.
    """
    chosen = {
        row["fold"]: {k: v for k, v in row.items() if k != "fold"} for row in record["options"]
    }
    return replace(experiment, fold_options=chosen)


def _distinct(
    experiment: Experiment, candidates: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the candidates without those that change nothing beside an earlier one."""
    found: dict[str, Mapping[str, Any]] = {}
    for candidate in candidates:
        options = options_for(
            {**experiment.options, **candidate}, all_months=not experiment.lengths
        )
        found.setdefault(json.dumps(options, sort_keys=True), candidate)
    return list(found.values())
