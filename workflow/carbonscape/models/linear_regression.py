"""Linear regression on the flattened window: the baseline of what needs no curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.flat import flatten
from carbonscape.models.weighted import times_weight, weighted_mean, weighted_std

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Linear regression", role="baseline")


class LinearRegression:
    """Least squares on standardised inputs with a ridge term.

    The coefficients b (Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634) minimise
    mean((y - mean(y) - Z b)^2) + ridge |b|^2, with Z the inputs in units of their training
    standard deviation. An input that never varies in training, such as a class that no training
    site has, is left out. Where samples have weights, every mean and standard deviation is
    weighted.

    Args:
        ridge: weight of the ridge term, above zero: neighbouring steps are alike and class
            fractions sum to one, which plain least squares cannot tell apart.
    """

    def __init__(self, *, ridge: float) -> None:
        self.ridge = ridge
        self.coefficients: NDArray[np.float64] | None = None

    def fit(self, block: Block, seed: int) -> None:
        """Solve the normal equations for ``block``; ``seed`` is not needed."""
        del seed
        values, weight = flatten(block).astype(np.float64), block.weight
        total = len(block) if weight is None else float(weight.sum())
        self.centre = weighted_mean(values, weight)
        spread = weighted_std(values, weight)
        self.varies = spread > 1e-9 * np.abs(self.centre)
        self.spread = np.where(self.varies, spread, 1.0)
        self.offset = float(weighted_mean(block.target, weight))
        inputs = self._standardise(values)
        normal = inputs.T @ times_weight(inputs, weight) / total
        normal[np.diag_indices_from(normal)] += self.ridge
        departure = times_weight(block.target - self.offset, weight)
        self.coefficients = np.linalg.solve(normal, inputs.T @ departure / total)

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if self.coefficients is None:
            raise RuntimeError("predict() was called before fit()")
        inputs = self._standardise(flatten(block).astype(np.float64))
        return inputs @ self.coefficients + self.offset

    def state(self) -> dict[str, Any]:
        """Return the coefficients and the standardisation of the inputs."""
        return {
            "centre": self.centre,
            "spread": self.spread,
            "varies": self.varies,
            "coefficients": self.coefficients,
            "offset": self.offset,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the coefficients of another regression's :meth:`state`."""
        self.centre, self.spread, self.varies = state["centre"], state["spread"], state["varies"]
        self.coefficients, self.offset = state["coefficients"], state["offset"]

    def _standardise(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the inputs that vary in units of their standard deviation."""
        return ((values - self.centre) / self.spread)[:, self.varies]


def build(shape: Shape, options: Mapping[str, Any]) -> LinearRegression:
    """Return an untrained regression; ``options`` are keywords of :class:`LinearRegression`."""
    del shape  # it takes whatever number of inputs it is given
    return LinearRegression(**options)
