"""The numbers behind figure 1: where the towers stand and how many samples they give."""

from __future__ import annotations

import pandas as pd

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema

TOWER_MAP = TableSchema(
    "tower map",
    (*TOWER_SITES.columns, Column("samples", "integer", "samples (site-months) used", "1")),
    key=("site",),
)

TOWER_CLASSES = TableSchema(
    "tower classes",
    (
        Column("scope", "text", "climate or igbp"),
        Column("group", "text", "the climate or the IGBP class"),
        Column("samples", "integer", "samples (site-months) used", "1"),
        Column("sites", "integer", "sites with at least one sample", "1"),
    ),
    key=("scope", "group"),
)


def figure_fig01(sites: pd.DataFrame, samples: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count samples by site (TOWER_MAP), and samples and sites by class (TOWER_CLASSES).

    Sites without a sample stay on the map with 0. All five climates have a row, IGBP classes
    only where there is a site; both in their fixed order.

    Args:
        sites: a TOWER_SITES table.
        samples: any table with one row a sample and the column site, such as SAMPLES.

    Raises:
        ResultError: a sample's site is not in ``sites``.

    Source: the GPP paper, figure 1.
    """
    sites = TOWER_SITES.check(sites, "tower sites")
    unknown = sorted(set(samples["site"]) - set(sites["site"]))
    if unknown:
        raise ResultError(
            f"samples: site {unknown[0]} ({len(unknown)} in all) is not in the table of tower "
            "sites; samples and sites must come from the same run."
        )
    counts = samples.groupby("site").size()
    table = sites.assign(samples=sites["site"].map(counts).fillna(0).astype("int64"))
    classes = pd.concat(
        [
            _by_class(table, "climate", [*CLIMATES]),
            _by_class(table, "igbp", [c for c in IGBP_CLASSES if c in set(sites["igbp"])]),
        ]
    )
    return TOWER_MAP.check(table, "tower map"), TOWER_CLASSES.check(classes, "tower classes")


def _by_class(table: pd.DataFrame, scope: str, order: list[str]) -> pd.DataFrame:
    """Sum samples and count sites with samples over the classes of one column."""
    order = order + sorted(set(table[scope]) - set(order))
    grouped = table.assign(used=table["samples"] > 0).groupby(scope)
    sums = grouped.agg(samples=("samples", "sum"), sites=("used", "sum"))
    sums = sums.reindex(order, fill_value=0)
    return sums.rename_axis("group").reset_index().assign(scope=scope)
