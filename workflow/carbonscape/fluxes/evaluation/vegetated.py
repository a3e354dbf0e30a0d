"""The vegetated part of cells in finished maps, which totals may be taken over."""

from __future__ import annotations

import os

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.evaluation.areas import petagrams

#: Variable of the yearly maps.
VARIABLE = "vegetated_fraction"


def read_vegetated(path: str | os.PathLike[str]) -> NDArray[np.float64] | None:
    """Return the vegetated share of every cell of a map: (lat, lon), 0 to 1.

    Args:
        path: yearly file of a map.

    Returns:
        NaN where the cover is not known; None for a map without the variable, such as a product
        of others.
    """
    with netCDF4.Dataset(path) as file:
        if VARIABLE not in file.variables:
            return None
        # Every month of a year has the same share.
        return np.ma.filled(file[VARIABLE][0].astype(np.float64), np.nan) / 100


def vegetated_total(
    annual: NDArray[np.float64], areas: NDArray[np.float64], share: NDArray[np.float64] | None
) -> float:
    """Return the sum of a year over the vegetated part of each cell, PgC yr-1.

    The sum over whole cells, as the GPP paper takes it, holds a cell's vegetated mean for its
    water, bare ground, ice and towns too.

    Args:
        annual: (lat, lon) sum of the year, gC m-2 yr-1, NaN for no data.
        areas: (lat, lon) m2.
        share: (lat, lon) of :func:`read_vegetated`; None makes the total NaN. A cell whose share
            is not known adds nothing.
    """
    if share is None:
        return float("nan")
    return petagrams(annual * share, areas)
