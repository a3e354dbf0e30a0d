"""Cross-validation: every prediction comes from a model that never saw the sample's group."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from carbonscape.core.errors import ResultError
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.training.array_archive import DamagedArchiveError, read_state
from carbonscape.training.experiment import Experiment, Part, Task, predict_members
from carbonscape.training.fit import remove_checkpoints
from carbonscape.training.guards import require_predictable, require_trainable, unseen_classes
from carbonscape.training.members import mean_and_spread
from carbonscape.training.workers import run_tasks

logger = logging.getLogger(__name__)


def run_task(experiment: Experiment, task: Task, *, scratch: Path | None = None) -> Part:
    """Train the model of a task and return its predictions for the held-out samples.

    Neither the targets nor the predictors of held-out samples are read before the model is
    trained.

    Raises:
        ResultError: there is nothing to train on, or a prediction is not finite.
    """
    train, test = experiment.rows(task)
    training, place = experiment.training(task), experiment.place(task)
    block = experiment.samples(task, train)
    warnings = require_trainable(block, place=place, **experiment.checked)
    if len(test) == 0:
        return Part(np.empty(0), np.empty(0), np.zeros(3))
    start = time.process_time()
    fitted = training.fit(
        block,
        seed_of=partial(experiment.seed_of, task),
        scratch=scratch and scratch / task.name,
    )
    trained = time.process_time()
    warnings += [f"{place}: {sentence}" for sentence in fitted.warnings]
    held_out = experiment.samples(task, test)
    require_predictable(held_out, place=place, **experiment.checked)
    warnings += unseen_classes(block, held_out, place=place)
    members = predict_members(fitted, held_out, training, place)
    cost = np.array([trained - start, time.process_time() - trained, len(train)])
    permuted = experiment.permuted(task, fitted, held_out)
    return Part(*mean_and_spread(members), cost, warnings, permuted)


def cross_validate(experiment: Experiment, *, scratch: Path, workers: int, label: str) -> Part:
    """Train every model of an experiment and return its out-of-fold predictions.

    Samples that no fold holds out have none (NaN).

    Each finished model's predictions are kept in ``scratch`` until all are there, and beside
    them the state of each unfinished network, so that an interrupted run goes on where it
    stopped. Every model is trained in one thread from a seed of its own: on a CPU the numbers
    do not depend on ``workers`` nor on interruptions.

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
    progress = Progress(label, len(tasks), done=len(done))
    for task, part in _run(experiment, tasks, set(done), scratch=scratch, workers=workers):
        _save_part(scratch / f"{task.name}.npz", part)
        remove_checkpoints(scratch / task.name)
        done[task] = part
        progress.advance()
    predicted, spread = np.full((2, len(experiment.block)), np.nan)
    for task, part in done.items():
        held_out = experiment.rows(task)[1]
        predicted[held_out], spread[held_out] = part.predicted, part.spread
    permuted = np.full((len(experiment.groups), experiment.repeats, len(predicted)), np.nan)
    for task, part in done.items():
        if part.permuted is not None:
            permuted[..., experiment.rows(task)[1]] = part.permuted
    lost = np.isnan(predicted) & (experiment.fold >= 0)
    if lost.any():
        raise ResultError(f"{label}: {int(lost.sum())} samples got no out-of-fold prediction.")
    cost = np.sum([part.cost for part in done.values()], axis=0)
    warnings = sorted(sentence for part in done.values() for sentence in part.warnings)
    return Part(predicted, spread, cost, warnings, permuted)


def _run(
    experiment: Experiment,
    tasks: Sequence[Task],
    done: Collection[Task],
    *,
    scratch: Path,
    workers: int,
) -> Iterator[tuple[Task, Part]]:
    """Yield the tasks that are not done: from worker processes, or as stacks on an accelerator."""
    if experiment.device != "cpu":
        # Imported here, because a job that grows trees should not wait for torch.
        from carbonscape.training.accelerated import fit_tasks_stacked, stacks_anything

        if stacks_anything(experiment):
            return fit_tasks_stacked(experiment, tasks, done=done, scratch=scratch)
        # Processes beside each other would share one accelerator and gain nothing.
        workers = 1
    missing = [task for task in tasks if task not in done]
    return run_tasks(partial(run_task, experiment, scratch=scratch), missing, workers)


def _load_part(experiment: Experiment, task: Task, scratch: Path) -> Part | None:
    """Return the predictions that an earlier run left for a task, if they are whole."""
    path = scratch / f"{task.name}.npz"
    if not path.exists():
        return None
    try:
        kept = read_state(path)
        part = Part(kept["predicted"], kept["spread"], kept["cost"], kept["warnings"].tolist())
        part = replace(part, permuted=kept.get("permuted"))
    except (OSError, DamagedArchiveError, KeyError, AttributeError):
        logger.warning("%s is damaged and will be computed again", path)
        return None
    samples = len(experiment.rows(task)[1])
    shape = (len(experiment.groups), experiment.repeats, samples)
    whole = not experiment.repeats or (part.permuted is not None and part.permuted.shape == shape)
    return part if whole and _is_part(part, samples) else None


def _is_part(part: Part, samples: int) -> bool:
    """Say whether what was read is a part of so many samples."""
    shapes = [values.shape for values in (part.predicted, part.spread, part.cost)]
    kinds = {values.dtype.kind for values in (part.predicted, part.spread, part.cost)}
    texts = isinstance(part.warnings, list) and all(isinstance(w, str) for w in part.warnings)
    fits = shapes == [(samples,), (samples,), (3,)] and kinds == {"f"} and texts
    return fits and bool(np.isfinite(part.predicted).all())


def _save_part(path: Path, part: Part) -> None:
    """Keep the predictions of a finished task."""
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            predicted=part.predicted,
            spread=part.spread,
            cost=part.cost,
            warnings=np.array(part.warnings, dtype=str),
            **({} if part.permuted is None else {"permuted": part.permuted}),
        )
