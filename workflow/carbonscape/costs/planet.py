"""Rates of whole tiles of the papers' size, which ``benchmarks/planet.py`` measures and keeps.

Where a rule has such a rate it goes before that of the small steps of the demo.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from carbonscape.core.errors import ConfigError
from carbonscape.costs.rates import Rate, read_rates

#: Columns of benchmarks/planet_rates.csv: the rule that was measured (``stage``), cells of the grid
#: and months that it wrote, what it took.
COLUMNS = (
    "stage", "product", "cells", "months", "core_seconds", "peak_mb", "disk_mb", "date", "machine",
)  # fmt: skip
#: Rules whose work follows from networks and trees, not from cells: they keep their own rates.
_MODELS = ("predict_", "train_", "crossvalidate_", "search_")


def rates_of_project(root: str | os.PathLike[str]) -> list[Rate]:
    """Return all rates of a project: those of whole tiles first, if there are any.

    Args:
        root: folder of the project.
    """
    rates = read_rates(Path(root, "resources", "cost_rates.csv"))
    measured = Path(root, "benchmarks", "planet_rates.csv")
    return [*(read_planet(measured) if measured.is_file() else []), *rates]


def read_planet(path: str | os.PathLike[str]) -> list[Rate]:
    """Read the rates of whole tiles: seconds and MB of a cell and month of the grid.

    Several rows of a rule and product are added up.

    Raises:
        ConfigError: a column is absent or a number is none.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ConfigError(
            f"{path}: the header is {','.join(reader.fieldnames or ['empty'])}; expected "
            f"{','.join(COLUMNS)}; write it anew with benchmarks/planet.py."
        )
    found: dict[str, Rate] = {}
    for line, row in enumerate(rows, 2):
        try:
            size = float(row["cells"]) * float(row["months"])
            seconds, disk = float(row["core_seconds"]) / size, float(row["disk_mb"] or 0) / size
        except (TypeError, ValueError, ZeroDivisionError):
            raise ConfigError(
                f"{path}: line {line}: cells, months, core_seconds or disk_mb is no number above "
                "0; write the table anew with benchmarks/planet.py."
            ) from None
        stage = row["stage"]
        if stage.startswith(_MODELS):
            continue
        before = found.get(stage)
        found[stage] = Rate(
            rule=stage,
            model="*",
            unit="cell_months",
            core_s=seconds + (before.core_s if before else 0),
            gpu_s=None,
            disk_mb=disk + (before.disk_mb if before else 0),
            date=row["date"],
            machine=row["machine"],
            source="benchmarks/planet.py",
        )
    return list(found.values())
