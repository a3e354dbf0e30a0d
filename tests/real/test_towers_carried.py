"""The towers that the project carries: complete, unchanged, and made of the original files."""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path

import pytest

NAMES = ("fluxnet2015.zip", "predictors_monthly.csv.gz", "sites.csv", "folds.csv")


def digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NAMES}


@pytest.fixture
def folder(project: Path) -> Path:
    return project / "resources" / "towers"


def test_the_checksums_are_those_of_the_files(folder):
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert {name: digest for digest, name in map(str.split, lines)} == digests(folder)


def test_the_original_files_give_the_same_bytes(folder, shared, tmp_path):
    build = runpy.run_path(str(folder / "build_towers.py"))["build"]
    build(shared / "data" / "towers", tmp_path)
    assert digests(tmp_path) == digests(folder)


def test_they_take_less_than_a_megabyte(folder):
    assert sum((folder / name).stat().st_size for name in NAMES) < 1_000_000
