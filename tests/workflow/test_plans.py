"""What is planned: every rule, the paper's experiment without data, and who reads the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from carbonscape.figures.registry import figures_of
from helpers.plans import nowhere, reached
from helpers.project_copy import Job, Project

#: The rule that runs only where a native file is absent.
REFUSING = {"require_raw"}
#: The rule of monthly tower tables, which need no grid.
MONTHLY = {"build_site_series"}
INSTRUMENTS = {
    "simulate_towers", "simulate_modis_lai", "simulate_era5_land", "simulate_land_cover",
    "simulate_koppen", "simulate_tropomi_sif", "simulate_oco", "simulate_tccon", "simulate_egg4",
    "simulate_xco2_predictors", "simulate_era5_land_monthly",
}  # fmt: skip
#: Who makes the truth.
EARTH = {"simulate_earth", "simulate_xco2"}
#: What follows the comparison of XCO2 with the truth.
LAST_XCO2 = {"plot_xco2_truth", "write_xco2_report"}
#: What follows the comparison with the truth.
LAST = {
    *(f"plot_{figure.name('gpp')}" for figure in figures_of("gpp") if "truth" in figure.needs),
    "write_gpp_report",
}
#: Where the truth would spoil everything.
ROAD = {
    "read_towers", "filter_towers", "aggregate_era5_land", "encode_land_cover",
    "build_gridded_site_series", "build_tile_series", "classify_cells", "select_samples",
    "split_sites", "crossvalidate_gpp", "train_gpp", "predict_gpp", "mosaic_gpp", "grid_sif",
    "grid_oco", "average_tccon", "composite_xco2", "build_xco2_tile", "sample_xco2", "split_xco2",
    "crossvalidate_xco2", "train_xco2", "predict_xco2", "mosaic_xco2", "evaluate_xco2_tccon",
}  # fmt: skip
MAPS = {
    "aggregate_era5_land", "encode_land_cover", "build_tile_series", "classify_cells",
    "build_gridded_site_series", "train_gpp", "predict_gpp", "mosaic_gpp", "check_product",
    "evaluate_gpp_maps", "evaluate_gpp_truth", "grid_sif", "evaluate_gpp_sif",
    *(f"plot_{figure.name('gpp')}" for figure in figures_of("gpp") if "maps" in figure.needs),
}  # fmt: skip
# A process of its own, whose only child is Snakemake: nobody else's memory is counted.
MEASURE = (
    "import json, resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
    "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024\n"
    "print(json.dumps([done.returncode, peak, done.stdout + done.stderr]))\n"
)


@pytest.fixture(scope="module")
def project(make_project: Callable[[str], Project]) -> Project:
    """A project in which nothing has run and no archive lies."""
    return make_project("plans")


@pytest.fixture(scope="module")
def jobs(project: Project) -> list[Job]:
    """Every job of the tiny configuration."""
    return project.jobs()


def with_configuration(project: Project, name: str) -> Project:
    return Project(project.folder, f"config/{name}.yaml")


def test_a_tiny_run_uses_every_rule(project: Project, jobs: list[Job]) -> None:
    done = project.run("--list-rules")
    rules = set(done.stdout.split())
    assert len(rules) > 40
    assert {job.rule for job in jobs} == rules - REFUSING - MONTHLY - {"all"}
    assert len(jobs) == sum(project.planned().values())


def test_the_demo_holds_both_papers_in_at_most_200_jobs(project: Project) -> None:
    jobs = with_configuration(project, "demo").jobs()
    # The start of a job costs one to three seconds of the demo's quarter of an hour.
    assert len(jobs) + 1 <= 200  # and rule all
    assert sum(job.rule == "evaluate_gpp_truth" for job in jobs) == 1
    made = {path for job in jobs for path in job.outputs}
    for model in ("fluxformer", "mlp", "random_forest", "xgboost"):
        for pft in ("none", "igbp_esa_cci"):
            for window in ("jan_to_m", "6m"):
                name = f"{window}-{pft}-{model}.parquet"
                assert f"results/demo/gpp/crossval/split_0/{name}" in made


def test_the_papers_experiment_is_planned_without_any_data(project: Project) -> None:
    paper = with_configuration(project, "config")
    command = [sys.executable, "-c", MEASURE, *paper.command("--cores", "1", "-n")]
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    code, peak, text = json.loads(done.stdout)
    assert code == 0, text[-3000:]
    assert peak < 1e9
    planned = dict(
        line.split() for line in text.split("Job stats:")[1].split("\n\n")[0].splitlines()[3:]
    )
    assert int(planned["total"]) < 3000
    # 0.1 degree in tiles of 200 cells, 4 settings of land cover; 21 years of weather.
    assert int(planned["predict_gpp"]) == 4 * 9 * 18
    assert int(planned["aggregate_era5_land"]) == 21
    # Six models and two baselines in all cells, two yearly models in one window; six of these
    # models under three other schemes. The blend trains nothing.
    assert int(planned["crossvalidate_gpp"]) == 8 * 4 * 4 + 2 * 4 + 6 * 3
    assert int(planned["blend_gpp"]) == 4 + 3
    # 0.05 degrees in tiles of 400 cells, three maps; models with two time inputs, two baselines
    # with none, under four schemes.
    assert int(planned["predict_xco2"]) == 3 * 9 * 18
    assert int(planned["composite_xco2"]) == 8
    assert int(planned["crossvalidate_xco2"]) == (5 * 2 + 2) * 4
    assert int(planned["require_raw"]) == 7 + 6  # one a source
    assert "truth" not in text
    assert not [name for name in planned if name.startswith("simulate_")]


@pytest.mark.parametrize("name", ["towers", "towers_quick", "towers_full"])
def test_towers_alone_need_no_map(project: Project, raw_archive: Path, name: str) -> None:
    towers = with_configuration(project, name)
    planned = towers.planned("--config", f"towers={raw_archive / 'towers'}")
    assert {"read_towers", "build_site_series", "crossvalidate_gpp", "write_gpp_report"} <= set(
        planned
    )
    assert not MAPS & set(planned)
    assert not REFUSING & set(planned)
    assert not [rule for rule in planned if rule.startswith("simulate_")]


def is_truth(path: str) -> bool:
    return path.startswith("resources/truth/")


def is_raw(path: str) -> bool:
    return path.startswith("resources/raw/")


def test_the_walk_follows_files_from_job_to_job() -> None:
    chain = [Job(x, frozenset(x), frozenset(y)) for x, y in (("b", "c"), ("a", "b"), ("c", "d"))]
    chain.append(Job("other", frozenset("x"), frozenset("y")))
    assert reached(chain, {"a"}, closed=nowhere) == {"a", "b", "c"}
    assert reached(chain, {"b"}, closed=nowhere) == {"b", "c"}
    assert reached(chain, {"a"}, closed=lambda path: path == "c") == {"a", "b"}


def test_the_truth_is_read_by_instruments_and_by_the_last_evaluation_alone(
    jobs: list[Job],
) -> None:
    truth = {path for job in jobs for path in job.inputs | job.outputs if is_truth(path)}
    names = ("grid", "sites", "xco2")
    assert truth == {f"resources/truth/tiny/{name}.nc" for name in names}
    assert {job.rule for job in jobs if job.outputs & truth} == EARTH
    readers = {job.rule for job in jobs if job.inputs & truth}
    assert readers == {
        "simulate_towers", "simulate_modis_lai", "simulate_land_cover", "simulate_tropomi_sif",
        "simulate_xco2", "simulate_oco", "simulate_tccon", "simulate_egg4",
        "simulate_xco2_predictors", "evaluate_gpp_truth", "evaluate_xco2_truth",
    }  # fmt: skip


def test_only_the_raw_archive_leads_from_the_truth_to_features_and_models(jobs: list[Job]) -> None:
    truth = {path for job in jobs for path in job.outputs if is_truth(path)}
    # The walk can find them: instruments see the truth, and everything is learnt from them.
    assert reached(jobs, truth, closed=nowhere) >= ROAD
    # With the raw archive closed there is no other way.
    learned = reached(jobs, truth, closed=is_raw)
    evaluations = {"evaluate_gpp_truth", "evaluate_xco2_truth"}
    assert learned - INSTRUMENTS == {"simulate_xco2"} | evaluations | LAST | LAST_XCO2
    assert not learned & ROAD


def test_what_follows_from_the_comparison_with_the_truth_is_drawn_and_told_only(
    jobs: list[Job],
) -> None:
    outputs = {p for job in jobs if job.rule == "evaluate_gpp_truth" for p in job.outputs}
    assert len(outputs) == 6
    assert reached(jobs, outputs, closed=nowhere) == LAST
    outputs = {p for job in jobs if job.rule == "evaluate_xco2_truth" for p in job.outputs}
    assert len(outputs) == 3
    assert reached(jobs, outputs, closed=nowhere) == LAST_XCO2


def test_who_writes_raw_files_and_who_knows_the_simulation(jobs: list[Job]) -> None:
    assert {job.rule for job in jobs if any(map(is_raw, job.outputs))} == INSTRUMENTS
    # The code of the simulation is an input of the rules that simulate, of no other.
    simulating = {job.rule for job in jobs if any("/simulate/" in path for path in job.inputs)}
    assert simulating == INSTRUMENTS | EARTH
    for job in jobs:
        if job.rule in simulating:
            shared = {path for path in job.inputs if path.startswith("workflow/carbonscape/")}
            rooms = {path.split("/")[2] for path in shared if path.count("/") == 3}
            assert rooms == {"simulate"}, job.rule
