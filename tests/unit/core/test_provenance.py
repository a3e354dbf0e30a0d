"""Provenance: the state of the code, the versions, and the checksums of what was read."""

from __future__ import annotations

import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

import carbonscape
from carbonscape.core import provenance
from carbonscape.core.provenance import PACKAGES, describe_run, git_state, software

NONE = {"commit": None, "dirty": None}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, whatever the user's own settings are."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands for the project."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.setattr(provenance, "_ROOT", folder)
    return folder


def commit(root: Path) -> str:
    """Commit everything in a folder and return the commit."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "--no-verify", "-m", "x")
    return git(root, "rev-parse", "HEAD")


# --- the state of the code ---------------------------------------------------------------------


def test_the_root_is_that_of_the_project(project: Path) -> None:
    assert project == provenance._ROOT
    assert (provenance._ROOT / "Snakefile").is_file()


def test_outside_a_checkout_there_is_no_commit(root: Path) -> None:
    assert git_state() == NONE


def test_a_checkout_without_a_commit(root: Path) -> None:
    git(root, "init", "-q")
    assert git_state() == NONE


def test_a_clean_and_a_changed_checkout(root: Path) -> None:
    git(root, "init", "-q")
    (root / "a.py").write_text("x = 1\n")
    first = commit(root)
    assert len(first) == 40
    assert git_state() == {"commit": first, "dirty": False}

    (root / "results.csv").write_text("made by a run")
    assert git_state() == {"commit": first, "dirty": False}, "results are no change of the code"

    (root / "a.py").write_text("x = 2\n")
    assert git_state() == {"commit": first, "dirty": True}
    git(root, "add", "a.py")
    assert git_state() == {"commit": first, "dirty": True}
    second = commit(root)
    assert second != first
    assert git_state() == {"commit": second, "dirty": False}


def test_a_machine_without_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "init", "-q")
    (root / "a.py").write_text("x = 1\n")
    commit(root)
    monkeypatch.setenv("PATH", str(root))
    assert git_state() == NONE


# --- versions ----------------------------------------------------------------------------------


def test_versions_of_everything_that_can_change_a_number(root: Path) -> None:
    found = software()
    assert found["carbonscape"] == carbonscape.__version__
    assert found["python"] == platform.python_version()
    assert found["git"] == NONE
    assert set(found["packages"]) == set(PACKAGES) >= {"numpy", "pandas", "scikit-learn", "torch"}
    assert found["packages"]["numpy"] == metadata.version("numpy")
    assert "not installed" not in found["packages"].values()


def test_a_package_that_is_not_installed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "PACKAGES", ("numpy", "no-such-package"))
    assert software()["packages"] == {
        "numpy": metadata.version("numpy"),
        "no-such-package": "not installed",
    }


# --- the record --------------------------------------------------------------------------------


def test_a_record_holds_what_a_result_was_made_from(root: Path, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"abc")
    (tmp_path / "a.nc").write_bytes(b"")
    config = {"window": "6m"}
    record = describe_run(config=config, seed=42, inputs=[tmp_path / "b.csv", tmp_path / "a.nc"])
    assert record["inputs"] == {
        "a.nc": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "b.csv": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }
    assert (record["config"], record["seed"], record["device"]) == (config, 42, "cpu")
    assert {name: record[name] for name in software()} == software()
    assert describe_run(config=config, seed=1, inputs=[], device="cuda")["device"] == "cuda"


def test_a_record_tells_nothing_of_the_machine_or_the_day(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    text = json.dumps(describe_run(config={}, seed=1, inputs=[tmp_path / "a.csv"]))
    assert str(tmp_path) not in text
    assert platform.node() not in text
    assert set(json.loads(text)) == {
        "config", "seed", "device", "inputs", "carbonscape", "git", "python", "system", "packages",
    }  # fmt: skip
