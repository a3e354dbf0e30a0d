"""Checks of out-of-fold predictions: promises that every cross-validation must keep.

Nothing here, nor in the checks of the wings, may use the code that made the folds: an error in
that code would excuse itself. Distances therefore come from chords between points of the sphere,
with a formula and a radius of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.metrics import r2
from carbonscape.products.product import Product

logger = logging.getLogger(__name__)

#: Mean radius of the Earth, km.
_RADIUS = 6371.0


def check_identity(
    predictions: pd.DataFrame, samples: pd.DataFrame, key: Sequence[str], *, origin: str
) -> None:
    """Refuse predictions that are not those of the held-out samples by their own folds.

    Every held-out sample is predicted once, by its own fold and from its own observation, and no
    other is.

    Args:
        predictions: the columns ``key``, fold and observed.
        samples: the same, with the fold in which each sample is held out; -1 for never.
        key: columns that identify a sample.
        origin: name of the predictions, for the message.

    Raises:
        ResultError: a promise is broken.
    """
    names = list(key)
    held_out = samples.loc[samples["fold"] >= 0, [*names, "fold", "observed"]]
    for table, text in ((predictions, "was predicted"), (held_out, "is a sample")):
        doubled = table[table.duplicated(names)]
        if not doubled.empty:
            raise ResultError(f"{origin}: {_named(doubled, names)} {text} twice.")
    own, found = (table.sort_values(names) for table in (held_out, predictions))
    # Sorted and laid side by side: a published run has tens of millions of samples.
    if len(own) != len(found) or (own[names].to_numpy() != found[names].to_numpy()).any():
        pairs = own[names].merge(found[names], how="outer", indicator=True)
        missing, extra = (pairs[pairs["_merge"] == side] for side in ("left_only", "right_only"))
        raise ResultError(
            f"{origin}: {len(missing)} held-out samples have no prediction and {len(extra)} "
            "predictions have no held-out sample, the first of "
            f"{_named(pd.concat([missing, extra]), names)}; delete it and run again."
        )
    for column, text in (
        ("fold", "predicted in fold {} but is held out in fold {}"),
        ("observed", "scored against {} but {} was observed"),
    ):
        values = found[column].to_numpy(), own[column].to_numpy()
        wrong = values[0] != values[1]
        if wrong.any():
            at = int(np.argmax(wrong))
            said = text.format(*(one[at] for one in values))
            raise ResultError(f"{origin}: {_named(found.iloc[at:], names)} was {said}.")


def check_values(
    predictions: pd.DataFrame, key: Sequence[str], product: Product, *, origin: str
) -> None:
    """Refuse predictions that are no numbers or outside the plausible range.

    Args:
        predictions: the columns ``key`` and predicted.
        key: columns that name a sample in the message.
        product: what is predicted; it has the bounds.
        origin: name of the predictions, for the message.

    Raises:
        ResultError: one of them is.
    """
    low, high = product.plausible
    outside = predictions[~predictions["predicted"].between(low, high)]
    if not outside.empty:
        raise ResultError(
            f"{origin}: predicted {product.label} of {_named(outside, list(key))} is "
            f"{outside['predicted'].iloc[0]:g} {product.unit}, outside {low:g} to {high:g}; the "
            "model has probably diverged: lower its learning rate."
        )


def check_skill(predictions: pd.DataFrame, *, origin: str, strict: bool = False) -> None:
    """Say of a model that is no better than the mean of the observations.

    Args:
        predictions: the columns observed and predicted.
        origin: name of the predictions, for the message.
        strict: refuse it; else it is only said, as a quick test on a simulated Earth, or a harder
            way of holding samples out, may have such a model.

    Raises:
        ResultError: R2 is zero or less, and must not be.
    """
    skill = r2(predictions["observed"], predictions["predicted"])
    if not skill > 0 and not np.isnan(skill):
        sentence = f"{origin}: R2 is {skill:.3f}, no better than the mean of the observations"
        if strict:
            raise ResultError(f"{sentence}; look at the losses in its .run.json.")
        logger.warning("%s", sentence)


def _named(table: pd.DataFrame, names: list[str]) -> str:
    """Return 'site A, year 2004, month 1' for the first row of a table."""
    return ", ".join(f"{name} {table[name].iloc[0]}" for name in names)


def points_of(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.float64]:
    """Return places of degrees as points of the unit sphere, (place, 3)."""
    lat, lon = (np.radians(np.asarray(values, dtype=float)) for values in (lat, lon))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def km_of_chords(chord: ArrayLike) -> NDArray[np.float64]:
    """Return the distances along the sphere, km, of points that lie some chords apart."""
    return 2 * _RADIUS * np.arcsin(np.minimum(np.asarray(chord) / 2, 1.0))
