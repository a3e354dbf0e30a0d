"""Arrays that are read, and computed, only where and when they are asked for."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from carbonscape.core.errors import InputError
from carbonscape.core.limits import READ_BYTES
from carbonscape.core.plain_files import refuse_larger


@contextlib.contextmanager
def reading(origin: str) -> Iterator[None]:
    """Turn what the netCDF libraries raise on damaged data into a refusal.

    Raises:
        InputError: the block failed to read from ``origin``.
    """
    try:
        yield
    except (RuntimeError, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(
            f"{origin}: the data cannot be read ({error}): the file is damaged or cut short; "
            f"delete it and fetch it again."
        ) from error


@contextlib.contextmanager
def decoding(origin: str) -> Iterator[None]:
    """Turn what the netCDF libraries raise on attributes of another form into a refusal.

    For nothing but calls of the libraries: a mistake of ours would pass for one of the file.

    Raises:
        InputError: the block failed to decode what it read from ``origin``.
    """
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(
            f"{origin}: the values cannot be decoded: a variable holds no plain numbers, or an "
            "attribute such as scale_factor, add_offset or _FillValue is no single number; delete "
            "the file and fetch it again."
        ) from error


class _LazyFunction(BackendArray):
    """An array that is computed from slices of others when, and where, it is indexed."""

    def __init__(
        self, function: Callable[..., NDArray], variables: tuple[xr.Variable, ...], dtype, origin
    ) -> None:
        self.function = function
        self.variables = variables
        self.shape = variables[0].shape
        self.dtype = np.dtype(dtype)
        self.origin = origin

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple) -> NDArray:
        """Read the same slice of every variable and combine them."""
        size = self.dtype.itemsize or 1
        for part, length in zip(key, self.shape, strict=True):
            size *= len(range(*part.indices(length))) if isinstance(part, slice) else np.size(part)
        # A file may declare more than there is memory, whatever it holds.
        refuse_larger(size, READ_BYTES, origin=self.origin, remedy="delete it and fetch it again")
        with reading(self.origin):
            arrays = [
                variable.isel(dict(zip(variable.dims, key, strict=True))).values
                for variable in self.variables
            ]
        return np.asarray(self.function(*arrays)).astype(self.dtype, copy=False)


class _FileValues(_LazyFunction):
    """The values of a variable of a file, which its attributes may make unreadable."""

    def _read(self, key: tuple) -> NDArray:
        with decoding(self.origin):
            return super()._read(key)


def guarded(variable: xr.Variable, *, origin: str) -> xr.Variable:
    """Return a variable of a file that refuses with a sentence what cannot be read or decoded.

    Args:
        variable: as a library opened it, lazy.
        origin: file (and member) for refusals while reading.
    """
    array = _FileValues(lambda values: values, (variable,), variable.dtype, origin)
    return xr.Variable(variable.dims, indexing.LazilyIndexedArray(array), attrs=variable.attrs)


def apply_on_read(
    function: Callable[..., NDArray],
    *variables: xr.Variable,
    origin: str,
    dtype: np.typing.DTypeLike | None = None,
    attrs: dict | None = None,
) -> xr.Variable:
    """Return the lazy result of an element-wise function of variables of one shape.

    Args:
        function: gets an array for each variable; changes no shape.
        variables: of one shape, themselves lazy or not.
        origin: file (and member) for refusals while reading.
        dtype: of the result; by default that of the first variable.
        attrs: of the result; by default those of the first variable.
    """
    first = variables[0]
    array = _LazyFunction(function, variables, dtype or first.dtype, origin)
    return xr.Variable(
        first.dims,
        indexing.LazilyIndexedArray(array),
        attrs=first.attrs if attrs is None else attrs,
    )
