"""The tile predictor that both products share: full batches, plausible values, written tiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path
from carbonscape.models.block import Block
from carbonscape.products.product import Product

#: Samples predicted at a time. Every batch has this size, the last being padded, because matrix
#: products of another shape may round differently: a cell's value must not depend on its tile.
BATCH = 1024


def predict_rows(
    number: int,
    make: Callable[[NDArray[np.int64]], Block],
    predict: Callable[[Block], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Predict samples in batches of one size.

    Args:
        number: of samples, at least one.
        make: returns the samples at some positions.
        predict: of a trained model; its last dimension is the sample.

    Returns:
        What ``predict`` returns, for all samples.
    """
    parts = []
    for start in range(0, number, BATCH):
        # The last sample is repeated until the batch is full.
        rows = np.minimum(np.arange(start, start + BATCH), number - 1)
        parts.append(predict(make(rows))[..., : number - start])
    return np.concatenate(parts, axis=-1)


def refuse_absurd(result: NDArray[np.floating], product: Product, *, place: str) -> None:
    """Refuse predictions that are no numbers or out of this world.

    Args:
        result: predictions.
        product: what is predicted; it has the bounds.
        place: model and month, for the message.

    Raises:
        ResultError: one of them is.
    """
    low, high = product.plausible
    bad = ~(np.isfinite(result) & (result >= low) & (result <= high))
    if bad.any():
        raise ResultError(
            f"{place}: predicted {result[bad][0]:g} {product.unit} for a cell, outside {low:g} to "
            f"{high:g}; its predictors may lie far from those of the {product.trained_on} (a unit "
            "error in the gridded archives?) or its training failed: look at the cross-validated "
            "scores first."
        )


def require_variables(found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse series of other predictors than a model was trained on.

    Raises:
        InputError: they differ, or stand in another order.
    """
    if list(found) != list(wanted):
        raise InputError(
            f"the tile series hold {', '.join(found)}, but the model was trained on "
            f"{', '.join(wanted)}; run the features again."
        )


def write_tile(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a tile as compressed netCDF-4, whole or not at all."""
    encoding: dict[str, dict] = {n: {"zlib": True, "complevel": 4} for n in dataset.data_vars}
    encoding["time"] = {"units": "days since 2000-01-01", "dtype": "int32"}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
