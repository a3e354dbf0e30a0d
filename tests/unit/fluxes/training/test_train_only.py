"""Samples that are only trained on: every model learns from them, except about their own site."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from carbonscape.fluxes.training.crossval import cost_table, prediction_table
from carbonscape.fluxes.training.search import search_options
from carbonscape.training.crossval import cross_validate
from carbonscape.training.experiment import Experiment
from helpers.small_experiments import (
    FOLDS,
    MONTHLY_MODELS,
    SITES,
    YEARLY_MODELS,
    experiment_of,
    sample_table,
    with_block,
)

#: Of AA, which fold 0 holds out, and of BB, which fold 1 does.
LOWER_SITES = ("AA", "BB")
CASES = [
    *((model, "6m") for model in MONTHLY_MODELS),
    *((model, "jan_to_m") for model in MONTHLY_MODELS),
    *((model, "jan_to_m") for model in YEARLY_MODELS),
]
YEARS = {"split": 3, "by": "year", "folds": {"0": [2001], "1": [2002]}}


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def lower_samples() -> pd.DataFrame:
    """Return samples of which every third month of two sites is only trained on, by half."""
    table = sample_table()
    lower = table["site"].isin(LOWER_SITES) & (table["month"] % 3 == 1)
    return table.assign(scored=~lower, weight=np.where(lower, 0.5, 1.0))


def predict(experiment: Experiment, folder) -> np.ndarray:
    return cross_validate(experiment, scratch=folder, workers=1, label="x").predicted


def experiment(model: str, window: str, **options) -> Experiment:
    return experiment_of(model, window=window, samples=lower_samples(), **options)


def spoilt(ours: Experiment, rows: np.ndarray) -> Experiment:
    """Return the experiment with the targets of some samples in another order."""
    target = ours.block.target.copy()
    target[rows] = np.roll(target[rows], 1) + 5
    return with_block(ours, target=target)


@pytest.mark.parametrize(("model", "window"), CASES)
def test_their_targets_change_the_predictions_of_other_folds_alone(model, window, tmp_path):
    ours, table = experiment(model, window), lower_samples()
    before = predict(ours, tmp_path / "before")
    assert np.array_equal(np.isnan(before), ~table["scored"])
    lower = ~table["scored"] & (table["site"] == "AA")
    after = predict(spoilt(ours, np.flatnonzero(lower)), tmp_path / "after")
    # Fold 0 holds out AA and, with it, DD.
    own = table["site"].isin(FOLDS["folds"]["0"]) & table["scored"]
    np.testing.assert_array_equal(after[own], before[own])
    others = ~table["site"].isin(FOLDS["folds"]["0"]) & table["scored"]
    assert (after[others] != before[others]).any()


def test_while_years_are_held_out_those_of_the_year_are_not_trained_on(tmp_path):
    table = lower_samples()
    ours = experiment_of("climatology", samples=table, folds=YEARS)
    before = predict(ours, tmp_path / "before")
    lower = ~table["scored"] & (table["year"] == 2001)
    after = predict(spoilt(ours, np.flatnonzero(lower)), tmp_path / "after")
    own = (table["year"] == 2001) & table["scored"]
    np.testing.assert_array_equal(after[own], before[own])
    assert (after[~own & table["scored"]] != before[~own & table["scored"]]).any()


@pytest.mark.parametrize("model", ["fluxformer", "xgboost_annual", "climatology"])
def test_their_weights_count(model, tmp_path):
    ours = experiment(model, "jan_to_m" if model == "xgboost_annual" else "6m")
    before = predict(ours, tmp_path / "before")
    lighter = with_block(ours, weight=np.where(ours.fold < 0, 0.1, 1.0))
    assert not np.array_equal(predict(lighter, tmp_path / "after"), before, equal_nan=True)


@pytest.mark.parametrize(("model", "window"), CASES)
def test_where_all_are_scored_the_numbers_are_those_without_weights(model, window, tmp_path):
    without = experiment_of(model, window=window)
    assert (without.block.weight, without.excluded) == (None, None)
    assert (without.fold >= 0).all()
    ones = with_block(without, weight=np.ones(len(without.block)))
    if model != "random_forest":  # it draws otherwise where it is given weights
        np.testing.assert_allclose(
            predict(ones, tmp_path / "ones"), predict(without, tmp_path / "none"), rtol=1e-4
        )


def test_tables_hold_scored_samples_alone(tmp_path):
    ours, table = experiment("climatology", "6m"), lower_samples()
    part = cross_validate(ours, scratch=tmp_path, workers=1, label="x")
    found = prediction_table(table, ours, part)
    scored = table[table["scored"]].reset_index(drop=True)
    columns = ["site", "year", "month", "observed"]
    pd.testing.assert_frame_equal(found[columns], scored[columns])
    assert found["fold"].tolist() == [SITES.index(site) % 3 for site in scored["site"]]
    cost = cost_table(ours, part, window="6m", pft="igbp", model="climatology").iloc[0]
    # 144 samples, of which 16 are only trained on: each fold leaves out what it holds out, and
    # eight of its sites.
    assert cost["predicted"] == 128
    held_out = [ours.fold == fold for fold in range(3)]
    excluded = ours.excluded.sum(axis=1)
    assert excluded.tolist() == [8, 8, 0]
    assert cost["samples"] == 3 * 144 - sum(map(np.sum, held_out)) - excluded.sum()


def test_months_that_no_scored_sample_has_have_no_model():
    table = lower_samples()
    table["scored"] = table["month"] != 2
    assert set(experiment_of("climatology", window="jan_to_m", samples=table).lengths) == (
        set(range(1, 13)) - {2}
    )


def test_a_search_meets_them_inside_the_training_sites_alone(tmp_path):
    ours = experiment("random_forest", "6m", trees=8)
    search = {"candidates": [{"min_leaf": 1}, {"min_leaf": 4}], "inner_folds": 2, "always": False}

    def scores(which: Experiment, folder: str) -> pd.DataFrame:
        found = search_options(which, search, scratch=tmp_path / folder, workers=1, label="x")
        # Nothing is predicted for what has no score.
        assert (which.fold[found.rows] >= 0).all()
        return pd.DataFrame(found.scores).set_index(["fold", "candidate"])["rmse"]

    before = scores(ours, "before")
    lower = (ours.fold < 0) & (ours.site == "AA")
    after = scores(spoilt(ours, np.flatnonzero(lower)), "after")
    assert (after[0] == before[0]).all()
    assert (after[1] != before[1]).all()
    assert (after[2] != before[2]).all()


def test_a_stack_weighs_them_as_a_network_alone(tmp_path):
    ours = experiment("fluxformer", "6m", dropout=0.0, members=1)
    alone = predict(ours, tmp_path / "alone")
    from carbonscape.training.accelerated import fit_tasks_stacked

    for task, part in fit_tasks_stacked(replace(ours), ours.tasks()):
        np.testing.assert_allclose(part.predicted, alone[ours.rows(task)[1]], atol=0.02)


@pytest.mark.parametrize("model", ["fluxformer", "xgboost_annual", "climatology"])
def test_models_are_fitted_to_another_estimate_where_there_is_one(model, tmp_path):
    ours = experiment(model, "jan_to_m" if model == "xgboost_annual" else "6m")
    other = ours.block.target[::-1] + 1.0
    fitted = with_block(ours, learnt=other)
    found = predict(fitted, tmp_path / "learnt")
    np.testing.assert_array_equal(
        found, predict(with_block(ours, target=other), tmp_path / "target")
    )
    # What is scored stays what was observed.
    part = cross_validate(fitted, scratch=tmp_path / "table", workers=1, label="x")
    table = prediction_table(lower_samples(), fitted, part)
    assert table["observed"].tolist() == ours.block.target[ours.fold >= 0].tolist()
