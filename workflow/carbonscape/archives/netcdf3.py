"""How long a netCDF-3 file must be, from its own header.

The netCDF library opens a classic file that was cut short inside its data and hands out zeros for
what is missing; only the length of the file gives it away. Format: NetCDF Classic Format
Specification (NetCDF User's Guide, "File Format Specifications"), versions CDF-1, CDF-2, CDF-5.
"""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path
from typing import BinaryIO

#: Bytes per value of the external types, by their number in the header.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}


class _Header:
    """Reads the numbers of one header in turn; raises ``EOFError`` at the end of the file."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.size = os.fstat(stream.fileno()).st_size
        self.version = self.take(4)[3]

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes."""
        # A damaged header may ask for more than there is memory.
        content = self.stream.read(min(count, self.left() + 1))
        if len(content) < count:
            raise EOFError("the header itself is cut short")
        return content

    def left(self) -> int:
        """Return how many bytes of the file were not read yet."""
        return self.size - self.stream.tell()

    def integer(self) -> int:
        """Return a 4-byte tag or type."""
        return struct.unpack(">I", self.take(4))[0]

    def count(self) -> int:
        """Return a count or length: 8 bytes in CDF-5, else 4."""
        return struct.unpack(">Q", self.take(8))[0] if self.version == 5 else self.integer()

    def offset(self) -> int:
        """Return a place in the file: 4 bytes in CDF-1, else 8."""
        return self.integer() if self.version == 1 else struct.unpack(">Q", self.take(8))[0]

    def skip_padded(self, length: int) -> None:
        """Pass over bytes that are filled up to a multiple of four."""
        self.take(-(-length // 4) * 4)

    def skip_attributes(self) -> None:
        """Pass over a list of attributes."""
        self.integer()
        for _ in range(self.count()):
            self.skip_padded(self.count())
            size = _SIZES[self.integer()]
            self.skip_padded(size * self.count())


def expected_size(path: str | os.PathLike[str]) -> int:
    """Return the bytes that a netCDF-3 file must have at least, by its header.

    Raises:
        EOFError: the file ends inside its header.
        KeyError: the header names a type that does not exist (the file is damaged).
    """
    with open(path, "rb") as stream:
        header = _Header(stream)
        records = header.count()
        header.integer()
        lengths = []
        for _ in range(header.count()):
            header.skip_padded(header.count())
            lengths.append(header.count())
        header.skip_attributes()
        header.integer()
        variables = [_variable(header, lengths) for _ in range(header.count())]
        end = stream.tell()
    # A file that was being streamed states no number of records: nothing to compare with.
    if records == (2**64 - 1 if header.version == 5 else 2**32 - 1):
        records = 0
    in_records = [size for _, size, by_record in variables if by_record]
    # A single record variable is not padded.
    stride = sum(-(-size // 4) * 4 for size in in_records) if len(in_records) > 1 else 0
    stride = stride or sum(in_records)
    for begin, size, by_record in variables:
        if not by_record:
            end = max(end, begin + size)
        elif records:
            end = max(end, begin + (records - 1) * stride + size)
    return end


def _variable(header: _Header, lengths: list[int]) -> tuple[int, int, bool]:
    """Return where a variable begins, its bytes (of one record), and whether it has records."""
    header.skip_padded(header.count())
    shape = [lengths[header.count()] for _ in range(header.count())]
    header.skip_attributes()
    size = _SIZES[header.integer()]
    header.count()  # vsize is capped for large variables: the shape is not
    # The record dimension has length zero in the header and comes first.
    by_record = bool(shape) and shape[0] == 0
    return header.offset(), size * math.prod(shape[by_record:]), by_record


def is_netcdf3(path: str | os.PathLike[str]) -> bool:
    """Say whether a file begins as netCDF-3 files do."""
    with Path(path).open("rb") as stream:
        start = stream.read(4)
    return start[:3] == b"CDF" and start[3:] in (b"\x01", b"\x02", b"\x05")
