"""Where finished models of an interrupted cross-validation wait for the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.training import crossval
from carbonscape.training.crossval import cross_validate
from carbonscape.training.experiment import Task
from carbonscape.training.fit import ALL_MONTHS
from carbonscape.training.scratch import scratch_folder, scratch_key
from helpers.small_experiments import experiment_of


def rewrite(path: Path, **changes) -> None:
    """Write a kept part with other arrays; None leaves one out."""
    with np.load(path) as kept:
        arrays = {**kept, **changes}
    arrays = {name: values for name, values in arrays.items() if values is not None}
    np.savez(path, allow_pickle=True, **arrays)


@pytest.fixture
def calls(monkeypatch) -> list[Task]:
    """The tasks that were really run."""
    found: list[Task] = []
    original = crossval.run_task

    def spy(experiment, task, **kwargs):
        found.append(task)
        return original(experiment, task, **kwargs)

    monkeypatch.setattr(crossval, "run_task", spy)
    return found


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, monkeypatch, calls):
    experiment = experiment_of(window="jan_to_m")
    whole = cross_validate(experiment, scratch=tmp_path / "whole", workers=1, label="test")
    calls.clear()
    counted = crossval.run_task

    def interrupted(experiment, task, **kwargs):
        if len(calls) == 10:
            raise KeyboardInterrupt
        return counted(experiment, task, **kwargs)

    monkeypatch.setattr(crossval, "run_task", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cross_validate(experiment, scratch=tmp_path / "cut", workers=1, label="test")
    first = list(calls)
    assert len(first) == 10
    calls.clear()
    monkeypatch.setattr(crossval, "run_task", counted)
    found = cross_validate(experiment, scratch=tmp_path / "cut", workers=1, label="test")
    assert sorted(t.name for t in first + calls) == sorted(t.name for t in experiment.tasks())
    assert len(calls) == 26
    np.testing.assert_array_equal(found.predicted, whole.predicted)


def test_finished_models_are_read_and_not_trained_again(tmp_path, calls):
    experiment = experiment_of()
    whole = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"fold{fold}-month00.npz" for fold in range(3)
    ]
    calls.clear()
    again = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    np.testing.assert_array_equal(again.predicted, whole.predicted)
    assert calls == []
    rewrite(tmp_path / "fold1-month00.npz", predicted=np.full(48, 123.0))
    marked = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert calls == []
    expected = np.where(experiment.fold == 1, 123.0, whole.predicted)
    np.testing.assert_array_equal(marked.predicted, expected)


@pytest.mark.parametrize(
    "damage", ["cut", "empty", "text", "length", "shape", "object", "missing", "infinite"]
)
def test_a_damaged_part_is_computed_again(tmp_path, calls, damage):
    experiment = experiment_of()
    whole = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    path = tmp_path / "fold1-month00.npz"
    content = path.read_bytes()
    if damage in ("cut", "empty", "text"):
        path.write_bytes({"cut": content[:-9], "empty": b"", "text": b"no array"}[damage])
    else:
        wrong = {
            "length": np.zeros(47),
            "shape": np.zeros((48, 1)),
            "object": np.array([None]),
            "infinite": np.full(48, np.inf),
        }
        rewrite(path, predicted=wrong.get(damage))
    calls.clear()
    found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert calls == [Task(1, ALL_MONTHS)]
    np.testing.assert_array_equal(found.predicted, whole.predicted)
    with np.load(path) as kept:
        assert sorted(kept) == ["cost", "permuted", "predicted", "spread", "warnings"]
        assert kept["predicted"].shape == (48,)


def test_the_folder_goes_when_the_result_is_there(tmp_path):
    content, root = {"seed": 1}, tmp_path / "deep" / "scratch"
    with scratch_folder(root, content, []) as scratch:
        assert scratch == root / scratch_key(content, [])
        cross_validate(experiment_of(), scratch=scratch, workers=1, label="test")
        assert scratch.is_dir()
    assert not scratch.exists()
    with scratch_folder(root, content, []):
        pass  # nothing was written: no error


def test_the_folder_of_an_interrupted_training_stays_and_is_found_again(tmp_path):
    seen = []

    def interrupted() -> None:
        with scratch_folder(tmp_path, {"seed": 1}, []) as scratch:
            seen.append(scratch)
            cross_validate(experiment_of(), scratch=scratch, workers=1, label="test")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (scratch,) = seen
    assert len(list(scratch.iterdir())) == 3
    with scratch_folder(tmp_path, {"seed": 2}, []) as other:
        assert other != scratch
    with scratch_folder(tmp_path, {"seed": 1}, []) as again:
        assert again == scratch
        assert len(list(again.iterdir())) == 3
    assert not scratch.exists()


def test_the_scratch_key_changes_with_configuration_and_content(tmp_path):
    first, second, copy = (tmp_path / name for name in ("a.txt", "b.txt", "c.txt"))
    first.write_text("one")
    second.write_text("two")
    copy.write_text("one")
    config = {"seed": 1, "options": {"epochs": 2, "width": 8}}
    key = scratch_key(config, [first, second])
    assert key.isalnum()
    assert len(key) == 20
    assert scratch_key({"options": {"width": 8, "epochs": 2}, "seed": 1}, [first, second]) == key
    assert scratch_key(config, [second, copy]) == key  # neither paths nor their order count
    keys = [
        key,
        scratch_key(config | {"seed": 2}, [first, second]),
        scratch_key(config | {"options": {"epochs": 3, "width": 8}}, [first, second]),
        scratch_key(config, [first]),
        scratch_key(config, [first, first]),
    ]
    second.write_text("twO")
    keys.append(scratch_key(config, [first, second]))
    assert len(set(keys)) == len(keys)
