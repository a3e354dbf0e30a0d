"""Training rows: samples as the tensors that the loop of the networks owns.

A monthly model has a row for each sample. A yearly model has a row for each site and year, with
up to twelve targets, so that the months of a year are read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from carbonscape.models.block import Block
from carbonscape.models.entry import Entry
from carbonscape.products.product import Product
from carbonscape.training.scaling import Standardiser


@dataclass(frozen=True)
class Rows:
    """What a network reads and, while it trains, what it should predict.

    Attributes:
        series: (row, step, variable), standardised; steps of a year that no sample of the row
            may see are zero, the mean of the training rows.
        context: PFT vectors by source, each (row, class).
        target: (row,), or (row, month) for a yearly model.
        known: (row,), or (row, month) for a yearly model: the weight of each target, zero where
            none is known. None where every target is known and all weigh the same.
    """

    series: Tensor
    context: dict[str, Tensor]
    target: Tensor
    known: Tensor | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.series)

    def to(self, device: str, dtype: torch.dtype) -> Rows:
        """Return the rows on another device, or in another precision."""
        return Rows(
            series=self.series.to(device, dtype),
            context={source: values.to(device, dtype) for source, values in self.context.items()},
            target=self.target.to(device, dtype),
            known=None if self.known is None else self.known.to(device, dtype),
        )


def fit_scaler(
    entry: Entry, block: Block, variables: Sequence[str], *, product: Product
) -> Standardiser:
    """Fit the standardisation of the predictors on training samples.

    A yearly model's steps after a sample's month are unknown and left out; a step that several
    samples of a year share counts once. Weights of samples have no part in it.
    """
    if not entry.yearly:
        return Standardiser.fit(block.series, variables, product=product)
    series = block.series[last_of_rows(block)[0]]
    known = ~np.isnan(series).all(axis=2)
    return Standardiser.fit(series[known][:, None, :], variables, product=product)


def last_of_rows(block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for the site-years of a block, the sample with the latest month, and each sample's.

    Returns:
        (row,) position of the sample that sees most of the year, and (sample,) the row of each
        sample.
    """
    if block.year_row is None:
        raise RuntimeError("a yearly model needs samples with a year_row")
    _, row = np.unique(block.year_row, return_inverse=True)
    order = np.lexsort((block.month, row))
    last = order[np.append(np.flatnonzero(np.diff(row[order])), len(order) - 1)]
    return last, row


def make_rows(
    entry: Entry, block: Block, scaler: Standardiser, *, offset: float = 0.0, scale: float = 1.0
) -> tuple[Rows, NDArray[np.int64]]:
    """Return the rows of a network and, for each sample, the row that holds it.

    Args:
        entry: the model.
        block: the samples.
        scaler: standardisation of the predictors.
        offset, scale: of the target, which becomes (target - offset) / scale.
    """
    target = (block.target - offset) / scale
    if not entry.yearly:
        return (
            Rows(
                series=torch.from_numpy(scaler.apply(block.series)),
                context={source: torch.from_numpy(v) for source, v in block.context.items()},
                target=torch.from_numpy(target).float(),
                known=None if block.weight is None else torch.from_numpy(block.weight).float(),
            ),
            np.arange(len(block)),
        )
    last, row = last_of_rows(block)
    wanted = np.zeros((len(last), 12))
    known = np.zeros((len(last), 12))
    wanted[row, block.month - 1] = target
    known[row, block.month - 1] = 1.0 if block.weight is None else block.weight
    return (
        Rows(
            series=torch.from_numpy(np.nan_to_num(scaler.apply(block.series[last]))),
            context={source: torch.from_numpy(v[last]) for source, v in block.context.items()},
            target=torch.from_numpy(wanted).float(),
            known=torch.from_numpy(known).float(),
        ),
        row,
    )
