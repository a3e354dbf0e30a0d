"""Names of cross-validation results: one place that writes and reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict


class Experiment(TypedDict):
    """What identifies one cross-validation."""

    split: int
    window: str
    pft: str
    model: str


def parse_experiment(path: str | os.PathLike[str]) -> Experiment:
    """Read ``.../split_<split>/<window>-<pft>-<model>.parquet``.

    Raises:
        ValueError: the path does not follow that pattern.
    """
    path = Path(path)
    window, pft, model = path.name.removesuffix(".parquet").split("-")
    split = int(path.parent.name.removeprefix("split_"))
    return Experiment(split=split, window=window, pft=pft, model=model)
