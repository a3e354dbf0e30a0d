"""What killed processes leave behind, and which of it may be removed.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from carbonscape.core.processes import Process

#: Of another machine it is not known whether a process lives; no job lets a file rest that long.
OLD_SECONDS = 24 * 3600.0

# .<stem>-<machine>-<process>-<random>.part<suffix>
_PART = re.compile(r"^\..*-([0-9a-f]{6})-(\d+)-[^-.]+\.part(\.[^.]*)?$", re.DOTALL)


def part_prefix(stem: str) -> str:
    """Return how the name of a temporary file of this process begins."""
    return f".{stem}-{_machine()}-{os.getpid()}-"


def _machine() -> str:
    """Return a short name of this machine that may stand in any file's name."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def remove_parts(folders: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Remove the temporary files below some folders that nobody will ever complete.

    Those are the files of processes of this machine that exist no more, and of other machines
    those that have not been written to for a day.

    Returns:
        What was removed.
    """
    removed = []
    for folder in folders:
        for path in _files(folder):
            if _is_abandoned(path):
                path.unlink(missing_ok=True)
                removed.append(path)
    return removed


def _is_abandoned(path: Path) -> bool:
    """Say whether a file is a temporary one that nobody will complete."""
    found = _PART.match(path.name)
    if not found:
        return False
    if found[1] == _machine():
        return Process(platform.node(), int(found[2])).is_gone
    return _age(path) > OLD_SECONDS


def remove_scratch(folder: str | os.PathLike[str]) -> list[Path]:
    """Remove the unfinished trainings that no later run took up for a day.

    Each has a folder of its own below that of its rule, whose name changes with the
    configuration; a training that lives writes a checkpoint every minute.

    Returns:
        The folders that were removed.
    """
    removed = []
    for path in sorted(Path(folder).glob("*/*")):
        if not path.is_dir() or path.is_symlink():
            continue
        if min((_age(part) for part in (path, *_files(path))), default=0) > OLD_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path)
    return removed


def _files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Return every file below a folder; links are not followed."""
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names)


def _age(path: Path) -> float:
    """Return the seconds since a file or folder was changed: none if it has just gone."""
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0
