"""The workflow on a real SLURM: the same data as here, and what becomes of lost and killed jobs.

Run by `make test-cluster` and by continuous integration, which require it; elsewhere it skips.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.project_copy import Project, copy_project
from helpers.tiny_run import checksums

#: Tells SLURM's answers soon: jobs here take seconds.
QUICK = ("--slurm-init-seconds-before-status-checks", "2", "--max-status-checks-per-second", "5")
PROFILE = ("--profile", "profiles/slurm", *QUICK)
#: What differs between any two runs: times, and what says when and where a step ran.
VARIES = ("logs/", "benchmarks/", "report/", "scratch/")
ENDINGS = (".run.json", ".cost.csv", ".pdf", "costs.csv", "costs.png")


@pytest.fixture(scope="module")
def beside(slurm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The tiny run on SLURM, begun first: the other tests wait more than they work."""
    project = filled(tmp_path_factory.mktemp("tiny_slurm") / "tiny", jobs=2)
    started = Started(project, *PROFILE)
    try:
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def small(slurm: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose jobs are those of accidents.smk."""
    project = filled(tmp_path_factory.mktemp("accidents") / "small", jobs=10)
    shutil.copy2(Path(__file__).with_name("accidents.smk"), project.folder / "accidents.smk")
    (project.folder / "out").mkdir()
    return project


def filled(folder: Path, *, jobs: int) -> Project:
    """Copy the project and fill in its file of the cluster, as a user does."""
    project = copy_project(folder)
    (folder / "profiles" / "slurm" / "cluster.yaml").write_text(
        "partitions: {main: {max_threads: 2, max_mem_mb: 4000, max_runtime: 600}}\n"
        f"jobs: {jobs}\n",
        encoding="utf-8",
    )
    return project


class Started:
    """A run of Snakemake that goes on beside the test; what it says goes to a file."""

    def __init__(self, project: Project, *words: str) -> None:
        self.project = project
        self.said = project.folder / f"said-{time.monotonic_ns()}.txt"
        with self.said.open("w") as stream:
            self.process = subprocess.Popen(
                project.command(*words),
                cwd=project.folder,
                env=project.environment(),
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    def wait(self, timeout: float) -> str:
        """Wait for a run that must succeed, and return what it said."""
        code = self.process.wait(timeout)
        assert code == 0, self.text()[-3000:]
        return self.text()

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def end(self) -> None:
        """End the run, if it goes on, and its jobs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)


def accident(small: Project, *words: str) -> Started:
    return Started(small, *PROFILE, "--snakefile", "accidents.smk", *words)


def until(what: Callable[[], object], *, seconds: float = 300) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def command(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def state(job: str) -> str:
    return command("squeue", "--noheader", "--states=all", "--format=%T", "--jobs", job).strip()


def on_node(job: str) -> bool:
    """Say whether SLURM still has processes of a job on the node."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    return any(words.startswith(f"slurmstepd: [{job}.".encode()) for words in found)


def limits(small: Project, name: str) -> list[str]:
    """Memory and time that every submission of a rule asked for, in order."""
    text = command("squeue", "--noheader", "--states=all", "--sort=i", "--format=%k|%m|%l|%Z")
    rows = [line.strip().split("|") for line in text.splitlines()]
    return [f"{m} {t}" for k, m, t, d in rows if k == f"rule_{name}" and d == str(small.folder)]


@pytest.fixture(scope="module")
def killed(beside: Started, small: Project) -> str:
    """Three jobs in one run: killed for memory, at the time limit, and by `scancel`."""
    out = small.folder / "out"
    run = accident(small, "--", "out/hungry.txt", "out/slow.txt", "out/waiting-cancel.txt")
    until(lambda: lines(out / "waiting-cancel.jobs"))
    command("scancel", lines(out / "waiting-cancel.jobs")[0])
    until(lambda: len(lines(out / "waiting-cancel.jobs")) == 2)
    (out / "cancel.go").touch()
    return run.wait(400)


def test_a_job_killed_for_memory_returns_with_more(killed: str, small: Project) -> None:
    assert "Error in rule hungry" in killed
    assert lines(small.folder / "out/hungry.txt") == ["done"]
    assert limits(small, "hungry") == ["700M 2:00", "1400M 4:00"]


def test_a_job_at_its_time_limit_goes_on_from_its_checkpoint(killed: str, small: Project) -> None:
    assert "'TIMEOUT'" in killed
    assert limits(small, "slow") == ["500M 1:00", "1000M 2:00"]
    steps = lines(small.folder / "out/slow.txt")
    # What the first attempt did is not done again.
    assert len(steps) == 150
    assert 30 < steps.count("1") < 150
    assert set(steps) == {"1", "2"}


def test_a_cancelled_job_is_submitted_again(killed: str, small: Project) -> None:
    assert "'CANCELLED'" in killed
    assert len(limits(small, "waiting_wildcards_cancel")) == 2
    assert lines(small.folder / "out/waiting-cancel.txt") == ["done"]


def test_a_thread_count_that_no_node_offers_is_cut_or_named(small: Project) -> None:
    accident(small, "--", "out/threads.txt").wait(120)
    assert lines(small.folder / "out/threads.txt") == ["2"]
    file = small.folder / "profiles" / "slurm" / "cluster.yaml"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before.replace("max_threads: 2", "max_threads: 999"), encoding="utf-8")
        done = small.run(*PROFILE, "-n")
    finally:
        file.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert "partition 'main' has max_threads: 999, but its largest node has" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_controller_that_is_killed_is_resumed(small: Project) -> None:
    out = small.folder / "out"
    target = ("--", "out/waiting-orphan.txt")
    run = accident(small, *target)
    until(lambda: lines(out / "waiting-orphan.jobs"))
    run.process.kill()
    run.process.wait()
    job = lines(out / "waiting-orphan.jobs")[0]
    # SLURM knows nothing of the controller: its job goes on.
    assert state(job) == "RUNNING"
    words = (*PROFILE, "--snakefile", "accidents.smk")
    locked = small.run(*words, *target)
    assert locked.returncode == 1
    assert "--unlock" in locked.stdout + locked.stderr
    command("scancel", job)
    until(lambda: state(job) == "CANCELLED")
    assert small.run(*words, "--unlock").returncode == 0
    (out / "orphan.go").touch()
    accident(small, *target).wait(120)
    assert lines(out / "waiting-orphan.txt") == ["done"]


def test_data_are_those_of_a_local_run(beside: Started, tiny_run: Project) -> None:
    text = beside.wait(2400)
    assert text.rstrip().splitlines()[-1] == "results/tiny/report/index.html"
    compared = 0
    for folder in ("results/tiny", "resources/raw", "resources/truth"):
        here, there = (checksums(p.folder / folder) for p in (tiny_run, beside.project))
        assert {n for n in here if "scratch" not in n} == {n for n in there if "scratch" not in n}
        data = [n for n in here if not n.startswith(VARIES) and not n.endswith(ENDINGS)]
        assert [name for name in data if here[name] != there[name]] == []
        compared += len(data)
    assert compared > 300
    # Both papers, and what is small in groups: far fewer submissions than the 141 steps.
    submitted = text.count("has been submitted with SLURM jobid")
    assert 10 < submitted < 50


# Last, for it takes every job of the node down.


def test_a_lost_node_costs_no_result(beside: Started, small: Project) -> None:
    beside.process.wait(2400)
    out = small.folder / "out"
    run = accident(small, "--", "out/waiting-node.txt")
    until(lambda: lines(out / "waiting-node.jobs"))
    node = command("hostname", "-s").strip()
    command("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    try:
        job = lines(out / "waiting-node.jobs")[0]
        until(lambda: state(job) != "RUNNING")
        # A node that came back with its job still on it would be drained.
        until(lambda: not on_node(job))
    finally:
        command("scontrol", "update", f"nodename={node}", "state=resume")
    until(lambda: started_again(out / "waiting-node.jobs", job, node))
    (out / "node.go").touch()
    run.wait(120)
    assert lines(out / "waiting-node.txt") == ["done"]


def started_again(jobs: Path, job: str, node: str) -> bool:
    """Say whether a job runs for the second time; until then do what an administrator does.

    SLURM lets a job of a lost node rest for two minutes, or holds it where the node came back too
    soon, and drains a node on which a job was left.
    """
    if len(lines(jobs)) == 2:
        return True
    for words in (
        ("update", f"nodename={node}", "state=resume"),
        ("release", job),
        ("update", f"jobid={job}", "starttime=now"),
    ):
        # Refused where there is nothing to do.
        subprocess.run(["scontrol", *words], capture_output=True, check=False)
    time.sleep(5)
    return False
