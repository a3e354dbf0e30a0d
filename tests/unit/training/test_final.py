"""The models behind a product: trained on every site, kept, read again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import InputError, ResultError
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.final_training import FinalTraining, prepare_training, train_final
from carbonscape.training.saved_model import load_model
from carbonscape.training.seeds import child_seed

VARIABLES = ["LAI", "T2M"]
OPTIONS = {
    "fluxformer": {
        "width": 8, "heads": 2, "layers": 1, "feedforward": 8, "dropout": 0.1,
        "context": "projection", "context_hidden": 4, "context_width": 2, "epochs": 3,
        "batch_size": 8, "learning_rate": 0.01, "optimiser": "radam", "weight_decay": 0,
        "clip_norm": 4, "schedule": "constant", "members": 2,
    },
    "random_forest": {"trees": 4, "max_features": 0.5, "min_leaf": 1},
    "climatology": {},
}  # fmt: skip


def samples(number: int = 72, steps: int = 44) -> Block:
    """Return samples of all months whose target follows the last step of LAI."""
    rng = np.random.default_rng(1)
    series = rng.normal(size=(number, steps, 2)).astype(np.float32)
    month = np.arange(number) % 12 + 1
    classes = np.eye(17, dtype=np.float32)[rng.integers(0, 3, number)]
    target = 5 + 2 * series[:, -1, 0] + month / 6
    return Block(series=series, context={"igbp": classes}, month=month, target=target)


def training(model: str, window: str = "jan_to_m", block: Block | None = None) -> FinalTraining:
    """Return a small training."""
    return prepare_training(
        block or samples(), model=model, options=OPTIONS[model], variables=VARIABLES, pft="igbp",
        window=window, seed=3, product=GPP, **schedule_of(MODIS_8DAY, window, model),
    )  # fmt: skip


def train(folder: Path, model: str, *, workers: int = 1, **options) -> Path:
    """Train and return the file."""
    path = folder / "model.zip"
    train_final(training(model, **options), path, scratch=folder / "scratch", workers=workers)
    return path


@pytest.mark.parametrize("model", ["fluxformer", "random_forest", "climatology"])
def test_a_kept_model_predicts_what_the_trained_one_did(tmp_path: Path, model: str) -> None:
    block = samples()
    kept = load_model(train(tmp_path, model))
    plan = training(model)
    assert plan.months() == list(range(12, 0, -1))
    assert [kept.lengths[m] for m in (1, 4, 12)] == [4, 15, 44]
    for month in (1, 12):
        inside = block.take(block.month == month)
        fitted = plan.training.fit(
            plan.samples(month),
            seed_of=lambda member, month=month: child_seed(3, "final", month, member),
        )
        expected = fitted.predict(inside.with_series(inside.series[:, -kept.lengths[month] :]))
        np.testing.assert_allclose(kept.predict(inside, month), expected, rtol=1e-6)
        assert np.unique(expected).size > 1


def test_only_the_steps_of_the_month_are_read(tmp_path: Path) -> None:
    kept = load_model(train(tmp_path, "fluxformer"))
    block = samples()
    changed = block.series.copy()
    changed[:, :-4] = 99
    before, after = kept.predict(block, 1), kept.predict(block.with_series(changed), 1)
    np.testing.assert_array_equal(before, after)
    assert (kept.predict(block, 12) != kept.predict(block.with_series(changed), 12)).any()


def test_one_model_serves_every_month_of_a_fixed_window(tmp_path: Path) -> None:
    block = samples(steps=22)
    path = train(tmp_path, "random_forest", window="6m", block=block)
    kept = load_model(path)
    assert kept.lengths == {}
    np.testing.assert_array_equal(kept.predict(block, 1), kept.predict(block, 7))
    with zipfile.ZipFile(path) as archive:
        parts = {name.split("/")[0] for name in archive.namelist()}
    assert parts == {"manifest.json", "month00-member0"}


def test_two_workers_and_an_interruption_give_the_same_bytes(tmp_path: Path) -> None:
    alone = train(tmp_path / "1", "fluxformer").read_bytes()
    assert train(tmp_path / "2", "fluxformer", workers=2).read_bytes() == alone
    # One finished month is lost and another is cut short: both are trained again.
    scratch = tmp_path / "1" / "scratch"
    (scratch / "month03.zip").unlink()
    (scratch / "month04.zip").write_bytes((scratch / "month04.zip").read_bytes()[:50])
    kept = (scratch / "month05.zip").stat().st_mtime_ns
    assert train(tmp_path / "1", "fluxformer").read_bytes() == alone
    assert (scratch / "month05.zip").stat().st_mtime_ns == kept


@pytest.mark.parametrize("model", list(OPTIONS))
def test_a_kept_model_is_arrays_and_json(tmp_path: Path, model: str) -> None:
    with zipfile.ZipFile(train(tmp_path, model)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    members = 2 if model == "fluxformer" else 1
    assert len({name.split("/")[0] for name in names}) == 1 + 12 * members
    assert all(name.endswith((".npy", ".json")) for name in names)
    assert manifest["variables"] == VARIABLES
    assert manifest["classes"] == {"igbp": 17}


def test_a_month_without_samples_is_refused(tmp_path: Path) -> None:
    block = samples()
    with pytest.raises(ResultError, match="month 5: 0 training samples"):
        training("climatology", block=block.take(block.month != 5))


def test_damaged_and_outdated_files_are_refused(tmp_path: Path) -> None:
    path = train(tmp_path, "random_forest")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    assert sorted(manifest["packages"]) == ["scikit-learn", "xgboost"]
    manifest["packages"]["scikit-learn"] = "0.1"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(InputError, match=r"trained with scikit-learn 0\.1, but this environment"):
        load_model(path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(InputError, match="cannot be read as a trained model"):
        load_model(path)
    with pytest.raises(InputError, match="cannot be read as a trained model"):
        load_model(tmp_path / "absent.zip")
