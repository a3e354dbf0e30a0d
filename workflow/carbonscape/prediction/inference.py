"""Streaming inference: monthly GPP of every land cell of a tile."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.errors import InputError, ResultError
from carbonscape.features.calendar import Calendar
from carbonscape.features.grid import Grid
from carbonscape.features.landcover import encode_igbp_codes, sources_of
from carbonscape.features.samples import Block
from carbonscape.features.windows import NO_STEP, get_window, window_index
from carbonscape.io import atomic_path
from carbonscape.prediction.tiles import Tile
from carbonscape.progress import Progress
from carbonscape.training.final import ProductModel

#: Cells predicted at a time. Every batch has this size, the last being padded, because matrix
#: products of another shape may round differently: a cell's value must not depend on its tile.
BATCH = 1024

#: Range that a monthly mean may take, gC m-2 d-1; beyond it a model has left its senses.
PLAUSIBLE = (-20.0, 60.0)


def predict_tile(
    series: xr.Dataset,
    cover: Mapping[int, Mapping[str, NDArray[np.float32]]],
    model: ProductModel,
    *,
    grid: Grid,
    tile: Tile,
    calendar: Calendar,
    years: Sequence[int],
    progress: Progress | None = None,
) -> xr.Dataset:
    """Predict every month of a tile.

    Args:
        series: predictor series of the tile's land cells.
        cover: PFT vectors of those cells by year and source, each (cell, class); NaN or all
            zero where the cover is not known.
        model: trained models.
        grid, tile: where the cells lie.
        calendar: calendar of the series.
        years: years of the product.
        progress: advanced by one for every month.

    Returns:
        ``gpp`` (time, lat, lon) in gC m-2 d-1 and ``filled_share`` (time, lat, lon), the share of
        predictor values in the window that the gap rule made; NaN where there is no data. The
        time is the first day of the month.

    Raises:
        InputError: the series have other predictors than the model was trained on.
        ResultError: a prediction is no number, or out of this world.
    """
    found = series["variable"].values.tolist()
    if found != list(model.variables):
        raise InputError(
            f"the tile series hold {', '.join(found)}, but the model was trained on "
            f"{', '.join(model.variables)}; run the features again."
        )
    shape = (len(years) * 12, len(grid.lat[tile.rows]), len(grid.lon[tile.cols]))
    gpp = np.full(shape, np.nan, dtype=np.float32)
    share = np.full(shape, np.nan, dtype=np.float32)
    row = series["row"].values - tile.rows.start
    col = series["col"].values - tile.cols.start
    values, made = series["series_filled"].values, series["filled_variables"].values
    for number, (year, month) in enumerate((y, m) for y in years for m in range(1, 13)):
        steps = _window(calendar, model.window, year, month, series)
        if steps is not None and len(row):
            context = {s: cover[year][s] for s in sources_of(model.pft)}
            gpp[number, row, col] = _predict_month(values, steps, context, model, month)
            share[number, row, col] = made[:, steps].mean(axis=1) / values.shape[2]
        if progress:
            progress.advance()
    share[np.isnan(gpp)] = np.nan
    return _label(gpp, share, grid, tile, years)


def _window(
    calendar: Calendar, window: str, year: int, month: int, series: xr.Dataset
) -> NDArray[np.int64] | None:
    """Return the steps of a month's window, or None if the series do not hold all of it."""
    index = window_index(
        calendar,
        get_window(window),
        np.array([year]),
        np.array([month]),
        first_year=int(series["year"].values[0]),
        n_steps=series.sizes["step"],
    )[0]
    return None if (index == NO_STEP).any() else index


def _predict_month(
    values: NDArray[np.float32],
    steps: NDArray[np.int64],
    context: Mapping[str, NDArray[np.float32]],
    model: ProductModel,
    month: int,
) -> NDArray[np.float32]:
    """Return predictions (cell,), NaN where a window or the cover of the land is incomplete."""
    predicted = np.full(len(values), np.nan, dtype=np.float32)
    usable = np.ones(len(values), dtype=bool)
    for vectors in context.values():
        # NaN in the sum, or nothing at all, means that the cover is not known.
        usable &= np.nan_to_num(vectors.sum(axis=1)) > 0
    for start in range(0, len(values), BATCH):
        cells = np.arange(start, min(start + BATCH, len(values)))
        window = values[cells][:, steps]
        whole = usable[cells] & ~np.isnan(window).any(axis=(1, 2))
        cells = cells[whole]
        if cells.size == 0:
            continue
        # The last cell is repeated up to the size of a batch.
        take = np.minimum(np.arange(BATCH), cells.size - 1)
        block = Block(
            series=window[whole][take],
            context={source: v[cells[take]].astype(np.float32) for source, v in context.items()},
            month=np.full(BATCH, month, dtype=np.int64),
            target=np.zeros(BATCH),
        )
        result = model.predict(block, month)[: cells.size]
        _refuse_absurd(result, model, month)
        predicted[cells] = result
    return predicted


def _refuse_absurd(result: NDArray[np.float64], model: ProductModel, month: int) -> None:
    """Refuse predictions that are no numbers or out of this world."""
    low, high = PLAUSIBLE
    bad = ~(np.isfinite(result) & (result >= low) & (result <= high))
    if bad.any():
        raise ResultError(
            f"{model.label}, month {month}: predicted {result[bad][0]:g} gC m-2 d-1 for a cell, "
            f"outside {low:g} to {high:g}; its predictors may lie far from those of the towers (a "
            "unit error in the gridded archives?) or its training failed: look at the "
            "cross-validated scores first."
        )


def _label(
    gpp: NDArray[np.float32],
    share: NDArray[np.float32],
    grid: Grid,
    tile: Tile,
    years: Sequence[int],
) -> xr.Dataset:
    """Name the dimensions of a tile."""
    time = np.array([f"{y}-{m:02d}-01" for y in years for m in range(1, 13)], "datetime64[ns]")
    dims = ("time", "lat", "lon")
    return xr.Dataset(
        {
            "gpp": (dims, gpp, {"units": "gC m-2 d-1", "long_name": "gross primary productivity"}),
            "filled_share": (
                dims,
                share,
                {"units": "1", "long_name": "share of predictor values made by the gap rule"},
            ),
        },
        coords={
            "time": time,
            "lat": ("lat", grid.lat[tile.rows], {"units": "degrees_north"}),
            "lon": ("lon", grid.lon[tile.cols], {"units": "degrees_east"}),
        },
    )


def read_cover(
    paths: Mapping[int, str | os.PathLike[str]],
    sources: Sequence[str],
    row: NDArray[np.integer],
    col: NDArray[np.integer],
) -> dict[int, dict[str, NDArray[np.float32]]]:
    """Return the PFT vectors of cells by year and source.

    Args:
        paths: land-cover files by year, with ``igbp`` (lat, lon) and ``pft_esa_cci``
            (pft_class, lat, lon).
        sources: the land-cover sources that a model reads.
        row, col: (cell,) positions on the grid.

    Returns:
        Arrays (cell, class) float32.
    """
    cover: dict[int, dict[str, NDArray[np.float32]]] = {}
    for year, path in paths.items():
        cover[year] = {}
        if not sources or not len(row):
            continue
        # Only the rectangle that holds the cells is read.
        top, left = int(row.min()), int(col.min())
        with xr.open_dataset(path, engine="netcdf4", mask_and_scale=False) as dataset:
            part = dataset.isel(
                lat=slice(top, int(row.max()) + 1), lon=slice(left, int(col.max()) + 1)
            )
            if "igbp" in sources:
                codes = part["igbp"].values[row - top, col - left]
                cover[year]["igbp"] = encode_igbp_codes(codes)
            if "esa_cci" in sources:
                fractions = part["pft_esa_cci"].values[:, row - top, col - left]
                cover[year]["esa_cci"] = fractions.T.astype(np.float32)
    return cover


def write_tile(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a tile as compressed netCDF-4, whole or not at all."""
    encoding: dict[str, dict] = {n: {"zlib": True, "complevel": 4} for n in dataset.data_vars}
    encoding["time"] = {"units": "days since 2000-01-01", "dtype": "int32"}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
