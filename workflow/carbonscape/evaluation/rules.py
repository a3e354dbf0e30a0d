"""The table of the rules of a run, from which its schemes are drawn."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import pandas as pd

from carbonscape.core.tables import Column, TableSchema, write_table

RULE_EDGES = TableSchema(
    "rule graph",
    (
        Column("name", "text", "rule, or stem of a figure"),
        Column("kind", "text", "`rule` or `figure`"),
        Column(
            "reads",
            "text",
            "rule whose output it reads, or `raw/<source>` for native files that no rule makes; "
            "for a figure the rule that makes its numbers; empty for a rule that reads neither",
            missing=True,
        ),
    ),
)


def write_rules(path: str | os.PathLike[str], edges: Iterable[Sequence[str]]) -> None:
    """Write the edges of :func:`carbonscape.core.rule_graph.rule_edges` as a table.

    Args:
        path: the CSV file.
        edges: rows of name, kind and the rule that is read.
    """
    table = pd.DataFrame([list(edge) for edge in edges], columns=RULE_EDGES.names, dtype=str)
    write_table(table, path, RULE_EDGES)
