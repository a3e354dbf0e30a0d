"""What a user is told when an input is wrong: one sentence, a failed exit, no half-written file."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xarray as xr
import yaml

from carbonscape.simulate.parts import EarthParts
from carbonscape.simulate.towers import simulate_towers
from helpers.project_copy import Project

REAL = {"run": "broken", "archive": "real", "fetch": {"download": False}}


@pytest.fixture(scope="module")
def project(make_project: Callable[[str], Project]) -> Project:
    """A project in which nothing has run yet."""
    return make_project("refusals")


@pytest.fixture(scope="module")
def monthly(project: Project) -> Project:
    """The same, set up for towers alone: monthly predictors, no maps."""
    return Project(project.folder, "config/towers_quick.yaml")


#: Names of files that jobs make before any native file of a run is read: schemes and their numbers.
KNOWS_NO_DATA = re.compile(
    r"_(rules|layers)\.csv$|^read_other_product_|^(gpp_fig0[23]|xco2_fig01|\w+_network)\.(png|pdf)$"
)


@pytest.fixture(scope="module")
def true_sites(tiny_run: Project) -> xr.Dataset:
    """The truth of the towers of the tiny run."""
    return xr.load_dataset(tiny_run.folder / "resources/truth/tiny/sites.nc")


def run_with(project: Project, changes: dict, *targets: str) -> subprocess.CompletedProcess[str]:
    """Run a configuration with some keys changed."""
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
    """Return the data files below a folder.

    Logs and benchmarks may stay, and what knows no data: the schemes of the run, and what is said
    of products of others that are not there.
    """
    kept = {"logs", "benchmarks"}
    files = [p for p in folder.rglob("*") if p.is_file() and not kept & set(p.parts)]
    return [p for p in files if not KNOWS_NO_DATA.search(p.name)]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"gpp": {"crossval": {"fold": 5}}}, ["'gpp.crossval.fold' is unknown", "'folds'"]),
        ({"sede": 1}, ["'sede' is unknown", "'seed'"]),
        ({"gpp": {"quality": {"min_qc": 80}}}, ["'gpp.quality.min_qc'", "found 80", "at most 1"]),
        ({"gpp": {"grid": {"cell": 7}}}, ["'gpp.grid.cell'", "7", "180"]),
        ({"simulation": {"parts": {"cloud": True}}}, ["'simulation.parts.cloud'", "'clouds'"]),
        ({"simulation": {"last_year": 2015}}, ["2016", "simulation"]),
        ({"run": "bad\n"}, ["config key 'run'", r"found 'bad\n'", "line breaks"]),
        ({"results": "config/tiny.yaml"}, ["'results': config/tiny.yaml is a file", "a folder"]),
        ({"results": "out/<results>"}, ["'results'", "without angle brackets", "variables"]),
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


def test_towers_that_are_not_given(project: Project, monthly: Project, tmp_path: Path) -> None:
    changes = {**REAL, "towers": None, "results": str(tmp_path / "out")}
    done = run_with(monthly, changes)
    assert_refused(done, "'towers' is not set", "fluxnet.org", "config/demo.yaml")
    assert not (tmp_path / "out").exists()
    # The gridded experiment is planned without data, so that a job says so.
    done = run_with(project, {**changes, "raw": str(tmp_path)})
    assert_refused(done, "carbonscape: require_raw:", "'towers' is not set", "fluxnet.org")
    assert leftovers(tmp_path / "out") == []


def test_an_empty_towers_folder(project: Project, tmp_path: Path) -> None:
    done = run_with(project, {**REAL, "towers": str(tmp_path)})
    assert_refused(done, str(tmp_path), "FLX_")


def test_what_is_no_file_is_refused_before_any_job(
    project: Project, monthly: Project, tmp_path: Path
) -> None:
    towers, raw, out = tmp_path / "towers", tmp_path / "raw", tmp_path / "out"
    towers.mkdir()
    # To open a pipe would wait for ever.
    os.mkfifo(towers / "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv")
    changes = {**REAL, "towers": str(towers), "raw": str(raw), "results": str(out)}
    assert_refused(run_with(monthly, changes), "1-4.csv: this is a pipe, expected a file")
    (raw / "koppen" / "koppen_geiger_0p1.tif").mkdir(parents=True)
    done = run_with(project, {**changes, "towers": "resources/towers"})
    assert_refused(done, "koppen_geiger_0p1.tif: this is a folder, expected a file")
    assert not out.exists()


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
def test_a_broken_archive(
    monthly: Project, true_sites: xr.Dataset, tmp_path: Path, bad: str, parts: list[str]
) -> None:
    towers = tmp_path / "towers"
    simulate_towers(towers, sites=true_sites, seed=1, parts=EarthParts(), bad=bad)
    done = run_with(monthly, {**REAL, "towers": str(towers), "results": str(tmp_path / "out")})
    assert_refused(done, "carbonscape: read_towers:", *parts)
    assert leftovers(tmp_path / "out") == []


def test_the_archive_is_refused_by_the_gridded_experiment_too(
    project: Project, true_sites: xr.Dataset, tmp_path: Path
) -> None:
    towers, out = tmp_path / "towers", tmp_path / "out"
    simulate_towers(towers, sites=true_sites, seed=1, parts=EarthParts(), bad="cut_short")
    changes = {**REAL, "towers": str(towers), "raw": str(tmp_path), "results": str(out)}
    done = run_with(project, changes, "--", f"{out}/broken/gpp/towers/months.parquet")
    assert_refused(done, "carbonscape: read_towers:", ".csv", "cut short")
    assert leftovers(out) == []


def test_a_missing_site_list(monthly: Project, true_sites: xr.Dataset, tmp_path: Path) -> None:
    towers = tmp_path / "towers"
    simulate_towers(towers, sites=true_sites, seed=1, parts=EarthParts())
    (towers / "sites.csv").unlink()
    done = run_with(monthly, {**REAL, "towers": str(towers)})
    assert_refused(done, "sites.csv", "tower_files.sites")


def test_nothing_but_towers_are_given(project: Project, raw_archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    changes = {
        **REAL, "towers": str(raw_archive / "towers"), "raw": str(tmp_path), "results": str(out)
    }  # fmt: skip
    done = run_with(project, changes, "--keep-going")
    for source in ("MOD15A2H", "ERA5-Land", "ESA-CCI", "MCD12Q1", "Koppen", "TROPOSIF"):
        assert_refused(done, "carbonscape: require_raw:", source, "(config key 'raw')", "run again")
    kept = {path.relative_to(out / "broken").parent for path in leftovers(out)}
    assert {str(folder) for folder in kept} == {"gpp/towers", "inputs"}  # what could be done was


def test_fewer_sites_than_folds(monthly: Project, raw_archive: Path, tmp_path: Path) -> None:
    changes = {
        **REAL,
        "towers": str(raw_archive / "towers"),
        "results": str(tmp_path),
        "gpp": {"crossval": {"folds": 40}, "quality": {"first_year": 2015, "last_year": 2016}},
    }
    target = f"{tmp_path}/broken/gpp/crossval/split_0/folds.json"
    done = run_with(monthly, changes, "--", target)
    assert_refused(done, "carbonscape: split_sites:", "'crossval.folds' is 40")
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
