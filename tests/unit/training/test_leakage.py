"""Held-out samples change no weight, no choice and no prediction before they are scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from carbonscape.fluxes.training.blend import blend_predictions, weights_of_folds
from carbonscape.fluxes.training.search import (
    inner_table,
    search_options,
    search_record,
    use_search,
)
from carbonscape.models import climatology, random_forest, xgboost_annual
from carbonscape.training import network
from carbonscape.training.crossval import run_task
from carbonscape.training.experiment import Experiment, Task
from carbonscape.training.fit import ALL_MONTHS
from helpers.small_experiments import (
    MONTHLY_MODELS,
    YEARLY_MODELS,
    experiment_of,
    learnt,
    sample_table,
    with_block,
)

#: Every model, with one model for the year and, if it can have them, with monthly ones.
CASES = [
    *((model, "6m", Task(1, ALL_MONTHS)) for model in MONTHLY_MODELS),
    *((model, "jan_to_m", Task(1, 7)) for model in MONTHLY_MODELS),
    *((model, "jan_to_m", Task(1, ALL_MONTHS)) for model in YEARLY_MODELS),
]
each_case = pytest.mark.parametrize(("model", "window", "task"), CASES)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


# --- what is held out ----------------------------------------------------------------------------


@pytest.fixture
def trained(monkeypatch):
    """Run a task; give its predictions and everything that its models learnt."""
    models: list = []

    def watch(module, name):
        original = getattr(module, name)

        def spy(*args, **kwargs):
            models.append(original(*args, **kwargs))
            return models[-1]

        monkeypatch.setattr(module, name, spy)

    watch(network, "fit_network")
    watch(random_forest, "build")
    watch(climatology, "build")
    watch(xgboost_annual, "build")

    def run(experiment: Experiment, task: Task) -> tuple[np.ndarray, np.ndarray]:
        models.clear()
        predicted = run_task(experiment, task).predicted
        assert len(models) == (2 if experiment.model.startswith("fluxformer") else 1)
        return predicted, np.concatenate([learnt(model) for model in models])

    return run


def _spoil_targets(target: np.ndarray, rows: np.ndarray, how: str) -> np.ndarray:
    spoilt = target.copy()
    spoilt[rows] = np.roll(target[rows], 1) if how == "permuted" else np.nan
    return spoilt


@pytest.mark.parametrize("how", ["permuted", "missing"])
@each_case
def test_held_out_targets_change_no_weight_and_no_prediction(trained, model, window, task, how):
    experiment = experiment_of(model, window=window)
    held_out = np.flatnonzero(experiment.fold == 1)
    target = _spoil_targets(experiment.block.target, held_out, how)
    assert not np.array_equal(target, experiment.block.target)
    predicted, weights = trained(experiment, task)
    again, weights_again = trained(with_block(experiment, target=target), task)
    np.testing.assert_array_equal(weights_again, weights)
    np.testing.assert_array_equal(again, predicted)


@each_case
def test_predictors_of_other_held_out_sites_change_nothing(trained, model, window, task):
    experiment = experiment_of(model, window=window)
    other = (sample_table()["site"] == "EE").to_numpy()  # held out together with BB
    series = experiment.block.series.copy()
    series[other] *= -1000
    vectors = experiment.block.context["igbp"].copy()
    vectors[other] = np.roll(vectors[other], 1, axis=1)
    spoilt = with_block(experiment, series=series, context={"igbp": vectors})
    predicted, weights = trained(experiment, task)
    again, weights_again = trained(spoilt, task)
    np.testing.assert_array_equal(weights_again, weights)
    of_other = other[experiment.rows(task)[1]]
    assert 0 < of_other.sum() < len(of_other)
    np.testing.assert_array_equal(again[~of_other], predicted[~of_other])
    assert not np.array_equal(again[of_other], predicted[of_other])


@pytest.mark.parametrize("model", MONTHLY_MODELS)
def test_a_monthly_model_learns_from_its_own_month_alone(trained, model):
    experiment, task = experiment_of(model, window="jan_to_m"), Task(1, 7)
    elsewhere = experiment.block.month != 7
    target, series = experiment.block.target.copy(), experiment.block.series.copy()
    target[elsewhere] = np.nan
    series[elsewhere] = np.nan
    predicted, weights = trained(experiment, task)
    again, weights_again = trained(with_block(experiment, target=target, series=series), task)
    np.testing.assert_array_equal(weights_again, weights)
    np.testing.assert_array_equal(again, predicted)


@each_case
def test_training_targets_do_change_the_model(trained, model, window, task):
    # Otherwise the tests above would show nothing.
    experiment = experiment_of(model, window=window)
    train, _ = experiment.rows(task)
    target = experiment.block.target.copy()
    target[train] = target[train][::-1] + 1
    predicted, weights = trained(experiment, task)
    again, weights_again = trained(with_block(experiment, target=target), task)
    assert not np.array_equal(weights_again, weights)
    assert not np.array_equal(again, predicted)


def predictions_of(experiment: Experiment) -> pd.DataFrame:
    """The out-of-fold predictions of fold 1."""
    part, rows = run_task(experiment, Task(1, ALL_MONTHS)), experiment.rows(Task(1, ALL_MONTHS))[1]
    return (
        sample_table()[["site", "year", "month"]]
        .iloc[rows]
        .assign(
            fold=1,
            observed=experiment.block.target[rows],
            predicted=part.predicted,
            spread=part.spread,
        )
        .reset_index(drop=True)
    )


def test_held_out_targets_change_no_prediction_of_a_blend_and_no_spread():
    def blend(permuted: bool) -> pd.DataFrame:
        tables = {}
        for model in YEARLY_MODELS:
            experiment = experiment_of(model)
            if permuted:
                held_out = np.flatnonzero(experiment.fold == 1)
                target = _spoil_targets(experiment.block.target, held_out, "permuted")
                experiment = with_block(experiment, target=target)
            tables[model] = predictions_of(experiment)
        return blend_predictions(tables)

    first, again = blend(False), blend(True)
    assert not np.array_equal(first["observed"], again["observed"])
    np.testing.assert_array_equal(again["predicted"], first["predicted"])
    np.testing.assert_array_equal(again["spread"], first["spread"])


@pytest.mark.parametrize(
    ("model", "candidates"),
    [
        ("random_forest", [{"trees": 1}, {"trees": 6, "min_leaf": 5}]),
        ("fluxformer_annual", [{"members": 1}, {"members": 1, "width": 6, "learning_rate": 0.1}]),
    ],
)
def test_held_out_targets_change_no_choice_of_a_search(tmp_path, model, candidates):
    def search(experiment: Experiment, folder: str) -> tuple[Experiment, pd.DataFrame]:
        wanted = {"candidates": candidates, "inner_folds": 2, "always": False}
        found = search_options(
            experiment, wanted, scratch=tmp_path / folder, workers=1, label="test"
        )
        record = search_record(found)
        return use_search(experiment, record), pd.DataFrame(record["scores"]).set_index("fold")

    experiment, task = experiment_of(model), Task(1, ALL_MONTHS)
    held_out = np.flatnonzero(experiment.fold == 1)
    target = _spoil_targets(experiment.block.target, held_out, "permuted")
    chosen, scores = search(experiment, "first")
    other, other_scores = search(with_block(experiment, target=target), "second")
    pd.testing.assert_frame_equal(other_scores.loc[[1]], scores.loc[[1]])
    assert other.fold_options[1] == chosen.fold_options[1]
    np.testing.assert_array_equal(run_task(other, task).predicted, run_task(chosen, task).predicted)
    # The other folds train on those samples: there a permutation must be seen.
    assert (other_scores.loc[[0, 2], "rmse"] != scores.loc[[0, 2], "rmse"]).all()


def test_held_out_targets_change_no_weight_of_a_blend(tmp_path):
    def weights(permuted: bool) -> dict[int, np.ndarray]:
        inner = {}
        for model in YEARLY_MODELS:
            experiment = experiment_of(model)
            if permuted:
                held_out = np.flatnonzero(experiment.fold == 1)
                target = _spoil_targets(experiment.block.target, held_out, "permuted")
                experiment = with_block(experiment, target=target)
            samples = pd.DataFrame(
                {
                    "site": experiment.site,
                    "year": 1000 + np.arange(len(experiment.block)),
                    "month": experiment.block.month,
                }
            )
            wanted = {"candidates": [], "inner_folds": 2, "always": True}
            folder = tmp_path / f"{model}-{permuted}"
            found = search_options(experiment, wanted, scratch=folder, workers=1, label="test")
            inner[model] = inner_table(samples, experiment, found)
        return weights_of_folds(inner)

    first, again = weights(False), weights(True)
    np.testing.assert_array_equal(again[1], first[1])
    # The other folds train on those samples: their weights must see a permutation.
    assert not np.array_equal(again[0], first[0])
    assert not np.array_equal(again[2], first[2])
