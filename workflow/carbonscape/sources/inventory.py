"""The list of all inputs of a run: every file of its folders and every listed tower.

Steps state what became of what they read (:mod:`carbonscape.core.findings`). Here the folders are
searched for the rest, so that no file disappears without a word.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from carbonscape.core import findings
from carbonscape.core.findings import Finding
from carbonscape.sources.folders import files_below, is_note
from carbonscape.sources.needs import NO_AREAS, needed
from carbonscape.sources.regional import Area
from carbonscape.sources.registry import get_source, source_names


def list_inputs(
    periods: Mapping[str, Sequence[str]],
    *,
    root: str | os.PathLike[str],
    towers: str | os.PathLike[str] | None,
    tables: Sequence[str],
    stated: Iterable[Finding],
    areas: Mapping[str, Area] = NO_AREAS,
) -> list[Finding]:
    """Return what became of every file of the run's folders, and of every listed tower.

    Args:
        periods: what :func:`carbonscape.sources.needs.periods_of_run` returns of the run.
        root: the folder of raw data.
        towers: the folder of the tower files, if towers are read.
        tables: paths of the tables beside the tower files.
        stated: what the steps of the run found.
        areas: cells of the region by wing, as of :func:`carbonscape.sources.needs.needed`.

    Returns:
        The findings stated, and one of each other file; those that no step reads are left out.
    """
    found = list(dict.fromkeys(stated))
    known = {_normal(finding.item) for finding in found if finding.kind == "file"}
    asked = _asked(periods, root, areas) | {_normal(path): "fluxnet2015" for path in tables}
    folders = {str(Path(root))} | ({str(Path(towers))} if towers else set())
    for path in (path for folder in sorted(folders) for path in files_below(folder)):
        normal = _normal(path)
        if normal in known or is_note(path):
            continue
        known.add(normal)
        if normal in asked:
            found.append(Finding(asked[normal], "file", str(path), "used"))
        else:
            source, reason = _unread(path, Path(root), towers)
            found.append(Finding(source, "file", str(path), "left out", reason))
    return found


def state_unread(found: Iterable[Finding], stated: Iterable[Finding]) -> None:
    """State, folder by folder, which files no step had found: the steps said the others."""
    before = set(stated)
    by_folder: dict[tuple[str, str, str], list[str]] = {}
    for finding in found:
        if finding.outcome == "left out" and finding not in before:
            folder, name = os.path.split(finding.item)
            by_folder.setdefault((folder, finding.source, finding.reason), []).append(name)
    for (folder, source, reason), names in sorted(by_folder.items()):
        shown = ", ".join(sorted(names)[:3]) + (", ..." if len(names) > 3 else "")
        files = "1 file" if len(names) == 1 else f"{len(names)} files"
        findings.left_out(f"{files} in {folder} ({shown})", reason, source=source)


def _normal(path: str | os.PathLike[str]) -> str:
    """Return a path by which the same file is known, however it was written."""
    return os.path.realpath(path)


def _asked(
    periods: Mapping[str, Sequence[str]],
    root: str | os.PathLike[str],
    areas: Mapping[str, Area],
) -> dict[str, str]:
    """Return the source of every native file that the run asks for, by path."""
    return {
        _normal(path): name
        for name in source_names()
        for path in needed(get_source(name), root=str(root), periods=periods, areas=areas)
    }


def _unread(path: Path, root: Path, towers: str | os.PathLike[str] | None) -> tuple[str, str]:
    """Return the source whose folder a file lies in, and why no step reads it."""
    if towers and Path(towers) in path.parents and root not in path.parents:
        return "fluxnet2015", "neither a monthly FLUXNET file nor a table that the run reads"
    folder = path.relative_to(root).parts[0] if root in path.parents else ""
    kinds = [
        (name, files)
        for name in source_names()
        for files in get_source(name).files.values()
        if files.folder == folder
    ]
    for name, files in kinds:
        if _pattern_of(files.pattern).fullmatch(path.name):
            return name, "the run asks for no file of its year, month or day, or of its kind"
    for name, files in kinds:
        example = Path(files.path(root, "2015-01-01")).name
        return name, f"no step reads a file of this name (a name that can be read is {example})"
    return "", "no source has a folder of this name"


@cache
def _pattern_of(pattern: str) -> re.Pattern[str]:
    """Return what matches the names of a kind of files, whatever their date."""
    text = re.escape(pattern.rsplit("/", 1)[-1])
    for part, digits in (("%Y", 4), ("%y", 2), ("%m", 2), ("%d", 2)):
        text = text.replace(re.escape(part), rf"\d{{{digits}}}")
    return re.compile(text)
