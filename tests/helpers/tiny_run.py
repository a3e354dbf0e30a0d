"""The one finished run of config/tiny.yaml that all tests of a session share."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from helpers.project_copy import Project, copy_project


def shared_tiny_run(factory: pytest.TempPathFactory) -> Project:
    """Return a complete tiny run, made once for all tests and processes; not to be changed."""
    common = factory.getbasetemp()
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


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
