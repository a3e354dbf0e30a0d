"""Cross-validation by site: nothing leaks, nothing is lost, and no number depends on luck."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr
from joblib.externals.loky import get_reusable_executor

from carbonscape.errors import ResultError
from carbonscape.features.calendar import MODIS_8DAY, MONTHLY
from carbonscape.features.samples import Block, build_block
from carbonscape.models import climatology, random_forest
from carbonscape.training import crossval, network
from carbonscape.training.crossval import (
    ALL_MONTHS,
    Experiment,
    Task,
    cross_validate,
    prepare_experiment,
    run_task,
)
from carbonscape.training.scratch import remove_scratch, scratch_key

SITES = ("AA", "BB", "CC", "DD", "EE", "FF")
FOLDS = {"split": 3, "folds": {"0": ["AA", "DD"], "1": ["BB", "EE"], "2": ["CC", "FF"]}}
OPTIONS = {
    "fluxformer": {
        "width": 4,
        "heads": 2,
        "layers": 1,
        "feedforward": 4,
        "dropout": 0.1,
        "context": "projection",
        "context_hidden": 4,
        "context_width": 2,
        "epochs": 2,
        "batch_size": 16,
        "learning_rate": 0.003,
        "optimiser": "radam",
        "weight_decay": 0.0,
        "clip_norm": 4.0,
        "schedule": "constant",
        "members": 2,
    },
    "random_forest": {"trees": 5, "max_features": 0.5, "min_leaf": 2},
    "climatology": {},
}
MODELS = tuple(OPTIONS)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def sample_table(months=range(1, 13), years=(2001, 2002)) -> pd.DataFrame:
    rows = [(site, year, month) for site in SITES for year in years for month in months]
    table = pd.DataFrame(rows, columns=["site", "year", "month"])
    return table.assign(gpp=np.random.default_rng(0).gamma(2, 2, len(table)))


def experiment_of(
    model="climatology", *, window="6m", samples=None, folds=FOLDS, split=None, seed=42, **options
) -> Experiment:
    """Six sites with random predictors of twelve steps, of which the first is the sample's row."""
    samples = sample_table() if samples is None else samples
    random = np.random.default_rng(1)
    series = random.normal(size=(len(samples), 12, 2)).astype(np.float32)
    series[:, -1, 0] = np.arange(len(samples))
    classes = samples["site"].map({site: row % 3 for row, site in enumerate(SITES)})
    block = Block(
        series=series,
        context={"igbp": np.eye(3, dtype=np.float32)[classes.to_numpy()]},
        month=samples["month"].to_numpy(),
        target=samples["gpp"].to_numpy(),
    )
    return prepare_experiment(
        samples,
        block,
        folds if split is None else folds | {"split": split},
        calendar=MONTHLY,
        window=window,
        model=model,
        options=OPTIONS[model] | options,
        variables=["LAI", "T2M"],
        seed=seed,
    )


def with_block(experiment: Experiment, **changes) -> Experiment:
    """The same experiment with other arrays in its block."""
    return replace(experiment, block=replace(experiment.block, **changes))


def use_estimator(monkeypatch, *, predict, fit=lambda block, seed: None) -> None:
    """Put an estimator of two functions in the place of every model."""
    entry = SimpleNamespace(
        name="spy",
        label="Spy",
        kind="estimator",
        build=lambda shape, options: SimpleNamespace(fit=fit, predict=predict),
    )
    monkeypatch.setattr(crossval, "get_model", lambda name: entry)


def rows_of(block: Block) -> np.ndarray:
    """The positions of a block's samples among all samples."""
    return block.series[:, -1, 0].astype(float)


def site_of(row: float) -> str:
    return sample_table()["site"].iloc[int(row)]


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

    def run(experiment: Experiment, task: Task) -> tuple[np.ndarray, np.ndarray]:
        models.clear()
        predicted = run_task(experiment, task)
        assert len(models) == (2 if experiment.model == "fluxformer" else 1)
        return predicted, np.concatenate([_learnt(model) for model in models])

    return run


def _learnt(model) -> np.ndarray:
    """All numbers that a trained model holds."""
    if isinstance(model, network.TrainedNetwork):
        parts = [value.double().numpy().ravel() for value in model.module.state_dict().values()]
        parts += [model.scaler.mean, model.scaler.std, [model.offset, model.scale]]
    elif isinstance(model, random_forest.RandomForest):
        trees = [tree.tree_ for tree in model.forest.estimators_]
        parts = [part.ravel() for t in trees for part in (t.feature, t.threshold, t.value)]
    else:
        parts = [list(model.table.values()), list(model.by_month.values()), [model.overall]]
    return np.concatenate(parts)


TASKS = [("6m", Task(1, ALL_MONTHS)), ("jan_to_m", Task(1, 7))]


def _spoil_targets(target: np.ndarray, rows: np.ndarray, how: str) -> np.ndarray:
    spoilt = target.copy()
    spoilt[rows] = np.roll(target[rows], 1) if how == "permuted" else np.nan
    return spoilt


@pytest.mark.parametrize("how", ["permuted", "missing"])
@pytest.mark.parametrize(("window", "task"), TASKS)
@pytest.mark.parametrize("model", MODELS)
def test_held_out_targets_change_no_weight_and_no_prediction(trained, model, window, task, how):
    experiment = experiment_of(model, window=window)
    held_out = np.flatnonzero(experiment.fold == 1)
    target = _spoil_targets(experiment.block.target, held_out, how)
    assert not np.array_equal(target, experiment.block.target)
    predicted, learnt = trained(experiment, task)
    again, learnt_again = trained(with_block(experiment, target=target), task)
    np.testing.assert_array_equal(learnt_again, learnt)
    np.testing.assert_array_equal(again, predicted)


@pytest.mark.parametrize(("window", "task"), TASKS)
@pytest.mark.parametrize("model", MODELS)
def test_predictors_of_other_held_out_sites_change_nothing(trained, model, window, task):
    experiment = experiment_of(model, window=window)
    other = (sample_table()["site"] == "EE").to_numpy()  # held out together with BB
    series = experiment.block.series.copy()
    series[other] = 1000 * series[other][::-1]
    vectors = experiment.block.context["igbp"].copy()
    vectors[other] = np.roll(vectors[other], 1, axis=1)
    spoilt = with_block(experiment, series=series, context={"igbp": vectors})
    predicted, learnt = trained(experiment, task)
    again, learnt_again = trained(spoilt, task)
    np.testing.assert_array_equal(learnt_again, learnt)
    of_other = other[experiment.rows(task)[1]]
    assert 0 < of_other.sum() < len(of_other)
    np.testing.assert_array_equal(again[~of_other], predicted[~of_other])
    assert not np.array_equal(again[of_other], predicted[of_other])


@pytest.mark.parametrize("model", MODELS)
def test_a_monthly_model_learns_from_its_own_month_alone(trained, model):
    experiment, task = experiment_of(model, window="jan_to_m"), Task(1, 7)
    elsewhere = experiment.block.month != 7
    target, series = experiment.block.target.copy(), experiment.block.series.copy()
    target[elsewhere] = np.nan
    series[elsewhere] = np.nan
    predicted, learnt = trained(experiment, task)
    again, learnt_again = trained(with_block(experiment, target=target, series=series), task)
    np.testing.assert_array_equal(learnt_again, learnt)
    np.testing.assert_array_equal(again, predicted)


@pytest.mark.parametrize(("window", "task"), TASKS)
@pytest.mark.parametrize("model", MODELS)
def test_training_targets_do_change_the_model(trained, model, window, task):
    # Otherwise the tests above would show nothing.
    experiment = experiment_of(model, window=window)
    train, _ = experiment.rows(task)
    target = experiment.block.target.copy()
    target[train] = target[train][::-1] + 1
    predicted, learnt = trained(experiment, task)
    again, learnt_again = trained(with_block(experiment, target=target), task)
    assert not np.array_equal(learnt_again, learnt)
    assert not np.array_equal(again, predicted)


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
    np.testing.assert_array_equal(found, np.arange(144))


def test_tasks_are_the_folds_and_the_months_with_the_longest_windows_first():
    assert experiment_of(window="12m").tasks() == [Task(f, ALL_MONTHS) for f in range(3)]
    tasks = experiment_of(window="jan_to_m", samples=sample_table(months=[3, 5])).tasks()
    assert tasks == [Task(f, m) for m in (5, 3) for f in range(3)]


def test_samples_are_bound_to_the_folds_of_their_sites():
    experiment = experiment_of()
    expected = {"AA": 0, "DD": 0, "BB": 1, "EE": 1, "CC": 2, "FF": 2}
    assert experiment.fold.tolist() == [expected[site] for site in sample_table()["site"]]
    assert experiment.split == 3


def test_a_month_that_a_fold_lacks_is_no_obstacle(monkeypatch, tmp_path):
    table = sample_table(months=[1, 2])
    table = table[~((table["month"] == 2) & table["site"].isin(["CC", "FF"]))]
    use_estimator(monkeypatch, predict=rows_of)
    experiment = experiment_of(window="jan_to_m", samples=table.reset_index(drop=True))
    assert run_task(experiment, Task(2, 2)).shape == (0,)
    found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    np.testing.assert_array_equal(found, np.arange(20))


# --- windows -------------------------------------------------------------------------------------

#: Steps (from 0, in their year) of January to the month, counted by hand.
MODIS_STEPS = {
    (2001, 1): [0, 1, 2, 3],
    (2000, 1): [0, 1, 2, 3],
    (2001, 5): [*range(15), 15, 16, 17],
    (2000, 5): [*range(15), 16, 17, 18],  # 15 starts on 30 April of a leap year
    (2001, 11): [*range(18), *range(19, 38), 38, 39, 40],
    (2000, 11): [*range(15), *range(16, 38), 39, 40, 41],
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
    np.testing.assert_allclose(found, each.sum(axis=0) / 3)
    alone = run_task(experiment_of("fluxformer", members=1), task)
    np.testing.assert_array_equal(alone, each[0])


@pytest.fixture(scope="module")
def _workers():
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.mark.usefixtures("_workers")
@pytest.mark.parametrize("model", ["random_forest", "fluxformer"])
def test_predictions_do_not_depend_on_the_number_of_workers(tmp_path, model):
    experiment = experiment_of(model)
    alone = cross_validate(experiment, scratch=tmp_path / "1", workers=1, label="test")
    together = cross_validate(experiment, scratch=tmp_path / "2", workers=2, label="test")
    np.testing.assert_array_equal(together, alone)
    assert np.unique(alone).size > 10


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


# --- interrupted runs ----------------------------------------------------------------------------


@pytest.fixture
def calls(monkeypatch) -> list[Task]:
    """The tasks that were really run."""
    found: list[Task] = []
    original = crossval.run_task

    def spy(experiment, task):
        found.append(task)
        return original(experiment, task)

    monkeypatch.setattr(crossval, "run_task", spy)
    return found


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, monkeypatch, calls):
    experiment = experiment_of(window="jan_to_m")
    whole = cross_validate(experiment, scratch=tmp_path / "whole", workers=1, label="test")
    calls.clear()
    counted = crossval.run_task

    def interrupted(experiment, task):
        if len(calls) == 10:
            raise KeyboardInterrupt
        return counted(experiment, task)

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
    np.testing.assert_array_equal(found, whole)


def test_finished_models_are_read_and_not_trained_again(tmp_path, calls):
    experiment = experiment_of()
    whole = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"fold{fold}-month00.npy" for fold in range(3)
    ]
    calls.clear()
    again = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    np.testing.assert_array_equal(again, whole)
    assert calls == []
    np.save(tmp_path / "fold1-month00.npy", np.full(48, 123.0))
    marked = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert calls == []
    np.testing.assert_array_equal(marked, np.where(experiment.fold == 1, 123.0, whole))


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "length", "shape", "object"])
def test_a_damaged_part_is_computed_again(tmp_path, calls, damage):
    experiment = experiment_of()
    whole = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    path = tmp_path / "fold1-month00.npy"
    content = path.read_bytes()
    if damage in ("cut", "empty", "text"):
        path.write_bytes({"cut": content[:-9], "empty": b"", "text": b"no array"}[damage])
    else:
        wrong = {"length": np.zeros(47), "shape": np.zeros((48, 1)), "object": np.array([None])}
        np.save(path, wrong[damage], allow_pickle=True)
    calls.clear()
    found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test")
    assert calls == [Task(1, ALL_MONTHS)]
    np.testing.assert_array_equal(found, whole)
    assert path.read_bytes() == content


def test_scratch_is_removed_only_on_request(tmp_path):
    scratch = tmp_path / "deep" / "scratch"
    cross_validate(experiment_of(), scratch=scratch, workers=1, label="test")
    assert scratch.is_dir()
    remove_scratch(scratch)
    assert not scratch.exists()
    remove_scratch(scratch)  # a second time is no error


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


# --- refusals ------------------------------------------------------------------------------------


def test_too_few_training_samples_are_refused():
    table = sample_table(months=[4], years=[2001]).iloc[:3]  # AA, BB and CC in April
    folds = {"split": 3, "folds": {"0": ["AA"], "1": ["BB", "CC"]}}
    experiment = experiment_of(window="jan_to_m", samples=table, folds=folds)
    assert len(run_task(experiment, Task(0, 4))) == 1
    with pytest.raises(ResultError, match="^fold 1 of split 3, month 4: 1 training samples are"):
        run_task(experiment, Task(1, 4))
    one_fold = {"split": 3, "folds": {"0": list(SITES)}}
    with pytest.raises(ResultError, match="^fold 0 of split 3: 0 training samples are too few"):
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
    with pytest.raises(ResultError, match="^fold 0 of split 3: Spy returned predictions that are"):
        run_task(experiment_of(), Task(0, ALL_MONTHS))


def test_a_refusal_leaves_the_finished_models_in_place(tmp_path, monkeypatch):
    def predict(block):
        values = rows_of(block)
        return np.where(values == 30, np.nan, values)  # a sample of BB, in fold 1

    use_estimator(monkeypatch, predict=predict)
    with pytest.raises(ResultError, match="fold 1 of split 3"):
        cross_validate(experiment_of(), scratch=tmp_path, workers=1, label="test")
    assert [path.name for path in tmp_path.iterdir()] == ["fold0-month00.npy"]
