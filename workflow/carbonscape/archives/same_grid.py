"""Months and steps of one product lie on one grid, whichever of its files holds them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError

#: Largest distance of one centre in two files, degrees: single precision moves one by 1e-5.
_TOLERANCE = 1e-4


def require_same_grid(
    found: Mapping[str, NDArray[np.floating]],
    expected: Mapping[str, NDArray[np.floating]],
    *,
    origin: str,
    first: str,
) -> None:
    """Refuse a field on another grid than the first one.

    Args:
        found: centres of the field, by axis: ``lat`` (lat,) degrees north, ``lon`` (lon,) degrees
            east.
        expected: those of the first field.
        origin: file of the field, for messages.
        first: file of the first field, for messages.

    Raises:
        InputError: another number of centres, or one at another place.
    """
    for axis, other in expected.items():
        one = found[axis]
        if one.shape != other.shape or np.abs(one - other).max() > _TOLERANCE:
            raise InputError(
                f"{origin}: {axis} has {one.size} values from {one[0]:g} to {one[-1]:g}, expected "
                f"{other.size} from {other[0]:g} to {other[-1]:g} as in {first}; keep the files of "
                "one grid."
            )
