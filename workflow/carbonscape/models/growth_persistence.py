"""The other trivial baseline of XCO2: the same month of other years, carried on by the growth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.weighted import times_weight, weighted_mean

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Growth persistence", role="baseline", wings=("columns",))


class GrowthPersistence:
    """The training mean of a calendar month and latitude band, plus growth times years.

    With y the target and t its decimal year, the growth rate g is the least-squares slope
    within the groups of band and month (every group has a mean of its own, all have one slope),
    and the prediction is mean(y) + g (t - mean(t)), with the means of the sample's group. A
    group without training samples takes those of its band, then of all samples, both free of
    season. Where no group spans two years nothing tells the growth and it is zero.

    Args:
        band_degrees: width of a latitude band.
    """

    def __init__(self, *, band_degrees: float = 15.0) -> None:
        self.band_degrees = band_degrees
        self.growth = 0.0
        self.groups: dict[tuple[int, int], tuple[float, float]] = {}

    def fit(self, block: Block, seed: int) -> None:
        """Average the samples of ``block`` and fit the growth; ``seed`` is not needed."""
        del seed
        band, time = self._places(block)
        group = band * 12 + block.month - 1
        names, row = np.unique(group, return_inverse=True)
        weight = block.weight
        number = np.bincount(row, weight)
        mean_time = np.bincount(row, times_weight(time, weight)) / number
        mean_target = np.bincount(row, times_weight(block.target, weight)) / number
        apart = time - mean_time[row]
        counted = times_weight(apart, weight)
        spread = float(counted @ apart)
        # Rounding of decimal years is no time that passed.
        if spread > 1e-6 * len(block):
            self.growth = float(counted @ (block.target - mean_target[row])) / spread
        self.groups = {
            (int(name) // 12, int(name) % 12 + 1): (t, y)
            for name, t, y in zip(names, mean_time.tolist(), mean_target.tolist(), strict=True)
        }
        for each in np.unique(band).tolist():
            self.groups[each, 0] = _means(block, time, band == each)
        self.groups[-1, 0] = _means(block, time, np.ones(len(block), dtype=bool))

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if not self.groups:
            raise RuntimeError("predict() was called before fit()")
        band, time = self._places(block)
        means = np.array(
            [
                self.groups.get((b, m)) or self.groups.get((b, 0)) or self.groups[-1, 0]
                for b, m in zip(band.tolist(), block.month.tolist(), strict=True)
            ]
        ).reshape(-1, 2)
        return means[:, 1] + self.growth * (time - means[:, 0])

    def state(self) -> dict[str, Any]:
        """Return the growth and, for each group, its band, month, mean time and mean target."""
        return {
            "growth": self.growth,
            "groups": np.array(list(self.groups), dtype=np.int64),
            "means": np.array(list(self.groups.values())),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the growth and the means of another baseline's :meth:`state`."""
        self.growth = state["growth"]
        self.groups = {
            (band, month): (time, target)
            for (band, month), (time, target) in zip(
                state["groups"].tolist(), state["means"].tolist(), strict=True
            )
        }

    def _places(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return latitude band, counted from the south pole, and decimal year of samples."""
        where = block.place_and_time
        last = int(np.ceil(180 / self.band_degrees)) - 1
        band = np.floor((where[:, 0] + 90) / self.band_degrees).astype(np.int64)
        return np.clip(band, 0, last), where[:, 2]


def _means(
    block: Block, time: NDArray[np.float64], inside: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return the means of time and target over some samples."""
    weight = None if block.weight is None else block.weight[inside]
    return (
        float(weighted_mean(time[inside], weight)),
        float(weighted_mean(block.target[inside], weight)),
    )


def build(shape: Shape, options: Mapping[str, Any]) -> GrowthPersistence:
    """Return an unfitted baseline; ``options`` are keywords of :class:`GrowthPersistence`."""
    del shape  # it reads place and time alone
    return GrowthPersistence(**options)
