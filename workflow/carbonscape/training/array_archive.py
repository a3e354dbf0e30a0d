"""Archives of arrays: the one form in which models and checkpoints are kept, read with limits.

An archive is a ZIP of ``NAME.npy`` members (NPY 1.0) and of ``values.json``, which holds what is
no array. Reading one copies numbers and parses JSON; nothing in it names a class or a function,
so a file from elsewhere cannot run code. What is not of this form (compressed with another
method, a name given twice, an array of objects, a length that its header does not have, far more
bytes than the file can hold) raises :class:`DamagedArchiveError` before memory is taken for it.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Name of the member with what is no array.
VALUES = "values.json"

#: Largest number of members; twelve months of five networks have some thousands.
MAX_MEMBERS = 100_000

#: Largest ratio of the bytes of all members to those of the file, and bytes that are always
#: allowed. Weights shrink by a tenth and trees to a fifth; a ZIP can promise a thousandfold.
MAX_EXPANSION, FREE_BYTES = 100, 1 << 24

#: Kinds of numpy's types that hold numbers, booleans and text, and no objects.
_KINDS = "biufcU"

#: What the readers of ZIP archives and of NPY headers raise, beside their own errors, where bytes
#: were changed.
_ZIP_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(RuntimeError, ValueError, KeyError, IndexError, OverflowError),
)
_HEADER_DAMAGES = (
    *(ValueError, SyntaxError, TypeError, KeyError, EOFError, tokenize.TokenError),
    *(RecursionError, MemoryError, OverflowError),
)

_NAME = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


class DamagedArchiveError(ValueError):
    """An archive is not of the form that this module writes; the text says in what."""


def pack(members: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """Return a ZIP archive whose bytes depend on its members alone."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name), members[name], compress_type=method)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the members of an archive by name, each with its checksum compared.

    Raises:
        DamagedArchiveError: it is no such archive, is damaged, or exceeds a limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _require_limits(members, len(content))
            return {member.filename: _read_member(archive, member) for member in members}
    except _ZIP_DAMAGES as error:
        raise DamagedArchiveError(str(error) or type(error).__name__) from error


def _require_limits(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse names and sizes that no archive of this module has, before anything is expanded."""
    if len(members) > MAX_MEMBERS:
        raise DamagedArchiveError(f"{len(members):,} members, expected at most {MAX_MEMBERS:,}")
    seen: set[str] = set()
    for member in members:
        if not _NAME.fullmatch(member.filename) or ".." in member.filename:
            raise DamagedArchiveError(f"a member has the name {member.filename[:60]!r}")
        if member.filename in seen:
            raise DamagedArchiveError(f"two members have the name '{member.filename}'")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DamagedArchiveError(f"'{member.filename}' is not compressed by deflate")
        seen.add(member.filename)
    total, allowed = sum(member.file_size for member in members), MAX_EXPANSION * size + FREE_BYTES
    if total > allowed:
        raise DamagedArchiveError(
            f"{total / 1e6:,.0f} MB in a file of {size / 1e6:,.1f} MB, expected at most "
            f"{allowed / 1e6:,.0f} MB"
        )


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member, expanding no more bytes than it says it has."""
    with archive.open(member) as stream:
        content = stream.read(member.file_size)
    if len(content) != member.file_size:
        raise DamagedArchiveError(f"'{member.filename}' is cut short")
    return content


def array_to_bytes(values: NDArray[Any]) -> bytes:
    """Return an array in the form NPY."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, values, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def array_of_bytes(content: bytes) -> NDArray[Any]:
    """Return the array of the form NPY.

    Raises:
        DamagedArchiveError: it is another form, holds objects, or has another length than its
            shape and type say.
    """
    stream = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise DamagedArchiveError("an array is not of the form NPY 1.0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that numpy mends: they are damaged
            shape, by_column, kind = np.lib.format.read_array_header_1_0(stream)
    except DamagedArchiveError:
        raise
    except _HEADER_DAMAGES as error:
        raise DamagedArchiveError(f"an array has no readable header ({error})") from error
    if kind.hasobject or kind.kind not in _KINDS:
        raise DamagedArchiveError(f"an array has the type {kind.str}, expected numbers or text")
    if any(length < 0 for length in shape):
        raise DamagedArchiveError(f"an array has the shape {shape}")
    number, start = math.prod(shape), stream.tell()
    if kind.itemsize * number != len(content) - start:
        raise DamagedArchiveError(
            f"an array of shape {shape} and type {kind.str} has {len(content) - start:,} bytes"
        )
    values = np.frombuffer(content, kind, count=number, offset=start) if number else np.empty(0)
    return values.astype(kind).reshape(shape, order="F" if by_column else "C")


def state_to_members(state: Mapping[str, Any], prefix: str = "") -> dict[str, bytes]:
    """Return the members that keep a state.

    Args:
        state: arrays and numbers of numpy, or anything that JSON gives back as it was (texts,
            numbers, lists, mappings with texts as keys), by name.
        prefix: beginning of the members' names.

    Raises:
        ValueError: a name or a value cannot be kept; the text says which.
    """
    members, values = {}, {}
    for name, value in state.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name:
            raise ValueError(f"the name {name!r}, expected letters, digits and _ . - /")
        if isinstance(value, np.ndarray | np.generic):
            if value.dtype.hasobject or value.dtype.kind not in _KINDS:
                raise ValueError(f"'{name}' of the type {value.dtype}, expected numbers or text")
            members[f"{prefix}{name}.npy"] = array_to_bytes(np.asanyarray(value))
        elif _as_json_gives_it(value):
            values[name] = value
        else:
            raise ValueError(
                f"'{name}' of the type {type(value).__name__}, which neither numpy nor JSON keeps "
                "as it is"
            )
    if values:
        members[f"{prefix}{VALUES}"] = json.dumps(values, sort_keys=True).encode()
    return members


def _as_json_gives_it(value: Any) -> bool:
    """Say whether a value comes back from JSON as it was, not a tuple as a list."""
    try:
        # By their texts, because no NaN equals another.
        return repr(json.loads(json.dumps(value))) == repr(value)
    except (TypeError, ValueError, RecursionError):
        return False


def state_of_members(members: Mapping[str, bytes], prefix: str = "") -> dict[str, Any]:
    """Return the state that :func:`state_to_members` was given, in the members of its prefix.

    Raises:
        DamagedArchiveError: a member is no array and not the values, or cannot be read.
    """
    state: dict[str, Any] = {}
    for name, content in members.items():
        if not name.startswith(prefix):
            continue
        inside = name.removeprefix(prefix)
        if inside == VALUES:
            state |= json_of_bytes(content)
        elif inside.endswith(".npy"):
            state[inside.removesuffix(".npy")] = array_of_bytes(content)
        else:
            raise DamagedArchiveError(f"'{name}' is neither an array nor {VALUES}")
    return state


def json_of_bytes(content: bytes) -> dict[str, Any]:
    """Return a mapping that was kept as JSON.

    Raises:
        DamagedArchiveError: it is none.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedArchiveError(f"its values are not JSON ({error})") from error
    if not isinstance(found, dict):
        raise DamagedArchiveError(f"its values are a {type(found).__name__}, expected a mapping")
    return found


def read_state(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the state that a file keeps.

    Raises:
        DamagedArchiveError: it is no archive of arrays.
        OSError: it cannot be read, or is no file (a pipe would never end).
    """
    return state_of_members(unpack(read_file(path)))


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a file.

    Raises:
        OSError: it cannot be read, or is no file (a pipe would never end).
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise OSError("it is not a file")
    return path.read_bytes()
