"""Looking into ZIP archives that others gave, without being led to unpack more than there may be.

The central directory is bounded before it is read, the size of a file before it is unpacked, and
what comes is read in pieces: a size that an archive states need not be true.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from carbonscape.core.errors import InputError
from carbonscape.core.limits import ZIP_MEMBERS, ZIP_RATIO, ZIP_SMALL, Limit
from carbonscape.core.plain_files import refuse_larger

_BLOCK = 1 << 20
#: The record at the end of an archive, without its comment, and how long that may be.
_END = struct.Struct("<4s4H2LH")
_COMMENT = 1 << 16
#: The same of archives with large numbers (ZIP64), and what leads to it.
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_UNKNOWN = 0xFFFF


def open_zip(stream: IO[bytes], *, origin: str, remedy: str) -> zipfile.ZipFile:
    """Return an archive with no more files than there may be.

    Raises:
        InputError: it has more.
        zipfile.BadZipFile, OSError, ...: as of ``zipfile``.
    """
    refuse_larger(_members(stream), ZIP_MEMBERS, origin=origin, remedy=remedy)
    archive = zipfile.ZipFile(stream)
    # What the end of the archive states need not be true.
    refuse_larger(len(archive.infolist()), ZIP_MEMBERS, origin=origin, remedy=remedy)
    return archive


def _members(stream: IO[bytes]) -> int:
    """Return how many files the end of an archive states, or that its directory has room for.

    Appendix 4.3 of PKWARE's APPNOTE; what is no archive is left to ``zipfile``.
    """
    stream.seek(0, 2)
    size = stream.tell()
    start = max(size - _END.size - _COMMENT, 0)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        return 0
    *_, entries, directory, _, _ = _END.unpack_from(tail, at)
    if entries == _UNKNOWN or directory == 0xFFFFFFFF:
        before = at + start - _LOCATOR.size
        stream.seek(max(before, 0))
        found = stream.read(_LOCATOR.size)
        if len(found) == _LOCATOR.size and found[:4] == b"PK\x06\x07":
            stream.seek(min(_LOCATOR.unpack(found)[2], size))
            record = stream.read(_END64.size)
            if len(record) == _END64.size and record[:4] == b"PK\x06\x06":
                entries, directory = _END64.unpack(record)[7:9]
    # The shortest entry of a directory has 46 bytes, and names of files rarely a thousand.
    return max(entries, min(directory, size) // 1024)


def read_blocks(
    archive: zipfile.ZipFile, name: str, *, origin: str, remedy: str, limit: Limit | None = None
) -> Iterator[bytes]:
    """Yield the content of a file of an archive in pieces.

    Args:
        archive: which is open.
        name: of the file.
        limit: its largest size, unpacked; none: that by which it may grow alone.
        origin: names both, for messages.
        remedy: for messages.

    Raises:
        InputError: it is larger, grows by more than ``ZIP_RATIO``, or is packed by a method that
            cannot be bounded.
        zipfile.BadZipFile, zlib.error, ...: as of ``zipfile``.
    """
    info = archive.getinfo(name)
    if limit:
        refuse_larger(info.file_size, limit, origin=origin, remedy=remedy)
    if info.file_size > max(ZIP_SMALL.most, ZIP_RATIO.most * info.compress_size):
        raise InputError(
            f"{origin}: it would grow from {info.compress_size:,} to {info.file_size:,} bytes, "
            f"expected at most {ZIP_RATIO.most} times its size: no real file packs so well; "
            f"{remedy}."
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # bzip2 and LZMA are unpacked whole by Python, whatever comes of a piece.
        method = zipfile.compressor_names.get(info.compress_type, str(info.compress_type))
        raise NotImplementedError(f"that compression method is not supported ({method})")
    with archive.open(name) as content:
        while block := content.read(_BLOCK):
            yield block
