"""What tests of the Earth Engine client share: a stand-in, and a way to fetch from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from carbonscape.fetch.earth_engine.client import fetch
from carbonscape.fetch.retry import Policy
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.earth_engine_server import EarthEngine, earth_engine
from helpers.earth_engine_server_archive import CELL, PIXEL, MadeArchive

YEAR = "2019"


@pytest.fixture(scope="module")
def _running() -> Iterator[EarthEngine]:
    """The stand-in, which the client of this process is made ready for once a module."""
    with earth_engine(MadeArchive(), PIXEL) as running:
        yield running


@pytest.fixture
def engine(_running: EarthEngine) -> EarthEngine:
    """A stand-in that holds a small made-up archive, as if it had just been started."""
    _running.reset(MadeArchive())
    return _running


@pytest.fixture
def patient() -> Policy:
    """Bounds that a test can wait for, and a busy machine can keep."""
    return Policy(
        attempts=4, base_seconds=0.01, cap_seconds=0.05, longest_asked=5, timeout_seconds=2,
        total_seconds=30,
    )  # fmt: skip


@pytest.fixture
def fetch_file(engine: EarthEngine, patient: Policy, tmp_path: Path) -> Callable[..., Path]:
    """Fetch a file of a source; returns its path."""

    def get(source: str, kind: str = "", target: str = "file.nc", **more: Any) -> Path:
        record = get_source(source)
        kind = kind or next(iter(record.files))
        path = tmp_path / target
        hosts = {"earth_engine": engine.address}
        settings = {"cell": CELL, "hosts": hosts, **more}
        fetch(Want(record, kind, YEAR, path, **settings), policy=patient)
        return path

    return get
