"""What became of the inputs of a job: used, left out, suspicious, or incomplete and accepted.

A step states each of these where it decides it. The job writes them beside its outputs, and says
on the terminal what was not simply used; ``results/<run>/inputs.csv`` and the report hold them all.
"""

from __future__ import annotations

import contextlib
import csv
import logging
import os
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from carbonscape.core.io import atomic_path
from carbonscape.core.printable import printable

logger = logging.getLogger(__name__)

#: Outcomes, the ones that a reader looks for first.
OUTCOMES = ("left out", "incomplete", "warning", "used")

#: Findings of one outcome that a job prints one by one; the file holds the others too.
_PRINTED = 12


@dataclass(frozen=True)
class Finding:
    """What became of one input.

    Attributes:
        source: name of the source in the registry, such as ``fluxnet2015``.
        kind: ``file``, ``tower`` or ``variable``.
        item: path of the file, identifier of the tower or name of the variable.
        outcome: one of ``OUTCOMES``.
        reason: a clause that says why; empty where the input is simply used.
    """

    source: str
    kind: str
    item: str
    outcome: str
    reason: str = ""


COLUMNS = tuple(field.name for field in fields(Finding))

_collector: ContextVar[list[Finding] | None] = ContextVar("findings", default=None)


def used(
    item: str | os.PathLike[str], *, source: str, kind: str = "file", reason: str = ""
) -> None:
    """State that an input is used."""
    _state(Finding(source, kind, printable(str(item)), "used", reason))


def left_out(item: str | os.PathLike[str], reason: str, *, source: str, kind: str = "file") -> None:
    """State that an input that was given, or that a table lists, is not used."""
    _state(Finding(source, kind, printable(str(item)), "left out", reason))


def warn(item: str | os.PathLike[str], reason: str, *, source: str, kind: str = "file") -> None:
    """State that an input is used although it looks wrong."""
    _state(Finding(source, kind, printable(str(item)), "warning", reason))


def incomplete(
    item: str | os.PathLike[str], reason: str, *, source: str, kind: str = "file"
) -> None:
    """State that parts of an input are absent, and that the configuration accepts it."""
    _state(Finding(source, kind, printable(str(item)), "incomplete", reason))


def _state(finding: Finding) -> None:
    """Log a finding and keep it, once, for the job that collects them."""
    found = _collector.get()
    if found is not None:
        if finding in found:
            return
        found.append(finding)
    level = logging.INFO if finding.outcome == "used" else logging.WARNING
    logger.log(level, "%s", sentence(finding), extra={"finding": finding})


def sentence(finding: Finding) -> str:
    """Return a finding as one line for people."""
    item = f"tower {finding.item}" if finding.kind == "tower" else finding.item
    return f"{finding.outcome}: {item}" + (f": {finding.reason}" if finding.reason else "")


@contextlib.contextmanager
def collected() -> Iterator[list[Finding]]:
    """Collect the findings that are stated in the block, in their order, each once."""
    found: list[Finding] = []
    token = _collector.set(found)
    try:
        yield found
    finally:
        _collector.reset(token)


def lines(found: Iterable[Finding], *, path: str | os.PathLike[str]) -> list[str]:
    """Return what the terminal shows of the findings of a job.

    Args:
        found: the findings.
        path: the file that holds all of them, named where some are not shown.
    """
    shown = []
    for outcome in OUTCOMES[:-1]:
        those = [finding for finding in found if finding.outcome == outcome]
        shown += [sentence(finding) for finding in those[:_PRINTED]]
        if len(those) > _PRINTED:
            shown.append(f"{outcome}: {len(those) - _PRINTED} more, listed in {path}")
    return shown


def write_findings(path: str | os.PathLike[str], found: Iterable[Finding]) -> None:
    """Write findings as CSV, those first that need a look."""
    ordered = sorted(
        set(found),
        key=lambda finding: (OUTCOMES.index(finding.outcome), astuple(finding)),
    )
    with atomic_path(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(astuple(finding) for finding in ordered)


def read_findings(path: str | os.PathLike[str]) -> list[Finding]:
    """Read what :func:`write_findings` wrote."""
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return [Finding(**row) for row in csv.DictReader(stream)]
