"""Measures a step of a benchmark: core time, largest memory, size of what it wrote."""

from __future__ import annotations

import csv
import platform
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: Columns of a table of rates.
COLUMNS = ("stage", "product", "cells", "months", "core_seconds", "peak_mb", "disk_mb", "date",
           "machine")  # fmt: skip


def run(bench: Any, stage: str) -> dict[str, Any]:
    """Run a step in this process and return its row of the table, without what it wrote."""
    start = time.process_time()
    cells, months = getattr(bench, stage)()
    # Pages that a file mapped into memory has are in it as well: they can be given back.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {
        "stage": stage, "cells": cells, "months": months,
        "core_seconds": round(time.process_time() - start, 2), "peak_mb": round(peak),
    }  # fmt: skip


def size_mb(folder: Path, since: float) -> float:
    """Return the size of the files below a folder that were written since a time, MB."""
    found = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(file.st_size for file in found if file.st_mtime >= since) / 1e6


def machine() -> str:
    """Return the processor's name and the number of its cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {max(len(names), 1)} cores"


def write_rates(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write a table of rates."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
