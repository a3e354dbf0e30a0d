"""Runs that are killed outright at random moments end in the results of a run that was not.

Maps of both papers and, drawn by chance, what they are made of are deleted from a finished run;
the runs that make them again are killed, together with their jobs or Snakemake alone.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from helpers.project_copy import Project

RESULTS = "results/tiny"
KILLS = 6
#: Seconds after the start of the first job within which a run is killed.
LATEST = 8.0
MAPS = ["gpp/product", "xco2/product"]
#: What maps are made of, cheap enough to be made again.
EARLIER = [
    ["gpp/models/fluxformer-*.zip"],
    ["xco2/models/*"],
    ["xco2/features/composites/2016.nc", "xco2/features/tiles/*"],
    ["gpp/features/tiles/*"],
]
#: What tells of a job, and is no data.
ABOUT_JOBS = {"logs", "benchmarks", "scratch"}

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc here")


def checksums(project: Project) -> dict[str, str]:
    """Return the SHA-256 of every data file of the results by its final name."""
    folder = project.folder / RESULTS
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and ".part" not in path.name
        for name in [path.relative_to(folder).as_posix()]
        if name.split("/")[0] not in ABOUT_JOBS
    }


def scripts(project: Project) -> set[str]:
    """Return the scripts of the project's jobs that run."""
    words = f"{project.folder}/.snakemake/scripts/"
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        found |= {part for part in line.split("\0") if part.startswith(words)}
    return found


def start(project: Project) -> subprocess.Popen:
    """Start a run that makes maps."""
    return subprocess.Popen(
        project.command("--cores", "2", "--", "maps"),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(project: Project, wait: float, alone: bool) -> bool:
    """Start a run and kill it some seconds after its first job has started.

    Returns:
        Whether it was killed: it may end before.
    """
    process = start(project)
    end = time.monotonic() + 180
    while not scripts(project) and process.poll() is None:
        assert time.monotonic() < end, "no job has started"
        time.sleep(0.05)
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        if alone:
            os.kill(process.pid, signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        end = time.monotonic() + 30
        while running := scripts(project):
            assert time.monotonic() < end, f"these outlive their Snakemake: {running}"
            time.sleep(0.1)
        return True
    assert process.returncode == 0
    return False


def delete(project: Project, chance: random.Random) -> None:
    """Delete the maps, and one kind of what they are made of."""
    folder = project.folder / RESULTS
    for name in MAPS:
        shutil.rmtree(folder / name)
    for pattern in chance.choice(EARLIER):
        paths = list(folder.glob(pattern))
        assert paths, f"there is no {pattern}"
        for path in paths:
            path.unlink()


def unlock(project: Project) -> None:
    """Do what --unlock does, without a start of Snakemake."""
    for path in (project.folder / ".snakemake/locks").glob("*"):
        path.unlink()


def test_runs_killed_at_random_end_in_the_same_results(finished: Project) -> None:
    seed = int(os.environ.get("CARBONSCAPE_KILL_SEED") or time.time_ns() % 1_000_000)
    print(f"To repeat these kills: CARBONSCAPE_KILL_SEED={seed}")
    chance = random.Random(seed)
    before = checksums(finished)
    assert len(before) > 100
    delete(finished, chance)
    killed = 0
    while killed < KILLS:
        wait, alone = chance.uniform(0, LATEST), chance.random() < 0.4
        if not kill(finished, wait, alone):
            assert checksums(finished).items() <= before.items()
            delete(finished, chance)
            continue
        killed += 1
        print(f"kill {killed}: after {wait:.2f} s, {'Snakemake alone' if alone else 'all'}")
        # What has a final name is whole.
        assert checksums(finished).items() <= before.items()
        if killed == 1:
            refused = finished.run("--cores", "2", "--", "maps")
            assert refused.returncode != 0
            command = refused.stderr.rstrip().splitlines()[-1].split()
            assert command[:2] == ["snakemake", "--unlock"]
            assert "that was killed" in refused.stderr
            finished.succeed("--unlock", *command[2:])
        else:
            unlock(finished)
    # The samples, too: a run that was killed while it made them anew has lost them, and maps whose
    # models are there do not ask for them.
    finished.succeed("--cores", "2", "--", "maps", f"{RESULTS}/xco2/samples.nc")
    after = checksums(finished)
    # Checks of the maps were deleted with them, and are no part of what was asked for.
    lost = {name for name in before.keys() - after.keys() if not name.endswith(".checked")}
    assert lost == set()
    assert after.items() <= before.items()
    left = [path for path in finished.folder.rglob("*") if ".part" in path.name]
    assert left == []
    assert not [p for p in (finished.folder / RESULTS / "scratch").rglob("*") if p.is_file()]
    assert list((finished.folder / ".snakemake/runs").iterdir()) == []
