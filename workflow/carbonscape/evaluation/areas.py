"""Sums of fluxes over time and land: from gC m-2 d-1 to PgC yr-1."""

from __future__ import annotations

import calendar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.errors import ResultError

#: Grams in a petagram.
PETAGRAM = 1e15


def month_days(year: int) -> NDArray[np.int64]:
    """Return the number of days of January to December, (month=12)."""
    return np.array([calendar.monthrange(year, month)[1] for month in range(1, 13)])


def annual_sum(flux: ArrayLike, *, year: int) -> NDArray[np.float64]:
    """Sum monthly means of a flux over a year, gC m-2 yr-1.

    Args:
        flux: (time=12, ...) monthly means, gC m-2 d-1; NaN where there is no value. An iterable of
            twelve fields serves as well, so that no more than one month need be in memory.
        year: the year, which decides February's days.

    Returns:
        (...) NaN where any month has no value.

    Raises:
        ResultError: there are not twelve months.
    """
    days = month_days(year)
    total: NDArray[np.float64] | None = None
    count = 0
    for count, field in enumerate(flux, start=1):
        part = np.asarray(field, dtype=np.float64) * days[(count - 1) % 12]
        total = part if total is None else total + part
    if total is None or count != 12:
        raise ResultError(f"{year} has {count} months; the sum of a year needs twelve.")
    return total


def petagrams(annual: ArrayLike, areas: ArrayLike) -> float:
    """Return the sum of a yearly flux over its valid cells, PgC yr-1.

    Args:
        annual: (lat, lon) gC m-2 yr-1, NaN where there is no value.
        areas: (lat, lon) m2.

    Source: the GPP paper, section 3.2.3 (sums of latitude-weighted pixels over the product's
    own mask, no scaling to a land area); exact areas and twelve months are this project's.
    """
    return float(np.nansum(np.asarray(annual, dtype=np.float64) * areas) / PETAGRAM)
