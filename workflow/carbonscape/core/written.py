"""What a job wrote: the sizes of its outputs, by which a file that was cut short is found.

Snakemake asks whether an output exists and how old it is, never whether it is whole. So every job
notes the sizes of its outputs beside its log, and a run compares them before it plans.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: How the name of a note ends, in place of ``.log``.
SUFFIX = ".sizes"


@dataclass(frozen=True)
class Cut:
    """An output that is shorter than its job wrote it.

    Attributes:
        path: the file.
        size, written: bytes now, and as the job wrote it.
    """

    path: Path
    size: int
    written: int

    def __str__(self) -> str:
        return f"{self.path} was cut short ({self.size} bytes of {self.written})"


def note_of(log: str | os.PathLike[str]) -> Path:
    """Return where the note of the job with a log lies."""
    return Path(log).with_suffix(SUFFIX)


def forget(log: str | os.PathLike[str]) -> None:
    """Remove the note of a job that starts: whatever it writes now is not what is noted."""
    note_of(log).unlink(missing_ok=True)


def note(log: str | os.PathLike[str], outputs: Iterable[str | os.PathLike[str]]) -> None:
    """Write down the sizes of a job's outputs, when they are complete.

    Args:
        log: the log of the job.
        outputs: its outputs; folders and those that are not there (yet) are passed over.
    """
    sizes = {str(path): os.path.getsize(path) for path in outputs if os.path.isfile(path)}
    if not sizes:
        return
    path = note_of(log)
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    temporary.write_text(json.dumps(sizes), encoding="utf-8")
    os.replace(temporary, path)


def find_cut(logs: str | os.PathLike[str]) -> list[Cut]:
    """Return the outputs that are shorter than their jobs wrote them, by name.

    What was deleted is Snakemake's to find; what is longer was edited by somebody, not cut.

    Args:
        logs: the folder of all logs of a run.
    """
    found = {}
    try:
        names = [entry.path for entry in os.scandir(logs) if entry.name.endswith(SUFFIX)]
    except OSError:
        return []
    for name in names:
        for path, written in _read(name).items():
            try:
                size = os.stat(path).st_size
            except OSError:
                continue
            if size < written:
                found[path] = Cut(Path(path), size, written)
    return [found[path] for path in sorted(found)]


def _read(name: str) -> dict[str, int]:
    """Return the sizes of a note; of one that is damaged, none."""
    try:
        with open(name, encoding="utf-8") as stream:
            sizes = json.load(stream)
    except (OSError, ValueError):
        return {}
    if not isinstance(sizes, dict):
        return {}
    return {path: size for path, size in sizes.items() if isinstance(size, int)}
