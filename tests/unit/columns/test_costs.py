"""What the jobs of XCO2 do."""

from __future__ import annotations

import pytest

from carbonscape.columns.costs import folds_of, samples_of, work_of_column
from carbonscape.core.job_graph import PlannedJob
from helpers.project_config import load


def job(rule: str, **words: str) -> PlannedJob:
    return PlannedJob(rule, words, products={"xco2"})


def test_samples_are_those_of_the_paper_of_the_demo_and_at_most_those_asked_for() -> None:
    config = load("config.yaml")
    assert samples_of(config) == pytest.approx(10e6)
    demo = load("demo.yaml")
    assert samples_of(demo) == 6000
    demo["xco2"]["samples"]["max_samples"] = None
    assert samples_of(demo) == pytest.approx(33_763, rel=0.02)


def test_a_fold_of_the_paper_is_5e17_operations() -> None:
    config = load("config.yaml")
    words = {"scheme": "sample", "model": "at_bilstm", "time_input": "none"}
    found = work_of_column(config, job("crossvalidate_xco2", **words))["at_bilstm"]
    assert found["gflop"] * 1e9 / 5 == pytest.approx(4.3e17, rel=0.05)
    whole = work_of_column(config, job("train_xco2", model="at_bilstm", time_input="none"))
    assert whole["at_bilstm"]["gflop"] > found["gflop"] / 5


def test_networks_of_the_spread_are_trained_with_every_seed_and_without_the_first_folds() -> None:
    config = load("config.yaml")
    words = {"model": "at_bilstm", "time_input": "none"}
    one = work_of_column(config, job("train_xco2", **words))["at_bilstm"]
    five = work_of_column(config, job("train_xco2_members", **words))["at_bilstm"]
    assert five["gflop"] == pytest.approx(5 * one["gflop"])
    words["scheme"] = "spatial"
    whole = work_of_column(config, job("crossvalidate_xco2", **words))["at_bilstm"]
    held_out = work_of_column(config, job("crossvalidate_xco2_members", **words))["at_bilstm"]
    assert held_out["gflop"] == pytest.approx(5 * 2 / 5 * whole["gflop"])
    assert held_out["fits"] == 10
    # Two settings and another seed, in the first two of five folds.
    ablated = work_of_column(config, job("crossvalidate_xco2_ablations", **words))["at_bilstm"]
    assert ablated["gflop"] == pytest.approx(3 * 2 / 5 * whole["gflop"])


def test_folds_of_schemes() -> None:
    section = load("config.yaml")["xco2"]
    assert [folds_of(section, scheme) for scheme in ("sample", "temporal", "transfer")] == [5, 5, 1]


def test_granules_follow_from_days() -> None:
    found = work_of_column(load("config.yaml"), job("grid_oco", instrument="oco2"))
    assert found[""]["granules"] == pytest.approx(61 * 30.4)
    demo = work_of_column(load("demo.yaml"), job("grid_oco", instrument="oco2"))
    assert demo[""]["granules"] == pytest.approx(61 * 3.04)


def test_a_tile_is_read_in_every_month() -> None:
    words = {"model": "at_bilstm", "time_input": "none", "tile": "r0c00"}
    found = work_of_column(load("config.yaml"), job("predict_xco2", **words))
    # By the network of the map, and by the five of its spread.
    assert found["at_bilstm"]["samples"] == pytest.approx(6 * 160_000 * 0.265 * 85)
    words["time_input"] = "background_anomaly"
    found = work_of_column(load("config.yaml"), job("predict_xco2", **words))
    assert found["at_bilstm"]["samples"] == pytest.approx(160_000 * 0.265 * 85)
    assert work_of_column(load("config.yaml"), job("mosaic_xco2", model="mlp"))[""]["cells"] > 2e7
