"""What a user is told when an input is wrong: one sentence, a failed exit, no half-written file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from carbonscape.simulate.towers import simulate_towers
from project_copy import Project

REAL = {"run": "broken", "archive": "real"}


@pytest.fixture(scope="module")
def project(make_project: Callable[[str], Project]) -> Project:
    """A project in which nothing has run yet."""
    return make_project("refusals")


def run_with(project: Project, changes: dict, *targets: str) -> subprocess.CompletedProcess[str]:
    """Run the tiny configuration with some keys changed."""
    (project.folder / "changes.yaml").write_text(yaml.safe_dump(changes))
    command = project.command("changes.yaml", "--cores", "1", *targets)
    return subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Check that a run failed with a sentence that holds all parts on one line."""
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if all(part in line for part in parts)]
    assert lines, f"no line holds {parts}:\n{done.stderr[-3000:]}"
    assert "Traceback (most recent call last)" not in done.stderr


def leftovers(folder: Path) -> list[Path]:
    """Return the data files below a folder; logs and benchmarks may stay."""
    kept = {"logs", "benchmarks"}
    return [p for p in folder.rglob("*") if p.is_file() and not kept & set(p.parts)]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"gpp": {"crossval": {"fold": 5}}}, ["'gpp.crossval.fold' is unknown", "'folds'"]),
        ({"sede": 1}, ["'sede' is unknown", "'seed'"]),
        ({"gpp": {"quality": {"min_qc": 80}}}, ["'gpp.quality.min_qc'", "found 80", "at most 1"]),
        ({"archive": "real", "towers": None}, ["'towers' is not set", "fluxnet.org"]),
        (
            {"archive": "real", "towers": "/no/such/folder"},
            ["/no/such/folder", "config key 'towers'"],
        ),
    ],
)
def test_a_wrong_configuration_stops_before_any_job(
    project: Project, changes: dict, parts: list[str]
) -> None:
    assert_refused(run_with(project, changes), *parts)
    assert not (project.folder / "results").exists()


def test_an_empty_towers_folder(project: Project, tmp_path: Path) -> None:
    done = run_with(project, {**REAL, "towers": str(tmp_path)})
    assert_refused(done, str(tmp_path), "FLX_")


@pytest.mark.parametrize(
    ("bad", "parts"),
    [
        ("no_qc_column", ["NEE_VUT_REF_QC"]),
        ("text_in_number", ["line"]),
        ("cut_short", [".csv"]),
        ("empty", ["empty"]),
        ("doubled_month", ["is doubled"]),
        ("unordered_months", ["order"]),
        ("no_monthly_file", [".zip"]),
        ("site_not_listed", ["sites.csv"]),
        ("site_without_predictors", ["predictors_monthly.csv.gz"]),
    ],
)
def test_a_broken_archive(project: Project, tmp_path: Path, bad: str, parts: list[str]) -> None:
    towers = tmp_path / "towers"
    simulate_towers(
        towers,
        truth_path=tmp_path / "truth.csv",
        sites=6,
        first_year=2004,
        last_year=2005,
        seed=1,
        bad=bad,
    )
    done = run_with(project, {**REAL, "towers": str(towers), "results": str(tmp_path / "out")})
    assert_refused(done, "carbonscape: read_towers:", *parts)
    assert leftovers(tmp_path / "out") == []


def test_a_missing_site_list(project: Project, tmp_path: Path) -> None:
    towers = tmp_path / "towers"
    truth = tmp_path / "truth.csv"
    simulate_towers(towers, truth_path=truth, sites=6, first_year=2004, last_year=2005, seed=1)
    (towers / "sites.csv").unlink()
    done = run_with(project, {**REAL, "towers": str(towers)})
    assert_refused(done, "sites.csv", "tower_files.sites")


def test_fewer_sites_than_folds(project: Project, tmp_path: Path) -> None:
    changes = {"results": str(tmp_path), "gpp": {"crossval": {"folds": 40}}}
    target = f"{tmp_path}/tiny/gpp/crossval/split_0/folds.json"
    done = run_with(project, changes, "--", target)
    assert_refused(done, "carbonscape: split_sites:", "'gpp.crossval.folds' is 40")
    assert not Path(target).exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not allow mounting a tmpfs")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(project: Project, small_disk: Path) -> None:
    # The rest of the disk is taken up, so that the first result does not fit.
    target = small_disk / "tiny/gpp/towers/archive.parquet"
    (small_disk / "ballast").write_bytes(b"x" * 150_000)
    changes = {"results": str(small_disk), "simulation": {"sites": 60}}
    done = run_with(project, changes, "--", str(target))
    assert_refused(done, "carbonscape: read_towers:", "the disk is full", "archive.parquet")
    assert [p.name for p in leftovers(small_disk)] == ["ballast"]
