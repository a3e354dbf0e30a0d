"""Where finished models of an interrupted training wait for the others."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from carbonscape.core.io import sha256
from carbonscape.core.provenance import software


def scratch_key(content: Mapping[str, Any], files: Iterable[str | os.PathLike[str]]) -> str:
    """Return a name that changes with the configuration, inputs, code and packages of a result.

    Args:
        content: whatever decides the result and can be written as JSON.
        files: input and code files, of which the checksums count.
    """
    checksums = sorted(sha256(path) for path in files)
    record = dict(content, files=checksums, packages=software()["packages"])
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:20]


def remove_scratch(scratch: Path) -> None:
    """Remove the finished models of a cross-validation whose result is safely written."""
    shutil.rmtree(scratch, ignore_errors=True)
