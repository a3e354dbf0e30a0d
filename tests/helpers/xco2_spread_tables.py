"""Made numbers of the figure of the standard deviation of XCO2."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.columns.evaluation.spread_tables import (
    BANDS,
    XCO2_SPREAD_BINS,
    XCO2_SPREAD_GROUPS,
    XCO2_SPREAD_MONTHS,
)
from carbonscape.evaluation.seasons import ALL, SEASONS
from helpers.xco2_tables import annual


def spread(
    seasons=tuple(SEASONS), *, blocks: int = 27
) -> tuple[xr.Dataset, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Maps, months, groups and bins; of a run without some seasons, or of one block."""
    mean = annual((2015,))["product"].isel(year=0, drop=True) * 0 + 0.7
    parts = [mean * (0.6 + 0.2 * at if name in seasons else np.nan)
             for at, name in enumerate(SEASONS)]  # fmt: skip
    maps = annual((2015,)).drop_dims("year").assign(mean=mean, seasonal=xr.concat(parts, "season"))
    maps = maps.assign_coords(season=[*SEASONS])
    months = [
        (band, month, 0.5 + 0.05 * at + 0.1 * np.sin(month))
        for at, band in enumerate((*BANDS, ALL))
        for month in range(1, 13)
    ]
    names = [("all", ALL), *(("season", one) for one in seasons), *(("latitude", b) for b in BANDS)]
    names += [("gases", "observed"), ("gases", "climatology")]
    known = 1.0 if blocks > 1 else np.nan
    groups = [
        (scope, name, 8_400_000 // (at + 1), blocks, 0.7, 0.8, 0.5 + 0.03 * at,
         known * (0.4 + 0.03 * at), known * (0.6 + 0.03 * at), 0.95, known * 0.9, known * 0.98)
        for at, (scope, name) in enumerate(names)
    ]  # fmt: skip
    bins = [
        (at, 240, blocks, 0.15 * at, 0.6 + 0.02 * at, known * 0.5, known * 0.9, 0.7)
        for at in range(1, 11)
    ]
    return (
        maps.assign_attrs(first_month="2014-12", last_month="2021-12"),
        XCO2_SPREAD_MONTHS.check(pd.DataFrame(months, columns=XCO2_SPREAD_MONTHS.names), "made"),
        XCO2_SPREAD_GROUPS.check(pd.DataFrame(groups, columns=XCO2_SPREAD_GROUPS.names), "made"),
        XCO2_SPREAD_BINS.check(pd.DataFrame(bins, columns=XCO2_SPREAD_BINS.names), "made"),
    )
