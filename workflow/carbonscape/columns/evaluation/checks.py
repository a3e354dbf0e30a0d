"""Checks of the cross-validations of XCO2: promises that every run must keep."""

from __future__ import annotations

import logging
import os

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.errors import ResultError
from carbonscape.evaluation.grids import open_grid
from carbonscape.evaluation.metrics import r2

logger = logging.getLogger(__name__)

#: XCO2 outside these bounds is not physical, ppm.
PHYSICAL_BOUNDS = (350.0, 500.0)

#: Mean radius of the Earth, km.
_EARTH_RADIUS = 6371.0

#: Instruments by their codes in samples.nc.
_INSTRUMENTS = ("oco2", "oco3")

#: What of the samples must stand in the predictions.
_SAME = ("lat", "lon", "year", "month", "observed")


def read_sample_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read what the checks need of samples.nc, one row a sample in its order.

    Returns:
        row, col, lat, lon, year, month, instrument (oco2 or oco3) and observed (ppm).

    Raises:
        InputError, ResultError: the file is absent, damaged or lacks a variable.
    """
    names = ("row", "col", "lat", "lon", "year", "month", "instrument", "xco2")
    with open_grid(path, *names) as dataset:
        table = pd.DataFrame({name: dataset[name].values for name in names})
    table["instrument"] = np.array(_INSTRUMENTS)[table["instrument"].to_numpy(np.intp)]
    return table.rename(columns={"xco2": "observed"})


def check_predictions(
    predictions: pd.DataFrame,
    samples: pd.DataFrame,
    folds: tuple[NDArray[np.integer], NDArray[np.bool_]],
    *,
    scheme: str,
    origin: str,
    buffer_km: float = 0.0,
    strict: bool = False,
) -> None:
    """Check out-of-fold predictions against the samples and folds that they claim to follow.

    Every held-out sample is predicted once, by its own fold and from its own observation, and no
    other is; predictions are physical; what sets the scheme apart holds.

    Args:
        predictions: an XCO2_PREDICTIONS table.
        samples: as :func:`read_sample_table` returns it.
        folds: the fold of each sample (sample,), -1 for never held out, and which samples a fold
            may not train on (fold, sample).
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
    _check_identity(predictions, samples, fold, origin=origin)
    _check_scheme(samples, fold, excluded, scheme=scheme, origin=origin, buffer_km=buffer_km)
    values = predictions["predicted"].to_numpy()
    low, high = PHYSICAL_BOUNDS
    outside = ~((values >= low) & (values <= high))
    if outside.any():
        first = predictions.iloc[int(np.argmax(outside))]
        raise ResultError(
            f"{origin}: predicted XCO2 of sample {first['sample']} ({first['lat']:g} N, "
            f"{first['lon']:g} E, {first['year']}-{first['month']:02d}) is "
            f"{first['predicted']:g} ppm, outside {low:g} to {high:g}; the model has probably "
            "diverged: lower its learning rate."
        )
    skill = r2(predictions["observed"], values)
    if not skill > 0 and not np.isnan(skill):
        sentence = f"{origin}: R2 is {skill:.3f}, no better than the mean of the observations"
        if strict and scheme == "sample":
            raise ResultError(f"{sentence}; look at the losses in its .run.json.")
        logger.warning("%s", sentence)


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


def _check_identity(
    predictions: pd.DataFrame, samples: pd.DataFrame, fold: NDArray, *, origin: str
) -> None:
    """Refuse predictions that are not those of the held-out samples by their own folds."""
    number = predictions["sample"].to_numpy()
    expected = np.flatnonzero(fold >= 0)
    if not np.array_equal(np.sort(number), expected):
        missing, extra = np.setdiff1d(expected, number), np.setdiff1d(number, expected)
        raise ResultError(
            f"{origin}: {len(missing)} held-out samples have no prediction and {len(extra)} "
            f"predictions have no held-out sample (the first: {[*missing[:1], *extra[:1]]}); "
            "delete it and run again."
        )
    wrong = predictions["fold"].to_numpy() != fold[number]
    if wrong.any():
        first = predictions.iloc[int(np.argmax(wrong))]
        raise ResultError(
            f"{origin}: sample {first['sample']} was predicted in fold {first['fold']} but is held "
            f"out in fold {fold[first['sample']]}."
        )
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
    lat, lon = (
        np.radians(samples["lat"].to_numpy(float)),
        np.radians(samples["lon"].to_numpy(float)),
    )
    points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    sides = [np.unique(points[side], axis=0) for side in (held_out, trained)]
    chord = float(cKDTree(sides[0]).query(sides[1])[0].min())
    nearest = 2 * _EARTH_RADIUS * np.arcsin(min(chord / 2, 1.0))
    # Ten metres of tolerance: coordinates may be kept in single precision.
    if nearest < max(buffer_km - 0.01, 1e-3):
        raise ResultError(
            f"{origin}: fold {number} trains on a sample {nearest:.1f} km from one that it holds "
            f"out, but is to keep {buffer_km:g} km (config key 'xco2.crossval.buffer_km')."
        )
