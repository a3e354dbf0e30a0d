"""Streaming inference: the monthly column of every land cell of a tile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.features.fill import MISSING, OBSERVED
from carbonscape.columns.features.sampling import window_offsets
from carbonscape.columns.prediction.members import Members
from carbonscape.columns.prediction.source_masks import masks_of_tile
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid, GridTile
from carbonscape.core.progress import Progress
from carbonscape.models.block import Block
from carbonscape.prediction.predictor import (
    label_tile,
    predict_rows,
    refuse_absurd,
    require_variables,
)
from carbonscape.products.product import FILL_CODE, Product
from carbonscape.training.members import mean_and_spread
from carbonscape.training.saved_model import ProductModel

#: What is read of the predictors of a tile's land cells.
SERIES = ("predictors", "source", "row", "col", "time", "variable")

#: Samples (cells times months) that are predicted before the progress line moves.
_AT_ONCE = 2**18


def predict_tile(
    series: xr.Dataset,
    models: Sequence[ProductModel],
    *,
    product: Product,
    tile: GridTile,
    months: Sequence[str],
    steps: int,
    window: str,
    progress: Progress | None = None,
    others: Members | None = None,
) -> xr.Dataset:
    """Predict every month of a tile.

    Args:
        series: ``SERIES`` of the cells, as the features step writes them.
        models: the trained models, whose members' mean is predicted.
        product: the column that is predicted.
        tile: where the cells lie.
        months: months of the product, YYYY-MM.
        steps: months of a window.
        window: ``trailing`` or ``centred``.
        progress: advanced by one for every month.
        others: networks of other seeds, whose spread the map has; None for none.

    Returns:
        On (time, lat, lon): the column under its name, ppm; ``<name>_spread``, the standard
        deviation of the members (divisor: members less one), only where there are several;
        ``<name>_std``, the calibrated one of ``others``, only where there are such;
        ``predictor_source``, the largest source code in the window; ``filled_share``, the share of
        its values that were not observed; and which predictors were filled in which way, as bits
        (:mod:`carbonscape.columns.prediction.source_masks`). NaN, or the fill value of codes,
        where there is no data: off land, or where the series do not hold the whole window. The
        time is the first day of the month.

    Raises:
        InputError: the series have other predictors or windows than the models were trained on,
            or lack the months.
        ResultError: a prediction is no number, or outside the plausible range.
    """
    for model in [*models, *([others.model] if others else [])]:
        require_variables(series["variable"].values.tolist(), model.variables)
        if model.steps != steps:
            raise InputError(
                f"{model.label} was trained on windows of {model.steps} months, but "
                f"'{product.name}.features.steps' is {steps}; train it again."
            )
    windows = _windows(series, months, steps, window)
    members = sum(model.members for model in models)
    mean, spread = _predict_months(series, models, product, tile.grid, months, windows, progress)
    source, share = _sources(series, windows)
    source[np.isnan(mean)], share[np.isnan(mean)] = MISSING, np.nan
    layers = {product.name: mean, "predictor_source": source, "filled_share": share}
    layers |= masks_of_tile(series, windows, ~np.isnan(mean), FILL_CODE)
    if members > 1:
        layers[f"{product.name}_spread"] = spread
    if others:
        predict = partial(_predict_months, series)
        layers[f"{product.name}_std"] = others.std(
            lambda models: predict(models, product, tile.grid, months, windows, None)[1]
        )
    return label_tile(product, layers, tile=tile, series=series, months=months)


def _windows(
    series: xr.Dataset, months: Sequence[str], steps: int, window: str
) -> NDArray[np.int64]:
    """Return the positions of each month's window on the time axis, (month, step).

    Those of a window that begins before the series or ends after it are -1.
    """
    known = series["time"].values.astype("datetime64[M]").astype(np.int64)
    if np.any(np.diff(known) != 1):
        raise InputError("the months of the tile series are not one after the other; delete it.")
    first = np.array(months, dtype="datetime64[M]").astype(np.int64) - known[0]
    found = first[:, None] + window_offsets(steps, window)
    found[((found < 0) | (found >= len(known))).any(axis=1)] = -1
    if (found < 0).all():
        raise InputError(
            f"the tile series hold {str(series['time'].values[0])[:7]} to "
            f"{str(series['time'].values[-1])[:7]}, and no whole window of the months "
            f"{months[0]} to {months[-1]}; run the features again."
        )
    return found


def _predict_months(
    series: xr.Dataset,
    models: Sequence[ProductModel],
    product: Product,
    grid: Grid,
    months: Sequence[str],
    windows: NDArray[np.int64],
    progress: Progress | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and spread of the members, each (month, cell), NaN where there is no data."""
    values = series["predictors"].values
    lat, lon = grid.lat[series["row"].values], grid.lon[series["col"].values]
    calendar = np.array([[int(month[:4]), int(month[5:])] for month in months])
    decimal_year = calendar[:, 0] + (calendar[:, 1] - 0.5) / 12
    mean, spread = np.full((2, len(months), len(values)), np.nan, dtype=np.float32)
    whole = np.isfinite(values).all(axis=2)
    at_once = max(_AT_ONCE // max(len(values), 1), 1)
    for start in range(0, len(months), at_once):
        part = np.arange(start, min(start + at_once, len(months)))
        # (month, cell) whose windows are there; a month without a window has -1.
        usable = whole[:, windows[part]].all(axis=2).T & (windows[part, 0] >= 0)[:, None]
        month, cell = np.nonzero(usable)
        month = part[month]

        def make(rows: NDArray[np.int64], month: NDArray = month, cell: NDArray = cell) -> Block:
            """Return the samples at some positions among the usable ones."""
            m, c = month[rows], cell[rows]
            return Block(
                series=values[c[:, None], windows[m]],
                context={},
                month=calendar[m, 1],
                target=np.zeros(len(rows)),
                where=np.column_stack([lat[c], lon[c], decimal_year[m]]),
            )

        if len(cell):
            found = np.concatenate(
                [
                    predict_rows(len(cell), make, model.predict_members, model.batch())
                    for model in models
                ]
            )
            label = " and ".join(model.label for model in models)
            refuse_absurd(found, product, place=f"{label}, {months[part[0]]} to {months[part[-1]]}")
            mean[month, cell], spread[month, cell] = mean_and_spread(found)
        if progress:
            progress.advance(len(part))
    return mean, spread


def _sources(
    series: xr.Dataset, windows: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the largest source code, and the share not observed, of each month's window.

    Returns:
        Two arrays (month, cell); nothing of use where a month has no window.
    """
    source = series["source"].values.astype(np.uint8)
    # Over the variables first: windows of neighbouring months share their steps.
    largest = source.max(axis=2, initial=0)
    share = (source != OBSERVED).mean(axis=2, dtype=np.float32) if source.size else largest * 0.0
    return (
        largest[:, windows].max(axis=2).T.copy(),
        share[:, windows].mean(axis=2).T.astype(np.float32),
    )
