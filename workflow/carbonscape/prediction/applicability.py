"""Area of applicability: where predictors resemble those that a model was trained on.

Source: Meyer and Pebesma (2021), Methods in Ecology and Evolution 12, 1620-1633,
doi:10.1111/2041-210X.13650.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path

#: Rows whose distances to all others are in memory together.
_ROWS = 500


@dataclass(frozen=True)
class Reference:
    """The training samples in the space of weighted predictors.

    Attributes:
        variables: names of the predictors.
        centre, scale: (variable,) mean and standard deviation in training; scale holds the weight.
        context_scale: factor of the classes of the land cover.
        points: (sample, feature) float32.
        mean_distance: mean distance between two training samples.
        threshold: dissimilarity from which on a place lies outside.
    """

    variables: Sequence[str]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    context_scale: float
    points: NDArray[np.float32]
    mean_distance: float
    threshold: float

    def features(
        self, values: NDArray[np.floating], context: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Return samples in the weighted space: (sample, feature).

        Args:
            values: (sample, variable).
            context: (sample, class) vectors of the land cover; no class for none.
        """
        weighted = (values - self.centre) * self.scale
        return np.hstack([weighted, context * self.context_scale]).astype(np.float32)


def make_reference(
    values: NDArray[np.floating],
    context: NDArray[np.floating],
    fold: NDArray[np.integer],
    *,
    variables: Sequence[str],
    weights: Mapping[str, float],
) -> Reference:
    """Put training samples into the weighted space and find the threshold.

    Predictors are standardised and multiplied by their weights; the classes of the land cover have
    together the variance of one predictor. The threshold is the upper whisker (third quartile and
    1.5 times the range of the quartiles, at most the largest value) of the dissimilarity of each
    sample to those of the other folds.

    Args:
        values: (sample, variable) predictors of the month itself.
        context: (sample, class) vectors of the land cover.
        fold: (sample,) fold in which a sample is held out; -1 for one that never is.
        variables: names of the predictors.
        weights: importance of each, and of ``pft``; a predictor without one weighs nothing.

    Raises:
        ResultError: no sample differs from another, or fewer than two folds hold samples out.
    """
    centre, deviation = values.mean(axis=0), values.std(axis=0)
    weight = np.array([weights.get(name, 0.0) for name in variables])
    # A predictor that never varies tells nothing.
    scale = np.divide(weight, deviation, out=np.zeros_like(weight), where=deviation > 0)
    spread = float(np.sqrt(context.var(axis=0).sum())) if context.size else 0.0
    context_scale = weights.get("pft", 0.0) / spread if spread > 0 else 0.0
    draft = Reference(variables, centre, scale, context_scale, np.empty((0, 0)), 1.0, np.inf)
    points = draft.features(values, context)
    mean = _mean_distance(points)
    if not mean > 0 or len(np.unique(fold[fold >= 0])) < 2:
        raise ResultError(
            f"{len(points)} training samples give no scale of dissimilarity: found a mean distance "
            f"of {mean:g} and {len(np.unique(fold[fold >= 0]))} folds, expected predictors that "
            "vary and two folds; use more towers or set 'crossval.importance.models' to []."
        )
    held_out = [
        cKDTree(points[fold != number]).query(points[fold == number])[0] / mean
        for number in np.unique(fold[fold >= 0])
    ]
    threshold = upper_whisker(np.concatenate(held_out))
    return Reference(variables, centre, scale, context_scale, points, mean, threshold)


def upper_whisker(values: NDArray[np.floating]) -> float:
    """Return the largest value not above the third quartile plus 1.5 quartile ranges."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float(values[values <= high + 1.5 * (high - low)].max())


def dissimilarity(reference: Reference, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the distance to the nearest training sample over the mean one: (sample,).

    Args:
        reference: of the training.
        points: (sample, feature) of ``reference.features``.
    """
    found = np.empty(len(points), dtype=np.float32)
    if len(points):
        distance, _ = cKDTree(reference.points).query(points)
        found[:] = distance / reference.mean_distance
    return found


def _mean_distance(points: NDArray[np.float32]) -> float:
    """Return the mean distance between two different points."""
    squares = (points.astype(np.float64) ** 2).sum(axis=1)
    total = 0.0
    for start in range(0, len(points), _ROWS):
        part = slice(start, start + _ROWS)
        product = points[part].astype(np.float64) @ points.T.astype(np.float64)
        # Rounding may leave a square of zero a little below zero.
        between = np.maximum(squares[part, None] + squares - 2 * product, 0)
        total += float(np.sqrt(between).sum())
    return total / max(len(points) * (len(points) - 1), 1)


_NUMBERS = ("centre", "scale", "context_scale", "points", "mean_distance", "threshold")


def write_reference(reference: Reference, path: str | os.PathLike[str]) -> None:
    """Write a reference, whole or not at all."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            variables=np.array(reference.variables, dtype=str),
            **{name: np.asarray(getattr(reference, name)) for name in _NUMBERS},
        )


def read_reference(path: str | os.PathLike[str]) -> Reference:
    """Read a reference.

    Raises:
        InputError: the file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Reference(
                kept["variables"].tolist(), kept["centre"], kept["scale"],
                float(kept["context_scale"]), kept["points"], float(kept["mean_distance"]),
                float(kept["threshold"]),
            )  # fmt: skip
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}), expected training samples of an area of "
            "applicability; delete it and run again."
        ) from error
