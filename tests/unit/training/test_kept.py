"""Kept yearly models: read again, and asked for a whole year at once."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from carbonscape.core.errors import InputError
from carbonscape.fluxes.features.calendar import MONTHLY
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.fit import ALL_MONTHS, FittedModel
from carbonscape.training.saved_model import ProductModel, load_model
from carbonscape.training.seeds import child_seed
from helpers.small_experiments import OPTIONS, VARIABLES, YEARLY_MODELS, experiment_of, learnt


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def training(model: str):
    return prepare_training(
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


@pytest.fixture(params=YEARLY_MODELS)
def model(request) -> str:
    return request.param


def keep(folder, model: str):
    path = folder / f"{model}.zip"
    train_final(training(model), path, scratch=folder / f"scratch-{model}", workers=1)
    return path


def test_a_kept_yearly_model_is_the_one_that_was_trained(tmp_path, model):
    kept = load_model(keep(tmp_path, model))
    assert kept.lengths == {}
    assert list(kept.months) == [ALL_MONTHS]
    assert list(kept.month_ends) == list(range(12))
    plan = training(model)
    fitted = plan.training.fit(plan.block, seed_of=lambda member: child_seed(3, "final", 0, member))
    members = kept.months[ALL_MONTHS].members
    assert len(members) == (2 if model == "fluxformer_annual" else 1)
    for ours, theirs in zip(members, fitted.members, strict=True):
        np.testing.assert_array_equal(learnt(ours), learnt(theirs))
    for month in (1, 7, 12):
        inside = plan.block.take(plan.block.month == month)
        found = kept.predict(inside, month)
        np.testing.assert_array_equal(found, fitted.predict(inside))
        assert np.unique(found).size > 1


def test_a_year_at_once_is_its_months_one_by_one(tmp_path, model):
    kept = load_model(keep(tmp_path, model))
    block = experiment_of(model).block
    december = block.take(block.month == 12)  # sees every step
    year = kept.predict_year(december)
    assert year.shape == (12, 12)
    expected = kept.months[ALL_MONTHS].predict(block)
    np.testing.assert_allclose(year.ravel(), expected, rtol=1e-5)


def test_a_year_at_once_shows_an_estimator_no_later_step():
    shown: list[Block] = []

    def predict(block: Block) -> np.ndarray:
        shown.append(block)
        return block.series[np.arange(2), block.month - 1, 0].astype(float)

    block = experiment_of("xgboost_annual").block
    december = block.take(np.flatnonzero(block.month == 12)[:2])
    kept = ProductModel(
        entry=get_model("xgboost_annual"), variables=VARIABLES, pft="igbp", window="jan_to_m",
        lengths={}, steps=12, month_ends=range(12),
        months={0: FittedModel("estimator", [SimpleNamespace(predict=predict)])},
    )  # fmt: skip
    before = december.series.copy()
    year = kept.predict_year(december)
    np.testing.assert_array_equal(year, december.series[:, :, 0])
    for month, seen in enumerate(shown, start=1):
        assert seen.month.tolist() == [month, month]
        np.testing.assert_array_equal(seen.series[:, :month], before[:, :month])
        assert np.isnan(seen.series[:, month:]).all()
    np.testing.assert_array_equal(december.series, before)


def test_a_year_is_the_mean_of_the_members(tmp_path):
    kept = load_model(keep(tmp_path, "fluxformer_annual"))
    block = experiment_of("fluxformer_annual").block
    december = block.take(block.month == 12)
    members = kept.months[ALL_MONTHS].members
    each = [member.predict_year(december) for member in members]
    assert not np.array_equal(*each)
    np.testing.assert_allclose(kept.predict_year(december), (each[0] + each[1]) / 2)
    alone = replace(kept, months={0: FittedModel("network", members[:1])})
    np.testing.assert_array_equal(alone.predict_year(december), each[0])


def test_the_manifest_says_where_months_end(tmp_path, model):
    with zipfile.ZipFile(keep(tmp_path, model)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = archive.namelist()
    assert manifest["month_ends"] == list(range(12))
    assert manifest["steps"] == 12
    assert manifest["samples"] == 144
    assert all(name.startswith(("month00-", "manifest")) for name in names)


def test_trees_of_another_version_are_refused(tmp_path):
    path = keep(tmp_path, "xgboost_annual")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    manifest["packages"]["xgboost"] = "0.1"
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(InputError, match=r"trained with xgboost 0\.1, but this environment has"):
        load_model(path)
