"""The trivial baseline of XCO2: what latitude, calendar month and year tell, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.smooth import LeastSquares, legendre, products

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Latitude, month, year", role="baseline", wings=("columns",))


class LatitudeMonthYear:
    """Least squares on smooth latitude by calendar month, and on growth.

    Columns: a dummy for each of the twelve months times Legendre polynomials of the sine of
    latitude, and time and its square (the growth rate and how it changes).

    Args:
        degree: highest polynomial of latitude.
    """

    def __init__(self, *, degree: int = 3) -> None:
        self.degree = degree
        self.fitted: LeastSquares | None = None
        self.middle = 0.0

    def fit(self, block: Block, seed: int) -> None:
        """Fit to the samples of ``block``; ``seed`` is not needed."""
        del seed
        self.middle = float(block.place_and_time[:, 2].mean())
        self.fitted = LeastSquares.fit(self._columns(block), block.target, block.weight)

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if self.fitted is None:
            raise RuntimeError("predict() was called before fit()")
        return self.fitted.predict(self._columns(block))

    def state(self) -> dict[str, Any]:
        """Return the fitted function and the middle of its time."""
        return {**self.fitted.numbers(), "middle": self.middle}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the function of another baseline's :meth:`state`."""
        self.fitted, self.middle = LeastSquares.of_numbers(state), state["middle"]

    def _columns(self, block: Block) -> NDArray[np.float64]:
        """Return the columns of samples, (sample, column)."""
        where = block.place_and_time
        months = (block.month[:, None] == np.arange(1, 13)).astype(np.float64)
        time = where[:, 2] - self.middle
        growth = np.column_stack([time, time**2])
        return np.concatenate([products(months, legendre(where[:, 0], self.degree)), growth], 1)


def build(shape: Shape, options: Mapping[str, Any]) -> LatitudeMonthYear:
    """Return an unfitted baseline; ``options`` are keywords of :class:`LatitudeMonthYear`."""
    del shape  # it reads place and time alone
    return LatitudeMonthYear(**options)
