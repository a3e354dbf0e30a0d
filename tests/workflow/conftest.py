"""Fixtures of the workflow tests: copies of the tree, and one finished tiny run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.project_copy import Project, copy_project
from helpers.tiny_run import shared_tiny_run


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Return a function that copies the tree into a new folder."""

    def make(name: str) -> Project:
        return copy_project(tmp_path_factory.mktemp(name))

    return make


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A complete tiny run, made once for all tests and processes; not to be changed."""
    return shared_tiny_run(tmp_path_factory)


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
