"""Cross-validation on an accelerator: the networks of many folds and months as stacks."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.experiment import Experiment, Part, Task, predict_members
from carbonscape.training.fit import FittedModel
from carbonscape.training.guards import require_predictable, require_trainable, unseen_classes
from carbonscape.training.members import mean_and_spread
from carbonscape.training.stacked import can_stack, fit_stacked
from carbonscape.training.time_input import fit_time_input

#: Networks of one stack. The activations of a step take about 60 MB each at the default widths.
MOST = 120


def stacks_anything(experiment: Experiment) -> bool:
    """Say whether an experiment's models should be trained as stacks."""
    return experiment.device != "cpu" and can_stack(get_model(experiment.model))


def fit_tasks_stacked(
    experiment: Experiment,
    tasks: Sequence[Task],
    *,
    done: Collection[Task] = (),
    scratch: Path | None = None,
    most: int = MOST,
) -> Iterator[tuple[Task, Part]]:
    """Train the models of tasks as stacks and yield each task with what it gives.

    Tasks whose windows have the same length and whose folds have the same configuration form
    stacks, with all their members. No target or predictor of a held-out sample is read before
    the stack is trained. A stack is kept while it trains, until all of its tasks were taken: after
    an interruption it goes on, and since stacks are made of all tasks, done or not, with the
    numbers of an uninterrupted one.

    Args:
        experiment: from :func:`carbonscape.training.crossval.prepare_experiment`.
        tasks: all models of the experiment.
        done: those whose predictions an earlier run left.
        scratch: folder for the checkpoints; None for none.
        most: networks of one stack, members counted.

    Raises:
        ResultError: there is nothing to train on, a training diverges, or a prediction is not
            finite.
    """
    for number, group in enumerate(group_tasks(experiment, tasks, most)):
        if all(task in done for task in group):
            continue
        path = scratch and scratch / f"stack{number:02d}.npz"
        yield from _fit_group(experiment, group, path and Checkpoint(path), done)
        if path:
            # Whoever took the last task has kept its predictions by now.
            path.unlink(missing_ok=True)


def group_tasks(experiment: Experiment, tasks: Sequence[Task], most: int) -> list[list[Task]]:
    """Return tasks by stack, in their order."""
    groups: dict[tuple[int, str], list[Task]] = {}
    for task in tasks:
        options = json.dumps(dict(experiment.training(task).options), sort_keys=True)
        groups.setdefault((experiment.lengths.get(task.month, 0), options), []).append(task)
    stacks = []
    for group in groups.values():
        size = max(most // experiment.training(group[0]).members, 1)
        stacks += [group[start : start + size] for start in range(0, len(group), size)]
    return stacks


def _fit_group(
    experiment: Experiment,
    tasks: Sequence[Task],
    checkpoint: Checkpoint | None,
    done: Collection[Task],
) -> Iterator[tuple[Task, Part]]:
    """Train one stack and yield those of its tasks that are not done with their predictions."""
    training = experiment.training(tasks[0])
    blocks: dict[Task, Block] = {}
    warnings: dict[Task, list[str]] = {}
    for task in tasks:
        train, test = experiment.rows(task)
        block = experiment.samples(task, train)
        warnings[task] = require_trainable(
            block, place=experiment.place(task), **experiment.checked
        )
        if len(test):
            blocks[task] = block
        elif task not in done:
            yield task, Part(np.empty(0), np.empty(0), np.zeros(3))
    if not blocks:
        return
    members = range(training.members)
    times = {task: fit_time_input(training.time_input, block) for task, block in blocks.items()}
    start = time.perf_counter()
    networks = iter(
        fit_stacked(
            training.entry,
            [times[task].apply(block) for task, block in blocks.items() for _ in members],
            variables=next(iter(times.values())).variables(training.variables),
            options=training.options,
            seeds=[experiment.seed_of(task, member) for task in blocks for member in members],
            month_ends=training.month_ends,
            device=training.device,
            product=training.product,
            checkpoint=checkpoint,
        )
    )
    seconds = time.perf_counter() - start
    samples = sum(len(block) for block in blocks.values())
    for task, block in blocks.items():
        own = [next(networks) for _ in members]
        if task in done:
            continue
        place = experiment.place(task)
        held_out = experiment.samples(task, experiment.rows(task)[1])
        require_predictable(held_out, place=place, **experiment.checked)
        warned = [*warnings[task], *unseen_classes(block, held_out, place=place)]
        start = time.process_time()
        fitted = FittedModel("network", own, times[task])
        predicted = predict_members(fitted, held_out, training, place)
        permuted = experiment.permuted(task, fitted, held_out)
        # A stack's seconds are those of the clock, shared out by the samples.
        cost = [seconds * len(block) / samples, time.process_time() - start, len(block)]
        yield task, Part(*mean_and_spread(predicted), np.array(cost), warned, permuted)
