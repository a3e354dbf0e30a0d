"""Checkpoints: where an interrupted training of one network goes on."""

from __future__ import annotations

import logging
import pickle
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from carbonscape.core.io import atomic_path

logger = logging.getLogger(__name__)

#: Seconds between two writings of a checkpoint; how often changes no number.
CHECKPOINT_SECONDS = 60.0

#: What a file that is no whole archive of torch may raise.
_DAMAGES = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    zlib.error,
)


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

    def load(self) -> dict[str, Any] | None:
        """Return the state that an earlier run left, or None."""
        if not self.path.exists():
            return None
        try:
            with zipfile.ZipFile(self.path) as archive:
                # torch reads a changed byte in silence; the checksums of the archive do not.
                whole = archive.testzip() is None
            if whole:
                return torch.load(self.path, weights_only=True)
        except _DAMAGES:
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
            torch.save(state(), temporary)
        self.last = time.monotonic()
