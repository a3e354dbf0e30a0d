"""Checkpoints: where an interrupted training of one network goes on.

A checkpoint is an archive of arrays (:mod:`carbonscape.training.array_archive`), not a file of
torch: reading one copies numbers and runs nothing that the file names.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.core.io import atomic_path
from carbonscape.training.array_archive import (
    DamagedArchiveError,
    pack,
    read_state,
    state_to_members,
)

logger = logging.getLogger(__name__)

#: Seconds between two writings of a checkpoint; how often changes no number.
CHECKPOINT_SECONDS = 60.0


@dataclass
class Checkpoint:
    """The state of one training, written now and then and read when the training starts again.

    The file lies in a scratch folder whose name changes with everything that decides the result
    (:mod:`carbonscape.training.scratch`), so whatever is found there belongs to this training.

    Attributes:
        path: the file.
        every: seconds between two writings.
        last: when the file was last written (:func:`time.monotonic`).
    """

    path: Path
    every: float = field(default_factory=lambda: CHECKPOINT_SECONDS)
    last: float = field(default_factory=time.monotonic)

    def load(self, like: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the state that an earlier run left, or None.

        Args:
            like: a state of the same training, whose names, types and shapes the one that was
                left must have; None where any will do.
        """
        if not self.path.exists():
            return None
        try:
            state = read_state(self.path)
            if like is None or _form(state) == _form(like):
                return state
        except (OSError, DamagedArchiveError):
            pass
        logger.warning("%s is damaged; the training starts again", self.path)
        return None

    def offer(self, state: Any, *, finished: bool) -> None:
        """Write the state if it is time to.

        Args:
            state: function that returns it.
            finished: whether the training is complete; then it is always written, because the
                other members of the model may still be interrupted.
        """
        if not finished and time.monotonic() - self.last < self.every:
            return
        with atomic_path(self.path) as temporary:
            # As they are: weights hardly shrink.
            temporary.write_bytes(pack(state_to_members(state()), compressed=False))
        self.last = time.monotonic()


def _form(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the types and shapes of a state by name."""
    return {
        name: (value.dtype, value.shape) if isinstance(value, np.ndarray) else type(value)
        for name, value in state.items()
    }
