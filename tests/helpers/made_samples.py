"""Makes blocks of samples for tests of models."""

from __future__ import annotations

import numpy as np

from carbonscape.models.block import Block


def block(series, *, classes=None, month=None, target=None, sources=("igbp",)) -> Block:
    """A block from (sample, step, variable), class numbers of three, months and targets."""
    series = np.asarray(series, dtype=np.float32)
    n = len(series)
    context = {}
    if classes is not None:
        context = {source: np.eye(3, dtype=np.float32)[np.asarray(classes)] for source in sources}
    return Block(
        series=series,
        context=context,
        month=np.asarray([1] * n if month is None else month, dtype=np.int64),
        target=np.asarray([0.0] * n if target is None else target, dtype=np.float64),
    )
