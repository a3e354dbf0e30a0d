"""XGBoost: gradient-boosted trees on the flattened window (rival model of section 3.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.boosted_arrays import boosted_of_arrays, boosted_to_arrays
from carbonscape.models.entry import Entry, Shape
from carbonscape.models.flat import flatten

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="XGBoost", role="paper", wings=("fluxes", "columns"))


class BoostedTrees:
    """XGBoost's regression trees (Chen & Guestrin 2016, doi:10.1145/2939672.2939785).

    They read every step of every predictor and the PFT vectors. A missing value goes to the
    side of a split that served the training samples best.

    Args:
        trees: number of trees.
        depth: largest depth of a tree.
        learning_rate: share of each tree that counts.
        subsample: share of the samples that a tree sees.
        column_share: share of the inputs that a tree sees.
        min_child_weight: smallest number of samples in a leaf, each counted by its weight.
    """

    def __init__(
        self,
        *,
        trees: int,
        depth: int,
        learning_rate: float,
        subsample: float,
        column_share: float,
        min_child_weight: float,
    ) -> None:
        self.options = {
            "n_estimators": trees,
            "max_depth": depth,
            "learning_rate": learning_rate,
            "subsample": subsample,
            "colsample_bytree": column_share,
            "min_child_weight": min_child_weight,
        }
        self.trees: Any = None

    def inputs(self, block: Block) -> NDArray[np.float32]:
        """Return what the trees read: (sample, input)."""
        return flatten(block)

    def fit(self, block: Block, seed: int) -> None:
        """Grow the trees on the samples of ``block``."""
        self.trees = self._untrained(random_state=seed)
        self.trees.fit(self.inputs(block), block.target, sample_weight=block.weight)

    def _untrained(self, **options: Any) -> Any:
        """Return XGBoost's regression trees with the options of this model."""
        # The package, not this module; imported here, because only this model needs it.
        import xgboost

        # One thread: the workflow runs one process for each fold and month.
        return xgboost.XGBRegressor(tree_method="hist", n_jobs=1, **options, **self.options)

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if self.trees is None:
            raise RuntimeError("predict() was called before fit()")
        return self.trees.predict(self.inputs(block)).astype(np.float64)

    def state(self) -> dict[str, Any]:
        """Return the trees as plain arrays."""
        return boosted_to_arrays(self.trees.get_booster())

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the trees of another model's :meth:`state`."""
        import xgboost

        self.trees = self._untrained()
        self.trees.load_model(boosted_of_arrays(state, version=xgboost.__version__))


def build(shape: Shape, options: Mapping[str, Any]) -> BoostedTrees:
    """Return untrained trees; ``options`` are keywords of :class:`BoostedTrees`."""
    del shape  # trees take whatever number of inputs they are given
    return BoostedTrees(**options)
