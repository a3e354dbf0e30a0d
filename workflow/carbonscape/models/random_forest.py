"""Random forest on the flattened window (rival model of section 3.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.flat import flatten
from carbonscape.models.forest_arrays import forest_of_arrays, forest_to_arrays

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Random forest", role="paper", wings=("fluxes", "columns"))


class RandomForest:
    """scikit-learn's random forest, reading every step of every predictor and the PFT vectors.

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
        self.forest: RandomForestRegressor | None = None

    def fit(self, block: Block, seed: int) -> None:
        """Grow the forest on the samples of ``block``, drawn in proportion to their weights."""
        # One thread: the workflow runs one process for each fold and month, and a forest grown
        # in one thread is the same whatever the number of cores.
        self.forest = RandomForestRegressor(n_jobs=1, random_state=seed, **self.options)
        self.forest.fit(flatten(block), block.target, sample_weight=block.weight)

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if self.forest is None:
            raise RuntimeError("predict() was called before fit()")
        return self.forest.predict(flatten(block))

    def state(self) -> dict[str, Any]:
        """Return the trees as plain arrays."""
        return forest_to_arrays(self.forest)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the trees of another forest's :meth:`state`."""
        self.forest = forest_of_arrays(RandomForestRegressor(n_jobs=1, **self.options), state)


def build(shape: Shape, options: Mapping[str, Any]) -> RandomForest:
    """Return an untrained forest; ``options`` are keywords of :class:`RandomForest`."""
    del shape  # a forest takes whatever number of inputs it is given
    return RandomForest(**options)
