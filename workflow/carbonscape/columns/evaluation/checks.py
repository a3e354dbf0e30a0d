"""Checks of the cross-validations of columns: what sets their schemes of holding out apart."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.errors import ResultError
from carbonscape.evaluation.grids import open_grid
from carbonscape.evaluation.prediction_checks import (
    check_identity,
    check_skill,
    check_values,
    km_of_chords,
    points_of,
)
from carbonscape.products.product import Product

#: Instruments by their codes in samples.nc.
_INSTRUMENTS = ("oco2", "oco3")

#: What of the samples must stand in the predictions, beside what identifies them.
_SAME = ("lat", "lon", "year", "month")


def read_sample_table(path: str | os.PathLike[str], product: Product) -> pd.DataFrame:
    """Read what the checks need of samples.nc, one row a sample in its order.

    Returns:
        sample, row, col, lat, lon, year, month, instrument (oco2 or oco3) and observed (ppm).

    Raises:
        InputError, ResultError: the file is absent, damaged or lacks a variable.
    """
    names = ("row", "col", "lat", "lon", "year", "month", "instrument", product.name)
    with open_grid(path, *names) as dataset:
        table = pd.DataFrame({name: dataset[name].values for name in names})
    table["instrument"] = np.array(_INSTRUMENTS)[table["instrument"].to_numpy(np.intp)]
    return table.rename(columns={product.name: "observed"}).assign(sample=range(len(table)))


def check_predictions(
    predictions: pd.DataFrame,
    samples: pd.DataFrame,
    folds: tuple[NDArray[np.integer], NDArray[np.bool_]],
    product: Product,
    *,
    scheme: str,
    origin: str,
    buffer_km: float = 0.0,
    strict: bool = False,
) -> None:
    """Check out-of-fold predictions against the samples and folds that they claim to follow.

    Every held-out sample is predicted once, by its own fold and from its own observation, and no
    other is; predictions are plausible; what sets the scheme apart holds.

    Args:
        predictions: an XCO2_PREDICTIONS table.
        samples: as :func:`read_sample_table` returns it.
        folds: the fold of each sample (sample,), -1 for never held out, and which samples a fold
            may not train on (fold, sample).
        product: the column that is predicted.
        scheme: sample, spatial, temporal or transfer.
        origin: name of the predictions, for the message.
        buffer_km: distance that training samples keep from held-out ones in the spatial scheme.
        strict: refuse a model that is no better than the mean of the observations; else it is
            only said, as a quick test on a simulated Earth may have such a model.

    Raises:
        ResultError: a promise is broken.
    """
    predictions = XCO2_PREDICTIONS.check(predictions, origin)
    fold, excluded = folds
    _check_samples(samples, fold, excluded, origin=origin)
    held_out = samples.assign(fold=fold)
    check_identity(predictions, held_out, ("sample",), origin=origin)
    _check_places(predictions, samples, origin=origin)
    _check_scheme(samples, fold, excluded, scheme=scheme, origin=origin, buffer_km=buffer_km)
    check_values(predictions, ("sample", "lat", "lon", "year", "month"), product, origin=origin)
    check_skill(predictions, origin=origin, strict=strict and scheme == "sample")


def _check_samples(
    samples: pd.DataFrame, fold: NDArray, excluded: NDArray[np.bool_], *, origin: str
) -> None:
    """Refuse folds of other samples, and a cell-month that is a sample twice."""
    if fold.shape != (len(samples),) or excluded.shape[-1] != len(samples):
        raise ResultError(
            f"{origin}: there are folds for {fold.size} samples but {len(samples)} samples; delete "
            "folds.nc and run again."
        )
    doubled = samples.duplicated(["row", "col", "year", "month", "instrument"])
    if doubled.any():
        first = samples[doubled].iloc[0]
        raise ResultError(
            f"{origin}: the cell in row {first['row']}, column {first['col']} is a sample twice "
            f"in {first['year']}-{first['month']:02d}, so that one may be trained on and the other "
            "held out; delete samples.nc and run again."
        )


def _check_places(predictions: pd.DataFrame, samples: pd.DataFrame, *, origin: str) -> None:
    """Refuse predictions whose place, time or instrument is not that of their sample."""
    number = predictions["sample"].to_numpy()
    own = samples.iloc[number]
    for name in _SAME:
        # Coordinates may have been kept in single precision.
        near = np.isclose(own[name].to_numpy(float), predictions[name], rtol=0, atol=1e-3)
        if not near.all():
            at = int(np.argmin(near))
            raise ResultError(
                f"{origin}: sample {number[at]} has {name} {predictions[name].iloc[at]} but "
                f"{own[name].iloc[at]} in samples.nc; delete it and run again."
            )
    differs = own["instrument"].to_numpy(str) != predictions["instrument"].to_numpy(str)
    if differs.any():
        raise ResultError(
            f"{origin}: sample {number[int(np.argmax(differs))]} is of another instrument than in "
            "samples.nc; delete it and run again."
        )


def _check_scheme(
    samples: pd.DataFrame,
    fold: NDArray,
    excluded: NDArray[np.bool_],
    *,
    scheme: str,
    origin: str,
    buffer_km: float,
) -> None:
    """Refuse folds without the property that their scheme promises."""
    for number in range(int(fold.max()) + 1):
        held_out = fold == number
        trained = ~held_out & ~excluded[number]
        if not trained.any():
            raise ResultError(f"{origin}: fold {number} has no sample to train on.")
        if scheme == "spatial":
            _check_distance(samples, held_out, trained, origin, number, buffer_km)
        for column, of in (("year", "temporal"), ("instrument", "transfer")):
            shared = set(samples.loc[held_out, column]) & set(samples.loc[trained, column])
            if scheme == of and shared:
                raise ResultError(
                    f"{origin}: the {column} {min(shared)} is held out in fold {number} and "
                    f"trained on as well, but the scheme '{scheme}' keeps them apart."
                )


def _check_distance(
    samples: pd.DataFrame,
    held_out: NDArray[np.bool_],
    trained: NDArray[np.bool_],
    origin: str,
    number: int,
    buffer_km: float,
) -> None:
    """Refuse a training sample in a held-out cell, or nearer to one than the buffer."""
    points = points_of(samples["lat"], samples["lon"])
    sides = [np.unique(points[side], axis=0) for side in (held_out, trained)]
    nearest = km_of_chords(cKDTree(sides[0]).query(sides[1])[0].min())
    # Ten metres of tolerance: coordinates may be kept in single precision.
    if nearest < max(buffer_km - 0.01, 1e-3):
        raise ResultError(
            f"{origin}: fold {number} trains on a sample {nearest:.1f} km from one that it holds "
            f"out, but is to keep {buffer_km:g} km (config key 'xco2.crossval.buffer_km')."
        )
