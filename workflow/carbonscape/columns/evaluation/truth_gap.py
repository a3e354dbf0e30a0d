"""Whether a cross-validation tells how good the whole map is (simulated Earth only)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.columns.evaluation.crossval import Cell
from carbonscape.columns.evaluation.skill import skill
from carbonscape.columns.evaluation.tables import HONEST, XCO2_TRUTH_GAP
from carbonscape.columns.evaluation.truth import pair_skill
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.comparison import Comparison
from carbonscape.evaluation.grids import month_text, read_months
from carbonscape.products.map_name import MapName
from carbonscape.products.product import Product


def gap_table(
    product: Product,
    data: Comparison,
    *,
    predictions: Iterable[tuple[Cell, pd.DataFrame]],
    truth_path: str,
) -> pd.DataFrame:
    """Put the score of every scheme beside that of the whole map (XCO2_TRUTH_GAP).

    Soundings are noisy, so the predictions are scored against the truth of their cells as well:
    the map has no other error. Products that were not cross-validated have no row.

    Args:
        product: the column that is mapped.
        data: truth and products.
        predictions: each cross-validation and its XCO2_PREDICTIONS table.
        truth_path: the true XCO2.

    Raises:
        InputError, ResultError: the truth lacks a month of the samples, or a sample's place is not
            a cell's.
    """
    rows = []
    pairs = np.isfinite(data.truth)
    maps = {name: pair_skill(data, values, pairs) for name, values in data.products.items()}
    for cell, table in predictions:
        mapped = MapName(cell.model, cell.time_input).name
        if mapped not in maps:
            continue
        origin = f"predictions of {'/'.join(cell)}"
        table = XCO2_PREDICTIONS.check(table, origin)
        when = {"year": table["year"], "month": table["month"]}
        said = skill(table["observed"], table["predicted"], **when)
        values = true_values(table, truth_path, product.name, data.grid, origin=origin)
        true = skill(values, table["predicted"], **when)
        ratio = maps[mapped]["rmse"] / true["rmse"] if true["rmse"] > 0 else float("nan")
        rows.append(
            {
                "product": mapped,
                "scheme": cell.scheme,
                **{name: said[name] for name in ("samples", "r2", "rmse", "r2_detrended")},
                **{f"{name}_truth": true[name] for name in ("rmse", "r2_detrended")},
                **{f"map_{name}": maps[mapped][name] for name in ("r2", "rmse", "r2_detrended")},
                "ratio": ratio,
                "honest": bool(ratio <= HONEST),
            }
        )
    table = pd.DataFrame(rows, columns=XCO2_TRUTH_GAP.names)
    return XCO2_TRUTH_GAP.check(table, "cross-validation beside the true error")


def true_values(
    table: pd.DataFrame, truth_path: str, name: str, grid: Grid, *, origin: str
) -> NDArray[np.float64]:
    """Return the true column of each sample's cell and month, ppm (sample,).

    Raises:
        ResultError: a sample does not lie at the centre of a cell, or the truth has no value.
    """
    rows = np.round((90 - table["lat"].to_numpy(float)) / grid.cell - 0.5).astype(np.intp)
    cols = np.round((table["lon"].to_numpy(float) + 180) / grid.cell - 0.5).astype(np.intp)
    inside = (rows >= 0) & (rows < grid.n_lat) & (cols >= 0) & (cols < grid.n_lon)
    safe = np.where(inside, rows, 0), np.where(inside, cols, 0)
    off = np.abs(grid.lat[safe[0]] - table["lat"]) + np.abs(grid.lon[safe[1]] - table["lon"])
    if not (inside & (off < 1e-3)).all():
        raise ResultError(
            f"{origin}: samples do not lie at the centres of the product's cells of "
            f"{grid.cell:g} degrees; samples and product must come from one run."
        )
    months = sorted(set(zip(table["year"].tolist(), table["month"].tolist(), strict=True)))
    truth = read_months(truth_path, name, months, grid=grid).astype(np.float64)
    position = {month: number for number, month in enumerate(months)}
    at = [position[month] for month in zip(table["year"], table["month"], strict=True)]
    values = truth[at, rows, cols]
    if not np.isfinite(values).all():
        first = int(np.argmax(~np.isfinite(values)))
        raise ResultError(
            f"{truth_path}: has no value at {table['lat'].iloc[first]:g} N, "
            f"{table['lon'].iloc[first]:g} E in {month_text(months[at[first]])}; simulate the "
            "Earth again."
        )
    return values
