"""Cross-validation by site: every prediction comes from a model that never saw the site."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.errors import ResultError
from carbonscape.features.calendar import Calendar
from carbonscape.features.samples import Block
from carbonscape.features.windows import get_window, month_steps
from carbonscape.io import atomic_path
from carbonscape.models.registry import get_model
from carbonscape.progress import Progress
from carbonscape.training.fit import ALL_MONTHS, fit_model
from carbonscape.training.folds import fold_of_sites
from carbonscape.training.seeds import child_seed
from carbonscape.training.workers import run_tasks

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """One model to train: the fold it must not see and the month it predicts (0 for all)."""

    fold: int
    month: int

    @property
    def name(self) -> str:
        """Name of the task's file in the scratch folder."""
        return f"fold{self.fold}-month{self.month:02d}"


@dataclass(frozen=True)
class Experiment:
    """Everything that the models of one cross-validation share.

    Attributes:
        block: all samples.
        fold: (sample,) fold in which each sample's site is held out.
        model: name in the registry.
        options: the model's configuration.
        variables: names of the predictors.
        seed, split: of the configuration; with fold and month they seed a model.
        lengths: steps of the window of each month, by month; empty for one model a year.
    """

    block: Block
    fold: NDArray[np.int64]
    model: str
    options: Mapping[str, Any]
    variables: Sequence[str]
    seed: int
    split: int
    lengths: Mapping[int, int]

    def tasks(self) -> list[Task]:
        """Return the models to train, longest windows first so that cores end together."""
        months = sorted(self.lengths, reverse=True) or [ALL_MONTHS]
        return [Task(int(f), m) for m in months for f in np.unique(self.fold)]

    def rows(self, task: Task) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the positions of training and of held-out samples of a task."""
        of_month = (
            np.ones(len(self.block), dtype=bool)
            if task.month == ALL_MONTHS
            else self.block.month == task.month
        )
        held_out = self.fold == task.fold
        return np.flatnonzero(of_month & ~held_out), np.flatnonzero(of_month & held_out)

    def cut(self, block: Block, task: Task) -> Block:
        """Return samples of one month with the steps of that month's window only."""
        if task.month == ALL_MONTHS:
            return block
        return block.with_series(block.series[:, -self.lengths[task.month] :])


def prepare_experiment(
    samples: pd.DataFrame,
    block: Block,
    folds: dict[str, Any],
    *,
    calendar: Calendar,
    window: str,
    model: str,
    options: Mapping[str, Any],
    variables: Sequence[str],
    seed: int,
) -> Experiment:
    """Bind samples to folds and window settings.

    Raises:
        ResultError: a sample's site is in no fold, or in two.
    """
    fold_of = fold_of_sites(folds)
    homeless = sorted(set(samples["site"]) - set(fold_of))
    if homeless:
        raise ResultError(
            f"the sites {', '.join(homeless[:5])} have samples but no fold in split "
            f"{folds['split']}; delete the folds file and run again."
        )
    setting = get_window(window)
    months = sorted(samples["month"].unique().tolist()) if setting.monthly_models else []
    # A common year stands for all: a month's window has the same length in every year.
    lengths = {month: len(month_steps(calendar, setting, 2001, month)) for month in months}
    return Experiment(
        block=block,
        fold=samples["site"].map(fold_of).to_numpy(dtype=np.int64),
        model=model,
        options=dict(options),
        variables=list(variables),
        seed=seed,
        split=int(folds["split"]),
        lengths=lengths,
    )


def run_task(experiment: Experiment, task: Task) -> NDArray[np.float64]:
    """Train the model of a task and return its predictions for the held-out samples.

    Neither the targets nor the predictors of held-out samples are read before the model is
    trained.

    Raises:
        ResultError: there is nothing to train on, or a prediction is not finite.
    """
    train, test = experiment.rows(task)
    where = f"fold {task.fold} of split {experiment.split}"
    if task.month != ALL_MONTHS:
        where += f", month {task.month}"
    if len(train) < 2:
        raise ResultError(
            f"{where}: {len(train)} training samples are too few for a model; use more sites or "
            "years, or fewer folds."
        )
    if len(test) == 0:
        return np.empty(0)
    entry = get_model(experiment.model)
    fitted = fit_model(
        entry,
        experiment.cut(experiment.block.take(train), task),
        variables=experiment.variables,
        options=experiment.options,
        seed_of=partial(_task_seed, experiment, task),
    )
    predicted = fitted.predict(experiment.cut(experiment.block.take(test), task))
    if predicted.shape != (len(test),) or not np.isfinite(predicted).all():
        raise ResultError(
            f"{where}: {entry.label} returned predictions that are not finite numbers; lower its "
            f"learning rate or look at its options under 'gpp.models.{entry.name}'."
        )
    return predicted


def _task_seed(experiment: Experiment, task: Task, member: int) -> int:
    """Return the seed of one model."""
    return child_seed(experiment.seed, "crossval", experiment.split, task.fold, task.month, member)


def cross_validate(
    experiment: Experiment, *, scratch: Path, workers: int, label: str
) -> NDArray[np.float64]:
    """Train every model of an experiment and return out-of-fold predictions (sample,).

    Each finished model's predictions are kept in ``scratch`` until all are there, so that an
    interrupted run goes on where it stopped. Every model is trained in one thread from a seed
    of its own: the numbers do not depend on ``workers`` nor on interruptions.

    Args:
        experiment: from :func:`prepare_experiment`.
        scratch: folder for finished models; its name must change with everything that decides
            a result (:mod:`carbonscape.training.scratch`). The caller removes it once the
            result is written.
        workers: processes.
        label: for the progress line.
    """
    tasks = experiment.tasks()
    scratch.mkdir(parents=True, exist_ok=True)
    done = {task: part for task in tasks if (part := _load_part(experiment, task, scratch))}
    missing = [task for task in tasks if task not in done]
    progress = Progress(label, len(tasks), done=len(done))
    for task, part in run_tasks(partial(run_task, experiment), missing, workers):
        _save_part(scratch / f"{task.name}.npy", part)
        done[task] = _Part(part)
        progress.advance()
    predicted = np.full(len(experiment.block), np.nan)
    for task, part in done.items():
        predicted[experiment.rows(task)[1]] = part.values
    if np.isnan(predicted).any():
        raise ResultError(
            f"{label}: {int(np.isnan(predicted).sum())} samples got no out-of-fold prediction."
        )
    return predicted


@dataclass(frozen=True)
class _Part:
    """Predictions of one task (wrapped, because the truth of an array is ambiguous)."""

    values: NDArray[np.float64]


def _load_part(experiment: Experiment, task: Task, scratch: Path) -> _Part | None:
    """Return the predictions that an earlier run left for a task, if they are whole."""
    path = scratch / f"{task.name}.npy"
    if not path.exists():
        return None
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        logger.warning("%s is damaged and will be computed again", path)
        return None
    whole = values.shape == experiment.rows(task)[1].shape and np.isfinite(values).all()
    return _Part(values) if whole else None


def _save_part(path: Path, values: NDArray[np.float64]) -> None:
    """Keep the predictions of a finished task."""
    with atomic_path(path) as temporary:
        np.save(temporary, values)
