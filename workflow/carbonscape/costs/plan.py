"""The plan of a run: what its jobs take, by stage and product, from measured rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from carbonscape.core.tables import Column, TableSchema
from carbonscape.costs.rates import Rate, cost_of, rates_of
from carbonscape.costs.work import COLUMNS
from carbonscape.figures.rule_graph import STAGES, stage_of

#: What the jobs of a run do.
WORK = TableSchema(
    name="planned work",
    columns=(
        Column("product", "text", "product whose results need the jobs, shared for several"),
        Column("rule", "text", "rule of the jobs"),
        Column("model", "text", "model that they train or read", missing=True),
        Column("jobs", "integer", "number of jobs; jobs of several models count once"),
        Column("threads", "integer", "cores that a job asks for"),
        Column("mem_mb", "integer", "memory that the largest of them asks for", "MB"),
        Column("gpu", "integer", "whether they train on an accelerator: 1 or 0"),
        Column("unit", "text", "unit of the work (costs/model_work.py, costs/grids.py)"),
        Column("amount", "number", "work of all jobs in that unit"),
        Column("largest", "number", "work of the largest job in that unit"),
    ),
    key=("product", "rule", "model", "gpu", "unit"),
)
#: What they take.
COSTS = TableSchema(
    name="planned costs",
    columns=(
        Column("product", "text", "product whose results need the jobs, shared for several"),
        Column("stage", "text", "stage of the workflow"),
        Column("rule", "text", "rule of the jobs"),
        Column("model", "text", "model that they train or read", missing=True),
        Column("jobs", "integer", "number of jobs"),
        Column("threads", "integer", "cores that a job asks for"),
        Column("mem_mb", "integer", "memory that the largest of them asks for", "MB"),
        Column("core_hours", "number", "hours of cores, of all jobs together", "h"),
        Column("gpu_hours", "number", "hours of an accelerator", "h"),
        Column("longest_hours", "number", "hours of the longest job on its threads", "h"),
        Column("disk_gb", "number", "what they write", "GB"),
    ),
    key=("product", "rule", "model"),
)
#: How the columns of a summary add up.
_ADDED = {
    "jobs": "sum", "core_hours": "sum", "gpu_hours": "sum", "longest_hours": "max",
    "mem_mb": "max", "disk_gb": "sum",
}  # fmt: skip


def work_table(rows: Iterable[Sequence]) -> pd.DataFrame:
    """Return the rows of :func:`carbonscape.costs.work.work_rows` as a WORK table."""
    return WORK.check(pd.DataFrame(list(rows), columns=list(COLUMNS)), "planned work")


def plan_costs(
    work: pd.DataFrame, rates: Sequence[Rate], *, gpu: bool | None = None
) -> pd.DataFrame:
    """Return what the jobs of a run take.

    Args:
        work: a WORK table.
        rates: measured.
        gpu: whether networks are trained on an accelerator; None as the table says.

    Returns:
        A COSTS table, in the order of stages and rules. The hours of the longest job are those of
        its work shared out to its threads.
    """
    found = []
    for key, rows in work.fillna({"model": ""}).groupby(["product", "rule", "model"], sort=False):
        product, rule, model = (str(word) for word in key)
        of = rates_of(rates, rule, model)
        first = rows.iloc[0]
        on_gpu = bool(rows["gpu"].max()) if gpu is None else gpu
        amounts: Mapping[str, float] = dict(zip(rows["unit"], rows["amount"], strict=True))
        largest: Mapping[str, float] = dict(zip(rows["unit"], rows["largest"], strict=True))
        cost, one = cost_of(amounts, of, gpu=on_gpu), cost_of(largest, of, gpu=on_gpu)
        threads = int(rows["threads"].max())
        found.append(
            {
                "product": product,
                "stage": stage_of(rule),
                "rule": rule,
                "model": model,
                "jobs": int(first["jobs"]),
                "threads": threads,
                "mem_mb": int(rows["mem_mb"].max()),
                "core_hours": cost.core_s / 3600,
                "gpu_hours": cost.gpu_s / 3600,
                "longest_hours": max(one.core_s / threads, one.gpu_s) / 3600,
                "disk_gb": cost.disk_mb / 1000,
            }
        )
    order = {stage: number for number, stage in enumerate(STAGES)}
    table = pd.DataFrame(found)
    table = table.sort_values(
        ["stage", "rule", "model", "product"],
        key=lambda c: c.map(order) if c.name == "stage" else c,
    )
    return COSTS.check(table, "planned costs")


def by(costs: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the costs summed over some columns, in the order in which their values come."""
    return costs.groupby(list(columns), sort=False).agg(_ADDED).reset_index()


def largest(costs: pd.DataFrame, number: int = 3) -> pd.DataFrame:
    """Return the rules and models that take most hours of cores and accelerators."""
    hours = by(costs, "rule", "model")
    hours["hours"] = hours["core_hours"] + hours["gpu_hours"]
    return hours.sort_values(["hours", "rule", "model"], ascending=[False, True, True])[:number]
