"""A copy of the tree in which the workflow is run as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRINT_JOBS = Path(__file__).with_name("print_jobs.py")
PARTS = (
    "Snakefile", "workflow", "config", "profiles", "envs", "docs", "resources/geography",
    "resources/continents", "resources/regions", "resources/towers",
)  # fmt: skip
#: Tables of resources/ that are tracked.
TABLES = (
    "cost_rates.csv", "reconstructions_xco2.csv", "reported_values.csv", "reported_values_xco2.csv",
    "reported_values_xco2_references.csv", "tccon_sites.csv",
)  # fmt: skip


def copy_project(folder: Path) -> Project:
    """Copy what a fresh clone holds, without results, into a folder."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    for table in TABLES:
        shutil.copy2(ROOT / "resources" / table, folder / "resources")
    return Project(folder)


@dataclass(frozen=True)
class Job:
    """One job of a plan, with the files that it reads and writes."""

    rule: str
    inputs: frozenset[str]
    outputs: frozenset[str]


@dataclass
class Project:
    """A copy of the tree in which Snakemake runs."""

    folder: Path
    configuration: str = "config/tiny.yaml"

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a run of the project's configuration."""
        words = [sys.executable, "-m", "snakemake", "--configfile", self.configuration]
        return [*words, *arguments]

    def environment(self) -> dict[str, str]:
        """Return the environment of a user: nothing of the test runner's."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "SNAKEMAKE"))}
        kept.pop("PYTHONPATH", None)
        return {**kept, "OMP_NUM_THREADS": "1"}

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run Snakemake and return what it said."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def succeed(self, *arguments: str) -> str:
        """Run Snakemake, which must succeed, and return what it said."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    def planned(self, *arguments: str) -> dict[str, int]:
        """Return the jobs that a dry run plans: how many of each rule."""
        text = self.succeed("--cores", "1", "-n", *arguments)
        if "Nothing to be done" in text:
            return {}
        # The first table: "job  count", a line of dashes, a row a rule, "total".
        table = text.split("Job stats:")[1].split("total")[0].splitlines()[3:]
        jobs = {line.split()[0]: int(line.split()[1]) for line in table if line.strip()}
        jobs.pop("all", None)
        return jobs

    def results(self) -> set[str]:
        """Return what the whole experiment promises: the inputs of the rule all."""
        return {path for job in self._jobs() if job.rule == "all" for path in job.inputs}

    def jobs(self, *arguments: str) -> list[Job]:
        """Return every job of the whole experiment, done or not, with its files."""
        return [job for job in self._jobs(*arguments) if job.rule != "all"]

    def _jobs(self, *arguments: str) -> list[Job]:
        """Return the same with the rule all."""
        command = self.command("--cores", "1", "-n", "--forceall", "--quiet", "host", *arguments)
        done = subprocess.run(
            [sys.executable, PRINT_JOBS, *command[3:]],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found = [
            Job(job["rule"], frozenset(job["input"]), frozenset(job["output"]))
            for line in done.stdout.splitlines()
            if line.startswith("JOB ")
            for job in [json.loads(line.removeprefix("JOB "))]
        ]
        assert found, "no job is planned"
        return found
