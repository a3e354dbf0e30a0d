"""What an edit of a file or of a key makes run again: what reads it and what follows, no more."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.plans import reached, verb_of
from helpers.project_copy import Job, Project

#: What only draws or tells.
SHOWS = {"plot", "write"}
#: What takes long in the papers' experiment, and must not run again without need.
LEARNS = {"crossvalidate", "train", "predict"}


@pytest.fixture(scope="module")
def finished(make_project: Callable[[str], Project]) -> Project:
    """A project in which all files are there and newer than what they are made of.

    What runs again is decided by names, times, parameters and code, not by what a file holds.
    So nothing has been computed here, and nothing waits for a real run.
    """
    project = make_project("reruns")
    for job in project.jobs():
        for name in job.outputs:
            path = project.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    project.succeed("--touch", "--forceall", "--cores", "1")
    assert project.planned() == {}
    return project


@pytest.fixture(scope="module")
def jobs(finished: Project) -> list[Job]:
    """Every job of the run, with the files that it declares."""
    return finished.jobs()


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


@pytest.mark.parametrize(
    "file",
    [
        "workflow/carbonscape/fluxes/figures/sites.py",
        "workflow/carbonscape/report/page.py",
        "workflow/carbonscape/fluxes/evaluation/scorecard.py",
        "workflow/carbonscape/fluxes/evaluation/truth_maps.py",
        "workflow/carbonscape/fluxes/training/folds.py",
        # Readers: all that is made of their files, and nothing that is made of others.
        "workflow/carbonscape/archives/modis_lai.py",
        "workflow/carbonscape/archives/koppen.py",
        "workflow/carbonscape/archives/fluxnet.py",
        "workflow/carbonscape/simulate/koppen.py",
        "workflow/carbonscape/columns/quality/soundings.py",
    ],
)
def test_an_edit_reruns_who_reads_the_file_and_what_follows(
    finished: Project, jobs: list[Job], edited: Callable[[str], None], file: str
) -> None:
    expected = reached(jobs, {file})
    assert expected
    edited(file)
    assert set(finished.planned()) == expected


@pytest.mark.parametrize("rule", ["filter_towers", "average_tccon", "split_xco2"])
def test_an_edited_script_reruns_its_rule_and_what_follows(
    finished: Project, jobs: list[Job], edited: Callable[[str], None], rule: str
) -> None:
    outputs = {path for job in jobs if job.rule == rule for path in job.outputs}
    assert outputs
    edited(f"workflow/scripts/{rule}.py")
    assert set(finished.planned()) == {rule} | reached(jobs, outputs)


@pytest.mark.parametrize(
    ("file", "spared"),
    [
        ("core/errors.py", None),  # nothing at all runs again
        ("fluxes/figures/sites.py", LEARNS | {"evaluate", "score", "mosaic", "check"}),
        ("archives/koppen.py", LEARNS | {"select", "split", "mosaic"}),
        ("fluxes/evaluation/truth_maps.py", LEARNS | {"score", "check", "mosaic"}),
        ("report/page.py", LEARNS | {"plot", "evaluate", "check"}),
    ],
)
def test_an_edit_spares_what_does_not_depend_on_it(
    finished: Project, edited: Callable[[str], None], file: str, spared: set[str] | None
) -> None:
    edited(f"workflow/carbonscape/{file}")
    planned = set(finished.planned())
    if spared is None:
        assert not planned
    else:
        assert planned
        assert not {rule for rule in planned if verb_of(rule) in spared}


def assert_one_model_of_two(
    planned: dict[str, int],
    jobs: list[Job],
    model: str,
    n: int,
    maps: int = 1,
    members: int = 0,
) -> None:
    """Check that a plan makes one model anew in n experiments, and leaves the other as it is.

    Networks of several numbers of epochs are trained beside, on towers and for ``members`` maps.
    Permutations of a model that has such also weigh the area of applicability, which every map of
    the product tells: these are put together again.
    """
    counts = Counter()
    for rule, count in planned.items():
        counts[verb_of(rule)] += count
    wanted = {"crossvalidate": n, "blend": 3}
    wanted |= {"train": maps + members, "predict": 2 * maps, "mosaic": maps + (members > 0)}
    assert {verb: counts[verb] for verb in wanted} == wanted
    followers = reached(jobs, {f"workflow/carbonscape/models/{model}.py"})
    # A label in a figure follows from the module, and a page of the report shows all options.
    assert {r for r in planned if verb_of(r) not in SHOWS} == {
        r for r in followers if verb_of(r) not in SHOWS
    }


def test_an_edited_model_retrains_that_model_only(
    finished: Project, jobs: list[Job], edited: Callable[[str], None]
) -> None:
    edited("workflow/carbonscape/models/climatology.py")
    # Four cells, one of them over an unseen split too, and one under another scheme of holding out.
    assert_one_model_of_two(finished.planned(), jobs, "climatology", 4 + 1 + 1)


def test_an_option_of_a_model_retrains_that_model_only(finished: Project, jobs: list[Job]) -> None:
    (finished.folder / "option.yaml").write_text("gpp: {models: {fluxformer: {epochs: 9}}}")
    planned = finished.planned("--configfile", "config/tiny.yaml", "option.yaml")
    # Two maps: that of the product and that of another setting, for comparison.
    assert_one_model_of_two(planned, jobs, "fluxformer", 4 + 1 + 1, maps=2, members=2)


def test_another_resolution_draws_again_and_trains_nothing(
    finished: Project, jobs: list[Job]
) -> None:
    (finished.folder / "dpi.yaml").write_text("figures: {dpi: 70}")
    planned = finished.planned("--configfile", "config/tiny.yaml", "dpi.yaml")
    assert set(planned) == {job.rule for job in jobs if verb_of(job.rule) in SHOWS}
    assert len(planned) > 10
