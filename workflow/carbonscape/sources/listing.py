"""Listings: which files of an archive belong to a month, where their names are not known before.

A listing is JSON beside the files that it names: ``granules`` holds one entry with ``name`` for
each. A step that asks for the files of a month whose names nobody knows yet names the listing, and
takes the files from it when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import read_record

_REMEDY = "delete it and run the same command again, which makes it anew"


def is_listing(path: str | Path) -> bool:
    """Say whether a file is a listing."""
    path = Path(path)
    return path.suffix == ".json" and path.stem.startswith("listing")


def expand_listings(paths: Iterable[str | Path], *, days: Iterable[str] = ()) -> list[str]:
    """Return files with each listing replaced by the files that it names, none of them twice.

    Args:
        paths: files and listings.
        days: of the entries of a listing, those of these days alone (YYYY-MM-DD), if any is given.

    Raises:
        InputError: a listing is unreadable, or a file that it names is not there.
    """
    wanted, found = set(days), []
    for path in paths:
        if not is_listing(path):
            found.append(str(path))
            continue
        for entry in _entries(Path(path)):
            if not wanted or entry.get("day") in wanted:
                found.append(str(Path(path).with_name(entry["name"])))
    for path in found:
        if not Path(path).is_file():
            raise InputError(
                f"{path}: a listing beside it names this file, but it is not there; put it back, "
                "or delete the listing and run the same command again, which fetches it."
            )
    return list(dict.fromkeys(found))


def _entries(path: Path) -> list[dict]:
    """Return the entries of a listing."""
    try:
        entries = read_record(path, remedy=_REMEDY)["granules"]
        if not all(isinstance(entry["name"], str) for entry in entries):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: this is no listing of files (JSON with 'granules', each with a 'name'); "
            f"{_REMEDY}."
        ) from error
    for entry in entries:
        # A name with a path would lead out of the folder.
        if Path(entry["name"]).name != entry["name"] or entry["name"] in ("", ".", ".."):
            raise InputError(
                f"{path}: it names {entry['name']!r}, expected the name of a file beside it; "
                f"{_REMEDY}."
            )
    return entries
