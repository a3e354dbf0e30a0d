"""Fixtures of the workflow tests: copies of the tree, and one finished tiny run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.project_copy import Project, copy_project


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Return a function that copies the tree into a new folder."""

    def make(name: str) -> Project:
        return copy_project(tmp_path_factory.mktemp(name))

    return make


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A complete tiny run, made once for all tests and processes; not to be changed."""
    common = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        common = common.parent
    folder = common / "tiny_run"
    with (common / "tiny_run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "stdout.txt").exists():
            shutil.rmtree(folder, ignore_errors=True)
            # Minutes on a machine that others use as well.
            done = copy_project(folder).run("--cores", "2", timeout=1200)
            assert done.returncode == 0, done.stderr[-3000:]
            (folder / "stdout.txt").write_text(done.stdout)
    return Project(folder)


@pytest.fixture(scope="module")
def finished(tiny_run: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished tiny run, of which a module may change what it likes."""
    folder = tmp_path_factory.mktemp("finished") / "moved"
    shutil.copytree(tiny_run.folder, folder)
    return Project(folder)


@pytest.fixture(scope="session")
def raw_archive(tiny_run: Project) -> Path:
    """The native files of the tiny run; not to be changed."""
    return tiny_run.folder / "resources" / "raw" / "simulated" / "tiny"
