"""Fixtures of the tests on a cluster: a SLURM of one node, and copies of the project beside it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import guards
from helpers.project_copy import Project
from helpers.tiny_run import shared_tiny_run

SCRIPT = Path(__file__).with_name("slurm.sh")


def run_script(*words: str) -> None:
    done = subprocess.run(
        ["bash", SCRIPT, *words], capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        pytest.fail(f"slurm.sh {words[0]}: {done.stderr.strip()}", pytrace=False)


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a running SLURM of one node, which ends with the session."""
    if not guards.find_cluster(os.environ, root=os.geteuid() == 0):
        run_script("install")
    folder = tmp_path_factory.mktemp("slurm")
    try:
        run_script("start", str(folder))
        yield folder
    finally:
        run_script("stop", str(folder))


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The complete local run that the tests of the workflow use too; not to be changed."""
    return shared_tiny_run(tmp_path_factory)
