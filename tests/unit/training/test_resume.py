"""Interrupted trainings go on where they stopped, with the numbers of uninterrupted ones."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from carbonscape.fluxes.features.calendar import MONTHLY
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training import checkpoint
from carbonscape.training.array_archive import read_state
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.crossval import cross_validate, run_task
from carbonscape.training.experiment import Task
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.fit import ALL_MONTHS
from carbonscape.training.network import fit_network
from carbonscape.training.optimiser import Optimiser
from helpers import guards
from helpers.small_experiments import NETWORK, OPTIONS, VARIABLES, experiment_of, learnt

NETWORKS = ["fluxformer", "fluxformer_annual"]
LOOPS = [
    {"optimiser": "radam", "schedule": "constant"},
    {"optimiser": "adamw", "schedule": "one_cycle", "weight_decay": 0.1},
]


@pytest.fixture(autouse=True)
def _every_epoch_is_kept(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SECONDS", 0.0)


class Steps:
    """Counts the steps of the optimiser, and interrupts a training at one of them."""

    def __init__(self, monkeypatch) -> None:
        self.taken = 0
        self.stop_at = -1
        original = Optimiser.step

        def step(optimiser, *args):
            if self.taken == self.stop_at:
                raise KeyboardInterrupt
            self.taken += 1
            return original(optimiser, *args)

        monkeypatch.setattr(Optimiser, "step", step)

    def after(self, number: int) -> None:
        """Count anew, and interrupt after ``number`` steps."""
        self.taken, self.stop_at = 0, number


@pytest.fixture
def steps(monkeypatch) -> Steps:
    return Steps(monkeypatch)


def fit(model: str, path: Path | None, **changes):
    experiment = experiment_of(model)
    return fit_network(
        get_model(model),
        experiment.block,
        variables=VARIABLES,
        options=OPTIONS[model] | {"dropout": 0.3, "epochs": 6} | changes,
        seed=5,
        month_ends=experiment.month_ends,
        checkpoint=path and Checkpoint(path),
        product=GPP,
    )


# --- one network ---------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop["optimiser"])
@pytest.mark.parametrize("model", NETWORKS)
def test_a_training_interrupted_in_any_step_gives_the_same_weights(tmp_path, steps, model, loop):
    whole = fit(model, None, **loop)
    total = steps.taken
    each = total // 6
    assert each >= 3
    block = experiment_of(model).block
    for stop in (1, each, 2 * each + 1, 4 * each - 1, total - 1):
        path = tmp_path / f"{stop}.npz"
        steps.after(stop)
        with pytest.raises(KeyboardInterrupt):
            fit(model, path, **loop)
        torch.manual_seed(stop)  # whatever was drawn in between
        steps.after(-1)
        again = fit(model, path, **loop)
        # The epochs that were complete are not trained again.
        assert steps.taken == total - stop // each * each
        np.testing.assert_array_equal(learnt(again), learnt(whole))
        np.testing.assert_array_equal(again.predict(block), whole.predict(block))


def test_a_training_may_be_interrupted_again_and_again(tmp_path, steps):
    whole, path, attempts = fit("fluxformer", None), tmp_path / "x.npz", 0
    total = steps.taken
    while True:
        attempts += 1
        steps.after(total // 6 + 2)  # one epoch and a bit
        try:
            again = fit("fluxformer", path)
            break
        except KeyboardInterrupt:
            continue
    assert attempts == 6
    np.testing.assert_array_equal(learnt(again), learnt(whole))


def test_a_finished_network_is_read_and_not_trained(tmp_path, steps):
    first = fit("fluxformer", tmp_path / "x.npz")
    steps.after(-1)
    second = fit("fluxformer", tmp_path / "x.npz")
    assert steps.taken == 0
    np.testing.assert_array_equal(learnt(second), learnt(first))


def test_keeping_checkpoints_changes_no_number(tmp_path):
    np.testing.assert_array_equal(
        learnt(fit("fluxformer", tmp_path / "x.npz")), learnt(fit("fluxformer", None))
    )


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "byte", "other"])
def test_a_damaged_checkpoint_is_logged_and_the_training_starts_anew(
    tmp_path, steps, caplog, damage
):
    whole, path = fit("fluxformer", None), tmp_path / "x.npz"
    total = steps.taken
    steps.after(total // 2 + 1)
    with pytest.raises(KeyboardInterrupt):
        fit("fluxformer", path)
    content = bytearray(path.read_bytes())
    if damage == "byte":  # of the weights, in the middle of the archive
        place = content.index(read_state(path)["values"].tobytes())
        content[place + 5] ^= 1
        path.write_bytes(content)
    else:
        other = {"cut": content[:-9], "empty": b"", "text": b"no network", "other": b"PK\5\6" * 9}
        path.write_bytes(other[damage])
    steps.after(-1)
    again = fit("fluxformer", path)
    assert steps.taken == total
    np.testing.assert_array_equal(learnt(again), learnt(whole))
    (record,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert record.getMessage() == f"{path} is damaged; the training starts again"


def test_checkpoints_are_written_now_and_then_and_at_the_end(tmp_path, monkeypatch):
    clock = iter([59.0, 61.0, 62.0, 62.0, 120.0, 122.0, 123.0, 124.0])
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: next(clock))
    kept = Checkpoint(tmp_path / "x.npz", every=60.0, last=0.0)
    written = []

    def offer(*, finished: bool = False) -> bool:
        before = len(written)
        kept.offer(lambda: written.append(1) or {"epoch": len(written)}, finished=finished)
        return len(written) > before

    assert not offer()  # at 59 s
    assert offer()  # at 61 s, and remembered at 62 s
    assert not offer()  # at 62 s
    assert not offer()  # at 120 s
    assert offer()  # at 122 s
    assert offer(finished=True)
    assert kept.load() == {"epoch": 3}


def test_the_constant_says_how_often(monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SECONDS", 12.5)
    assert Checkpoint(tmp_path / "x.npz").every == 12.5


# --- members, cross-validations and products -----------------------------------------------------


def test_finished_members_are_not_trained_again(tmp_path, steps):
    experiment, task = experiment_of("fluxformer", members=3, epochs=4), Task(1, ALL_MONTHS)
    whole = run_task(experiment, task)
    each = steps.taken // 3
    steps.after(2 * each - 1)
    with pytest.raises(KeyboardInterrupt):
        run_task(experiment, task, scratch=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"fold1-month00-member{member}.npz" for member in (0, 1)
    ]
    steps.after(-1)
    again = run_task(experiment, task, scratch=tmp_path)
    assert steps.taken == each // 4 + each  # an epoch of the second, and the third
    np.testing.assert_array_equal(again.predicted, whole.predicted)
    np.testing.assert_array_equal(again.spread, whole.spread)


@pytest.mark.parametrize("model", NETWORKS)
def test_an_interrupted_cross_validation_gives_the_same_predictions(tmp_path, steps, model):
    experiment = experiment_of(model)
    whole = cross_validate(experiment, scratch=tmp_path / "whole", workers=1, label="test")
    total = steps.taken
    steps.after(total // 2)
    with pytest.raises(KeyboardInterrupt):
        cross_validate(experiment, scratch=tmp_path / "cut", workers=1, label="test")
    left = sorted(path.name for path in (tmp_path / "cut").iterdir())
    assert left == ["fold0-month00.npz", "fold1-month00-member0.npz"]
    steps.after(-1)
    again = cross_validate(experiment, scratch=tmp_path / "cut", workers=1, label="test")
    assert total // 2 <= steps.taken < total * 2 / 3
    np.testing.assert_array_equal(again.predicted, whole.predicted)
    np.testing.assert_array_equal(again.spread, whole.spread)
    # Once a part is kept, its networks are not needed any more.
    for folder in ("whole", "cut"):
        names = sorted(path.name for path in (tmp_path / folder).iterdir())
        assert names == [f"fold{fold}-month00.npz" for fold in range(3)]


@pytest.mark.parametrize("model", NETWORKS)
def test_an_interrupted_final_training_gives_the_same_bytes(tmp_path, steps, model):
    training = prepare_training(
        experiment_of(model).block,
        model=model,
        options=OPTIONS[model],
        variables=VARIABLES,
        pft="igbp",
        window="jan_to_m",
        **schedule_of(MONTHLY, "jan_to_m", model),
        seed=3,
        product=GPP,
    )
    train_final(training, tmp_path / "whole.zip", scratch=tmp_path / "a", workers=1)
    total = steps.taken
    steps.after(total - 2)
    with pytest.raises(KeyboardInterrupt):
        train_final(training, tmp_path / "cut.zip", scratch=tmp_path / "b", workers=1)
    assert not (tmp_path / "cut.zip").exists()
    assert list((tmp_path / "b").glob("*.npz"))
    steps.after(-1)
    train_final(training, tmp_path / "cut.zip", scratch=tmp_path / "b", workers=1)
    assert 0 < steps.taken < total / 2
    assert (tmp_path / "cut.zip").read_bytes() == (tmp_path / "whole.zip").read_bytes()
    assert not list((tmp_path / "b").glob("*.npz"))


# --- killed outright -----------------------------------------------------------------------------

LONG = {"epochs": 24, "dropout": 0.3}
CHILD = """
import sys
from pathlib import Path
from carbonscape.training import checkpoint
from carbonscape.training.array_archive import read_state
from carbonscape.training.crossval import cross_validate
from helpers.small_experiments import experiment_of
checkpoint.CHECKPOINT_SECONDS = 0.0
experiment = experiment_of(sys.argv[1], epochs=24, dropout=0.3)
cross_validate(experiment, scratch=Path(sys.argv[2]), workers=1, label="killed")
"""


@pytest.mark.parametrize("model", NETWORKS)
def test_a_killed_cross_validation_gives_bit_identical_predictions(tmp_path, model):
    scratch = tmp_path / "killed"
    folders = [guards.PROJECT / "workflow", guards.PROJECT / "tests"]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, model, str(scratch)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # The second fold's second network is being trained: some are finished, some not begun.
    state, deadline = scratch / "fold1-month00-member1.npz", time.monotonic() + 60
    while not state.exists():
        assert child.poll() is None, "the training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    assert child.wait(timeout=30) == -signal.SIGKILL
    epoch = read_state(state)["epoch"]
    assert 1 <= epoch < 24, "the kill came after the training"
    assert (scratch / "fold0-month00.npz").exists()
    assert not (scratch / "fold1-month00.npz").exists()
    experiment = experiment_of(model, **LONG)
    resumed = cross_validate(experiment, scratch=scratch, workers=1, label="resumed")
    whole = cross_validate(experiment, scratch=tmp_path / "whole", workers=1, label="whole")
    np.testing.assert_array_equal(resumed.predicted, whole.predicted)
    np.testing.assert_array_equal(resumed.spread, whole.spread)
    assert NETWORK["members"] == 2
    assert not [path for path in scratch.iterdir() if "-member" in path.name]
