"""Where finished models of an interrupted training wait for the others."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from carbonscape.core.io import sha256
from carbonscape.core.provenance import software


@contextlib.contextmanager
def scratch_folder(
    root: str | os.PathLike[str],
    content: Mapping[str, Any],
    files: Iterable[str | os.PathLike[str]],
) -> Iterator[Path]:
    """Yield the folder of a training's finished models; it goes when the block succeeds.

    An interrupted training finds it again, unless something that decides the result changed.

    Args:
        root: folder of all such folders.
        content, files: as in :func:`scratch_key`.
    """
    folder = Path(root) / scratch_key(content, files)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def scratch_key(content: Mapping[str, Any], files: Iterable[str | os.PathLike[str]]) -> str:
    """Return a name that changes with the configuration, inputs, code and packages of a result.

    Args:
        content: whatever decides the result and can be written as JSON.
        files: input and code files, of which the checksums count.
    """
    checksums = sorted(sha256(path) for path in files)
    record = dict(content, files=checksums, packages=software()["packages"])
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:20]
