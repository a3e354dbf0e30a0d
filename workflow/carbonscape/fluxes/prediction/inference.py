"""Streaming inference: the monthly flux of every land cell of a tile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.grid import GridTile
from carbonscape.core.months import months_between
from carbonscape.core.progress import Progress
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.features.windows import NO_STEP, get_window, window_index
from carbonscape.fluxes.prediction.members import Members, TileSpread, blend
from carbonscape.models.block import Block
from carbonscape.prediction import predictor
from carbonscape.prediction.predictor import label_tile, require_variables
from carbonscape.products.product import Product
from carbonscape.training.saved_model import ProductModel

#: What is read of the predictor series of a tile's land cells.
SERIES = ("series_filled", "filled_variables", "leaf_images", "variable", "row", "col", "year")

#: Calendar months.
MONTHS = range(1, 13)


def predict_tile(
    series: xr.Dataset,
    cover: Mapping[int, Mapping[str, NDArray[np.float32]]],
    models: Sequence[ProductModel],
    *,
    product: Product,
    tile: GridTile,
    calendar: Calendar,
    years: Sequence[int],
    min_leaf_steps: int = 0,
    weights: Sequence[float] | None = None,
    members: Members | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Predict every month of a tile.

    Args:
        series: predictor series of the tile's land cells.
        cover: PFT vectors of those cells by year and source, each (cell, class); NaN or all
            zero where the cover is not known.
        models: the trained model, or those of a blend, whose mean is predicted.
        product: the flux that is predicted.
        tile: where the cells lie.
        calendar: calendar of the series.
        years: years of the maps, one after the other.
        min_leaf_steps: steps of the window with observed leaf area and FPAR, fewer than which a
            month has no data.
        weights: how much each of ``models`` counts, with sum 1; None for all alike.
        members: the networks that give the spread; None for none. They change no flux.
        progress: advanced by one for every month.

    Returns:
        The flux (time, lat, lon) under its name, gC m-2 d-1, and what :func:`quality_of_window`
        says of its window (time, lat, lon); no data where the flux has none. The time is the
        first day of the month. With members the layers of
        :class:`carbonscape.fluxes.prediction.members.TileSpread` as well.

    Raises:
        InputError: the series have other predictors than the model was trained on.
        ResultError: a prediction is no number, or outside the plausible range.
    """
    for model in [*models, *(members.networks if members else [])]:
        require_variables(series["variable"].values.tolist(), model.variables)
    values = series["series_filled"].values
    flux = np.full((len(years) * 12, len(values)), np.nan, dtype=np.float32)
    quality = {
        name: np.full(flux.shape, layer.fill, dtype=layer.kind)
        for name, layer in product.layers.items()
        if name != product.name and layer.required
    }
    spread = TileSpread(members, product, tile, series, years) if members else None
    for number, year in enumerate(years):
        # The parts of a blend may read different windows.
        steps = {
            window: [_window(calendar, window, year, month, series) for month in MONTHS]
            for window in dict.fromkeys(model.window for model in models)
        }
        if len(values):
            context = {source: cover[year][source] for source in sources_of(models[0].pft)}

            def predict(
                model: ProductModel, steps: Any = steps, context: Any = context
            ) -> NDArray[np.float32]:
                return _predict_year(values, steps[model.window], context, model, product)

            parts = [predict(model) for model in models]
            blended = blend(parts, weights)
            flux[12 * number : 12 * (number + 1)] = blended
            for row, read in enumerate(zip(*steps.values(), strict=True), start=12 * number):
                if all(window is not None for window in read):
                    window = np.concatenate(read)
                    found = quality_of_window(series, window)
                    flux[row, found["leaf_observed_steps"] < min_leaf_steps] = np.nan
                    known = ~np.isnan(flux[row])
                    for name, layer in found.items():
                        quality[name][row, known] = layer[known]
            if spread:
                known = ~np.isnan(flux[12 * number : 12 * (number + 1)])
                spread.add(year, parts, weights, known, predict)
        if progress:
            progress.advance(12)
    quality["filled_share"][np.isnan(flux)] = np.nan
    months = months_between(f"{years[0]}-01", f"{years[-1]}-12")
    layers = {product.name: flux, **quality, **(spread.layers() if spread else {})}
    found = label_tile(product, layers, tile=tile, series=series, months=months)
    return found.assign(spread.totals()) if spread else found


def quality_of_window(series: xr.Dataset, window: NDArray[np.int64]) -> dict[str, NDArray]:
    """Return how much of a window was observed at each cell.

    Args:
        series: predictor series of the cells.
        window: steps of the window; one that it repeats counts once.

    Returns:
        ``filled_share`` (cell,) float32, share of all predictor values that the gap rule made;
        ``leaf_filled_share`` (cell,) uint8, percent of the steps without an observation of leaf
        area and FPAR; ``leaf_observed_steps`` (cell,) uint8, number of steps with one.
    """
    steps = np.unique(window)
    made = series["filled_variables"].values[:, steps].mean(axis=1) / series.sizes["variable"]
    # MODIS gives leaf area and FPAR together, or neither.
    observed = (series["leaf_images"].values[:, steps] > 0).sum(axis=1)
    missing = np.rint(100 * (1 - observed / len(steps)))
    return {
        "filled_share": made.astype(np.float32),
        "leaf_filled_share": missing.astype(np.uint8),
        "leaf_observed_steps": observed.astype(np.uint8),
    }


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


def _predict_year(
    values: NDArray[np.float32],
    steps: Sequence[NDArray[np.int64] | None],
    context: Mapping[str, NDArray[np.float32]],
    model: ProductModel,
    product: Product,
) -> NDArray[np.float32]:
    """Return predictions (month, cell), NaN where a window or the cover is incomplete.

    Args:
        values: (cell, step, variable) of the tile's series.
        steps: steps of each month's window; None where the series do not hold them.
        context: PFT vectors by source, each (cell, class).
        model: the trained model.
        product: the flux that is predicted.
    """
    covered = np.ones(len(values), dtype=bool)
    for vectors in context.values():
        # NaN in the sum, or nothing at all, means that the cover is not known.
        covered &= np.nan_to_num(vectors.sum(axis=1)) > 0
    predicted = np.full((12, len(values)), np.nan, dtype=np.float32)
    batch = predictor.BATCH
    for start in range(0, len(values), batch):
        cells = np.arange(start, min(start + batch, len(values)))
        part = values[cells]
        usable = np.zeros((12, len(cells)), dtype=bool)
        for month, window in enumerate(steps):
            if window is not None:
                usable[month] = covered[cells] & ~np.isnan(part[:, window]).any(axis=(1, 2))
        vectors = {source: v[cells] for source, v in context.items()}
        predict = _yearly_batch if model.entry.yearly else _monthly_batch
        result = predict(part, steps, usable, vectors, model)
        for month in MONTHS:
            found = result[month - 1][usable[month - 1]]
            predictor.refuse_absurd(found, product, place=f"{model.label}, month {month}")
        predicted[:, cells] = np.where(usable, result, np.nan)
    return predicted


def _monthly_batch(
    values: NDArray[np.float32],
    steps: Sequence[NDArray[np.int64] | None],
    usable: NDArray[np.bool_],
    context: Mapping[str, NDArray[np.float32]],
    model: ProductModel,
) -> NDArray[np.float64]:
    """Return the predictions of monthly models for at most a batch of cells: (month, cell)."""
    predicted = np.full(usable.shape, np.nan)
    for month, (window, rows) in enumerate(zip(steps, usable, strict=True)):
        if rows.any():
            make = _samples(values[rows][:, window], _take(context, rows), month + 1)
            predicted[month, rows] = predictor.predict_rows(
                rows.sum(), make, partial(model.predict, month=month + 1), model.batch(month + 1)
            )
    return predicted


def _yearly_batch(
    values: NDArray[np.float32],
    steps: Sequence[NDArray[np.int64] | None],
    usable: NDArray[np.bool_],
    context: Mapping[str, NDArray[np.float32]],
    model: ProductModel,
) -> NDArray[np.float64]:
    """Return the predictions of a yearly model for at most a batch of cells: (month, cell).

    One reading of the year serves every month. Where the series end within the year, the
    months after that are left out by the caller.
    """
    predicted = np.full(usable.shape, np.nan)
    rows = usable.any(axis=0)
    known = [window for window in steps if window is not None]
    if rows.any():
        year = np.full((rows.sum(), model.steps, values.shape[2]), np.nan, dtype=np.float32)
        longest = max(known, key=len)
        year[:, : len(longest)] = values[rows][:, longest]
        make = _samples(year, _take(context, rows), 12)
        predicted[:, rows] = predictor.predict_rows(
            rows.sum(), make, lambda block: model.predict_year(block).T, model.batch()
        )
    return predicted


def _take(
    context: Mapping[str, NDArray[np.float32]], rows: NDArray[np.bool_]
) -> dict[str, NDArray[np.float32]]:
    """Return the PFT vectors of some cells."""
    return {source: vectors[rows] for source, vectors in context.items()}


def _samples(
    series: NDArray[np.float32], context: Mapping[str, NDArray[np.float32]], month: int
) -> Callable[[NDArray[np.int64]], Block]:
    """Return a function that returns some of the cells as samples of a calendar month."""

    def make(rows: NDArray[np.int64]) -> Block:
        return Block(
            series=series[rows],
            context={source: v[rows].astype(np.float32) for source, v in context.items()},
            month=np.full(len(rows), month, dtype=np.int64),
            target=np.zeros(len(rows)),
            year_row=np.arange(len(rows)),
        )

    return make
