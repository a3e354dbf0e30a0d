"""The search for options: inside the training sites, resumable, and with a budget that is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.training.search import (
    NO_SEARCH,
    Search,
    inner_table,
    search_options,
    search_record,
    use_search,
)
from carbonscape.fluxes.training.selection import inner_experiment
from carbonscape.training import crossval
from carbonscape.training import experiment as experiments
from carbonscape.training.crossval import cross_validate
from carbonscape.training.experiment import Experiment, Task
from carbonscape.training.fit import ALL_MONTHS
from helpers.small_experiments import experiment_of, rows_of, with_block

CANDIDATES = [{"slope": 1.0}, {"slope": 1.5}, {"slope": 4.0}]


def truth() -> Experiment:
    """GPP is twice the second predictor of the last step; ``slope`` is what a model believes."""
    experiment = experiment_of(slope=7.0)
    target = 2.0 * experiment.block.series[:, -1, 1].astype(float)
    return with_block(experiment, target=target)


@pytest.fixture
def seen(monkeypatch) -> list[tuple[float, set[int], set[int]]]:
    """What every model was told: its slope, the rows it learnt from, those it predicted."""
    found: list[tuple[float, set[int], set[int]]] = []

    def build(shape, options):
        def fit(block, seed):
            found.append((options["slope"], set(rows_of(block)), set()))

        def predict(block):
            found[-1][2].update(rows_of(block))
            return options["slope"] * block.series[:, -1, 1].astype(float)

        return SimpleNamespace(fit=fit, predict=predict)

    entry = SimpleNamespace(name="spy", label="Spy", kind="estimator", yearly=False, build=build)
    monkeypatch.setattr(experiments, "get_model", lambda name: entry)
    return found


def found_by(experiment: Experiment, folder, candidates=CANDIDATES, **wanted) -> Search:
    wanted = {"candidates": candidates, "inner_folds": 2, "always": False, **wanted}
    return search_options(experiment, wanted, scratch=folder, workers=1, label="test")


def search(experiment: Experiment, folder, candidates=CANDIDATES, inner_folds=2):
    """Return the experiment with what was chosen, as the next step reads it, and the scores."""
    found = found_by(experiment, folder, candidates, inner_folds=inner_folds)
    record = json.loads(json.dumps(search_record(found), allow_nan=False))
    return use_search(experiment, record), record["scores"]


def test_the_candidate_with_the_smallest_error_inside_is_chosen(tmp_path, seen):
    experiment = truth()
    chosen, rows = search(experiment, tmp_path)
    assert {fold: options["slope"] for fold, options in chosen.fold_options.items()} == {
        0: 1.5, 1: 1.5, 2: 1.5,
    }  # fmt: skip
    assert chosen.training(Task(1, ALL_MONTHS)).options == {"slope": 1.5}
    assert len(rows) == 9
    for row in rows:
        inside = experiment.block.target[experiment.fold != row["fold"]]
        wrong = abs(CANDIDATES[row["candidate"]]["slope"] - 2) / 2
        assert row["rmse"] == pytest.approx(wrong * np.sqrt(np.mean(inside**2)))
        assert row["chosen"] == (row["candidate"] == 1)
        assert row["candidates"] == 3
    # The rows stand in a JSON record.
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_held_out_samples_are_neither_learnt_nor_predicted(tmp_path, seen):
    experiment = truth()
    search(experiment, tmp_path)
    assert len(seen) == 3 * 3 * 2  # folds, candidates, inner folds
    for number, fold in enumerate(np.unique(experiment.fold)):
        inside = set(np.flatnonzero(experiment.fold != fold).astype(float))
        of_fold = seen[6 * number : 6 * number + 6]
        assert [slope for slope, _, _ in of_fold] == [1.0, 1.0, 1.5, 1.5, 4.0, 4.0]
        for _, learnt, predicted in of_fold:
            assert learnt | predicted == inside
            assert not learnt & predicted


def test_every_candidate_of_every_fold_has_a_folder_of_its_own(tmp_path, seen):
    search(truth(), tmp_path)
    folders = sorted(tmp_path.iterdir())
    assert len(folders) == 9
    for folder in folders:
        assert folder.name.startswith("search-")
        assert sorted(path.name for path in folder.iterdir()) == [
            "fold0-month00.npz",
            "fold1-month00.npz",
        ]
    # The experiment's own parts lie beside them.
    cross_validate(truth(), scratch=tmp_path, workers=1, label="test")
    assert len(sorted(tmp_path.iterdir())) == 12


def test_an_interrupted_search_goes_on_where_it_stopped(tmp_path, seen, monkeypatch):
    whole = search(truth(), tmp_path / "whole")[1]
    seen.clear()
    original = crossval.run_task

    def interrupted(*args, **kwargs):
        if len(seen) == 7:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    monkeypatch.setattr(crossval, "run_task", interrupted)
    with pytest.raises(KeyboardInterrupt):
        search(truth(), tmp_path / "cut")
    monkeypatch.setattr(crossval, "run_task", original)
    assert search(truth(), tmp_path / "cut")[1] == whole
    assert len(seen) == 18
    seen.clear()
    assert search(truth(), tmp_path / "cut")[1] == whole
    assert seen == []


def test_the_chosen_options_train_the_outer_models(tmp_path, seen):
    experiment, _ = search(truth(), tmp_path)
    seen.clear()
    found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert [slope for slope, _, _ in seen] == [1.5] * 3
    np.testing.assert_allclose(found.predicted, 0.75 * experiment.block.target)


def test_without_a_search_the_experiment_keeps_its_options():
    experiment = truth()
    assert use_search(experiment, NO_SEARCH).fold_options == {}


def test_without_candidates_the_options_as_they_are_predict_the_training_sites(tmp_path, seen):
    experiment = truth()
    found = found_by(experiment, tmp_path, candidates=[], always=True)
    assert [slope for slope, _, _ in seen] == [7.0] * 6
    assert found.options == {fold: {"slope": 7.0} for fold in range(3)}
    for fold in range(3):
        rows = found.rows[found.fold == fold]
        np.testing.assert_array_equal(rows, np.flatnonzero(experiment.fold != fold))
        np.testing.assert_allclose(
            found.predicted[found.fold == fold], 3.5 * experiment.block.target[rows]
        )


def test_predictions_of_training_sites_stand_beside_what_was_observed(tmp_path, seen):
    experiment = truth()
    count = len(experiment.block)
    samples = pd.DataFrame(
        {"site": experiment.site, "year": 2000 + np.arange(count), "month": experiment.block.month}
    )
    table = inner_table(samples, experiment, found_by(experiment, tmp_path))
    assert len(table) == 2 * count
    for fold in range(3):
        inside = experiment.fold != fold
        rows = table[table["fold"] == fold]
        assert rows["site"].tolist() == experiment.site[inside].tolist()
        assert rows["year"].tolist() == samples["year"][inside].tolist()
        np.testing.assert_array_equal(rows["observed"], experiment.block.target[inside])
        np.testing.assert_allclose(rows["predicted"], 0.75 * experiment.block.target[inside])


def test_candidates_that_come_to_the_same_are_run_once(tmp_path, seen):
    experiment = replace(truth(), options={"slope": 7.0, "epochs": 5, "epochs_all_months": 5})
    same = [{}, {"epochs_all_months": 20}, {"slope": 1.0}, {"epochs_all_months": 5}]
    # One model serves all months here: epochs count nothing, epochs_all_months do.
    assert not experiment.lengths
    _, rows = search(experiment, tmp_path / "all", candidates=[*same, {"epochs": 9}])
    assert [json.loads(row["overrides"]) for row in rows if row["fold"] == 0] == same[:3]
    # With a model for each month it is the other way round.
    monthly = replace(experiment, lengths={int(m): 1 for m in np.unique(experiment.block.month)})
    _, rows = search(monthly, tmp_path / "monthly", candidates=[*same, {"epochs": 9}])
    kept = [json.loads(row["overrides"]) for row in rows if row["fold"] == 0]
    assert kept == [{}, {"slope": 1.0}, {"epochs": 9}]


def test_the_cost_of_a_search_is_that_of_all_its_trainings(tmp_path, seen, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(crossval.time, "process_time", lambda: next(clock))
    # A second each for training and prediction: 3 folds, 3 candidates, 2 inner folds.
    assert found_by(truth(), tmp_path).core_s == 36


def test_a_single_candidate_is_taken_without_a_training(tmp_path, seen):
    chosen, rows = search(truth(), tmp_path, candidates=[{"slope": 3.0}])
    assert seen == []
    assert chosen.fold_options == {fold: {"slope": 3.0} for fold in range(3)}
    assert [row["rmse"] for row in rows] == [None] * 3
    json.dumps(rows, allow_nan=False)


def test_more_inner_folds_than_training_sites_are_refused(tmp_path, seen):
    with pytest.raises(ConfigError, match=r"inner_folds' is 5, but fold 0 .* trains on 4 sites"):
        search(truth(), tmp_path, inner_folds=5)


def test_networks_are_searched_as_they_are_trained(tmp_path):
    experiment = experiment_of("fluxformer_annual", members=1)
    chosen, rows = search(experiment, tmp_path, candidates=[{"epochs": 1}, {"epochs": 30}])
    errors = np.array([row["rmse"] for row in rows]).reshape(3, 2)
    assert np.isfinite(errors).all()
    best = errors.argmin(axis=1)
    for fold in range(3):
        assert chosen.fold_options[fold]["epochs"] == [1, 30][best[fold]]
    assert not list(tmp_path.rglob("*-member*.npz"))
    inner = inner_experiment(experiment, 0, 2)
    inner = replace(inner, options={**inner.options, "epochs": 1})
    found = cross_validate(inner, scratch=tmp_path / "inner", workers=1, label="test").predicted
    assert errors[0, 0] == np.sqrt(np.mean((found - inner.block.target) ** 2))
