"""Finished pieces of a file that is being fetched, kept beside it until it is whole.

No output of the workflow, so that a failure or a kill leaves them; what was asked for is part of
their names, so that another request never takes them up.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.io import atomic_path


class Scratch:
    """Pieces by what was asked for.

    Args:
        target: the file that they are for.
    """

    def __init__(self, target: Path) -> None:
        self.folder = target.with_name(f".{target.name}.pieces")

    def key(self, *request: Any) -> str:
        """Return the name of what answers a request (anything that JSON can hold)."""
        text = json.dumps(request, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def has(self, key: str) -> bool:
        """Say whether a piece is there."""
        return self._piece(key).exists()

    def save(self, key: str, arrays: Mapping[str, NDArray]) -> int:
        """Keep a piece, whole or not at all; return its bytes on disk."""
        with atomic_path(self._piece(key)) as temporary:
            np.savez_compressed(temporary, **arrays)
        return self._piece(key).stat().st_size

    def load(self, key: str, name: str) -> NDArray:
        """Return one band of a piece."""
        with np.load(self._piece(key), allow_pickle=False) as arrays:
            return arrays[name]

    def is_sound(self, key: str) -> bool:
        """Say whether a piece is there and can be read; one that is damaged is removed."""
        if not self.has(key):
            return False
        try:
            with zipfile.ZipFile(self._piece(key)) as archive:
                sound = archive.testzip() is None
            with np.load(self._piece(key), allow_pickle=False) as arrays:
                # An array of objects is not read at all.
                sound = sound and not any(arrays[name].dtype.hasobject for name in arrays)
        except (zipfile.BadZipFile, OSError, ValueError, AttributeError):
            sound = False
        if not sound:
            self._piece(key).unlink(missing_ok=True)
        return sound

    def mark_split(self, key: str) -> None:
        """Keep in mind that a piece is too heavy as a whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._split(key).touch()

    def is_split(self, key: str) -> bool:
        """Say whether a piece is known to be too heavy as a whole."""
        return self._split(key).exists()

    def remove(self) -> None:
        """Remove everything: the file is whole."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _piece(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _split(self, key: str) -> Path:
        return self.folder / f"{key}.split"
