"""Where each predictor of a window comes from: one bit mask a kind of gap filling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.features.composites import XCO2_VARIABLES
from carbonscape.columns.features.fill import (
    CLIMATOLOGY,
    DARK_OR_BARE,
    INTERPOLATED,
    MEDIAN,
    ONE_HOT,
)

#: The layer of each code of gap filling, as carbonscape.products.xco2 describes them.
MASKS = {
    "predictors_interpolated": INTERPOLATED,
    "predictors_from_climatology": CLIMATOLOGY,
    "predictors_zero": DARK_OR_BARE,
    "predictors_from_median": MEDIAN,
}


def bits_of(variable: str) -> int:
    """Return the bits of the variables of Table 2 that an input of a model is made of.

    Bit 0 is the first of the 16 variables. An input that says whether others were observed
    (``NO2_FLAG``) is always known and has none.
    """
    if variable == "WIND_SPEED":
        return bits_of("WIND_V") | bits_of("WIND_U")
    if variable in ONE_HOT:
        variable = "LUCC"
    return 1 << XCO2_VARIABLES.index(variable) if variable in XCO2_VARIABLES else 0


def source_masks(
    source: NDArray[np.uint8], variables: Sequence[str], windows: NDArray[np.int64]
) -> dict[str, NDArray[np.int32]]:
    """Return, for each kind of gap filling, which predictors of a window have it in any month.

    Args:
        source: (cell, time, variable) codes of :mod:`carbonscape.columns.features.fill`.
        variables: (variable,) inputs of models.
        windows: (month, step) positions of each month's window on the time axis.

    Returns:
        By the names of :data:`MASKS`: (month, cell) bits of the 16 variables of Table 2, those
        that the run leaves out being 0; nothing of use where a month has no window.
    """
    found = {}
    for name, code in MASKS.items():
        known = np.zeros(source.shape[:2], dtype=np.int32)
        for place, variable in enumerate(variables):
            known |= np.where(source[..., place] == code, np.int32(bits_of(variable)), np.int32(0))
        mask = np.zeros((len(windows), len(source)), dtype=np.int32)
        for step in windows.T:
            mask |= known[:, step].T
        found[name] = mask
    return found


def masks_of_tile(
    series: xr.Dataset, windows: NDArray[np.int64], known: NDArray[np.bool_], fill: int
) -> dict[str, NDArray[np.int32]]:
    """Return the layers of a tile, (month, cell), with a fill value where it has no prediction.

    Args:
        series: predictors of a tile with their ``source``.
        windows: (month, step).
        known: (month, cell) where there is a prediction.
        fill: what stands elsewhere.
    """
    masks = source_masks(series["source"].values, series["variable"].values.tolist(), windows)
    for mask in masks.values():
        mask[~known] = fill
    return masks
