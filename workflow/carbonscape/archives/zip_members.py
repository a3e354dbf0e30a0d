"""Unpacking those members of a ZIP archive that a reader wants."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from carbonscape.core.errors import InputError
from carbonscape.core.zip_files import open_zip, read_blocks

_AGAIN = "delete it and fetch it again"


def unpack_members(
    path: Path,
    stack: contextlib.ExitStack,
    *,
    wanted: Callable[[str], bool],
    suffix: str,
    remedy: str,
) -> list[tuple[str, Path]]:
    """Unpack members of an archive into a temporary folder (TMPDIR).

    Args:
        path: the archive.
        stack: at whose end the folder is removed.
        wanted: says by its name whether a member is unpacked.
        suffix: of the unpacked files, with its dot.
        remedy: what to do if no member is wanted.

    Returns:
        (name for messages, path) of every member, by their names.

    Raises:
        InputError: the archive is damaged, holds no such member, more or larger ones than there
            may be, or cannot be unpacked.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carbonscape-")))
    found = []
    try:
        with path.open("rb") as stream:
            archive = open_zip(stream, origin=str(path), remedy=_AGAIN)
            names = archive.namelist()
            members = sorted(name for name in names if wanted(name))
            for number, name in enumerate(members):
                # Numbered, so that a member's own path can lead nowhere else.
                origin, target = f"{path}, member {name}", folder / f"{number}{suffix}"
                with target.open("wb") as sink:
                    for block in read_blocks(archive, name, origin=origin, remedy=_AGAIN):
                        sink.write(block)
                found.append((origin, target))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise InputError(
            f"{path}: the ZIP archive is damaged or cut short ({error}); {_AGAIN}."
        ) from error
    except OSError as error:
        raise InputError(
            f"{path}: this ZIP archive cannot be unpacked into {folder} ({error.strerror}); point "
            "the environment variable TMPDIR at a folder with room."
        ) from error
    if not found:
        raise InputError(
            f"{path}: this is a ZIP archive without any {suffix} file (found "
            f"{', '.join(sorted(names)[:3]) or 'nothing'}); {remedy}."
        )
    return found
