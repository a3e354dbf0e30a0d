"""The section of a page on inputs: how many were used, and what was left out and why."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from carbonscape.core.findings import OUTCOMES, Finding
from carbonscape.report.tables import page_table

#: Findings that a page lists one by one; inputs.csv has all of them.
_LISTED = 100


def inputs_section(found: Sequence[Finding]) -> dict[str, Any]:
    """Return what a page shows of the inputs of a run.

    Args:
        found: what became of each input.

    Returns:
        ``counts``: a table of the page, inputs by source, kind and outcome; ``noted``: one of
        those that were not simply used; ``others``: how many of these it does not list.
    """
    counts = Counter((finding.source, finding.kind, finding.outcome) for finding in found)
    kinds = sorted({key[:2] for key in counts})
    rows = [
        {
            "source": source or "none",
            "kind": kind,
            **{outcome: str(counts[source, kind, outcome]) for outcome in reversed(OUTCOMES)},
        }
        for source, kind in kinds
    ]
    noted = _together([finding for finding in found if finding.outcome != "used"])
    listed = [
        {
            "outcome": finding.outcome,
            "source": finding.source or "none",
            "input": finding.item,
            "why": finding.reason,
        }
        for finding in noted[:_LISTED]
    ]
    return {
        "counts": page_table(pd.DataFrame(rows, dtype=object)),
        "noted": page_table(pd.DataFrame(listed, dtype=object)),
        "others": len(noted) - len(listed),
    }


def _together(found: Sequence[Finding]) -> list[Finding]:
    """Return findings with the files of one folder, outcome and reason as one."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in found:
        folder = os.path.dirname(finding.item) if finding.kind == "file" else finding.item
        key = (finding.outcome, finding.source, finding.kind, folder, finding.reason)
        groups.setdefault(key, []).append(finding)
    return [
        group[0]
        if len(group) == 1
        else replace(
            group[0],
            item=f"{len(group)} files: {group[0].item} to {os.path.basename(group[-1].item)}",
        )
        for group in groups.values()
    ]
