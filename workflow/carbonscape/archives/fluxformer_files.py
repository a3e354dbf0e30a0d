"""Finding the files of the map of GPP that the authors of FluxFormer published.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import os
from pathlib import Path

from carbonscape.core.errors import InputError


def find_authors_files(path: str | os.PathLike[str]) -> list[Path]:
    """Return the netCDF files, and ZIP archives of such, of a folder and those below it, or a file.

    Args:
        path: ``gpp.authors_map`` of the configuration.

    Raises:
        InputError: nothing is there, or a folder holds no such file.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    expected = "netCDF files (.nc, .nc4) of the authors' monthly GPP, or ZIP archives of such"
    if not path.is_dir():
        raise InputError(
            f"config key 'gpp.authors_map': {path} does not exist, expected a folder with "
            f"{expected}; correct the path, or set it to null."
        )
    found = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and file.suffix.lower() in (".nc", ".nc4", ".zip")
    )
    if not found:
        raise InputError(
            f"config key 'gpp.authors_map': the folder {path} holds none, expected "
            f"{expected}; put them there, or set it to null."
        )
    return found
