"""Walking through the folder of the tower files.

Only the standard library is imported here: the Snakefile imports this module when it is parsed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from carbonscape.core.errors import InputError

#: Ends of names that tell a file, whatever has the name.
_FILES = (".csv", ".zip")


def base_name(path: str) -> str:
    """Return the last part of a zip member's path, or '' for folders and hidden files."""
    name = re.split(r"[\\/]", path)[-1]
    return "" if name.startswith(".") or "__MACOSX" in path else name


def walk_folder(folder: Path) -> list[Path]:
    """Return every visible file below a folder, those behind links too, sorted by its path.

    What has the name of a file and is none (a pipe, a link that leads nowhere, a folder whose name
    ends in .csv or .zip) is among them; what lies in such a folder is too.

    Raises:
        InputError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise InputError(
            f"config key 'towers': the folder {error.filename} cannot be read ({error.strerror})."
        ) from error

    paths = []
    seen: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(parent)
        # A link may lead back to a folder above it, or twice to one folder.
        folders[:] = [] if real in seen else sorted(n for n in folders if not n.startswith("."))
        if real not in seen:
            odd = [name for name in folders if name.lower().endswith(_FILES)]
            paths += [Path(parent, name) for name in [*names, *odd] if base_name(name)]
        seen.add(real)
    return sorted(paths, key=lambda path: path.relative_to(folder).as_posix())
