"""Scorecards: what a paper reports beside what the run finds."""

from __future__ import annotations

from carbonscape.core.tables import Column, TableSchema

#: What a cell of a table reads when the run did not compute it.
NOT_RUN = "not run"


REPORTED = TableSchema(
    "reported values",
    (
        Column("id", "text", "name under which the run's own value is computed"),
        Column("quantity", "text", "what is reported"),
        Column("reported", "text", "the paper's value or claim"),
        Column("source", "text", "where the paper says so"),
        Column("explained_by", "text", "deviations that bear on it", missing=True),
    ),
    key=("id",),
)


SCORECARD = TableSchema(
    "scorecard",
    (
        *REPORTED.columns[:3],
        Column("run", "text", f"this run's value, or '{NOT_RUN}'"),
        *REPORTED.columns[3:],
    ),
    key=("id",),
)
