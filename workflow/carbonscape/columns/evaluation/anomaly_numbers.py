"""What the anomalies of figure 12 are where the paper speaks of them: rows of XCO2_TOTALS."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.evaluation.places import ANOMALY_PLACES
from carbonscape.columns.evaluation.tables import XCO2_TOTALS
from carbonscape.evaluation.grids import areas_of, grid_of


def anomaly_totals(anomaly: xr.Dataset) -> pd.DataFrame:
    """Return means over places and shares of the anomaly that figure 12 draws (XCO2_TOTALS).

    Args:
        anomaly: what :func:`carbonscape.columns.evaluation.maps.anomaly_dataset` returns.

    Means and shares are of the mean over the years, weighted by area, over the cells that have a
    value in every year. The likeness of years is the lowest correlation, over cells alike, of a
    year with the mean of the others.

    Source: the XCO2 paper, section 3.3.
    """
    grid = grid_of(anomaly, "anomalies")
    maps = anomaly[anomaly.attrs["shown"]].values.astype(float)
    mean = maps.mean(axis=0) if len(maps) else np.full((grid.n_lat, grid.n_lon), np.nan)
    areas, lat, lon = areas_of(grid), grid.lat[:, None], grid.lon[None, :]
    rows = [
        (f"anomaly_{one.name}", _mean(mean, areas, one.box.holds(lat, lon)), "ppm",
         f"mean anomaly of {one.label}, by area")
        for one in ANOMALY_PLACES
    ]  # fmt: skip
    south = np.broadcast_to((lat < 0) & (lat > -60), mean.shape)
    amazonia = next(one.box for one in ANOMALY_PLACES if one.name == "amazonia")
    rows += [
        ("anomaly_south_negative", 100 * _mean(_sign(mean, -1), areas, south), "%",
         "share of the land from the equator to 60 S with a negative anomaly, by area"),
        ("anomaly_amazonia_positive",
         100 * _mean(_sign(mean, 1), areas, amazonia.holds(lat, lon)), "%",
         "share of Amazonia with a positive anomaly, by area"),
        ("anomaly_likeness", _likeness(maps), "1",
         "lowest correlation over cells of a year's anomaly with the mean of the other years"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["name", "value", "unit", "meaning"])
    table = table.assign(low=np.nan, high=np.nan)
    return XCO2_TOTALS.check(table[XCO2_TOTALS.names], "anomalies of XCO2")


def _mean(values: NDArray, areas: NDArray, inside: NDArray[np.bool_]) -> float:
    """Return the mean of the cells inside that have a value, by area; NaN of none."""
    there = np.isfinite(values) & inside
    return float(np.average(values[there], weights=areas[there])) if there.any() else float("nan")


def _sign(values: NDArray, sign: int) -> NDArray[np.float64]:
    """Return 1 where values have a sign, 0 where not, NaN where there is none."""
    return np.where(np.isfinite(values), (sign * values > 0).astype(float), np.nan)


def _likeness(maps: NDArray) -> float:
    """Return the lowest correlation of a year with the mean of the others; NaN of one year."""
    known = np.isfinite(maps).all(axis=0) if len(maps) > 1 else np.zeros(maps.shape[1:], bool)
    if known.sum() < 3:
        return float("nan")
    cells = maps[:, known]
    others = (cells.sum(axis=0) - cells) / (len(cells) - 1)
    pairs = zip(cells, others, strict=True)
    return float(min(np.corrcoef(one, other)[0, 1] for one, other in pairs))
