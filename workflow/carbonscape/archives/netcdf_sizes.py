"""How much a netCDF file declares, compared with what there may be before anything is read.

A few kilobytes can declare a variable of a terabyte of which nothing was ever written: libraries
allocate the whole of an axis when they open the file, and of what is read whole as it is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import netCDF4

from carbonscape.core.errors import InputError
from carbonscape.core.limits import AXIS, CHUNK_BYTES, DECLARED_RATIO, SERIES, VARIABLES
from carbonscape.core.plain_files import refuse_larger

_REMEDY = "delete it and fetch it again"
#: Declared bytes below which nothing is compared with the size of the file.
_LITTLE = 1 << 30
#: Bytes that a text or another value without a size of its own is counted with.
_UNSIZED = 16


def refuse_oversized(file: Path, origin: str) -> None:
    """Refuse a netCDF file that declares more than any real file holds.

    Args:
        file: which the library can open.
        origin: its name, for messages.

    Raises:
        InputError: it has too many variables, an axis is too long, a chunk of a variable too
            large, or all of them together could not be packed into the file.
        OSError, RuntimeError: the file is damaged.
    """
    declared = 0
    with netCDF4.Dataset(file) as dataset:
        for number, variable in enumerate(_variables(dataset), start=1):
            refuse_larger(number, VARIABLES, origin=origin, remedy=_REMEDY)
            if variable.dimensions == (variable.name,):
                # Libraries read an axis whole where they open a file.
                refuse_larger(
                    variable.size, AXIS, origin=f"{origin}, {variable.name}", remedy=_REMEDY
                )
            elif variable.ndim <= 1:
                require_series(variable, f"{origin}, {variable.name}")
            size = _bytes_of_one(variable)
            _refuse_large_chunk(variable, size, origin)
            declared += size * math.prod(variable.shape)
    held = file.stat().st_size
    if declared > max(_LITTLE, DECLARED_RATIO.most * held):
        raise InputError(
            f"{origin}: it declares {declared:,} bytes of values and has {held:,} bytes, expected "
            f"at most {DECLARED_RATIO.most:,} times as many: nothing packs so well, most of it was "
            f"never written; {_REMEDY}."
        )


def require_series(variable: netCDF4.Variable, origin: str) -> None:
    """Refuse a variable that is read whole and has more values than there may be.

    Raises:
        InputError: names how many.
    """
    refuse_larger(math.prod(variable.shape), SERIES, origin=origin, remedy=_REMEDY)


def _variables(group: netCDF4.Group) -> Iterator[netCDF4.Variable]:
    """Yield the variables of a file, those of its groups too."""
    waiting = [group]
    while waiting:
        group = waiting.pop()
        yield from group.variables.values()
        waiting += group.groups.values()


def _bytes_of_one(variable: netCDF4.Variable) -> int:
    """Return the bytes of one value of a variable."""
    return int(getattr(variable.dtype, "itemsize", 0)) or _UNSIZED


def _refuse_large_chunk(variable: netCDF4.Variable, size: int, origin: str) -> None:
    """Refuse a chunk, the least that can be read, that would fill the memory."""
    chunks = variable.chunking() if variable.ndim else None
    if chunks is None or isinstance(chunks, str):
        return
    refuse_larger(
        size * math.prod(chunks),
        CHUNK_BYTES,
        origin=f"{origin}, {variable.name}",
        remedy=_REMEDY,
    )
