"""Cross-validation by site: nothing is lost, and no number depends on luck."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from joblib.externals.loky import get_reusable_executor

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.features.calendar import MODIS_8DAY, MONTHLY
from carbonscape.fluxes.features.samples import build_block
from carbonscape.fluxes.tables import COSTS
from carbonscape.fluxes.training.blocks import month_ends
from carbonscape.fluxes.training.crossval import cost_table, prepare_experiment
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training import crossval, network
from carbonscape.training.crossval import cross_validate, run_task
from carbonscape.training.experiment import Task
from carbonscape.training.fit import ALL_MONTHS
from helpers.small_experiments import (
    FOLDS,
    SITES,
    experiment_of,
    rows_of,
    sample_table,
    site_of,
    use_estimator,
    with_block,
)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


# --- who sees what -----------------------------------------------------------------------------


@pytest.mark.parametrize("window", ["6m", "jan_to_m"])
def test_no_model_predicts_a_site_that_it_has_seen(monkeypatch, window):
    seen, pairs = [], []
    use_estimator(
        monkeypatch,
        fit=lambda block, seed: seen.append(block),
        predict=lambda block: pairs.append((seen[-1], block)) or rows_of(block),
    )
    experiment = experiment_of(window=window)
    for task in experiment.tasks():
        run_task(experiment, task)
    assert len(pairs) == 3 * (12 if window == "jan_to_m" else 1)
    for training, held_out in pairs:
        ours = {site_of(row) for row in rows_of(training)}
        theirs = {site_of(row) for row in rows_of(held_out)}
        assert (len(ours), len(theirs)) == (4, 2)
        assert not ours & theirs
        if window == "jan_to_m":
            assert len({*training.month, *held_out.month}) == 1


# --- where results go ----------------------------------------------------------------------------


@pytest.mark.parametrize("window", ["6m", "jan_to_m"])
def test_every_prediction_comes_back_to_its_own_sample(monkeypatch, tmp_path, window):
    use_estimator(monkeypatch, predict=rows_of)
    shuffled = sample_table().sample(frac=1, random_state=2).reset_index(drop=True)
    experiment = experiment_of(window=window, samples=shuffled)
    found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    np.testing.assert_array_equal(found.predicted, np.arange(144))
    assert np.isnan(found.spread).all()


def test_tasks_are_the_folds_and_the_months_with_the_longest_windows_first():
    assert experiment_of(window="12m").tasks() == [Task(f, ALL_MONTHS) for f in range(3)]
    tasks = experiment_of(window="jan_to_m", samples=sample_table(months=[3, 5])).tasks()
    assert tasks == [Task(f, m) for m in (5, 3) for f in range(3)]


def test_samples_are_bound_to_the_folds_of_their_sites():
    experiment = experiment_of()
    expected = {"AA": 0, "DD": 0, "BB": 1, "EE": 1, "CC": 2, "FF": 2}
    assert experiment.fold.tolist() == [expected[site] for site in sample_table()["site"]]
    assert experiment.split == 3


def test_a_yearly_model_is_one_task_a_fold_and_knows_where_its_months_end():
    experiment = experiment_of("fluxformer_annual")
    assert experiment.tasks() == [Task(f, ALL_MONTHS) for f in range(3)]
    assert list(experiment.training(Task(0, ALL_MONTHS)).month_ends) == list(range(12))
    assert month_ends(MODIS_8DAY) == [3, 7, 11, 14, 17, 21, 25, 29, 33, 36, 39, 43]
    assert experiment_of("fluxformer").month_ends == ()


def test_the_control_has_twelve_models_of_twelve_months():
    experiment = experiment_of(window="12m_monthly")
    assert len(experiment.tasks()) == 36
    assert set(experiment.lengths.values()) == {12}


def test_options_of_a_fold_replace_those_of_the_experiment():
    experiment = replace(experiment_of("random_forest"), fold_options={1: {"trees": 2}})
    assert experiment.training(Task(1, ALL_MONTHS)).options == {"trees": 2}
    assert experiment.training(Task(0, ALL_MONTHS)).options["trees"] == 5


def test_a_model_of_all_months_may_have_epochs_of_its_own():
    options = {"epochs": 9, "epochs_all_months": 4}
    experiment = experiment_of("fluxformer", **options)
    assert experiment.training(Task(0, ALL_MONTHS)).options["epochs"] == 4
    assert experiment.training(Task(0, 7)).options["epochs"] == 9
    for task in (Task(0, ALL_MONTHS), Task(0, 7)):
        assert "epochs_all_months" not in experiment.training(task).options
    run_task(experiment, Task(0, ALL_MONTHS))


def test_a_month_that_a_fold_lacks_is_no_obstacle(monkeypatch, tmp_path):
    table = sample_table(months=[1, 2])
    table = table[~((table["month"] == 2) & table["site"].isin(["CC", "FF"]))]
    use_estimator(monkeypatch, predict=rows_of)
    experiment = experiment_of(window="jan_to_m", samples=table.reset_index(drop=True))
    assert run_task(experiment, Task(2, 2)).predicted.shape == (0,)
    found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    np.testing.assert_array_equal(found.predicted, np.arange(20))


def test_costs_are_added_up(monkeypatch, tmp_path):
    clock = iter(range(100))  # each look at the clock is a second after the last
    monkeypatch.setattr(crossval.time, "process_time", lambda: next(clock))
    experiment = experiment_of("fluxformer", members=3)
    part = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    table = cost_table(experiment, part, window="6m", pft="igbp", model="fluxformer", scheme="x")
    # 144 samples, of which two thirds train each of three folds.
    assert COSTS.check(table, "costs").to_dict("records") == [
        {
            "window": "6m", "pft": "igbp", "model": "fluxformer", "models": 3, "members": 3,
            "samples": 288, "training_core_s": 3.0, "prediction_core_s": 3.0, "predicted": 144,
            "search_core_s": 0.0,
        }
    ]  # fmt: skip
    again = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    np.testing.assert_array_equal(again.cost, part.cost)


def test_warnings_come_back_with_the_predictions(tmp_path):
    experiment = experiment_of()
    classes = experiment.block.context["igbp"].copy()
    classes[:] = np.eye(3)[(experiment.fold == 1).astype(int)]
    experiment = with_block(experiment, context={"igbp": classes})
    for _ in range(2):  # the second time from the kept parts
        part = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
        (sentence,) = part.warnings
        assert sentence.startswith("climatology, fold 1 of split 3: no training sample has")


# --- windows -------------------------------------------------------------------------------------

#: Steps (from 0, in their year) of January to the month, counted by hand.
MODIS_STEPS = {
    (year, month): steps
    for year in (2000, 2001)  # 2000 is a leap year
    for month, steps in {
        1: [0, 1, 2, 3],
        5: [*range(15), 16, 17, 18],  # 15 starts on day 121: 30 April or 1 May
        11: [*range(15), *range(16, 38), 39, 40, 41],  # 38 on 31 October or 1 November
    }.items()
}
MONTHLY_STEPS = {(y, m): list(range(m)) for y in (2000, 2001) for m in (1, 5, 11)}


@pytest.mark.parametrize(
    ("calendar", "expected"), [(MONTHLY, MONTHLY_STEPS), (MODIS_8DAY, MODIS_STEPS)]
)
def test_a_monthly_model_reads_exactly_the_steps_of_its_window(monkeypatch, calendar, expected):
    # The predictor of AA to FF is 1000 x site + step, counted from January 2000.
    steps = 2 * calendar.steps_per_year
    values = 1000.0 * np.arange(6)[:, None, None] + np.arange(steps)[None, :, None]
    series = xr.Dataset(
        {"series_filled": (("site", "step", "variable"), values)},
        coords={"site": list(SITES), "year": ("step", np.repeat([2000, 2001], steps // 2))},
    )
    samples = sample_table(months=(1, 5, 11), years=(2000, 2001))
    read = {}

    def keep(block: Block) -> np.ndarray:
        month = int(block.month[0])
        read.setdefault(month, []).extend(block.series[:, :, 0].tolist())
        return np.zeros(len(block))

    use_estimator(monkeypatch, fit=lambda block, seed: keep(block), predict=keep)
    experiment = prepare_experiment(
        samples,
        build_block(samples, series, calendar=calendar, window="jan_to_m", pft="none"),
        FOLDS,
        calendar=calendar,
        window="jan_to_m",
        model="climatology",
        options={},
        variables=["LAI"],
        seed=42,
        product=GPP,
    )
    for task in experiment.tasks():
        run_task(experiment, task)
    for month in (1, 5, 11):
        wanted = [
            [1000.0 * site + (year - 2000) * calendar.steps_per_year + step for step in places]
            for (year, of), places in expected.items()
            for site in range(6)
            if of == month
        ]
        # Each sample is held out once and trained on twice.
        assert sorted(read[month]) == sorted(3 * wanted)


# --- seeds, members and workers ------------------------------------------------------------------


def test_every_task_has_a_seed_of_its_own(monkeypatch):
    def seeds(**changes) -> list[int]:
        found = []
        fit = lambda block, seed: found.append(seed)  # noqa: E731
        use_estimator(monkeypatch, fit=fit, predict=rows_of)
        experiment = experiment_of(window="jan_to_m", **changes)
        for task in experiment.tasks():
            run_task(experiment, task)
        return found

    first = seeds()
    assert first == seeds()
    everything = [*first, *seeds(split=0), *seeds(seed=43)]
    assert len(set(everything)) == len(everything) == 3 * 36


def test_members_have_different_seeds_and_are_averaged(monkeypatch):
    seeds, members = [], []
    original = network.fit_network

    def spy(*args, seed, **kwargs):
        seeds.append(seed)
        members.append(original(*args, seed=seed, **kwargs))
        return members[-1]

    monkeypatch.setattr(network, "fit_network", spy)
    experiment, task = experiment_of("fluxformer", members=3), Task(0, ALL_MONTHS)
    found = run_task(experiment, task)
    assert len(set(seeds)) == 3
    held_out = experiment.block.take(experiment.rows(task)[1])
    each = np.array([member.predict(held_out) for member in members])
    assert each.std(axis=0).min() > 0
    mean = each.sum(axis=0) / 3
    np.testing.assert_allclose(found.predicted, mean)
    np.testing.assert_allclose(found.spread, np.sqrt(((each - mean) ** 2).sum(axis=0) / 2))
    alone = run_task(experiment_of("fluxformer", members=1), task)
    np.testing.assert_array_equal(alone.predicted, each[0])
    assert np.isnan(alone.spread).all()


@pytest.fixture(scope="module")
def _workers():
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.mark.usefixtures("_workers")
@pytest.mark.parametrize("model", ["random_forest", "fluxformer", "fluxformer_annual"])
def test_predictions_do_not_depend_on_the_number_of_workers(tmp_path, model):
    experiment = experiment_of(model)
    alone = cross_validate(experiment, scratch=tmp_path / "1", workers=1, label="test")
    together = cross_validate(experiment, scratch=tmp_path / "2", workers=2, label="test")
    np.testing.assert_array_equal(together.predicted, alone.predicted)
    np.testing.assert_array_equal(together.spread, alone.spread)
    assert np.unique(alone.predicted).size > 10


def test_a_worker_ends_when_its_parent_is_gone():
    code = (
        "import os, time\n"
        "from carbonscape.training.workers import watch\n"
        "parent = os.getpid()\n"
        "if os.fork():\n"
        "    time.sleep(0.5)\n"
        "    os._exit(0)\n"
        "watch(parent)\n"
        "print('started', flush=True)\n"
        "time.sleep(8)\n"
        "print('orphaned', flush=True)\n"
    )
    # The worker holds the pipe open: run() returns when it has ended.
    library = Path(crossval.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=library,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["started"]


# --- refusals ------------------------------------------------------------------------------------


def test_too_few_training_samples_are_refused():
    table = sample_table(months=[4], years=[2001]).iloc[:3]  # AA, BB and CC in April
    folds = {"split": 3, "folds": {"0": ["AA"], "1": ["BB", "CC"]}}
    experiment = experiment_of(window="jan_to_m", samples=table, folds=folds)
    assert len(run_task(experiment, Task(0, 4)).predicted) == 1
    message = "^climatology, fold 1 of split 3, month 4: 1 training samples are too few"
    with pytest.raises(ResultError, match=message):
        run_task(experiment, Task(1, 4))
    one_fold = {"split": 3, "folds": {"0": list(SITES)}}
    message = "^climatology, fold 0 of split 3: 0 training samples are too few"
    with pytest.raises(ResultError, match=message):
        run_task(experiment_of(folds=one_fold), Task(0, ALL_MONTHS))


def test_a_site_without_a_fold_is_refused():
    folds = {"split": 3, "folds": {"0": ["AA", "DD"], "1": ["BB", "EE"]}}
    with pytest.raises(ResultError, match="sites CC, FF have samples but no fold in split 3"):
        experiment_of(folds=folds)


def test_a_site_in_two_folds_is_refused():
    folds = {"split": 3, "folds": FOLDS["folds"] | {"2": ["CC", "FF", "AA"]}}
    with pytest.raises(ResultError, match="site AA stands in the folds 0 and 2"):
        experiment_of(folds=folds)


@pytest.mark.parametrize(
    "predict",
    [
        lambda block: np.where(rows_of(block) == 3, np.nan, 1.0),
        lambda block: np.full(len(block), np.inf),
        lambda block: np.zeros((len(block), 1)),
        lambda block: np.zeros(len(block) - 1),
    ],
)
def test_predictions_that_are_no_numbers_are_refused(monkeypatch, predict):
    use_estimator(monkeypatch, predict=predict)
    message = "^climatology, fold 0 of split 3: Spy returned predictions that are not finite"
    with pytest.raises(ResultError, match=message):
        run_task(experiment_of(), Task(0, ALL_MONTHS))


def test_a_refusal_leaves_the_finished_models_in_place(tmp_path, monkeypatch):
    def predict(block):
        values = rows_of(block)
        return np.where(values == 30, np.nan, values)  # a sample of BB, in fold 1

    use_estimator(monkeypatch, predict=predict)
    with pytest.raises(ResultError, match="fold 1 of split 3"):
        cross_validate(experiment_of(), scratch=tmp_path, workers=1, label="test")
    assert [path.name for path in tmp_path.iterdir()] == ["fold0-month00.npz"]
