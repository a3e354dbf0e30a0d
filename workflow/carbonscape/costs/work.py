"""The work of all jobs of a run, summed over jobs that are alike.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from carbonscape.core.job_graph import PlannedJob

#: What a job does: amounts by unit, for each model that it trains or reads ("" for none).
Pieces = Mapping[str, Mapping[str, float]]
#: Finds it.
WorkOf = Callable[[PlannedJob], Pieces]

#: What stands for several products of a run.
SHARED = "shared"
#: Columns of the rows of :func:`work_rows`.
COLUMNS = (
    "product", "rule", "model", "jobs", "threads", "mem_mb", "gpu", "unit", "amount", "largest",
)  # fmt: skip


@dataclass
class _Sum:
    """Jobs that are alike."""

    jobs: int = 0
    threads: int = 1
    mem_mb: int = 0


def work_rows(
    jobs: Iterable[PlannedJob],
    work_of: Mapping[str, WorkOf],
    *,
    uses_gpu: Callable[[PlannedJob], bool],
) -> list[list]:
    """Return what the jobs of a run do, summed over those of one rule and model.

    Args:
        jobs: of the run.
        work_of: what a job does, by the product that it is about.
        uses_gpu: whether a job trains on an accelerator.

    Returns:
        Rows of ``COLUMNS``, sorted: ``amount`` of all jobs and ``largest`` of one. A job of several
        models is counted with the first of them, and every job has one ``job`` as its work.
    """
    counts: dict[tuple, _Sum] = {}
    amounts: dict[tuple, list[float]] = {}
    for job in jobs:
        product = product_of(job)
        pieces = work_of[about(job)](job) or {"": {}}
        for number, (model, work) in enumerate(pieces.items()):
            key = (product, job.rule, model, uses_gpu(job))
            total = counts.setdefault(key, _Sum())
            total.jobs += number == 0
            total.threads = max(total.threads, job.threads)
            total.mem_mb = max(total.mem_mb, job.mem_mb)
            for unit, amount in {**({"job": 1} if number == 0 else {}), **work}.items():
                pair = amounts.setdefault((*key, unit), [0.0, 0.0])
                pair[:] = pair[0] + amount, max(pair[1], amount)
    rows = []
    for (*key, unit), (amount, largest) in sorted(amounts.items()):
        total = counts[tuple(key)]
        product, rule, model, gpu = key
        rows.append(
            [
                *(product, rule, model, total.jobs, total.threads, total.mem_mb, int(gpu), unit),
                *(float(f"{amount:.6g}"), float(f"{largest:.6g}")),
            ]
        )
    return rows


def product_of(job: PlannedJob) -> str:
    """Return the product that needs a job, or ``shared`` for several."""
    return next(iter(job.products)) if len(job.products) == 1 else SHARED


def about(job: PlannedJob) -> str:
    """Return the product that a job is about: by a wildcard or its rule, else one that needs it."""
    named = job.wildcards.get("product")
    if named in job.products:
        return str(named)
    in_rule = [name for name in sorted(job.products) if name in job.rule.split("_")]
    return in_rule[0] if in_rule else min(job.products)
