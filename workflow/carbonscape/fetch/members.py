"""Taking a file out of an archive, and nothing out of its folder."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from carbonscape.core.errors import DownloadError
from carbonscape.core.io import atomic_path


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
    try:
        with zipfile.ZipFile(archive) as packed:
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
            with (
                packed.open(names[0]) as content,
                atomic_path(target) as temporary,
                temporary.open("wb") as stream,
            ):
                shutil.copyfileobj(content, stream, 1 << 20)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DownloadError(
            f"{label}: the archive {archive.name} is damaged ({error}); delete it and run the "
            "same command again."
        ) from error
