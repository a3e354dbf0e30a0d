"""Work of models: against operations that are counted by hand, and as proportions."""

from __future__ import annotations

import pytest

from carbonscape.costs.model_work import forward, prediction, scaled, training
from helpers.project_config import load

CONFIG = load("config.yaml")
GPP, XCO2 = CONFIG["gpp"]["models"], CONFIG["xco2"]["models"]


def test_at_bilstm_reads_a_sample_with_the_operations_of_its_table() -> None:
    found = forward("at_bilstm", XCO2["at_bilstm"], steps=3, variables=16)
    # Two directions of four gates: 16 x 512 x (16 + 512), then twice 16 x 512 x (1024 + 512).
    by_hand = 3 * 16 * 512 * ((16 + 512) + 2 * (1024 + 512))
    assert found["gflop"] == pytest.approx(by_hand / 1e9)
    assert found["gflop"] == pytest.approx(0.0885, rel=0.01)


def test_fluxformer_reads_44_steps_with_14_5_million_operations() -> None:
    found = forward("fluxformer", GPP["fluxformer"], steps=44, variables=7)
    assert found["gflop"] == pytest.approx(0.0145, rel=0.02)


@pytest.mark.parametrize("model", ["fluxformer", "lstm", "bilstm", "mlp", "fluxformer_annual"])
def test_a_longer_window_is_more_work(model: str) -> None:
    short, long = (forward(model, GPP[model], steps=n, variables=7) for n in (4, 44))
    assert long["gflop"] > 5 * short["gflop"]
    assert long["gvalue"] > short["gvalue"]


def test_training_is_three_readings_of_every_sample_in_every_epoch() -> None:
    options = GPP["fluxformer"] | {"epochs": 10, "members": 2, "batch_size": 50}
    one = forward("fluxformer", options, steps=22, variables=7)["gflop"]
    found = training("fluxformer", options, windows={22: 1000}, variables=7, fits=5)
    assert found["gflop"] == pytest.approx(3 * 1000 * 10 * 2 * one)
    assert found["batches"] == 1000 * 10 * 2 / 50
    assert found["fits"] == 10
    other = training("fluxformer", options, windows={22: 1000}, variables=7, epochs=5)
    assert other["gflop"] == pytest.approx(found["gflop"] / 2)


def test_trees_grow_with_samples_inputs_and_trees() -> None:
    found = training("xgboost", GPP["xgboost"], windows={4: 1000}, variables=7, fits=12)
    options = GPP["xgboost"]
    by_hand = 1000 * 28 * options["column_share"] * options["trees"] / 1e9
    assert found["gsplits"] == pytest.approx(by_hand)
    assert found["trees"] == 12 * options["trees"]
    forest = GPP["random_forest"]
    found = training("random_forest", forest, windows={4: 1024}, variables=7)
    by_hand = 1024 * 28 * forest["max_features"] * forest["trees"] * 10 / 1e9
    assert found["gsplits"] == pytest.approx(by_hand)


def test_baselines_read_samples_and_no_more() -> None:
    for work in (training, prediction):
        assert work("climatology", {}, windows={4: 30, 8: 12}, variables=7) == {"samples": 42}


def test_predictions_of_members_and_trees() -> None:
    options = GPP["fluxformer"]
    found = prediction("fluxformer", options, windows={4: 100, 44: 100}, variables=7)
    by_hand = sum(
        100 * options["members"] * forward("fluxformer", options, steps=n, variables=7)["gflop"]
        for n in (4, 44)
    )
    assert found["gflop"] == pytest.approx(by_hand)
    trees = prediction("xgboost", GPP["xgboost"], windows={4: 500}, variables=7)
    assert trees == {"samples": 500, "mtrees": 500 * GPP["xgboost"]["trees"] / 1e6}
    assert scaled(trees, 2)["samples"] == 1000
