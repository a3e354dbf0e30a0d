"""Fixtures that every test may use: the observed data, and a closed network."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import guards


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first: those on a cluster, those that run the workflow, then by size.

    What comes last is short, so that no process waits minutes for another at the end.
    """
    count = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[bool, bool, int]:
        parts = set(item.path.parts)
        return "cluster" not in parts, not parts & {"workflow", "real"}, -count[item.path]

    items.sort(key=place)


@pytest.fixture(scope="session")
def project() -> Path:
    """The root folder of the project."""
    return guards.PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of observed data beside the project; tests that need it skip where it is absent.

    CARBONSCAPE_SHARED names another folder; CARBONSCAPE_REQUIRE=shared turns the skip into a
    failure.
    """
    return guards.find_shared(guards.PROJECT, os.environ)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """No test talks to another machine."""
    with guards.closed_network():
        yield
