"""Scores of products against TCCON, and the numbers of figures 6 to 8."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carbonscape.columns.evaluation.skill import density, scores_with_line, skill
from carbonscape.columns.evaluation.tables import (
    SUBSETS,
    XCO2_FIG06,
    XCO2_FIG06_SCORES,
    XCO2_FIG08,
    XCO2_TCCON_SCORES,
    XCO2_TCCON_SITES,
)
from carbonscape.columns.evaluation.tccon import OCO, Colocated


def score_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Score every product on the subsets of its pairs (XCO2_TCCON_SCORES).

    All pairs count alike, whatever their site. A subset without a pair has no row.

    Args:
        pairs: a TCCON_PAIRS table.

    Source: the XCO2 paper, figure 6c and d; the subsets are this project's: OCO and the product
        are comparable only on the same months, and a month in a training sample is no test.
    """
    key = ["site", "year", "month"]
    seen = pd.MultiIndex.from_frame(pairs.loc[pairs["product"] == OCO, key])
    rows = []
    for product, table in pairs.groupby("product", sort=False):
        inside = {
            "all": np.ones(len(table), dtype=bool),
            "oco_months": pd.MultiIndex.from_frame(table[key]).isin(seen),
            "in_sample": table["in_sample"].to_numpy(),
            "out_of_sample": ~table["in_sample"].to_numpy(),
        }
        for subset in SUBSETS:
            part = table[inside[subset]]
            if part.empty:
                continue
            found = skill(
                part["observed"], part["predicted"], year=part["year"], month=part["month"]
            )
            named = {"product": product, "subset": subset, "sites": len(part["site"].unique())}
            rows.append(named | found)
    table = pd.DataFrame(rows, columns=XCO2_TCCON_SCORES.names)
    return XCO2_TCCON_SCORES.check(table, "scores against TCCON")


def score_sites(pairs: pd.DataFrame) -> pd.DataFrame:
    """Score every product at every site (XCO2_TCCON_SITES).

    Source: the XCO2 paper, figures 6a, 6b and 7.
    """
    rows = [
        {"product": product, "site": site, **scores_with_line(part["observed"], part["predicted"])}
        for (product, site), part in pairs.groupby(["product", "site"], sort=False)
    ]
    table = pd.DataFrame(rows, columns=XCO2_TCCON_SITES.names)
    return XCO2_TCCON_SITES.check(table, "scores by TCCON site")


def figure_fig06(pairs: pd.DataFrame, *, shown: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bin the pairs of OCO and of the shown product, and score them with their lines.

    Returns:
        XCO2_FIG06 and XCO2_FIG06_SCORES; without rows for what has no pair.

    Source: the XCO2 paper, figure 6c and d.
    """
    bins, scores = [pd.DataFrame(columns=XCO2_FIG06.names)], []
    for name in (OCO, shown):
        part = pairs[pairs["product"] == name]
        if len(part):
            bins.append(density(part["observed"], part["predicted"]).assign(dataset=name))
            found = scores_with_line(part["observed"], part["predicted"])
            scores.append({"dataset": name, **found})
    table = pd.concat([part for part in bins if len(part)] or bins)
    return (
        XCO2_FIG06.check(table, "density against TCCON"),
        XCO2_FIG06_SCORES.check(
            pd.DataFrame(scores, columns=XCO2_FIG06_SCORES.names), "scores of the densities"
        ),
    )


def figure_fig08(data: Colocated, *, shown: str) -> pd.DataFrame:
    """Return the monthly series of TCCON, OCO and the shown product at every site (XCO2_FIG08).

    All months of the run, but those in which a site has none of the three.

    Source: the XCO2 paper, figure 8.
    """
    parts = []
    for number, site in enumerate(data.sites["site"]):
        columns = {
            "tccon": data.tccon[:, number],
            "oco": data.series[OCO].values[:, number],
            "product": data.series[shown].values[:, number],
        }
        months = pd.DataFrame(data.months, columns=["year", "month"]).assign(**columns)
        parts.append(months.dropna(how="all", subset=[*columns]).assign(site=site))
    return XCO2_FIG08.check(pd.concat(parts), "monthly series at TCCON sites")
