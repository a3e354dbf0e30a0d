"""An interrupted stack of networks goes on where it stopped, with the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training import checkpoint, crossval
from carbonscape.training.accelerated import fit_tasks_stacked
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.crossval import cross_validate
from carbonscape.training.stacked import fit_stacked
from carbonscape.training.stacked_parts import StackedOptimiser
from helpers.small_experiments import OPTIONS, VARIABLES, experiment_of, learnt, sample_table


@pytest.fixture(autouse=True)
def _every_epoch_is_kept(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SECONDS", 0.0)


@pytest.fixture
def interrupt_after(monkeypatch):
    """A function that interrupts a training after some steps, and the number of steps taken."""
    state, original = {"taken": 0, "stop": -1}, StackedOptimiser.step

    def step(*args):
        if state["taken"] == state["stop"]:
            raise KeyboardInterrupt
        state["taken"] += 1
        return original(*args)

    def after(number):
        taken = state["taken"]
        state.update(taken=0, stop=number)
        return taken

    monkeypatch.setattr(StackedOptimiser, "step", step)
    return after


def test_a_stack_interrupted_in_any_step_gives_the_same_weights(tmp_path, interrupt_after):
    experiment = experiment_of("fluxformer")
    blocks = [experiment.block, experiment.block.take(np.arange(len(experiment.block) - 9))]

    def fit(path):
        return fit_stacked(
            get_model("fluxformer"),
            blocks,
            variables=VARIABLES,
            options=OPTIONS["fluxformer"] | {"dropout": 0.3, "epochs": 3},
            seeds=[5, 6],
            product=GPP,
            checkpoint=path and Checkpoint(path),
        )

    whole = fit(None)
    each = interrupt_after(-1) // 3
    for stop in (1, 2 * each + 1):
        path = tmp_path / f"{stop}.npz"
        interrupt_after(stop)
        with pytest.raises(KeyboardInterrupt):
            fit(path)
        torch.manual_seed(stop)  # whatever was drawn in between
        interrupt_after(-1)
        again = fit(path)
        # The epochs that were complete are not trained again.
        assert interrupt_after(-1) == 3 * each - stop // each * each
        for one, other in zip(again, whole, strict=True):
            np.testing.assert_array_equal(learnt(one), learnt(other))


def test_an_experiment_of_stacks_goes_on_inside_a_stack(tmp_path, monkeypatch, interrupt_after):
    experiment = experiment_of("fluxformer", samples=sample_table(months=(5, 6, 7)))

    def run(folder):
        # A processor stands in for an accelerator: how tasks are kept is the same.
        monkeypatch.setattr(
            crossval,
            "_run",
            lambda ours, tasks, done, *, scratch, workers: fit_tasks_stacked(
                ours, tasks, done=done, scratch=scratch, most=4
            ),
        )
        return cross_validate(experiment, scratch=folder, workers=1, label="test")

    whole = run(tmp_path / "whole")
    total = interrupt_after(-1)
    assert not list((tmp_path / "whole").glob("stack*"))
    for share in (0.7,):
        folder = tmp_path / f"{share}"
        interrupt_after(round(total * share))
        with pytest.raises(KeyboardInterrupt):
            run(folder)
        assert len(list(folder.glob("stack*"))) == 1
        interrupt_after(-1)
        again = run(folder)
        # Of the stack that was cut off, the steps of one epoch at most are taken twice.
        epoch = total / (OPTIONS["fluxformer"]["epochs"] * 6)
        assert interrupt_after(-1) <= total * (1 - share) + epoch + 1
        np.testing.assert_array_equal(again.predicted, whole.predicted)
        np.testing.assert_array_equal(again.spread, whole.spread)


def test_a_task_that_was_lost_is_trained_with_its_stack_again(tmp_path):
    experiment = experiment_of("fluxformer", samples=sample_table(months=(5,)), dropout=0.3)
    tasks = experiment.tasks()
    whole = dict(fit_tasks_stacked(experiment, tasks))
    left = dict(fit_tasks_stacked(experiment, tasks, done={tasks[0]}, scratch=tmp_path))
    assert list(left) == tasks[1:]
    for task, part in left.items():
        np.testing.assert_array_equal(part.predicted, whole[task].predicted)
    assert not list(tmp_path.iterdir())
