"""Kept models: every model of the registry bit for bit, checksums, and files that no run made."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import write_json
from carbonscape.core.provenance import describe_run
from carbonscape.models.registry import MODELS
from carbonscape.training import final_training
from carbonscape.training.array_archive import array_to_bytes, pack, unpack
from carbonscape.training.final_training import train_final
from carbonscape.training.saved_model import load_model
from carbonscape.training.seeds import child_seed
from helpers import source_tree
from helpers.every_model import CASES, block_of, training_of

TIMED = [
    ("xco2", name, "3 months", time_input)
    for name in ("at_bilstm", "xgboost")
    for time_input in ("year_fraction", "background_anomaly")
]


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def keep(folder: Path, product: str, name: str, window: str, **options) -> Path:
    """Train a small model and return its file."""
    path = folder / "model.zip"
    plan = training_of(product, name, window, **options)
    train_final(plan, path, scratch=folder / "scratch", workers=1)
    return path


# --- every model ---------------------------------------------------------------------------------


def test_every_model_that_is_trained_is_tried() -> None:
    assert {case[1] for case in CASES} == {n for n, e in MODELS.items() if e.kind != "blend"}
    assert {case[0] for case in CASES} == {"gpp", "xco2"}


@pytest.mark.parametrize(
    ("product", "name", "window", "time_input"), [*((*case, "none") for case in CASES), *TIMED]
)
def test_a_kept_model_predicts_the_bits_of_the_trained_one(
    tmp_path: Path, product, name, window, time_input
) -> None:
    plan = training_of(product, name, window, time_input=time_input)
    path = tmp_path / "model.zip"
    train_final(plan, path, scratch=tmp_path / "scratch", workers=1)
    kept = load_model(path)
    unseen = block_of(product, name, seed=9)
    gaps = block_of(product, name, seed=8, gaps=True)
    trees = name in ("random_forest", "xgboost", "xgboost_annual")
    for month in plan.months():
        fitted = plan.training.fit(
            plan.samples(month),
            seed_of=lambda member, month=month: child_seed(3, "final", month, member),
        )
        for block in (unseen, gaps) if trees else (unseen,):
            some = block.take(block.month == month) if month else block
            steps = plan.lengths.get(month, some.series.shape[1])
            expected = fitted.predict_members(some.with_series(some.series[:, -steps:]))
            assert kept.predict_members(some, month).tobytes() == expected.tobytes()
            assert np.isfinite(expected).all()


def test_sources_of_land_cover_are_read_in_the_order_of_the_training(tmp_path: Path) -> None:
    """The order in which JSON sorts them is another, and would swap what networks made of them."""
    plan = training_of("gpp", "mlp", "12m")
    assert list(plan.block.context) == ["igbp", "esa_cci"] != sorted(plan.block.context)
    kept = load_model(keep(tmp_path, "gpp", "mlp", "12m"))
    for member in kept.months[0].members:
        assert list(member.module.inputs.encoders) == ["igbp", "esa_cci"]


# --- checksums -----------------------------------------------------------------------------------


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Path]:
    """A model and the run.json beside it."""
    path, run = keep(tmp_path, "gpp", "linear_regression", "12m"), tmp_path / "model.run.json"
    write_json(run, describe_run(config={}, seed=1, inputs=[], outputs=[path]))
    return path, run


def test_the_model_that_the_run_made_is_read(recorded) -> None:
    path, run = recorded
    assert load_model(path, run).entry.name == "linear_regression"
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    assert json.loads(run.read_text())["outputs"] == {"model.zip": checksum}


def test_another_model_is_refused_with_both_checksums(recorded, tmp_path: Path) -> None:
    path, run = recorded
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    other = keep(tmp_path / "other", "gpp", "climatology", "12m").read_bytes()
    path.write_bytes(other)
    with pytest.raises(InputError) as refusal:
        load_model(path, run)
    assert str(refusal.value) == (
        f"{path}: is not the model that the run made: its SHA-256 begins with "
        f"{hashlib.sha256(other).hexdigest()[:12]}, {run} has {before[:12]}; delete it and run "
        "again."
    )


def test_what_lies_behind_the_archive_counts(recorded) -> None:
    path, run = recorded
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InputError, match="is not the model that the run made"):
        load_model(path, run)


@pytest.mark.parametrize("record", [{}, {"outputs": {}}, {"outputs": {"model.zip": 3}}, [1]])
def test_a_run_without_a_checksum_is_refused(recorded, record) -> None:
    path, run = recorded
    write_json(run, record)
    with pytest.raises(InputError, match=r"has no checksum of .+; delete both and run again"):
        load_model(path, run)


def test_every_script_that_reads_a_model_compares_its_checksum() -> None:
    reading = []
    for path in source_tree.python_files("workflow/scripts"):
        text = path.read_text(encoding="utf-8")
        if "load_model" in text:
            reading.append(path.name)
            assert "[load_model(*pair) for pair in zip(files.models, files.runs, strict=True)]" in (
                text
            )
        if "train_final" in text:
            reading.append(path.name)
            assert "outputs=output.models" in text
        if "train_recorded" in text:  # which states the checksum of its model
            reading.append(path.name)
    assert reading == [
        "predict_flux.py",
        "predict_xco2.py",
        "train_flux.py",
        "train_flux_members.py",
        "train_xco2.py",
        "train_xco2_members.py",
    ]


# --- files that no run made ----------------------------------------------------------------------


def change(path: Path, **manifest: Any) -> None:
    """Give a kept model another manifest."""
    members = unpack(path.read_bytes())
    old = json.loads(members["manifest.json"])
    path.write_bytes(pack(members | {"manifest.json": json.dumps(old | manifest).encode()}))


def change_members(path: Path, changes) -> None:
    """Give a kept model other members."""
    path.write_bytes(pack(changes(unpack(path.read_bytes()))))


def refuse(path: Path, message: str = "") -> None:
    """Ensure that a model is refused in one sentence."""
    with pytest.raises(InputError) as refusal:
        load_model(path)
    text = str(refusal.value)
    assert text.startswith(f"{path}: cannot be read as a trained model (")
    assert text.endswith("); delete it and run again.")
    assert "\n" not in text
    assert message in text


MANIFESTS = {
    "steps as text": {"steps": "12"},
    "steps below zero": {"steps": -1},
    "too many steps": {"steps": 10**9},
    "too many inputs": {"steps": 9_000_000},
    "other steps": {"steps": 11},
    "more variables": {"variables": ["LAI", "T2M", "VPD"]},
    "other classes": {"classes": {"igbp": 5}},
    "no sources": {"sources": []},
    "sources that are no names": {"sources": [1, {}]},
    "true lengths": {"lengths": {"1": True}},
    "a 13th month": {"lengths": {"13": 12}},
    "months that are not there": {"lengths": {"1": 12}},
    "another model": {"model": "climatology"},
    "a blend": {"model": "blend"},
    "a time encoding": {"time_input": "background_anomaly"},
    "an unknown time encoding": {"time_input": "__import__"},
    "no options": {"options": {}},
    "options in a list": {"options": []},
}


@pytest.mark.parametrize("model", ["mlp", "linear_regression"])
@pytest.mark.parametrize("name", list(MANIFESTS))
def test_a_manifest_of_another_model_is_refused(tmp_path: Path, model: str, name: str) -> None:
    path = keep(tmp_path, "gpp", model, "12m")
    change(path, **MANIFESTS[name])
    refuse(path)


def test_a_model_that_is_not_in_the_registry_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, "gpp", "climatology", "12m")
    change(path, model="os")
    with pytest.raises(Exception, match="no model is called 'os'") as refusal:
        load_model(path)
    assert type(refusal.value).__module__ == "carbonscape.core.errors"


def test_a_network_that_says_it_is_enormous_takes_no_memory(tmp_path: Path) -> None:
    path = keep(tmp_path, "gpp", "mlp", "12m")
    options = json.loads(unpack(path.read_bytes())["manifest.json"])["options"]
    change(path, options=options | {"hidden": 500_000, "width": 500_000})
    tracemalloc.start()
    refuse(path, "the weights are not those of mlp of this size")
    assert tracemalloc.get_traced_memory()[1] < 2e7
    tracemalloc.stop()


ARRAYS = {
    "a member is missing": lambda m: {k: v for k, v in m.items() if "member1" not in k},
    "a weight is missing": lambda m: {k: v for k, v in m.items() if not k.endswith("bias.npy")},
    "a third member": lambda m: m | {"month00-member2/target.npy": array_to_bytes(np.zeros(2))},
    "another month": lambda m: m | {"month05-member0/target.npy": array_to_bytes(np.zeros(2))},
    "target of one": lambda m: m | {"month00-member0/target.npy": array_to_bytes(np.zeros(1))},
    "other scaler": lambda m: m | {"month00-member0/scaler/std.npy": array_to_bytes(np.zeros(3))},
    "weights of text": lambda m: {
        k: array_to_bytes(np.array(["x"])) if "weights" in k else v for k, v in m.items()
    },
    "no manifest": lambda m: {k: v for k, v in m.items() if k != "manifest.json"},
    "nothing": lambda m: {},
}


@pytest.mark.parametrize("name", list(ARRAYS))
def test_arrays_of_another_model_are_refused(tmp_path: Path, name: str) -> None:
    path = keep(tmp_path, "gpp", "mlp", "12m")
    change_members(path, ARRAYS[name])
    refuse(path)


@pytest.mark.parametrize(
    "model",
    [
        "climatology",
        "linear_regression",
        "latitude_month_year",
        "growth_persistence",
        "lasso_harmonics",
    ],
)
def test_an_estimator_without_one_of_its_arrays_is_refused(tmp_path: Path, model: str) -> None:
    product = "gpp" if model in ("climatology", "linear_regression") else "xco2"
    path = keep(tmp_path, product, model, "12m" if product == "gpp" else "3 months")
    whole = unpack(path.read_bytes())
    arrays = [name for name in whole if name.endswith(".npy")]
    assert arrays
    for name in arrays:
        path.write_bytes(pack({key: value for key, value in whole.items() if key != name}))
        refuse(path)


def test_only_a_file_is_a_model(tmp_path: Path) -> None:
    refuse(tmp_path, "it is not a file")
    refuse(tmp_path / "absent.zip", "No such file")


# --- models of others ----------------------------------------------------------------------------


class Mean:
    """A model of a user: the mean of the target."""

    def __init__(self) -> None:
        self.mean = 0.0

    def fit(self, block, seed) -> None:
        self.mean = float(block.target.mean())

    def predict(self, block) -> np.ndarray:
        return np.full(len(block), self.mean)


class Kept(Mean):
    """One that can be kept."""

    def state(self) -> dict[str, Any]:
        return {"mean": self.mean}

    def restore(self, state) -> None:
        self.mean = state["mean"]


class Forgetful(Kept):
    """One that gives no more than a part of what it learnt."""

    def restore(self, state) -> None:
        self.mean = round(state["mean"], 1)


class Odd(Kept):
    """One that gives what cannot be kept."""

    def state(self) -> dict[str, Any]:
        return {"function": Mean}


def plan_of(monkeypatch, kind):
    """Return a final training of a user's model."""
    entry = SimpleNamespace(
        name="mean", label="Mean", kind="estimator", yearly=False,
        build=lambda shape, options: kind(),
    )  # fmt: skip
    monkeypatch.setattr(final_training, "get_model", lambda name: entry)
    return training_of("gpp", "climatology", "12m")


def test_a_model_without_the_methods_is_refused_before_it_is_trained(monkeypatch) -> None:
    with pytest.raises(InputError) as refusal:
        plan_of(monkeypatch, Mean)
    assert str(refusal.value) == (
        "workflow/carbonscape/models/mean.py: Mean has no method state and no method restore, with "
        "which a trained model is kept for maps and read again; add state() and restore(state) as "
        "docs/adapting.md shows under 'Own model', or take mean out of 'gpp.product.models'."
    )


def test_a_model_with_the_methods_is_kept(monkeypatch, tmp_path: Path) -> None:
    plan = plan_of(monkeypatch, Kept)
    train_final(plan, tmp_path / "model.zip", scratch=tmp_path / "s", workers=1)
    values = json.loads(
        unpack((tmp_path / "model.zip").read_bytes())["month00-member0/values.json"]
    )
    assert values == {"mean": float(plan.block.target.mean())}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Forgetful, r"models/mean\.py: .+ predicts otherwise; state\(\) must give all that fit"),
        (Odd, r"models/mean\.py: state\(\) gives 'function' of the type type, .+give arrays"),
    ],
)
def test_a_model_that_is_not_kept_whole_is_refused(monkeypatch, tmp_path, kind, message) -> None:
    plan = plan_of(monkeypatch, kind)
    with pytest.raises(ResultError, match=message):
        train_final(plan, tmp_path / "model.zip", scratch=tmp_path / "s", workers=1)
    assert not (tmp_path / "model.zip").exists()
