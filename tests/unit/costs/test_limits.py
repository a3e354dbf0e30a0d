"""Trainings that would not end."""

from __future__ import annotations

import pytest

from carbonscape.columns.costs import work_of_column
from carbonscape.core.errors import ConfigError
from carbonscape.core.job_graph import PlannedJob
from carbonscape.costs.estimate import Estimate
from carbonscape.costs.limits import refuse_endless
from helpers.guards import PROJECT
from helpers.project_config import load


def estimate(device: str = "cpu", samples: int | None = None, longest: float | None = 14):
    config = load("config.yaml")
    config["xco2"]["samples"]["max_samples"] = samples
    return Estimate(
        work_of={"xco2": lambda job: work_of_column(config, job)},
        root=str(PROJECT), device=device, cluster=None, longest=longest,
    )  # fmt: skip


def training(model: str = "at_bilstm") -> PlannedJob:
    words = {"scheme": "sample", "model": model, "time_input": "none"}
    return PlannedJob("crossvalidate_xco2", words, threads=5, products={"xco2"})


OTHERS = [
    training("mlp"),
    PlannedJob("predict_xco2", {"model": "at_bilstm", "tile": "r0c0"}, products={"xco2"}),
]


def test_the_paper_s_network_on_all_samples_is_refused_on_a_processor() -> None:
    with pytest.raises(ConfigError) as refusal:
        estimate().check([*OTHERS, training()])
    text = str(refusal.value)
    assert "'longest_training_days' allows 14 days" in text
    assert "at_bilstm (crossvalidate_xco2: sample, none) would take about 6" in text
    assert "on 5 core(s) with device 'cpu'" in text
    assert "xco2.samples.max_samples" in text
    assert "more like it" not in text


@pytest.mark.parametrize(
    "changes",
    [{"device": "cuda"}, {"samples": 100_000}, {"longest": None}, {"longest": 1000.0}],
)
def test_what_ends_or_is_insisted_on_may_start(changes: dict) -> None:
    estimate(**changes).check([*OTHERS, training()])
    assert estimate(**changes).plan([training()])["refusal"] == ""


def test_what_is_not_trained_is_not_refused() -> None:
    estimate().check(OTHERS)
    refuse_endless([], days=14, device="cpu")


def test_the_plan_says_what_a_run_would_be_told() -> None:
    found = estimate().plan([training(), *OTHERS, training("lstm")])
    assert "longest_training_days" in found["refusal"]
    assert {row[1] for row in found["rows"]} == {"crossvalidate_xco2", "predict_xco2"}
