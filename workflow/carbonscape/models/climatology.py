"""The baseline that a model must beat: the mean of the training sites.

Without PFT it is the training mean of the calendar month; with PFT that of the class and the
calendar month. It goes through the same code as every model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.weighted import weighted_mean

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Climatology", role="baseline")


class Climatology:
    """Mean observed GPP of the training samples by class (largest fraction) and month.

    A class that no training site has falls back to the mean of the month, and a month without
    training samples to the mean of all.
    """

    def __init__(self) -> None:
        self.table: dict[tuple[tuple[int, ...], int], float] = {}
        self.by_month: dict[int, float] = {}
        self.overall = float("nan")

    def fit(self, block: Block, seed: int) -> None:
        """Average the targets of ``block``; ``seed`` is not needed."""
        del seed
        groups: dict[tuple[tuple[int, ...], int], list[int]] = {}
        months: dict[int, list[int]] = {}
        for row, (key, month) in enumerate(zip(_classes(block), block.month.tolist(), strict=True)):
            groups.setdefault((key, month), []).append(row)
            months.setdefault(month, []).append(row)

        def mean(rows: list[int] | slice) -> float:
            weight = None if block.weight is None else block.weight[rows]
            return float(weighted_mean(block.target[rows], weight))

        self.overall = mean(slice(None))
        self.table = {key: mean(rows) for key, rows in groups.items()}
        self.by_month = {month: mean(rows) for month, rows in months.items()}

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        return np.array(
            [
                self.table.get((key, int(month)), self.by_month.get(int(month), self.overall))
                for key, month in zip(_classes(block), block.month, strict=True)
            ]
        )

    def state(self) -> dict[str, Any]:
        """Return the means with the class (of each source) and the month that they belong to."""
        return {
            "classes": np.array([key for key, _ in self.table], dtype=np.int64),
            "class_months": np.array([month for _, month in self.table], dtype=np.int64),
            "class_means": np.array(list(self.table.values())),
            "months": np.array(list(self.by_month), dtype=np.int64),
            "month_means": np.array(list(self.by_month.values())),
            "overall": self.overall,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the means of another climatology's :meth:`state`."""
        keys = zip(
            map(tuple, state["classes"].tolist()), state["class_months"].tolist(), strict=True
        )
        self.table = dict(zip(keys, state["class_means"].tolist(), strict=True))
        months = state["months"].tolist()
        self.by_month = dict(zip(months, state["month_means"].tolist(), strict=True))
        self.overall = state["overall"]


def _classes(block: Block) -> list[tuple[int, ...]]:
    """Return the dominant class of every land-cover source, for each sample."""
    dominant = [values.argmax(axis=1).tolist() for values in block.context.values()]
    return list(zip(*dominant, strict=True)) if dominant else [()] * len(block)


def build(shape: Shape, options: Mapping[str, Any]) -> Climatology:
    """Return an untrained climatology, which has no options."""
    del shape
    return Climatology(**options)
