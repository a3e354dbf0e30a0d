"""The samples of a training or a prediction, as the arrays that every model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape


@dataclass(frozen=True)
class Block:
    """Samples as the arrays that a model reads.

    Attributes:
        series: (sample, step, variable) predictors, float32.
        context: PFT vectors by source, each (sample, class), float32.
        month: (sample,) calendar month, 1 to 12.
        target: (sample,) what was observed: GPP in gC m-2 d-1, or XCO2 in ppm.
        year_row: (sample,) number of the sample's site and year; samples that share it share
            their predictors and land cover. Needed by yearly models alone, whose ``series``
            hold the steps of the calendar year, NaN after the sample's month.
        where: (sample, 3) latitude and longitude in degrees and decimal year of the middle of
            the month, float64. Needed by models and time inputs that know place and time alone.
        weight: (sample,) what each sample weighs in a training, above zero; None where all weigh
            the same. A prediction reads none.
        learnt: (sample,) what models are fitted to, in the unit of the target, where it is another
            estimate of it; None where they are fitted to the target.
    """

    series: NDArray[np.float32]
    context: dict[str, NDArray[np.float32]]
    month: NDArray[np.int64]
    target: NDArray[np.float64]
    year_row: NDArray[np.int64] | None = None
    where: NDArray[np.float64] | None = None
    weight: NDArray[np.float64] | None = None
    learnt: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.target)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Block:
        """Return some of the samples."""
        return Block(
            series=self.series[rows],
            context={source: values[rows] for source, values in self.context.items()},
            month=self.month[rows],
            target=self.target[rows],
            year_row=None if self.year_row is None else self.year_row[rows],
            where=None if self.where is None else self.where[rows],
            weight=None if self.weight is None else self.weight[rows],
            learnt=None if self.learnt is None else self.learnt[rows],
        )

    def for_training(self) -> Block:
        """Return the same samples with what models are fitted to as their target."""
        return self if self.learnt is None else replace(self, target=self.learnt, learnt=None)

    @property
    def place_and_time(self) -> NDArray[np.float64]:
        """Latitude, longitude and decimal year of the samples, (sample, 3).

        Raises:
            RuntimeError: the samples do not know them.
        """
        if self.where is None:
            raise RuntimeError("this baseline needs samples that know where and when they are")
        return self.where

    def with_series(self, series: NDArray[np.float32]) -> Block:
        """Return the same samples with other predictor values."""
        return replace(self, series=series)


def shape_of(entry: Entry, block: Block, month_ends: Sequence[int] = ()) -> Shape:
    """Return the shape that a model needs to fit samples.

    Args:
        entry: the model.
        block: the samples.
        month_ends: position of the last step of each month, for a yearly model.
    """
    return Shape(
        steps=block.series.shape[1],
        variables=block.series.shape[2],
        classes={source: values.shape[1] for source, values in block.context.items()},
        month_ends=tuple(month_ends) if entry.yearly else (),
    )
