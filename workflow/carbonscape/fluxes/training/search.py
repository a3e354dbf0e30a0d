"""The search for options inside the training sites, run through the cross-validation itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.fluxes.training.selection import options_of, select_options
from carbonscape.training.crossval import cross_validate
from carbonscape.training.experiment import Experiment


def search_options(
    experiment: Experiment,
    search: Mapping[str, Any],
    *,
    scratch: Path,
    workers: int,
    label: str,
) -> tuple[Experiment, list[dict[str, Any]]]:
    """Choose the options of each fold among candidates, on the fold's training sites alone.

    Args:
        experiment: the outer cross-validation.
        search: ``candidates`` (changes of the model's options; none for no search) and
            ``inner_folds``.
        scratch: folder of the experiment, in which the inner ones keep theirs.
        workers: processes.
        label: for the progress lines.

    Returns:
        The experiment with the options of each fold, and the scores of every candidate (fold,
        candidate, RMSE), one row each; none without a search.
    """
    candidates = search["candidates"]
    if not candidates:
        return experiment, []

    def run(inner: Experiment) -> NDArray[np.float64]:
        named = json.dumps([inner.seed, dict(inner.options)], sort_keys=True)
        folder = scratch / f"search-{hashlib.sha256(named.encode()).hexdigest()[:16]}"
        part = cross_validate(inner, scratch=folder, workers=workers, label=f"{label}, search")
        return part.predicted

    choices = select_options(experiment, candidates, inner_folds=search["inner_folds"], run=run)
    chosen = replace(experiment, fold_options=options_of(experiment, candidates, choices))
    scores = pd.concat([choice.scores for choice in choices.values()])
    # JSON has no NaN; a candidate without a score has none.
    rows = scores.astype(object).where(scores.notna(), None).to_dict("records")
    return chosen, rows
