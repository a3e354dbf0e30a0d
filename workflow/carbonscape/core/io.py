"""Writing artefacts: whole or not at all.

Every file of ``results/`` is written under a temporary name in its own folder and moved into
place when it is complete, so that a crash, a kill or a full disk never leaves half a file
behind under the final name. The temporary name says which process writes, so that the next run
removes what a killed one left (:mod:`carbonscape.core.leftovers`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.leftovers import part_prefix

#: Errors of the operating system that mean "no more room" rather than "bad program".
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; move it to ``path`` only if the block succeeds.

    The temporary file keeps the suffix of ``path`` (libraries choose a format by it) and is
    removed on any failure.

    Raises:
        ResultError: the disk is full, or the folder cannot be written to.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=part_prefix(path.stem), suffix=f".part{path.suffix}"
        )
        os.close(handle)
        temporary = Path(name)
        # mkstemp makes the file private to its owner; results are for colleagues too.
        temporary.chmod(0o666 & ~_umask())
        yield temporary
        os.replace(temporary, path)
    except RuntimeError as error:
        # The libraries of netCDF lose the system's error number: "NetCDF: HDF error".
        if temporary is not None and not _has_room(path.parent):
            raise _no_room(path) from error
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _no_room(path) from error
        if isinstance(error, PermissionError):
            raise ResultError(
                f"{path}: no permission to write here; make the folder {path.parent} writable or "
                "point the config key 'results' at another folder."
            ) from error
        raise
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _no_room(path: Path) -> ResultError:
    """Return the refusal of a full disk."""
    return ResultError(
        f"{path}: the disk is full, so this file was not written and nothing is left of it; free "
        "some space (or point the config key 'results' at a larger disk) and run the same command "
        "again: finished steps are kept."
    )


def _has_room(folder: Path) -> bool:
    """Say whether a folder takes another megabyte, by trying: quotas count as well."""
    try:
        with tempfile.TemporaryFile(dir=folder) as stream:
            stream.write(bytes(1 << 20))
            stream.flush()
    except OSError as error:
        return error.errno not in _NO_ROOM
    return True


def _umask() -> int:
    """Return the process's file-creation mask (the only way to read it is to set it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all."""
    with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def write_json(path: str | os.PathLike[str], content: Any) -> None:
    """Write ``content`` as indented JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file.

    Raises:
        InputError: the file is absent or is not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.") from error
    except ValueError as error:
        raise InputError(
            f"{path}: this is not readable JSON ({error}); delete it and run again."
        ) from error


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
