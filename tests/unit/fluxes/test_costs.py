"""What the jobs of a tower flux do."""

from __future__ import annotations

import pytest

from carbonscape.core.job_graph import PlannedJob
from carbonscape.fluxes.costs import LAND, samples_of, work_of_flux
from carbonscape.fluxes.plan import FluxPlan
from helpers.project_config import load


def plan(name: str = "config.yaml") -> FluxPlan:
    return FluxPlan(load(name), "gpp", "results/x")


def crossvalidation(model: str, window: str, pft: str = "igbp") -> PlannedJob:
    words = {"product": "gpp", "scheme": "split_0", "model": model, "pft": pft, "window": window}
    return PlannedJob("crossvalidate_flux", words, products={"gpp"})


def test_samples_are_those_of_the_real_towers_and_of_the_demo() -> None:
    assert samples_of(plan()) == pytest.approx(10_509, rel=0.01)
    assert samples_of(plan("demo.yaml")) == pytest.approx(3_902, rel=0.01)


def test_five_folds_train_four_times_on_every_sample() -> None:
    ours = plan()
    options = ours.section["models"]["fluxformer"]
    found = work_of_flux(ours, crossvalidation("fluxformer", "1m"))["fluxformer"]
    reads = 4 * samples_of(ours) * options["epochs_all_months"] * options["members"]
    assert found["batches"] == pytest.approx(reads / options["batch_size"])
    assert found["fits"] == 5 * options["members"]
    monthly = work_of_flux(ours, crossvalidation("fluxformer", "jan_to_m"))["fluxformer"]
    assert monthly["fits"] == 12 * found["fits"]
    assert monthly["batches"] / found["batches"] == pytest.approx(30 / 5)


def test_a_longer_window_is_more_work_and_a_yearly_network_reads_years() -> None:
    ours = plan()
    short, long = (
        work_of_flux(ours, crossvalidation("xgboost", window))["xgboost"]["gsplits"]
        for window in ("1m", "12m")
    )
    assert long / short == pytest.approx(44 / 4)
    year = work_of_flux(ours, crossvalidation("fluxformer_annual", "jan_to_m"))
    month = work_of_flux(ours, crossvalidation("fluxformer", "jan_to_m"))
    assert year["fluxformer_annual"]["gflop"] < month["fluxformer"]["gflop"]


def test_a_map_is_read_by_its_network_and_every_member() -> None:
    ours = plan()
    words = {"product": "gpp", "model": "fluxformer", "pft": "igbp", "tile": "r0c00"}
    found = work_of_flux(ours, PlannedJob("predict_flux", words, products={"gpp"}))
    cells = 3600 * 1800 / 162
    assert found["fluxformer"]["samples"] == pytest.approx(6 * cells * LAND * 240)


def test_a_blend_is_read_by_its_parts() -> None:
    words = {"product": "gpp", "model": "blend", "pft": "igbp", "tile": "r0c0"}
    found = work_of_flux(plan("demo.yaml"), PlannedJob("predict_flux", words, products={"gpp"}))
    assert list(found) == ["fluxformer_annual", "extra_trees"]


def test_towers_alone_have_no_grid() -> None:
    job = PlannedJob("evaluate_flux_maps", {"product": "gpp"}, products={"gpp"})
    assert work_of_flux(plan("towers.yaml"), job)[""]["cell_months"] == 0
    assert work_of_flux(plan(), job)[""]["cell_months"] == 3600 * 1800 * 240
