"""Fixtures of the tests of the flux wing."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from helpers.report_page import Maker, make_report


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Return a function that writes a report on small artefacts and returns its text."""
    return functools.partial(make_report, tmp_path)
