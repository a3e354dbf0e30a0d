"""Taking a file out of an archive, and nothing out of its folder."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from carbonscape.core.errors import DownloadError
from carbonscape.core.io import atomic_path
from carbonscape.core.zip_files import open_zip, read_blocks

_AGAIN = "delete it and run the same command again"


def extract_member(archive: Path, member: str, target: Path, label: str) -> None:
    """Write a member of a ZIP archive under a name of our choice.

    The name in the archive is used to find the member alone, so that no archive can write
    outside the folder of the target.

    Args:
        archive: the ZIP archive.
        member: end of the member's path.
        target: where it goes.
        label: what it is, for messages.

    Raises:
        DownloadError: no or several such members, or a damaged archive.
    """
    where = f"{label}: the archive {archive.name}"
    try:
        with archive.open("rb") as file:
            packed = open_zip(file, origin=where, remedy=_AGAIN)
            names = [
                name
                for name in packed.namelist()
                if name == member or name.endswith(f"/{member.lstrip('/')}")
            ]
            if len(names) != 1:
                raise DownloadError(
                    f"{label}: the archive {archive.name} holds {len(names)} files '{member}', "
                    f"expected one; it has {', '.join(packed.namelist()[:5])}: a new version of "
                    "the data set may be arranged in another way."
                )
            with atomic_path(target) as temporary, temporary.open("wb") as stream:
                for block in read_blocks(packed, names[0], origin=where, remedy=_AGAIN):
                    stream.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise DownloadError(
            f"{label}: the archive {archive.name} is damaged ({error}); {_AGAIN}."
        ) from error
