"""Cross-validation of XCO2: who may see what, and what comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from carbonscape.columns.features.samples import XCO2Samples
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.columns.training.crossval import prediction_table, prepare_xco2_experiment
from carbonscape.core.errors import ResultError
from carbonscape.models import lasso_harmonics
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.crossval import cross_validate, run_task
from carbonscape.training.experiment import Task
from carbonscape.training.fit import Training
from carbonscape.training.scaling import Standardiser
from helpers.small_experiments import use_estimator

N = 24
VARIABLES = ["GPP", "SO2"]
NETWORK = {
    "units": 3, "layers": 1, "dropout": 0.1, "epochs": 2, "batch_size": 8, "learning_rate": 0.01,
    "optimiser": "adam", "weight_decay": 0, "clip_norm": None, "schedule": "step", "members": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def samples() -> XCO2Samples:
    """Two blocks of years; GPP's last step is the sample's number, SO2 is climatology at first."""
    random = np.random.default_rng(0)
    series = random.normal(size=(N, 3, 2)).astype(np.float32)
    series[:, -1, 0] = np.arange(N)
    source = np.zeros((N, 3, 2), dtype=np.uint8)
    source[: N // 2, :, 1] = 2
    without = np.full((2, N, 3, 2), np.nan, dtype=np.float32)
    without[0][source == 2], without[1][source == 2] = -100, -200
    year = np.where(np.arange(N) < N // 2, 2016, 2018)
    table = pd.DataFrame({
        "lat": random.uniform(-50, 70, N), "lon": random.uniform(-180, 180, N),
        "row": 0, "col": np.arange(N), "year": year, "month": np.arange(N) % 12 + 1,
        "instrument": np.where(np.arange(N) % 4 == 3, "oco3", "oco2"), "count": 5,
        "spread": 1.0, "xco2": 400 + random.normal(size=N),
    })  # fmt: skip
    blocks = np.array([[2015, 2016], [2017, 2018]])
    transfer = np.full((N, 3, 2), np.nan, dtype=np.float32)
    transfer[source == 2] = -300
    return XCO2Samples(series, source, without, transfer, VARIABLES, table, blocks)


def experiment(scheme="sample", *, fold=None, excluded=None, model="random_forest", **options):
    fold = np.arange(N) % 3 if fold is None else fold
    if excluded is None:
        excluded = np.zeros((fold.max() + 1, N), dtype=bool)
    options = options or {"trees": 3, "max_features": 1.0, "min_leaf": 1}
    return prepare_xco2_experiment(
        samples(), (fold, excluded), scheme=scheme, model=model, time_input="none",
        options=options, seed=3,
    )  # fmt: skip


def numbers(block: Block) -> list[int]:
    """Return the numbers of a block's samples."""
    return block.series[:, -1, 0].astype(int).tolist()


def spied(monkeypatch) -> tuple[list[Block], list[Block]]:
    """Put an estimator in the place of every model that keeps what it is shown."""
    trained, asked = [], []
    use_estimator(
        monkeypatch,
        fit=lambda block, seed: trained.append(block),
        predict=lambda block: asked.append(block) or np.full(len(block), 400.0),
    )
    return trained, asked


# --- who sees what -------------------------------------------------------------------------------


def test_what_is_excluded_trains_no_model_of_its_fold(monkeypatch):
    excluded = np.zeros((3, N), dtype=bool)
    excluded[1, [0, 2, 5]] = True
    ours = experiment("spatial", excluded=excluded)
    trained, asked = spied(monkeypatch)
    for task in ours.tasks():
        run_task(ours, task)
    for fold, (training, held_out) in enumerate(zip(trained, asked, strict=True)):
        assert numbers(held_out) == [n for n in range(N) if n % 3 == fold]
        lost = {0, 2, 5} if fold == 1 else set()
        assert numbers(training) == [n for n in range(N) if n % 3 != fold and n not in lost]


def test_a_sample_of_no_fold_is_trained_on_and_never_predicted(monkeypatch, tmp_path: Path):
    fold = np.where(samples().table["instrument"] == "oco3", 0, -1)
    ours = experiment("transfer", fold=fold)
    assert ours.tasks() == [Task(0, 0)]
    trained, asked = spied(monkeypatch)
    part = cross_validate(ours, scratch=tmp_path, workers=1, label="test")
    assert numbers(trained[0]) == np.flatnonzero(fold == -1).tolist()
    assert numbers(asked[0]) == np.flatnonzero(fold == 0).tolist()
    assert np.isfinite(part.predicted).tolist() == (fold == 0).tolist()
    table = prediction_table(samples(), ours, part)
    assert table["sample"].tolist() == np.flatnonzero(fold == 0).tolist()
    assert set(table["instrument"]) == {"oco3"}


def test_a_block_of_years_speaks_through_no_climatology(monkeypatch):
    fold = (np.arange(N) >= N // 2).astype(np.int64)
    ours = experiment("temporal", fold=fold)
    trained, asked = spied(monkeypatch)
    for task in ours.tasks():
        run_task(ours, task)
    # Fold 0 holds out the first half, whose SO2 is made: of other years than its own.
    assert set(asked[0].series[..., 1].ravel()) == {-100.0}
    np.testing.assert_array_equal(trained[0].series, samples().series[N // 2 :])
    # Fold 1 trains on it: without the years of the second block.
    assert set(trained[1].series[..., 1].ravel()) == {-200.0}
    np.testing.assert_array_equal(trained[1].series[..., 0], samples().series[: N // 2, :, 0])
    # A model of OCO-2 trains without the months of OCO-3, which it is asked about.
    trained.clear()
    asked.clear()
    ours = experiment("transfer", fold=np.where(samples().table["instrument"] == "oco3", 0, -1))
    run_task(ours, Task(0, 0))
    made = {number for number in range(N) if number < N // 2}
    for block in trained[0], asked[0]:
        ours = [number in made for number in numbers(block)]
        assert set(block.series[ours][..., 1].ravel()) == {-300.0}
        assert -300 not in block.series[np.logical_not(ours)]
    # The other schemes read the climatology of all years.
    trained.clear()
    run_task(experiment("sample"), Task(0, 0))
    assert -100 not in trained[0].series


def test_what_an_estimator_warns_of_comes_back_with_its_predictions(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(lasso_harmonics, "_SWEEPS", 1)
    ours = experiment("sample", model="lasso_harmonics", penalty=0.01)
    for _ in range(2):  # the second time from the kept parts
        said = cross_validate(ours, scratch=tmp_path, workers=1, label="test").warnings
        assert len(said) == 3
        assert said[0].startswith("lasso_harmonics, fold 0")
        assert "had not settled after 1 sweeps" in said[0]


def test_every_scheme_has_seeds_of_its_own():
    one, other = experiment("sample"), experiment("spatial")
    assert one.seed_of(Task(0, 0), 0) != other.seed_of(Task(0, 0), 0)


def test_folds_of_other_samples_are_refused():
    with pytest.raises(ResultError, match="3 folds of 23 samples.*not those of the 24 samples"):
        experiment(fold=np.arange(N - 1) % 3)
    with pytest.raises(ResultError, match="with 2 blocks of years; delete folds.nc"):
        experiment("temporal", fold=np.arange(N) % 3)
    with pytest.raises(ResultError, match="delete folds.nc"):
        experiment(excluded=np.zeros((2, N), dtype=bool))


# --- what comes out ------------------------------------------------------------------------------


def test_the_table_of_predictions(tmp_path: Path):
    ours = experiment(model="at_bilstm", **NETWORK)
    part = cross_validate(ours, scratch=tmp_path, workers=1, label="test")
    table = XCO2_PREDICTIONS.check(prediction_table(samples(), ours, part), "test")
    assert table["sample"].tolist() == list(range(N))
    np.testing.assert_array_equal(table["observed"], samples().table["xco2"])
    np.testing.assert_array_equal(table["predicted"], part.predicted)
    assert (table["spread"] > 0).all()
    assert table["tropomi"].tolist() == ["climatology"] * 12 + ["observed"] * 12
    assert table["fold"].tolist() == [n % 3 for n in range(N)]


def test_refusals_name_the_section_of_the_product():
    ours = experiment(model="at_bilstm", **NETWORK | {"learning_rate": 1e30, "epochs": 40})
    with pytest.raises(ResultError, match=r"At-BiLSTM.*'xco2\.models\.at_bilstm"):
        run_task(ours, Task(0, 0))
    target = ours.block.target.copy()
    target[1] = np.nan
    blind = replace(ours, block=replace(ours.block, target=target))
    with pytest.raises(ResultError, match="fold 0 of the scheme 'sample': the observed XCO2 of 1"):
        run_task(blind, Task(0, 0))
    few = replace(ours, excluded=np.ones((3, N), dtype=bool))
    with pytest.raises(ResultError, match=r"0 training samples .*'xco2\.crossval\.folds'"):
        run_task(few, Task(0, 0))


# --- predictors that never vary ------------------------------------------------------------------


def test_a_predictor_that_never_varies_is_left_out_of_xco2():
    ours = experiment(model="at_bilstm", **NETWORK)
    series = ours.block.series.copy()
    series[..., 1] = 7.0
    block = ours.block.with_series(series)
    training = Training(
        entry=get_model("at_bilstm"), variables=VARIABLES, options=NETWORK, product=XCO2
    )
    fitted = training.fit(block, seed_of=lambda member: member)
    # A class that no training sample has cannot move a prediction.
    other = series.copy()
    other[..., 1] = 1e6
    np.testing.assert_array_equal(fitted.predict(block), fitted.predict(block.with_series(other)))
    with pytest.raises(ResultError, match="SO2 is 7 in every training window"):
        replace(training, product=GPP).fit(block, seed_of=lambda member: member)


def test_rounding_is_no_variation():
    series = np.full((1000, 3, 2), 101325.3, dtype=np.float32)
    series[..., 1] += np.random.default_rng(0).normal(size=(1000, 3))
    scaler = Standardiser.fit(series, VARIABLES, product=XCO2)
    assert np.isinf(scaler.std).tolist() == [True, False]
    assert (scaler.apply(series)[..., 0] == 0).all()
