"""What models are told of time: from training rows alone, wherever a model goes."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from carbonscape.core.errors import ConfigError
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training import experiment as experiments
from carbonscape.training.accelerated import fit_tasks_stacked
from carbonscape.training.crossval import cross_validate, run_task
from carbonscape.training.experiment import Experiment, Task
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.fit import Training
from carbonscape.training.network import Trainer
from carbonscape.training.saved_model import load_model
from carbonscape.training.seeds import child_seed
from carbonscape.training.stacked import fit_stacked
from carbonscape.training.time_input import DECIMAL_YEAR, LEARNT, TIME_INPUTS, fit_time_input

VARIABLES = ["GPP", "SP"]
LOOP = {
    "epochs": 3, "batch_size": 64, "learning_rate": 0.01, "optimiser": "adam", "weight_decay": 0,
    "clip_norm": None, "schedule": "step", "step_epochs": 2, "step_factor": 10, "members": 2,
}  # fmt: skip
OPTIONS = {
    "at_bilstm": {"units": 4, "layers": 1, "dropout": 0.1, **LOOP},
    "mlp": {"width": 4, "layers": 1, "hidden": 8, "dropout": 0.0, **LOOP},
    "lstm": {"width": 4, "layers": 1, "dropout": 0.1, **LOOP},
    "random_forest": {"trees": 5, "max_features": 0.5, "min_leaf": 2},
    "xgboost": {
        "trees": 20, "depth": 3, "learning_rate": 0.3, "subsample": 1, "column_share": 1,
        "min_child_weight": 1,
    },
    "latitude_month_year": {},
    "growth_persistence": {},
    "lasso_harmonics": {"penalty": 0.01},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def background(where: np.ndarray) -> np.ndarray:
    """Growth, gradient and season that the background can follow exactly, ppm."""
    sine, time = np.sin(np.radians(where[:, 0])), where[:, 2] - 2018
    season = np.cos(2 * np.pi * where[:, 2]) + 0.5 * np.sin(4 * np.pi * where[:, 2])
    return 405 + 2.4 * time + 0.03 * time**2 + 1.5 * sine + 3 * sine * season


def samples(number: int = 500, *, years=range(2015, 2022), seed: int = 0) -> Block:
    """Samples whose departure from the background is the last step of GPP."""
    random = np.random.default_rng(seed)
    year, month = random.choice(list(years), number), random.integers(1, 13, number)
    where = np.column_stack(
        [random.uniform(-60, 75, number), random.uniform(-180, 180, number),
         year + (month - 0.5) / 12]
    )  # fmt: skip
    series = random.normal(size=(number, 3, 2)).astype(np.float32)
    return Block(series, {}, month, background(where) + series[:, -1, 0], where=where)


def experiment(model: str = "mlp", *, time_input: str = "none", **changes) -> Experiment:
    block = samples()
    given = {
        "block": block, "fold": np.arange(len(block)) % 3, "model": model,
        "options": OPTIONS[model], "variables": VARIABLES, "seed": 1, "split": 0, "lengths": {},
        "site": np.empty(0, dtype=str), "product": XCO2, "time_input": time_input,
        "scheme": "sample",
    }  # fmt: skip
    return Experiment(**(given | changes))


# --- the settings --------------------------------------------------------------------------------


def test_none_changes_nothing():
    block = samples()
    time = fit_time_input("none", block)
    assert time.apply(block) is block
    assert time.variables(VARIABLES) == VARIABLES
    np.testing.assert_array_equal(time.restore(block.target, block), block.target)


def test_year_fraction_is_one_more_predictor_at_every_step():
    block = samples()
    time = fit_time_input("year_fraction", block)
    read = time.apply(block)
    assert time.variables(VARIABLES) == ["GPP", "SP", DECIMAL_YEAR]
    np.testing.assert_array_equal(read.series[..., :2], block.series)
    for step in range(3):
        np.testing.assert_allclose(read.series[:, step, 2], block.where[:, 2], atol=1e-4)
    assert read.series.dtype == np.float32
    np.testing.assert_array_equal(read.target, block.target)


def test_the_background_takes_growth_latitude_and_season_away():
    block = samples()
    time = fit_time_input("background_anomaly", block)
    read = time.apply(block)
    assert np.abs(read.target - block.series[:, -1, 0]).std() < 0.25
    assert block.target.std() > 4
    # Back again, for samples and for members of samples.
    np.testing.assert_allclose(time.restore(read.target, block), block.target)
    both = time.restore(np.stack([read.target, read.target + 1]), block)
    np.testing.assert_allclose(both, [block.target, block.target + 1])


def test_the_background_without_noise_is_exact():
    block = samples()
    block = replace(block, target=background(block.where))
    held_out = samples(100, seed=2)
    found = fit_time_input("background_anomaly", block).background(held_out)
    np.testing.assert_allclose(found, background(held_out.where), atol=1e-6)


def test_growth_may_depend_on_latitude():
    block, held_out = samples(), samples(100, seed=2)

    def grown(where: np.ndarray) -> np.ndarray:
        return background(where) + 0.3 * np.sin(np.radians(where[:, 0])) * (where[:, 2] - 2018)

    block = replace(block, target=grown(block.where))
    for name, exact in (("background_anomaly", False), ("zonal_trend_anomaly", True)):
        error = fit_time_input(name, block).background(held_out) - grown(held_out.where)
        assert (np.abs(error).max() < 1e-6) == exact, name


def test_a_few_months_are_enough_for_those_months():
    # Half a year cannot tell growth from season, nor does it have to within itself.
    block = samples(300, years=[2015])
    time = fit_time_input("background_anomaly", block.take(block.month >= 7))
    asked = samples(200, years=[2015], seed=3)
    asked = asked.take(asked.month >= 7)
    error = time.background(asked) - background(asked.where)
    assert np.abs(error).max() < 2


def test_an_unknown_setting_and_blind_samples_are_refused():
    with pytest.raises(ConfigError, match="'year'; there are none, year_fraction, background"):
        fit_time_input("year", samples())
    blind = replace(samples(), where=None)
    for name in TIME_INPUTS[1:]:
        with pytest.raises(RuntimeError, match="where and when"):
            fit_time_input(name, blind).apply(blind)


# --- in cross-validation -------------------------------------------------------------------------


def spy(monkeypatch, seen: list) -> None:
    """Put an estimator that predicts zero in the place of every model."""
    entry = SimpleNamespace(
        name="spy", label="Spy", kind="estimator", yearly=False,
        build=lambda shape, options: SimpleNamespace(
            fit=lambda block, seed: seen.append(block),
            predict=lambda block: seen.append(block) or np.zeros(len(block)),
        ),
    )  # fmt: skip
    monkeypatch.setattr(experiments, "get_model", lambda name: entry)


def test_the_background_of_a_fold_knows_nothing_of_it(monkeypatch):
    ours = experiment(time_input="background_anomaly")
    spy(monkeypatch, seen := [])
    part = run_task(ours, Task(1, 0))
    train, test = ours.rows(Task(1, 0))
    expected = fit_time_input("background_anomaly", ours.block.take(train))
    # The model predicts no departure at all: what is left is the background of training rows.
    np.testing.assert_allclose(part.predicted, expected.background(ours.block.take(test)))
    poisoned = ours.block.target.copy()
    poisoned[test] = 1e6
    again = run_task(replace(ours, block=replace(ours.block, target=poisoned)), Task(1, 0))
    np.testing.assert_array_equal(again.predicted, part.predicted)
    np.testing.assert_allclose(seen[0].target.mean(), 0, atol=1e-9)


@pytest.mark.parametrize("model", list(OPTIONS))
@pytest.mark.parametrize("time_input", TIME_INPUTS)
def test_every_model_can_be_told_of_time(tmp_path: Path, model: str, time_input: str):
    ours = experiment(model, time_input=time_input)
    found = cross_validate(ours, scratch=tmp_path, workers=1, label="test").predicted
    assert np.isfinite(found).all()
    if time_input in LEARNT:
        assert np.std(found - ours.block.target) < 1.5


def test_trees_need_the_year_to_follow_growth(tmp_path: Path):
    errors = {}
    for name in TIME_INPUTS:
        ours = experiment("xgboost", time_input=name)
        part = cross_validate(ours, scratch=tmp_path / name, workers=1, label="test")
        errors[name] = np.std(part.predicted - ours.block.target)
    assert errors["none"] > 4
    assert errors["year_fraction"] < 0.7 * errors["none"]
    assert errors["background_anomaly"] < 0.2 * errors["none"]


@pytest.mark.parametrize("time_input", TIME_INPUTS)
def test_stacks_are_told_the_same(time_input: str):
    ours = experiment("mlp", time_input=time_input)
    for task, part in fit_tasks_stacked(ours, ours.tasks()):
        alone = run_task(ours, task)
        # Rounding grows in Adam where batch normalisation makes a gradient zero.
        np.testing.assert_allclose(part.predicted, alone.predicted, atol=0.3)
        assert np.std(part.predicted) > 0.5


@pytest.mark.parametrize(("decay", "clip"), [(0, None), (0.1, 0.05)])
def test_a_stack_has_the_same_adam(decay: float, clip: float | None):
    options = OPTIONS["mlp"] | {"weight_decay": decay, "clip_norm": clip}
    given = {"variables": VARIABLES, "options": options, "dtype": torch.float64, "product": XCO2}
    block = samples(100)
    stack = fit_stacked(get_model("mlp"), [block], seeds=[3], **given)[0].module
    trainer = Trainer(get_model("mlp"), block, seed=3, **given)
    trainer.run(3)
    # Biases before batch normalisation have no gradient but rounding.
    for name in ("head.weight", "head.bias"):
        ours, theirs = (m.get_parameter(name).detach() for m in (stack, trainer.result().module))
        torch.testing.assert_close(ours.to(theirs.dtype), theirs, atol=1e-6, rtol=0)


# --- kept ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["at_bilstm", "xgboost"])
@pytest.mark.parametrize("time_input", TIME_INPUTS)
def test_a_kept_model_knows_the_time_as_the_trained_one(tmp_path: Path, model, time_input):
    block = samples()
    plan = prepare_training(
        block, model=model, options=OPTIONS[model], variables=VARIABLES, window="3 months",
        seed=5, product=XCO2, time_input=time_input,
    )  # fmt: skip
    path = tmp_path / "model.zip"
    train_final(plan, path, scratch=tmp_path / "scratch", workers=1)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert ("month00-time/centre.npy" in names) == (time_input in LEARNT)
    kept = load_model(path)
    assert (kept.members, kept.steps) == (2 if model == "at_bilstm" else 1, 3)
    assert kept.variables == VARIABLES
    fitted = Training(
        entry=get_model(model), variables=VARIABLES, options=OPTIONS[model], product=XCO2,
        time_input=time_input,
    )  # fmt: skip
    fitted = fitted.fit(block, seed_of=lambda member: child_seed(5, "final", 0, member))
    asked = samples(50, seed=4)
    np.testing.assert_array_equal(kept.predict_members(asked), fitted.predict_members(asked))
    np.testing.assert_array_equal(kept.predict(asked, 7), fitted.predict(asked))
