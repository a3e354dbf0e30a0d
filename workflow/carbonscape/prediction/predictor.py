"""What all tile predictors share: full batches, plausible values, labelled and written tiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import GridTile
from carbonscape.core.io import atomic_path
from carbonscape.models.block import Block
from carbonscape.products.product import Layer, Product

#: Samples that are put together at a time, at most.
BATCH = 1024

#: Attributes of the layers that tiles have as well.
_SAID_OF_TILES = ("long_name", "units")


def predict_rows(
    number: int,
    make: Callable[[NDArray[np.int64]], Block],
    predict: Callable[[Block], NDArray[np.float64]],
    batch: int = 1,
) -> NDArray[np.float64]:
    """Predict samples in batches of one size, the last being padded.

    Matrix products of another shape may round differently, and a cell's value must not depend on
    its tile.

    Args:
        number: of samples, at least one.
        make: returns the samples at some positions.
        predict: of a trained model; its last dimension is the sample.
        batch: samples of a batch (:meth:`carbonscape.training.saved_model.ProductModel.batch`).

    Returns:
        What ``predict`` returns, for all samples.
    """
    parts = []
    at_once = max(BATCH // batch, 1) * batch
    for start in range(0, number, at_once):
        wanted = min(-(-(number - start) // batch) * batch, at_once)
        # The last sample is repeated until the batch is full.
        rows = np.minimum(np.arange(start, start + wanted), number - 1)
        parts.append(predict(make(rows))[..., : number - start])
    return np.concatenate(parts, axis=-1)


def refuse_absurd(result: NDArray[np.floating], product: Product, *, place: str) -> None:
    """Refuse predictions that are no numbers or outside the plausible range.

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


def cells_inside(series: xr.Dataset, tile: GridTile) -> xr.Dataset:
    """Return the cells of a series that lie in a tile: all, unless a region cuts the tile.

    Args:
        series: predictor series of cells, with their positions ``row`` and ``col`` on the grid.
        tile: the tile.
    """
    row, col = series["row"].values, series["col"].values
    inside = (row >= tile.rows.start) & (row < tile.rows.stop)
    inside &= (col >= tile.cols.start) & (col < tile.cols.stop)
    return series if inside.all() else series.isel(cell=np.flatnonzero(inside))


def label_tile(
    product: Product,
    values: Mapping[str, NDArray],
    *,
    tile: GridTile,
    series: xr.Dataset,
    months: Sequence[str],
    layers: Mapping[str, Layer] | None = None,
) -> xr.Dataset:
    """Put predictions of land cells on the rectangle of their tile.

    Args:
        product: what was predicted; its layers say what the variables are.
        values: layers by name, each (month, cell), annual ones (year, cell); NaN or the layer's
            fill value for no data.
        tile: the tile.
        series: predictor series of the cells, with their positions ``row`` and ``col`` on the grid.
        months: YYYY-MM.
        layers: what the variables are; None for the product's own.

    Returns:
        The layers on (time, lat, lon), annual ones on (year, lat, lon), without data off land. The
        time is the first day of the month.
    """
    row = series["row"].values - tile.rows.start
    col = series["col"].values - tile.cols.start
    found = xr.Dataset(
        coords={
            "time": np.array(months, dtype="datetime64[M]").astype("datetime64[ns]"),
            "lat": ("lat", tile.lat, {"units": "degrees_north"}),
            "lon": ("lon", tile.lon, {"units": "degrees_east"}),
        }
    )
    for name, layer in (product.layers if layers is None else layers).items():
        if name in values:
            if layer.annual:
                found = found.assign_coords(year=sorted({int(month[:4]) for month in months}))
            dims = ("year" if layer.annual else "time", "lat", "lon")
            shape = tuple(found.sizes[dim] for dim in dims)
            fill = np.nan if layer.kind == "f4" else layer.fill
            field = np.full(shape, fill, dtype=layer.kind)
            field[:, row, col] = values[name]
            # The finished maps have the others: readers of tiles must not mask by a valid range.
            said = {key: text for key, text in layer.attributes.items() if key in _SAID_OF_TILES}
            found[name] = (dims, field, said)
            found[name].encoding["_FillValue"] = np.array(fill, dtype=layer.kind)[()]
    return found


def write_tile(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a tile as compressed netCDF-4, whole or not at all."""
    encoding: dict[str, dict] = {n: {"zlib": True, "complevel": 4} for n in dataset.data_vars}
    encoding["time"] = {"units": "days since 2000-01-01", "dtype": "int32"}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
