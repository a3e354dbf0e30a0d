"""Fixtures of the workflow tests: copies of the tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from project_copy import Project, copy_project


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Return a function that copies the tree into a new folder."""

    def make(name: str) -> Project:
        return copy_project(tmp_path_factory.mktemp(name))

    return make
