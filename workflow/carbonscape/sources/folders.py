"""Files below the folder of a source, and why some of them are not read.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import no_file
from carbonscape.sources.listing import is_listing
from carbonscape.sources.path_names import why_unusable

#: Ends of the names of downloads that were interrupted, of archives, and of lists.
_PARTS = (".part", ".partial", ".tmp", ".crdownload", ".download", ".aria2", ".!ut")
_PACKED = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")
_LISTS = (".txt", ".csv", ".dat", ".lst", ".sh", ".meta4", ".xml", ".json", ".html")

#: What is read of a list to see whether it names granules, characters.
_LIST_SIZE = 1 << 22

#: Begins of the names, in capitals, of what people write beside data.
_NOTES = ("README", "LICENSE", "LICENCE", "SHA256SUMS", "SOURCES.MD")


def files_below(folder: str | os.PathLike[str], *, broken: bool = False) -> Iterator[Path]:
    """Yield the files below a folder by their paths, those behind links to folders too.

    Hidden files and folders are passed over. A folder that links lead to twice is entered once.

    Args:
        folder: which may be a link, or absent.
        broken: whether links that lead nowhere are yielded as well.
    """
    return _below(Path(folder), broken, set())


def _below(folder: Path, broken: bool, seen: set[str]) -> Iterator[Path]:
    """Yield the files of a folder, then those of the folders in it that were not seen before."""
    real = os.path.realpath(folder)
    if real in seen or not os.path.isdir(real):
        return
    seen.add(real)
    try:
        with os.scandir(folder) as entries:
            ordered = sorted((e for e in entries if e.name[0] != "."), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(
            f"{folder}: this folder cannot be read ({error.strerror}); make it readable, or move "
            "it elsewhere."
        ) from error
    # Of a link that leads in a circle, the methods of an entry raise; those of os.path say no.
    folders = [entry for entry in ordered if os.path.isdir(entry.path)]
    for entry in ordered:
        if entry not in folders and (broken or os.path.isfile(entry.path)):
            yield Path(entry.path)
    for entry in folders:
        yield from _below(Path(entry.path), broken, seen)


def no_rule_names(path: Path, folder: Path) -> str:
    """Return why no rule can name a file below a folder: a clause; empty if one can."""
    return why_unusable(str(path.relative_to(folder)))


def state_others(
    folder: str | os.PathLike[str],
    given: Iterable[str | os.PathLike[str]],
    *,
    named: re.Pattern[str],
    example: str,
    source: str,
) -> None:
    """State each file below a folder that is none of the source by its name, and why.

    Args:
        folder: of the source; empty for none.
        given: files that a step reads, or has stated already.
        named: names of the source; such files of other days are not stated here.
        example: a name that would be read.
        source: name of the source in the registry.
    """
    if not folder:
        return
    read = {os.path.realpath(path) for path in given}
    for path in files_below(folder, broken=True):
        unusable = no_rule_names(path, Path(folder))
        of_source = named.fullmatch(path.name) and path.is_file()
        if os.path.realpath(path) in read or (of_source and not unusable) or is_note(path):
            continue
        reason = f"its path holds {unusable}: rename it" if unusable else _why(path, example)
        findings.left_out(path, reason, source=source)


def is_note(path: Path) -> bool:
    """Say whether a file is about data: a receipt, a listing, a readme, checksums, a script."""
    return (
        path.name.endswith(".receipt.json")
        or is_listing(path)
        or path.name.upper().startswith(_NOTES)
        or path.suffix == ".py"
    )


def _why(path: Path, example: str) -> str:
    """Return why a file is not read."""
    name = path.name.lower()
    if why := no_file(path):
        # To look into a pipe would wait for ever.
        return why.removeprefix("this is ").partition(" (to")[0].removesuffix(", expected a file")
    if name.endswith(_PARTS):
        return "an interrupted download; fetch it again"
    if name.endswith(_PACKED):
        return "an archive, of which nothing is read: unpack it here"
    if name.endswith(_LISTS):
        count = _named_in(path)
        if count:
            of = "1 granule" if count == 1 else f"{count} granules"
            return f"a list that names {of} and holds none: download what it names into this folder"
        return "no data by its name"
    return f"its name tells no file of this source: give it the name of the archive, as {example}"


def _named_in(path: Path) -> int:
    """Return how many granules a list names."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        text = stream.read(_LIST_SIZE)
    return len(set(re.findall(r"oco[23]_LtCO2_\d{6}_B\w+?_\d{12}", text)))
