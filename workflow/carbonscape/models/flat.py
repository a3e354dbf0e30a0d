"""Samples as the rows of a table, for models that know no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from carbonscape.models.block import Block


def flatten(block: Block) -> NDArray[np.float32]:
    """Return every input of a sample in one row: (sample, step x variable + classes)."""
    parts = [block.series.reshape(len(block), -1), *block.context.values()]
    return np.concatenate(parts, axis=1)
