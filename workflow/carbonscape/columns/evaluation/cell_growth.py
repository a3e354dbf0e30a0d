"""How sure the growth of XCO2 in a cell is, and whether it differs from that of the mean map."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.evaluation.maps import SOUTH, AnnualMeans, trend_dataset
from carbonscape.columns.evaluation.tables import XCO2_TOTALS
from carbonscape.evaluation.grids import areas_of
from carbonscape.evaluation.trends import slope_intervals

#: Rows of cells in memory at a time: some 20 MB of a map at 0.05 degree.
_ROWS = 32

_UNIT = "ppm year-1"


def growth_dataset(annual: AnnualMeans) -> xr.Dataset:
    """Return the mean and trend of every cell with the interval of the trend.

    Two intervals of 95 %, departures from the line taken as AR(1): that of the cell's own slope,
    and that of its slope minus the slope of the mean over the cells north of 60 S. The second is of
    the differences from that mean year by year: what all cells share, such as the course of the
    growth rate over the years, leaves the first wide and cancels in the second.

    Args:
        annual: the annual means.

    Returns:
        mean7 and trend of :func:`carbonscape.columns.evaluation.maps.trend_dataset`; trend_low and
        trend_high; apart_low and apart_high, of the trend minus that of the mean; all (lat, lon),
        ppm year-1 but for mean7. Without five years all intervals are NaN.

    Source: :func:`carbonscape.evaluation.trends.slope_intervals`.
    """
    dataset = trend_dataset(annual)
    ends = _ends(annual)
    of = {
        "trend": "slope of the annual means",
        "apart": "slope of the annual means minus that of their mean over all cells north of 60 S",
    }
    for name, values in ends.items():
        which, _, end = name.partition("_")
        place = {"low": "lower", "high": "upper"}[end]
        meaning = f"{place} end of the 95 % interval of the {of[which]} (years as AR(1))"
        said = {"long_name": meaning, "units": _UNIT}
        dataset[name] = (("lat", "lon"), values, said)
    return dataset


def _ends(annual: AnnualMeans) -> dict[str, NDArray[np.float32]]:
    """Return the ends of both intervals, (lat, lon) ppm yr-1."""
    product = annual.product
    middle = mean_series(annual)[:, None, None]
    found = {
        f"{which}_{end}": np.full(product.shape[1:], np.nan, dtype=np.float32)
        for which in ("trend", "apart")
        for end in ("low", "high")
    }
    for first in range(0, product.shape[1], _ROWS):
        rows = slice(first, first + _ROWS)
        part = product[:, rows].astype(np.float64)
        for which, values in (("trend", part), ("apart", part - middle)):
            interval = slope_intervals(annual.years, values)
            found[f"{which}_low"][rows] = interval.low
            found[f"{which}_high"][rows] = interval.high
    return found


def mean_series(annual: AnnualMeans) -> NDArray[np.float64]:
    """Return the mean of each year over the cells north of 60 S that all years have, by area.

    (year,) ppm; its slope is the growth of the map. NaN where there is no such cell.
    """
    there = np.isfinite(annual.product).all(axis=0) & (annual.grid.lat[:, None] > SOUTH)
    if not there.any():
        return np.full(len(annual.years), np.nan)
    weights = areas_of(annual.grid)[there]
    return np.array([np.average(field[there], weights=weights) for field in annual.product])


def growth_totals(growth: xr.Dataset, annual: AnnualMeans) -> pd.DataFrame:
    """Return what the intervals of the cells come to, as rows of XCO2_TOTALS.

    Args:
        growth: what :func:`growth_dataset` returns.
        annual: the annual means that it was made of.
    """
    low, high, apart_low, apart_high = (
        growth[name].values for name in ("trend_low", "trend_high", "apart_low", "apart_high")
    )
    known = np.isfinite(low) & (annual.grid.lat[:, None] > SOUTH)
    weights = areas_of(annual.grid)[known]

    def share(inside: NDArray[np.bool_]) -> float:
        return 100 * float(np.average(inside[known], weights=weights)) if known.any() else np.nan

    half = np.average(high[known] - low[known], weights=weights) / 2 if known.any() else np.nan
    rows = [
        ("growth_half_width", half, "ppm yr-1",
         "half the width of the 95 % interval of the slope of a cell, mean by area"),
        ("growth_apart", share((apart_low > 0) | (apart_high < 0)), "%",
         "share of the area whose growth differs from that of the mean over all cells, each by its "
         "95 % interval; 5 % would by chance"),
        ("growth_none", share((low <= 0) & (high >= 0)), "%",
         "share of the area whose 95 % interval of the growth holds 0"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["name", "value", "unit", "meaning"])
    table = table.assign(low=np.nan, high=np.nan)
    return XCO2_TOTALS.check(table[XCO2_TOTALS.names], "growth of the cells")
