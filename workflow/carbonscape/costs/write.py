"""Writes the plan of a run: tables of work and costs, and the text that is printed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carbonscape.core.io import atomic_path
from carbonscape.core.tables import write_table
from carbonscape.costs.plan import COSTS, WORK, plan_costs, work_table
from carbonscape.costs.rates import rates_of_project
from carbonscape.costs.text import text_of
from carbonscape.sources.plan import plan_downloads


def write_plan(
    *,
    folder: str | os.PathLike[str],
    plan: Mapping[str, Any],
    root: str | os.PathLike[str],
    label: str,
    downloads: Mapping[str, Any] | None,
) -> str:
    """Write ``plan_work.csv``, ``plan_costs.csv`` and ``plan_costs.txt``; return the text.

    Args:
        folder: of the run's results.
        plan: what the jobs do, and why the run would be refused
            (:meth:`carbonscape.costs.estimate.Estimate.plan`).
        root: folder of the project, with its tables of rates.
        label: the run in a few words.
        downloads: keywords of :func:`carbonscape.sources.plan.plan_downloads`; None where
            nothing is fetched.
    """
    folder = Path(folder)
    work = work_table(plan["rows"])
    costs = plan_costs(work, rates_of_project(root))
    lines = [
        line
        for line in (plan_downloads(**downloads) if downloads else [])
        if work["rule"].str.startswith(f"download_{line.source.name}_").any()
    ]
    text = text_of(
        costs,
        label=label,
        download_gb=sum(line.missing_gigabytes for line in lines),
        download_hours=sum(line.hours for line in lines),
        refusal=plan["refusal"],
    )
    write_table(work, folder / "plan_work.csv", WORK)
    write_table(costs, folder / "plan_costs.csv", COSTS)
    with atomic_path(folder / "plan_costs.txt") as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return text
