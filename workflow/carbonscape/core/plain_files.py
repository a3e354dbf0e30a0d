"""Opening files that others gave: plain ones alone, and no more of them than there may be.

A folder, a link that leads nowhere, a pipe or a device under the name of a file would hang, end in
an error of the system or be passed over.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

from carbonscape.core.errors import InputError
from carbonscape.core.limits import RECORD_BYTES, Limit

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

#: What to do where something else has the name of a file.
_REMEDY = "put the file itself there, or take this away"


def unreadable(path: str | os.PathLike[str], error: OSError) -> InputError:
    """Return the refusal of a file that the system does not let us read."""
    remedy = "move it to a disk that can be read"
    if error.errno in (errno.EACCES, errno.EPERM):
        remedy = "make it readable (chmod u+r), and its folders too (chmod u+rx)"
    return InputError(f"{path}: cannot be read ({error.strerror}); {remedy}.")


def no_file(path: str | os.PathLike[str]) -> str:
    """Return what a path is that is no plain file: a clause; empty if it is one.

    Nothing is opened: to open a pipe waits for a writer.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "this is a link that leads in a circle, expected a file"
        if os.path.islink(path):
            target = os.readlink(path)
            return f"this is a link that leads nowhere (to {target}), expected a file"
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return "no such file"
        return f"cannot be read ({error.strerror})"
    except ValueError:
        return "a zero byte stands in this path, which no name of a file can hold"
    for test, kind in _KINDS:
        if test(mode):
            return f"this is {kind}, expected a file"
    return ""


def require_file(path: str | os.PathLike[str]) -> Path:
    """Return a path that is that of a plain file, or of a link to one.

    Raises:
        InputError: it is absent, a folder, a link that leads nowhere or in a circle, a pipe, a
            socket or a device.
    """
    found = no_file(path)
    if found == "no such file" or found.startswith("cannot be read"):
        raise InputError(f"{path}: {found}.")
    if found:
        raise InputError(f"{path}: {found}; {_REMEDY}.")
    return Path(path)


def refuse_larger(found: int, limit: Limit, *, origin: str, remedy: str) -> None:
    """Refuse a number beyond a limit.

    Raises:
        InputError: names both, and what to do.
    """
    if found > limit.most:
        raise InputError(
            f"{origin}: found {found:,}, expected at most {limit.most:,} {limit.what}; this is no "
            f"such file, or a damaged one: {remedy}."
        )


def read_limited(path: str | os.PathLike[str], limit: Limit, *, remedy: str) -> bytes:
    """Return the content of a plain file that is no larger than a limit.

    Raises:
        InputError: as of :func:`require_file`, it may not be read, or it is larger.
    """
    path = require_file(path)
    try:
        refuse_larger(path.stat().st_size, limit, origin=str(path), remedy=remedy)
        with path.open("rb") as stream:
            content = stream.read(limit.most + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    # The size that the system states may be none (files of /proc), or change.
    refuse_larger(len(content), limit, origin=str(path), remedy=remedy)
    return content


def read_record(path: str | os.PathLike[str], *, remedy: str) -> Any:
    """Return the content of a JSON file of at most ``RECORD_BYTES``.

    Raises:
        InputError: as of :func:`read_limited`.
        ValueError: it is no JSON, or lists lie in lists too deep.
    """
    content = read_limited(path, RECORD_BYTES, remedy=remedy)
    return load_json(content)


def load_json(content: bytes | str) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it is no JSON, or lists lie in lists too deep to be followed.
    """
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("lists lie in lists too deep to be followed") from error
