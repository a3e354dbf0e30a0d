"""What a file declares missing: fill values and valid ranges, whatever they are called.

Readers take raw values, so that no library decides which pixel counts. What a file declares is
honoured all the same: ``_FillValue``, ``missing_value``, ``valid_range``, ``valid_min`` and
``valid_max`` (CF conventions, section 2.5), all of them in the units of the stored numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FILLS = ("_FillValue", "missing_value")
_NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Declared:
    """What the attributes of a variable declare missing.

    Attributes:
        fills: values that stand for nothing.
        low, high: values beyond them stand for nothing.
    """

    fills: tuple[float, ...] = ()
    low: float = -np.inf
    high: float = np.inf

    @classmethod
    def of(
        cls, attributes: Mapping[str, object], dtype: np.dtype, *, scale: float | None = None
    ) -> Declared:
        """Return what attributes declare of values of a type.

        Args:
            attributes: of the variable; text that holds no number is passed over.
            dtype: of the values as they are handed out; a number beyond an integer type is the
                same bits with another sign (-1 for 255).
            scale: of the product; the range of integers with fractions is of scaled values.
        """
        fills = [number for name in _FILLS for number in _numbers(attributes.get(name))]
        pair = list(_numbers(attributes.get("valid_range")))
        low, high = pair if len(pair) == 2 else (-np.inf, np.inf)
        low = max([low, *_numbers(attributes.get("valid_min"))])
        high = min([high, *_numbers(attributes.get("valid_max"))])
        if dtype.kind in "iu":
            if scale and any(np.isfinite(x) and x != round(x) for x in (low, high)):
                low, high = low / scale, high / scale
            bits = float(2 ** (8 * dtype.itemsize))
            fills = [_same_bits(number, dtype, bits) for number in fills]
            low, high = (_same_bits(number, dtype, bits) for number in (low, high))
        if low > high:
            low, high = -np.inf, np.inf
        return cls(tuple(dict.fromkeys(fills)), low, high)

    def __bool__(self) -> bool:
        return bool(self.fills or np.isfinite(self.low) or np.isfinite(self.high))

    def missing(self, values: NDArray) -> NDArray[np.bool_]:
        """Say which values are declared missing."""
        result = np.zeros(np.shape(values), dtype=bool)
        # Numbers that are no value of the type are compared as such, not converted into one.
        for fill in self.fills:
            exact = values.dtype.type(fill) if values.dtype.kind == "f" else fill
            result |= values == exact
        if np.isfinite(self.low):
            result |= values < _wider(self.low, values.dtype, -1)
        if np.isfinite(self.high):
            result |= values > _wider(self.high, values.dtype, 1)
        return result


def _numbers(found: object) -> Iterator[float]:
    """Yield the numbers of an attribute."""
    if found is None:
        return
    if isinstance(found, str | bytes):
        text = found.decode("latin-1") if isinstance(found, bytes) else found
        yield from map(float, _NUMBER.findall(text))
        return
    for number in np.ravel(np.asarray(found)):
        if isinstance(number, str):
            yield from map(float, _NUMBER.findall(number))
        elif not np.isnan(number):
            yield float(number)


def _same_bits(number: float, dtype: np.dtype, bits: float) -> float:
    """Return the value of a type that has the bits of a number of the other sign."""
    limits = np.iinfo(dtype)
    for other in (number, number + bits, number - bits):
        if limits.min <= other <= limits.max:
            return other
    return number


def _wider(limit: float, dtype: np.dtype, direction: int) -> float:
    """Return a limit that its own rounding to the type of the values does not exceed."""
    if dtype.kind != "f":
        return limit
    return limit + direction * float(np.finfo(dtype).eps) * abs(limit)
