"""What a unit of work costs: the table ``resources/cost_rates.csv``, and estimates from it.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from carbonscape.core.errors import ConfigError

#: Columns of the table. ``rule`` and ``model`` are patterns (``*`` stands for any text); of a job
#: all rows of the first pair of patterns count that fits both. ``core_s`` and ``gpu_s`` are seconds
#: a unit on one core, and on one accelerator instead where a job trains on it (empty: as on a
#: core); ``disk_mb`` is what it writes.
COLUMNS = (
    "rule", "model", "unit", "core_s", "gpu_s", "disk_mb", "date", "machine", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """One row of the table."""

    rule: str
    model: str
    unit: str
    core_s: float
    gpu_s: float | None
    disk_mb: float
    date: str
    machine: str
    source: str


@dataclass
class Cost:
    """What jobs take.

    Attributes:
        core_s: seconds of a core.
        gpu_s: seconds of an accelerator.
        disk_mb: MB that they write.
    """

    core_s: float = 0.0
    gpu_s: float = 0.0
    disk_mb: float = 0.0


def rates_of_project(root: str | os.PathLike[str]) -> list[Rate]:
    """Return the rates of a project.

    Args:
        root: folder of the project.
    """
    return read_rates(Path(root, "resources", "cost_rates.csv"))


def read_rates(path: str | os.PathLike[str]) -> list[Rate]:
    """Read the table of rates.

    Raises:
        ConfigError: the file is absent, its header is another one, or a number is none.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except OSError as error:
        raise ConfigError(
            f"{path}: the table of rates cannot be read ({error.strerror}); it comes with the "
            "project: put it back."
        ) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ConfigError(
            f"{path}: the header is {','.join(reader.fieldnames or ['empty'])}; expected "
            f"{','.join(COLUMNS)}."
        )
    return [_rate(path, number, row) for number, row in enumerate(rows, 2)]


def _rate(path: str | os.PathLike[str], line: int, row: Mapping[str, str]) -> Rate:
    """Return a row of the table."""
    numbers = {}
    for name in ("core_s", "gpu_s", "disk_mb"):
        try:
            numbers[name] = float(row[name]) if row[name] or name == "core_s" else None
            if not 0 <= (numbers[name] or 0) < math.inf:
                raise ValueError
        except (TypeError, ValueError):
            raise ConfigError(
                f"{path}: line {line}: {name} is {row[name]!r}; expected a number of seconds or MB "
                "of 0 or more, or nothing."
            ) from None
    texts = {name: row[name] or "" for name in COLUMNS if name not in numbers}
    return Rate(
        **texts,
        core_s=numbers["core_s"] or 0.0,
        gpu_s=numbers["gpu_s"],
        disk_mb=numbers["disk_mb"] or 0.0,
    )


def rates_of(rates: Iterable[Rate], rule: str, model: str) -> dict[str, Rate]:
    """Return the rates of the jobs of a rule and model, by unit; none where no row fits."""
    chosen: tuple[str, str] | None = None
    found: dict[str, Rate] = {}
    for rate in rates:
        pair = (rate.rule, rate.model)
        if chosen is None and fnmatchcase(rule, rate.rule) and fnmatchcase(model, rate.model):
            chosen = pair
        if pair == chosen:
            found[rate.unit] = rate
    return found


def cost_of(work: Mapping[str, float], rates: Mapping[str, Rate], *, gpu: bool = False) -> Cost:
    """Return what some work costs; units without a rate cost nothing.

    Args:
        work: amounts by unit.
        rates: by unit.
        gpu: whether an accelerator does what it can do.
    """
    cost = Cost()
    for unit, amount in work.items():
        rate = rates.get(unit)
        if rate is None:
            continue
        cost.disk_mb += amount * rate.disk_mb
        if gpu and rate.gpu_s is not None:
            cost.gpu_s += amount * rate.gpu_s
        else:
            cost.core_s += amount * rate.core_s
    return cost
