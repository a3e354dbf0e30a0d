"""A whole tiny run, what a second one does, and what an edit or a kill leads to."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from project_copy import Project

REPORT = "results/tiny/report/index.html"
CROSSVAL = "results/tiny/gpp/crossval/split_0"
ALL_PLOTS = {
    f"plot_gpp_{name}"
    for name in (
        "fig01", "fig04", "fig05", "fig06",
        "monthly_scores", "scatter", "seasonal_cycle", "site_scores",
    )
}  # fmt: skip
AFTER_TRAINING = {
    "check_predictions", "score_gpp", "evaluate_gpp_crossval", "evaluate_scorecard",
    "write_report", *(ALL_PLOTS - {"plot_gpp_fig01"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def finished(make_project: Callable[[str], Project]) -> Project:
    """A project whose tiny run is complete."""
    project = make_project("finished")
    done = project.run("--cores", "2")
    assert done.returncode == 0, done.stderr[-3000:]
    (project.folder / "stdout.txt").write_text(done.stdout)
    return project


@pytest.fixture
def edited(finished: Project) -> Iterator[Callable[[str], None]]:
    """Append a comment to a file of the project; put it back after the test."""
    saved: dict[Path, tuple[bytes, os.stat_result]] = {}

    def edit(name: str) -> None:
        path = finished.folder / name
        saved[path] = (path.read_bytes(), path.stat())
        path.write_bytes(path.read_bytes() + b"\n# edited\n")

    yield edit
    for path, (content, stat) in saved.items():
        path.write_bytes(content)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_the_path_of_the_report_is_the_last_line(finished: Project) -> None:
    last = (finished.folder / "stdout.txt").read_text().rstrip().splitlines()[-1]
    assert last == REPORT
    assert "data:image/png;base64" in (finished.folder / REPORT).read_text()


def test_a_second_run_has_nothing_to_do(finished: Project) -> None:
    assert finished.planned() == {}
    done = finished.run("--cores", "1")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr


def test_nothing_half_written_is_left(finished: Project) -> None:
    left = [path for path in (finished.folder / "results").rglob("*") if ".part" in path.name]
    assert left == []
    assert not list((finished.folder / "results/tiny/scratch").rglob("*.npy"))


def test_every_experiment_predicts_every_sample(finished: Project) -> None:
    samples = pd.read_parquet(finished.folder / "results/tiny/gpp/features/samples.parquet")
    files = sorted((finished.folder / CROSSVAL).glob("*.parquet"))
    assert len(files) == 2 * 2 * 3
    for path in files:
        assert len(pd.read_parquet(path)) == samples["common"].sum() > 100


def test_the_truth_reaches_no_rule_but_the_one_that_writes_it(finished: Project) -> None:
    done = finished.run("--cores", "1", "-n", "--forceall")
    lines = (done.stdout + done.stderr).splitlines()
    inputs = [line for line in lines if line.strip().startswith("input:")]
    assert len(inputs) > 20
    assert not [line for line in inputs if "truth" in line]
    assert [line for line in lines if line.strip().startswith("output:") and "truth" in line]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("workflow/scripts/plot_gpp_fig04.py", {"plot_gpp_fig04", "write_report"}),
        (
            "workflow/carbonscape/figures/gpp_sites.py",
            {
                "plot_gpp_scatter",
                "plot_gpp_seasonal_cycle",
                "plot_gpp_site_scores",
                "write_report",
            },
        ),
        ("workflow/carbonscape/report.py", {"write_report"}),
        ("workflow/carbonscape/evaluation/scorecard.py", {"evaluate_scorecard", "write_report"}),
        ("workflow/carbonscape/training/folds.py", {"split_sites", "crossvalidate_gpp"}
         | AFTER_TRAINING),
        ("workflow/carbonscape/errors.py", set()),
    ],
)  # fmt: skip
def test_an_edit_reruns_its_stage_and_what_follows(
    finished: Project, edited: Callable[[str], None], file: str, expected: set[str]
) -> None:
    edited(file)
    assert set(finished.planned()) == expected


def test_an_edited_model_retrains_that_model_only(
    finished: Project, edited: Callable[[str], None]
) -> None:
    edited("workflow/carbonscape/models/random_forest.py")
    planned = finished.planned()
    assert planned.pop("crossvalidate_gpp") == 4
    assert set(planned) == AFTER_TRAINING


def test_another_resolution_draws_again_and_trains_nothing(finished: Project) -> None:
    (finished.folder / "dpi.yaml").write_text("figures: {dpi: 70}")
    planned = finished.planned("--configfile", "config/tiny.yaml", "dpi.yaml")
    assert set(planned) == ALL_PLOTS | {"write_report"}


def test_one_core_and_two_give_the_same_predictions(finished: Project) -> None:
    name = f"{CROSSVAL}/jan_to_m-igbp-fluxformer.parquet"
    before = pd.read_parquet(finished.folder / name)
    for cores in ("1", "2"):
        done = finished.run("--cores", cores, "--forcerun", "crossvalidate_gpp", "--", name)
        assert done.returncode == 0, done.stderr[-3000:]
        pd.testing.assert_frame_equal(
            pd.read_parquet(finished.folder / name), before, check_exact=True
        )


def test_a_killed_training_goes_on_with_the_same_numbers(finished: Project) -> None:
    name = f"{CROSSVAL}/jan_to_m-none-fluxformer.parquet"
    log = finished.folder / "results/tiny/logs/crossvalidate_gpp-0-jan_to_m-none-fluxformer.log"
    before = pd.read_parquet(finished.folder / name)
    command = finished.command("--cores", "2", "--forcerun", "crossvalidate_gpp", "--", name)
    scratch = finished.folder / "results/tiny/scratch"
    process = subprocess.Popen(
        command,
        cwd=finished.folder,
        env=finished.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 120
    while len(list(scratch.rglob("fold*.npy"))) < 3:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    finished.run("--unlock")
    done = finished.run("--cores", "2", "--", name)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "taking up an earlier run" in log.read_text()
    pd.testing.assert_frame_equal(pd.read_parquet(finished.folder / name), before, check_exact=True)
    assert not list(scratch.rglob("*.npy"))
