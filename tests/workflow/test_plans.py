"""What is planned: every rule, the paper's experiment without data, and who reads the truth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from helpers.guards import PROJECT
from helpers.parsed_workflow import parsed_rules
from helpers.plans import nowhere, reached, verb_of
from helpers.project_copy import Job, Project

#: The rule that runs only where a native file is absent.
REFUSING = {"require_raw"}
#: The rule of monthly tower tables, which need no grid.
MONTHLY = {"build_site_series"}
#: The rule that reads the map of the paper's authors, which only a user of real data has.
AUTHORS = {"evaluate_flux_authors"}
#: Rules of choices inside the training sites: test_weights.py runs them.
CHOOSING = {"search_flux", "weigh_blend"}
#: Rules of what is asked for by name alone: `snakemake export` and `snakemake publish`.
EXPORTING = {"export_geotiff", "export_cmip", "export_zarr", "write_crate", "pack_crate"}
#: What the rules do that lead from the raw archive to a map: here the truth would spoil all.
ROAD = {
    "read", "filter", "aggregate", "encode", "build", "classify", "select", "split", "grid",
    "average", "composite", "sample", "crossvalidate", "train", "measure", "predict",
    "mosaic",
}  # fmt: skip
#: What follows from a comparison with the truth: it is drawn and told.
SHOWS = {"plot", "write"}
#: The page that shows the truth as a map beside the others; nothing but the archive reads it.
FRONT = {"write_front_page"}
#: What a run on towers alone does not do.
MAPS = {"aggregate", "encode", "classify", "train", "predict", "mosaic", "grid"}
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
    rules = set(parsed_rules())
    assert len(rules) > 40
    targets = {rule for rule, parts in parsed_rules().items() if not parts["output"]}
    left_out = REFUSING | MONTHLY | CHOOSING | EXPORTING | AUTHORS
    assert {job.rule for job in jobs} == rules - left_out - targets
    assert len(jobs) == sum(project.planned().values())


def test_every_map_can_be_exported(project: Project) -> None:
    planned = project.planned("export")
    maps = sum(n for rule, n in planned.items() if rule.startswith("mosaic_"))
    assert planned["export_cmip"] == planned["export_zarr"] == maps > 0
    assert planned["export_geotiff"] > maps


def test_the_demo_holds_both_papers_in_at_most_240_jobs(project: Project) -> None:
    jobs = with_configuration(project, "demo").jobs()
    # The start of a job costs one to three seconds of the demo's quarter of an hour.
    assert len(jobs) + 1 <= 240  # and rule all
    # Four settings of FluxFormer, and two further models in that of the products.
    assert sum(job.rule == "mosaic_gpp" for job in jobs) == 4 + 2
    compared = [job for job in jobs if verb_of(job.rule) == "evaluate" and reads_truth(job)]
    assert len(compared) == 2  # fluxes and columns
    for model in ("fluxformer", "mlp", "random_forest", "xgboost"):
        for pft in ("none", "igbp_esa_cci"):
            for window in ("jan_to_m", "6m"):
                assert experiments_with(jobs, {window, pft, model})


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
    # What docs/scale.md says of the papers is of about these jobs (benchmarks/costs.py plan).
    work = pd.read_csv(PROJECT / "benchmarks" / "papers_work.csv", keep_default_na=False)
    kept = work.drop_duplicates(["product", "rule", "model"])["jobs"].sum()
    assert kept == pytest.approx(int(planned["total"]), rel=0.1)
    # 0.1 degree in tiles of 200 cells, 4 settings of land cover; 21 years of weather.
    assert int(planned["predict_flux"]) == 4 * 9 * 18
    assert int(planned["aggregate_era5_land"]) == 21
    # Six models, extra trees and two baselines in all cells, two yearly models in one window; six
    # of these models under three other schemes, and extra trees as a part of the blend, which
    # trains nothing itself.
    assert int(planned["crossvalidate_flux"]) == 9 * 4 * 4 + 2 * 4 + 6 * 3 + 3
    assert int(planned["blend_flux"]) == 4 + 3
    # 0.05 degrees in tiles of 400 cells, three maps; models with two time inputs, three baselines
    # with none, under four schemes.
    assert int(planned["predict_xco2"]) == 3 * 9 * 18
    assert int(planned["composite_xco2"]) == 8
    assert int(planned["crossvalidate_xco2"]) == (5 * 2 + 3) * 4
    # The towers come with the project; all else is fetched, a job a year or month.
    assert "require_raw" not in planned
    assert int(planned["read_towers"]) == int(planned["list_inputs"]) == 1
    fetched = {name: int(n) for name, n in planned.items() if name.startswith("download_")}
    assert len(fetched) == 29
    # Products of others in the years of the maps that they cover; two are a person's to get.
    assert fetched["download_metaflux_year"] == fetched["download_lue_ssvc_year"] == 20
    assert fetched["download_nirv_gpp_year"] == 18
    others = [name for name in planned if name.startswith("read_other_product_")]
    assert len(others) == 6
    assert fetched["download_era5_land_state"] == 21 * 12
    assert fetched["download_era5_land_totals"] == 21 * 12 + 1
    assert fetched["download_modis_lai_grid"] == 21
    assert fetched["download_oco2_granules"] + fetched["download_oco3_granules"] == 85
    assert "truth" not in text
    assert not [name for name in planned if name.startswith("simulate_")]


def test_costs_are_planned_from_the_same_jobs_and_endless_trainings_refused(
    project: Project, jobs: list[Job]
) -> None:
    brief = ("--cores", "1", "--config", "longest_training_days=0.000001")
    text = project.succeed("--cores", "1", "plan_costs", *brief[2:])
    assert f"In all {len(jobs)} jobs" in text
    assert "REFUSED as it stands" in text
    results = project.folder / "results" / "tiny"
    work = pd.read_csv(results / "plan_work.csv", keep_default_na=False)
    kept = work.drop_duplicates(["product", "rule", "model"]).groupby("rule")["jobs"].sum()
    assert kept.to_dict() == Counter(job.rule for job in jobs)
    before = sorted(results.rglob("*"))
    done = project.run(*brief)
    assert done.returncode != 0
    assert "config key 'longest_training_days' allows" in done.stderr
    assert sorted(results.rglob("*")) == before


def test_a_region_and_a_year_are_mapped_alone_in_one_command(
    project: Project, jobs: list[Job]
) -> None:
    found = project.jobs("--config", "region=[1,10,59,80]", "years=[2015,2015]")
    made = {path for job in found for path in job.outputs}
    maps = [path for path in made if re.search(r"/product/[^/]+/\w+_\d{4}\.nc$", path)]
    assert {path[-7:-3] for path in maps} == {"2015"}
    assert len(maps) * 2 == sum(
        bool(re.search(r"/product/[^/]+/\w+_\d{4}\.nc$", path))
        for job in jobs
        for path in job.outputs
    )
    # Of every kind as many jobs or fewer, and what models learn from is the same.
    before, after = (Counter(job.rule for job in plan) for plan in (jobs, found))
    assert after["predict_flux"] < before["predict_flux"]
    fewer = {rule for rule in before - after if rule in after}
    assert fewer <= {"build_tile_series", "measure_dissimilarity", "predict_flux", "predict_xco2"}
    assert set(before) - set(after) == {"evaluate_flux_variability"}
    assert before["crossvalidate_xco2"] == after["crossvalidate_xco2"]


@pytest.mark.parametrize("name", ["towers", "towers_first", "towers_quick", "towers_full"])
def test_towers_alone_need_no_map(project: Project, name: str) -> None:
    planned = with_configuration(project, name).planned()
    verbs = {verb_of(rule) for rule in planned}
    assert {"read", "build", "crossvalidate", "write"} <= verbs
    assert set(planned) >= MONTHLY
    assert not MAPS & verbs
    assert not REFUSING & set(planned)
    assert "simulate" not in verbs


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


def reads_truth(job: Job) -> bool:
    return any(map(is_truth, job.inputs))


def experiments_with(jobs: list[Job], words: set[str]) -> list[str]:
    """Return the out-of-fold predictions whose names have exactly these parts."""
    files = {path for job in jobs for path in job.outputs if "/crossval/split_0/" in path}
    return [
        path
        for path in files
        if path.endswith(".parquet") and set(Path(path).stem.split("-")) == words
    ]


def evaluations(jobs: list[Job]) -> set[str]:
    """Return the rules that compare with the truth: one of each wing."""
    found = {job.rule for job in jobs if reads_truth(job) and verb_of(job.rule) != "simulate"}
    found -= FRONT
    assert {verb_of(rule) for rule in found} == {"evaluate"}
    assert len(found) == 2
    return found


def test_the_truth_is_read_by_instruments_and_by_the_last_evaluations_alone(
    jobs: list[Job],
) -> None:
    truth = {path for job in jobs for path in job.inputs | job.outputs if is_truth(path)}
    names = ("grid", "sites", "xco2")
    assert truth == {f"resources/truth/tiny/{name}.nc" for name in names}
    readers = {job.rule for job in jobs if reads_truth(job)} - evaluations(jobs) - FRONT
    writers = {job.rule for job in jobs if job.outputs & truth}
    instruments = {job.rule for job in jobs if any(map(is_raw, job.outputs))}
    assert readers <= writers | instruments
    assert {verb_of(rule) for rule in writers | instruments} == {"simulate"}
    assert len(readers) > 8


def test_only_the_raw_archive_leads_from_the_truth_to_features_and_models(jobs: list[Job]) -> None:
    truth = {path for job in jobs for path in job.outputs if is_truth(path)}
    # The walk can find them: instruments see the truth, and everything is learnt from them.
    road = {job.rule for job in jobs if verb_of(job.rule) in ROAD} | {"evaluate_xco2_tccon"}
    assert {verb_of(rule) for rule in road} - {"evaluate"} == ROAD
    assert reached(jobs, truth, closed=nowhere) >= road
    # With the raw archive closed there is no other way.
    learned = reached(jobs, truth, closed=is_raw)
    assert not learned & road
    assert {verb_of(rule) for rule in learned - evaluations(jobs)} == {"simulate"} | SHOWS


def test_what_follows_from_the_comparison_with_the_truth_is_drawn_and_told_only(
    jobs: list[Job],
) -> None:
    for rule in evaluations(jobs):
        outputs = {path for job in jobs if job.rule == rule for path in job.outputs}
        assert len(outputs) >= 3
        assert {verb_of(found) for found in reached(jobs, outputs)} == SHOWS


def test_an_unseen_split_enters_no_mean_no_figure_and_no_choice(jobs: list[Job]) -> None:
    unseen = [job for job in jobs if any("/gpp/crossval/split_1/" in path for path in job.outputs)]
    assert {verb_of(job.rule) for job in unseen} == {"split", "crossvalidate", "blend"}
    files = {path for job in unseen for path in job.outputs}
    others = [job for job in jobs if job not in unseen]
    readers = {job.rule for job in others if job.inputs & files}
    # The check gives an empty file; the table of its own is told, and nothing else reads it.
    assert readers == {"check_predictions", "evaluate_flux_unseen", "write_gpp_report"}
    (table,) = {path for job in jobs if job.rule == "evaluate_flux_unseen" for path in job.outputs}
    assert reached(others, {table}) == {"write_gpp_report"}


def test_who_knows_the_simulation(jobs: list[Job]) -> None:
    # The code of the simulation is an input of the rules that simulate, of no other.
    knowing = {job.rule for job in jobs if any("/simulate/" in path for path in job.inputs)}
    assert knowing == {job.rule for job in jobs if verb_of(job.rule) == "simulate"}
    for job in jobs:
        if job.rule in knowing:
            shared = {path for path in job.inputs if path.startswith("workflow/carbonscape/")}
            rooms = {path.split("/")[2] for path in shared}
            assert rooms <= {"simulate", "core"}, job.rule
