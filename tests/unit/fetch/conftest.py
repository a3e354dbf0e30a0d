"""What tests of downloads share: a server on this machine, and little patience."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carbonscape.fetch.retry import Policy
from helpers.web_server import WebServer, web_server


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A web server that the test tells what to do."""
    with web_server() as running:
        yield running


@pytest.fixture
def quick() -> Policy:
    """Bounds that a test can wait for."""
    return Policy(
        attempts=4, base_seconds=0.01, cap_seconds=0.05, longest_asked=5, timeout_seconds=0.5,
        total_seconds=20, redirects=5,
    )  # fmt: skip
