"""Names of cross-validation results: one place that writes and reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict


class Experiment(TypedDict):
    """What identifies one cross-validation over a random split of the sites."""

    split: int
    window: str
    pft: str
    model: str


def parse_cell(path: str | os.PathLike[str]) -> tuple[str, dict[str, str]]:
    """Read ``.../<scheme>/<window>-<pft>-<model>.<ending>``: the scheme, and the cell.

    Raises:
        ValueError: the path does not follow that pattern.
    """
    path = Path(path)
    window, pft, model = path.name.split(".")[0].split("-")
    return path.parent.name, {"window": window, "pft": pft, "model": model}


def parse_experiment(path: str | os.PathLike[str]) -> Experiment:
    """Read ``.../split_<split>/<window>-<pft>-<model>.parquet``.

    Raises:
        ValueError: the path does not follow that pattern.
    """
    scheme, cell = parse_cell(path)
    prefix, _, number = scheme.partition("_")
    if prefix != "split":
        raise ValueError(f"{path} is not in the folder of a split")
    return Experiment(split=int(number), **cell)
