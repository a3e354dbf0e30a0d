"""Tables of docs/scale.md: what both papers cost, and how long that is on a machine.

``make docs`` writes them from the work of the papers' configuration (benchmarks/papers_work.csv,
which ``benchmarks/costs.py plan`` keeps) and the measured rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from carbonscape.costs.plan import by, plan_costs
from carbonscape.costs.rates import Rate

#: Samples of XCO2 of the second arithmetic, in place of the 10 million of the paper.
FEWER = 200_000
_ALL = 10_000_000


@dataclass(frozen=True)
class Machine:
    """What a run has.

    Attributes:
        name: in the table.
        cores: it may use at a time.
        gpu: whether it trains networks on one accelerator.
    """

    name: str
    cores: int
    gpu: bool = False


MACHINES = (
    Machine("laptop, 8 cores", 8),
    Machine("node of 40 cores", 40),
    Machine("cluster, 200 cores at a time, one GPU", 200, gpu=True),
)


def stages(work: pd.DataFrame, rates: Sequence[Rate]) -> str:
    """Return a Markdown table of the costs of both papers by product and stage.

    Args:
        work: a WORK table of the papers' configuration.
        rates: measured.
    """
    cpu, gpu = (by(plan_costs(work, rates, gpu=one), "product", "stage") for one in (False, True))
    lines = [
        "| product | stage | jobs | core-hours | longest job, h | with a GPU: core-hours "
        "| GPU-hours | largest job, MB | GB written |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one, two in zip(cpu.to_dict("records"), gpu.to_dict("records"), strict=True):
        numbers = [
            f"{one['jobs']:,}", *(shown(one[key]) for key in ("core_hours", "longest_hours")),
            *(shown(two[key]) for key in ("core_hours", "gpu_hours")),
            f"{one['mem_mb']:,}", shown(one["disk_gb"]),
        ]  # fmt: skip
        lines.append(f"| {one['product']} | {one['stage']} | {' | '.join(numbers)} |")
    added = [
        f"{cpu['jobs'].sum():,}", shown(cpu["core_hours"].sum()), shown(cpu["longest_hours"].max()),
        shown(gpu["core_hours"].sum()), shown(gpu["gpu_hours"].sum()),
        f"{cpu['mem_mb'].max():,}", shown(cpu["disk_gb"].sum()),
    ]  # fmt: skip
    return "\n".join([*lines, f"| **all** | | {' | '.join(added)} |"]) + "\n"


def machines(work: pd.DataFrame, rates: Sequence[Rate]) -> str:
    """Return a Markdown table of the days that both papers take on some machines.

    Args:
        work, rates: see :func:`stages`.
    """
    lines = [
        "| machine | GPP | XCO2, 10 million samples | "
        f"XCO2, {FEWER:,} samples | both, {FEWER:,} samples |",
        "|---|---:|---:|---:|---:|",
    ]
    few = fewer_samples(work)
    parts = (
        work[work["product"] != "xco2"],
        work[work["product"] != "gpp"],
        few[few["product"] != "gpp"],
        few,
    )
    for machine in MACHINES:
        cells = [days(part, rates, machine) for part in parts]
        lines.append(f"| {machine.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def fewer_samples(work: pd.DataFrame) -> pd.DataFrame:
    """Return the work with ``xco2.samples.max_samples`` of FEWER.

    The work of a training and of its held-out predictions is in proportion to the samples, but for
    the start of a job and of a fit.
    """
    trained = work["rule"].str.fullmatch("(crossvalidate|train)_xco2(_members|_ablations)?")
    scaled = trained & ~work["unit"].isin(["job", "fits", "trees"])
    found = work.copy()
    for column in ("amount", "largest"):
        found.loc[scaled, column] *= FEWER / _ALL
    return found


def days(work: pd.DataFrame, rates: Sequence[Rate], machine: Machine) -> str:
    """Return how long some work takes on a machine, in words.

    Hours of cores are shared out to all cores, hours of an accelerator come on top; no run is
    shorter than its longest job.
    """
    costs = plan_costs(work, rates, gpu=machine.gpu)
    hours = costs["core_hours"].sum() / machine.cores + costs["gpu_hours"].sum()
    threads = costs["threads"].clip(upper=machine.cores) / costs["threads"]
    hours = max(hours, float((costs["longest_hours"] / threads).max()))
    return f"{shown(hours)} h" if hours < 48 else f"{shown(hours / 24)} days"


def shown(value: float) -> str:
    """Return a number with two digits that count."""
    if value >= 10:
        digits = 10 ** max(0, len(str(int(value))) - 2)
        return f"{round(value / digits) * digits:,.0f}"
    return "0" if value == 0 else f"{value:.1f}" if value >= 1 else f"{value:.1g}"
