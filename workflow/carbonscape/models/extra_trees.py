"""Extra trees on the flattened window and the month: beyond the papers' models.

Trees whose thresholds are drawn at random (Geurts, Ernst & Wehenkel 2006,
doi:10.1007/s10994-006-6226-1) average over more than those of a random forest; on few and noisy
sites that serves better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.flat import flatten
from carbonscape.models.forest_arrays import forest_of_arrays, forest_to_arrays

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Extra trees", role="beyond", wings=("fluxes", "columns"))


class ExtraTrees:
    """scikit-learn's extra trees, reading every step of every predictor, the PFTs and the month.

    The month is its sine and cosine, so that December is beside January. A missing value is taken
    to be the median of the training samples.

    Args:
        trees: number of trees.
        max_features: share of the inputs tried at each split.
        min_leaf: smallest number of samples in a leaf.
    """

    def __init__(self, *, trees: int, max_features: float, min_leaf: int) -> None:
        self.options = {
            "n_estimators": trees,
            "max_features": max_features,
            "min_samples_leaf": min_leaf,
        }
        self.forest: ExtraTreesRegressor | None = None
        self.median: NDArray[np.float32] = np.empty(0, dtype=np.float32)

    def fit(self, block: Block, seed: int) -> None:
        """Grow the trees on the samples of ``block``; medians and ``min_leaf`` know no weights."""
        inputs = _inputs(block)
        # An input that no sample has stays the same for all: no split is made of it.
        known = ~np.isnan(inputs).all(axis=0)
        self.median = np.zeros(inputs.shape[1], dtype=np.float32)
        self.median[known] = np.nanmedian(inputs[:, known], axis=0)
        # One thread, as for every model: the workflow runs one process for each fold and month.
        self.forest = ExtraTreesRegressor(n_jobs=1, random_state=seed, **self.options)
        self.forest.fit(self._filled(inputs), block.target, sample_weight=block.weight)

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if self.forest is None:
            raise RuntimeError("predict() was called before fit()")
        return self.forest.predict(self._filled(_inputs(block)))

    def _filled(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return inputs (sample, input) with medians in the place of missing values."""
        return np.where(np.isnan(inputs), self.median, inputs)

    def state(self) -> dict[str, Any]:
        """Return the trees and the medians as plain arrays."""
        return forest_to_arrays(self.forest) | {"median": self.median}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the trees and the medians of another model's :meth:`state`."""
        forest = forest_of_arrays(ExtraTreesRegressor(n_jobs=1, **self.options), state)
        median = state["median"]
        if median.shape != (forest.n_features_in_,) or median.dtype != np.float32:
            raise ValueError("'median' is no number for each of the inputs")
        self.forest, self.median = forest, median


def _inputs(block: Block) -> NDArray[np.float32]:
    """Return what the trees read: (sample, step x variable + classes + 2)."""
    angle = 2 * np.pi * block.month[:, None] / 12
    season = np.concatenate([np.sin(angle), np.cos(angle)], axis=1)
    return np.concatenate([flatten(block), season.astype(np.float32)], axis=1)


def build(shape: Shape, options: Mapping[str, Any]) -> ExtraTrees:
    """Return untrained trees; ``options`` are keywords of :class:`ExtraTrees`."""
    del shape  # trees take whatever number of inputs they are given
    return ExtraTrees(**options)
