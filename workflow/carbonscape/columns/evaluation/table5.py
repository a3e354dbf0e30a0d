"""The paper's table 5: published reconstructions of XCO2 and the maps of the run against TCCON."""

from __future__ import annotations

import os

import pandas as pd

from carbonscape.columns.evaluation.tccon import EGG4, OCO
from carbonscape.core.errors import InputError
from carbonscape.core.tables import Column, TableSchema

#: What the column ``reference`` says of a row of this run, and of the paper's own row.
THIS_RUN, OWN_STUDY = "this run", "Our study"

_PUBLISHED = (
    Column("study", "text", "method of a published study, or {model}-{time_input} or oco"),
    Column("degrees", "number", "size of its cells", "degrees"),
    Column("r2", "number", "R2 against TCCON", "1", True),
    Column("rmse", "number", "root mean square error against TCCON", "ppm"),
    Column("mae", "number", "mean absolute error against TCCON", "ppm", True),
    Column("reference", "text", f"who reports it, as table 5 cites it, or '{THIS_RUN}'"),
)

XCO2_RECONSTRUCTIONS = TableSchema("published reconstructions of XCO2", _PUBLISHED, key=("study",))

XCO2_TABLE5 = TableSchema(
    "XCO2 reconstructions against TCCON",
    (
        *_PUBLISHED,
        Column("samples", "integer", "months at sites; 0 where the paper gives none", "1"),
        Column("better", "integer", "published studies (not the paper's own) of lower RMSE", "1"),
    ),
    key=("study", "reference"),
)


def read_reconstructions(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the published rows of table 5 (XCO2_RECONSTRUCTIONS).

    Raises:
        InputError: the file is absent or no such table.
        ResultError: it has other columns.
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a table of studies ({error}).") from error
    return XCO2_RECONSTRUCTIONS.check(table, str(path))


def studies_below(published: pd.DataFrame, rmse: float) -> int:
    """Return how many published studies but the paper's own have a lower RMSE, of ppm."""
    others = published[published["reference"] != OWN_STUDY]
    return int((others["rmse"] < rmse).sum())


def table5(published: pd.DataFrame, scores: pd.DataFrame, *, cell: float) -> pd.DataFrame:
    """Put the run's maps and soundings below the published studies (XCO2_TABLE5).

    The studies differ in their years, sites and ways of matching, and are not comparable for that:
    their numbers are what the paper prints.

    Args:
        published: XCO2_RECONSTRUCTIONS.
        scores: XCO2_TCCON_SCORES, of which all months count; CAMS-EGG4 is no reconstruction.
        cell: size of the run's cells, degrees.

    Source: the XCO2 paper, table 5.
    """
    whole = scores[(scores["subset"] == "all") & (scores["product"] != EGG4)]
    own = whole[["product", "r2", "rmse", "mae", "samples"]].rename(columns={"product": "study"})
    # Soundings are averaged over the cells of the run, too.
    own = own.assign(degrees=cell, reference=THIS_RUN)
    own = own.sort_values("study", key=lambda names: names == OCO, kind="stable")
    table = pd.concat([published.assign(samples=0), own], ignore_index=True)
    table["better"] = [studies_below(published, rmse) for rmse in table["rmse"]]
    return XCO2_TABLE5.check(table, "table 5")
