"""The table of the map of the run beside that of the paper's authors.

Apart from what computes it, so that the figure does not depend on readers.
"""

from __future__ import annotations

from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN

AUTHORS_COMPARISON = TableSchema(
    "ours and the authors' own map",
    (
        PRODUCT_COLUMN,
        Column("period", "text", "a calendar year, or 'all' that both maps have"),
        Column("months", "integer", "months that both have", "1"),
        Column("cells", "integer", "cells with a value of both in some of these months", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column("bias", "number", "ours minus theirs, mean over months and area", "g m-2 day-1"),
        Column("rmse", "number", "root of the mean square difference of months", "g m-2 day-1"),
        Column("r", "number", "Pearson correlation of months and cells, by area", "1", True),
        Column(
            "ours",
            "number",
            "sum of ours over the cells in which both have all twelve months; of 'all', and below, "
            "the mean of the years",
            "PgC yr-1",
            True,
        ),
        Column("theirs", "number", "sum of theirs over these cells", "PgC yr-1", True),
        Column("ours_own", "number", "ours over all of its own cells", "PgC yr-1", True),
        Column("theirs_own", "number", "theirs over all of its own cells", "PgC yr-1", True),
    ),
    key=("product", "period"),
)
