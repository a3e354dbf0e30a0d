"""Annual XGBoost: boosted trees that serve every month of the year with one model.

Beyond the paper, whose window January to month has twelve models. The window is lined up by its
end instead of its beginning, so that an input always lies equally far back from the month, and
what lies before January is missing, which the trees can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.xgboost import BoostedTrees

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Annual XGBoost", role="beyond", yearly=True)


class AnnualBoostedTrees(BoostedTrees):
    """Boosted trees on the steps counted back from the month, the month and the PFT vectors.

    Args:
        month_ends: position in the year of the last step of each calendar month.
        options: keywords of :class:`BoostedTrees`.
    """

    def __init__(self, month_ends: tuple[int, ...], **options: Any) -> None:
        super().__init__(**options)
        self.month_ends = month_ends

    def inputs(self, block: Block) -> NDArray[np.float32]:
        """Return what the trees read: (sample, step back x variable + 1 + classes)."""
        back = steps_back(block.series, block.month, self.month_ends)
        month = block.month[:, None].astype(np.float32)
        parts = [back.reshape(len(block), -1), month, *block.context.values()]
        return np.concatenate(parts, axis=1)


def steps_back(
    year: NDArray[np.float32], month: NDArray[np.int64], month_ends: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return the steps from January to the month, lined up by the month's last step.

    Args:
        year: (sample, step, variable) of the calendar year; what lies after the month is not
            read.
        month: (sample,) calendar month, 1 to 12.
        month_ends: position in the year of the last step of each calendar month.

    Returns:
        (sample, step, variable), the month's last step at the end, NaN before January.
    """
    length = month_ends[-1] + 1
    back = np.full((len(year), length, year.shape[2]), np.nan, dtype=np.float32)
    for number, end in enumerate(month_ends, start=1):
        rows = month == number
        back[rows, length - end - 1 :] = year[rows, : end + 1]
    return back


def build(shape: Shape, options: Mapping[str, Any]) -> AnnualBoostedTrees:
    """Return untrained trees; ``options`` are keywords of :class:`BoostedTrees`."""
    return AnnualBoostedTrees(shape.month_ends, **options)
