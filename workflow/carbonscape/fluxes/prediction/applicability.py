"""Where the cells of a flux's maps lie within what the towers know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.grid import GridTile
from carbonscape.core.months import months_between
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.features.samples import build_block
from carbonscape.fluxes.features.windows import NO_STEP, get_window, window_index
from carbonscape.fluxes.training.folds import folds_of_samples
from carbonscape.prediction.applicability import Reference, dissimilarity, make_reference
from carbonscape.prediction.predictor import label_tile, require_variables
from carbonscape.products.product import Product

#: Steps of the month itself: predictors of a sample are their mean.
MONTH = "1m"


def reference_of_samples(
    samples: pd.DataFrame,
    series: xr.Dataset,
    folds: dict[str, Any],
    *,
    calendar: Calendar,
    pft: str,
    weights: Mapping[str, float],
) -> Reference:
    """Return the training samples of a map in the space of weighted predictors.

    Args:
        samples: training samples (SAMPLES).
        series: predictor series of the towers.
        folds: of the cross-validation whose held-out samples give the threshold.
        calendar: of the series.
        pft: PFT setting of the map.
        weights: importance of each predictor, and of ``pft``.
    """
    block = build_block(samples, series, calendar=calendar, window=MONTH, pft=pft)
    fold, _ = folds_of_samples(folds, samples)
    return make_reference(
        block.series.mean(axis=1, dtype=np.float64),
        _joined(block.context, pft, len(block)),
        fold,
        variables=series["variable"].values.tolist(),
        weights=weights,
    )


def measure_tile(
    series: xr.Dataset,
    cover: Mapping[int, Mapping[str, NDArray[np.float32]]],
    reference: Reference,
    *,
    product: Product,
    tile: GridTile,
    calendar: Calendar,
    years: Sequence[int],
    pft: str,
) -> xr.Dataset:
    """Measure the dissimilarity of every month of a tile to the training samples.

    Args:
        series: predictor series of the tile's land cells.
        cover: PFT vectors of those cells by year and source, each (cell, class).
        reference: of :func:`reference_of_samples`.
        product: the flux, whose layers say what the variables are.
        tile: where the cells lie.
        calendar: calendar of the series.
        years: years of the maps, one after the other.
        pft: PFT setting of the map.

    Returns:
        ``dissimilarity`` and ``applicable`` (time, lat, lon); no data where a predictor of the
        month or the land cover is missing.

    Raises:
        InputError: the series have other predictors than the training samples.
    """
    require_variables(series["variable"].values.tolist(), reference.variables)
    values = series["series_filled"].values
    found = np.full((12 * len(years), len(values)), np.nan, dtype=np.float32)
    for number, year in enumerate(years):
        index = window_index(
            calendar, get_window(MONTH), np.full(12, year), np.arange(1, 13),
            first_year=int(series["year"].values[0]), n_steps=series.sizes["step"],
        )  # fmt: skip
        context = _joined(cover[year], pft, len(values))
        for row, steps in enumerate(index, start=12 * number):
            if (steps == NO_STEP).any() or not len(values):
                continue
            month = values[:, steps].mean(axis=1, dtype=np.float64)
            known = np.isfinite(month).all(axis=1) & np.isfinite(context).all(axis=1)
            points = reference.features(month[known], context[known])
            found[row, known] = dissimilarity(reference, points)
    inside = np.where(np.isnan(found), 255, found <= reference.threshold).astype(np.uint8)
    return label_tile(
        product,
        {"dissimilarity": found, "applicable": inside},
        tile=tile,
        series=series,
        months=months_between(f"{years[0]}-01", f"{years[-1]}-12"),
        layers=product.beside,
    )


def _joined(context: Mapping[str, NDArray], pft: str, rows: int) -> NDArray[np.float64]:
    """Return the classes of all sources of a PFT setting side by side: (row, class)."""
    parts = [np.asarray(context[source], dtype=np.float64) for source in sources_of(pft)]
    return np.hstack(parts) if parts else np.empty((rows, 0))
