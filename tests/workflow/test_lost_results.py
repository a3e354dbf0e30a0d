"""Results that were deleted or cut short come back, and the last words of a run are true."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from carbonscape.figures.registry import drawn_together
from helpers.project_copy import Project

RESULTS = "results/tiny"
#: What a person takes away of both papers, as patterns below the results.
TAKEN = [
    "inputs.csv",
    "report/*.html",
    "figures/*",
    "*/figures/*",
    "*/scores/*",
    "*/product/*/*.nc",
    "gpp/other_products/*/*.nc",
    "gpp/crossval/*/*",
    "xco2/crossval/*/*",
]


def files(project: Project, pattern: str) -> list[Path]:
    """Return the files of the results that fit a pattern."""
    return [path for path in (project.folder / RESULTS).glob(pattern) if path.is_file()]


def digest(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def promised(finished: Project) -> set[str]:
    """What the whole experiment promises."""
    return finished.results()


@pytest.mark.parametrize("pattern", TAKEN)
def test_all_that_a_person_takes_away_is_promised(
    finished: Project, promised: set[str], pattern: str
) -> None:
    found = {path.relative_to(finished.folder).as_posix() for path in files(finished, pattern)}
    assert found
    assert found - promised == set()


def test_what_was_deleted_or_cut_short_comes_back_and_nothing_else_is_made(
    finished: Project,
) -> None:
    folder = finished.folder / RESULTS
    deleted = folder / "figures/xco2_fig02.pdf"
    cut = folder / "figures/xco2_fig05.png"
    page = folder / "report/xco2.html"
    kept = folder / "figures/gpp_fig01.png"
    before = {path: digest(path) for path in (deleted, cut, page)}
    untouched = {path: path.stat().st_mtime_ns for path in files(finished, "figures/*")}
    deleted.unlink()
    os.truncate(cut, 1000)

    planned = finished.run("--cores", "1", "-n")
    name = cut.relative_to(finished.folder).as_posix()
    assert f"carbonscape: {name} was cut short (1000 bytes of" in planned.stderr
    assert cut.stat().st_size == 1000, "a dry run has changed something"

    done = finished.run("--cores", "2", "--", "xco2")
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"carbonscape: {name} was cut short (1000 bytes of" in done.stderr
    assert {path: digest(path) for path in before} == before
    made = {p for p, time in untouched.items() if p.stat().st_mtime_ns != time}
    # One step draws the figures of a section: those beside the lost ones are drawn again as well.
    assert {path.stem for path in made} == {
        figure.name("xco2")
        for section in drawn_together("xco2").values()
        for figure in section
        if {"fig02", "fig05"} & {one.stem for one in section}
    }
    assert kept not in made
    # The run of one product names its page, and not one that it did not make.
    assert done.stdout.splitlines()[-1] == f"{RESULTS}/report/xco2.html"
    assert "index.html" not in done.stdout + done.stderr

    assert finished.planned() == {}


def test_why_a_step_failed_is_the_last_that_is_said(finished: Project) -> None:
    numbers = finished.folder / RESULTS / "gpp/figures/gpp_fig05.csv"
    content, stat = numbers.read_bytes(), numbers.stat()
    try:
        numbers.write_bytes(content.replace(b"model", b"models", 1))
        done = finished.run("--cores", "1", "--", "plot_gpp_climates")
    finally:
        numbers.write_bytes(content)
        os.utime(numbers, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert done.returncode != 0
    title, reason, log, then = done.stderr.rstrip().splitlines()[-4:]
    assert title == "Why a step failed:"
    assert reason.startswith("- plot_gpp_climates: results/tiny/gpp/figures/gpp_fig05.csv: ")
    assert log == "  log: results/tiny/logs/plot_gpp_climates.log"
    assert "same command again" in then
    assert "report/" not in done.stdout
