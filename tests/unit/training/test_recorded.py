"""Training the model behind a product, with a record beside it of what it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.io import read_json, sha256
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training import recorded
from carbonscape.training.final_training import FinalTraining, prepare_training, train_final
from carbonscape.training.recorded import train_recorded
from carbonscape.training.saved_model import load_model


def training() -> FinalTraining:
    """Return a training of a climatology."""
    month = np.arange(24) % 12 + 1
    block = Block(np.zeros((24, 1, 1), np.float32), {}, month, month.astype(float))
    return prepare_training(
        block, model="climatology", options={}, variables=["LAI"], window="1 month", seed=3,
        product=GPP,
    )  # fmt: skip


def record(folder: Path) -> None:
    """Train, with one data file and one file of code."""
    data, code = folder / "samples.parquet", folder / "code.py"
    data.write_text("samples")
    code.write_text("code")
    train_recorded(
        training(), model=folder / "model.zip", run=folder / "run.json",
        config={"model": "climatology"}, seed=3, data=[data], files=[data, code],
        scratch=folder / "scratch", workers=1,
    )  # fmt: skip


def test_the_record_holds_configuration_seed_data_and_the_checksum_of_the_model(tmp_path) -> None:
    record(tmp_path)
    run = read_json(tmp_path / "run.json")
    assert run["config"] == {"model": "climatology"}
    assert (run["seed"], run["device"]) == (3, "cpu")
    assert run["inputs"] == {"samples.parquet": sha256(tmp_path / "samples.parquet")}
    assert run["outputs"] == {"model.zip": sha256(tmp_path / "model.zip")}
    load_model(tmp_path / "model.zip", tmp_path / "run.json")  # compares the checksum


def test_the_model_is_that_of_a_plain_training_and_the_scratch_folder_goes(tmp_path) -> None:
    record(tmp_path)
    train_final(training(), tmp_path / "plain.zip", scratch=tmp_path / "s", workers=1)
    assert (tmp_path / "model.zip").read_bytes() == (tmp_path / "plain.zip").read_bytes()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_an_interrupted_training_keeps_its_scratch_folder(tmp_path, monkeypatch) -> None:
    def interrupted(training, path, *, scratch, workers) -> None:
        scratch.mkdir(parents=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(recorded, "train_final", interrupted)
        with pytest.raises(KeyboardInterrupt):
            record(tmp_path)
    (kept,) = (tmp_path / "scratch").iterdir()
    assert not (tmp_path / "run.json").exists()
    record(tmp_path)
    assert not kept.exists()
