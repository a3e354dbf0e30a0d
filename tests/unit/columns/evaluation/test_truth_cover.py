"""What the standard deviation of a map covers of the truth: by soundings, season and latitude."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.columns.evaluation.truth_cover import truth_cover
from carbonscape.core.grid import Grid
from carbonscape.evaluation.comparison import Fields
from carbonscape.evaluation.grids import areas_of, write_grid
from carbonscape.products.registry import get_product

XCO2 = get_product("xco2")
GRID = Grid(30)
MONTHS = [(2015, 1), (2015, 7)]


def write(path, **layers: np.ndarray) -> str:
    time = pd.to_datetime([f"{year}-{month:02d}-15" for year, month in MONTHS])
    coords = {"time": time, "lat": GRID.lat, "lon": GRID.lon}
    dims = ("time", "lat", "lon")
    made = {name: (dims, values.astype(np.float32)) for name, values in layers.items()}
    dataset = xr.Dataset(made, coords=coords)
    if "xco2_std" in dataset:
        dataset["xco2_std"].attrs = {"factor": 2.0, "factor95": 6.0}
    write_grid(dataset, path)
    return str(path)


def test_errors_within_are_counted_by_area_and_where_soundings_are(tmp_path) -> None:
    shape = (2, 6, 12)
    truth, std, seen = (np.full(shape, np.nan) for _ in range(3))
    # Errors of 0.5, 2 and 4 ppm under a standard deviation of 1 ppm, whose wide one is 3 ppm.
    truth[0, 1, 0], truth[1, 1, 0], truth[1, 2, 0] = 400.5, 402.0, 404.0
    std[:] = 1.0
    seen[0, 1, 0] = 400.0
    field = np.full(shape, 400.0)
    name, other = "at_bilstm-none", "latitude_month_year-none"
    fields = Fields(MONTHS, truth, {name: field, other: field}, GRID)
    files = {
        name: {2015: write(tmp_path / "a.nc", xco2=field, xco2_std=std)},
        other: {2015: write(tmp_path / "b.nc", xco2=field)},
    }
    table = truth_cover(XCO2, fields, files, [write(tmp_path / "oco2.nc", xco2=seen)])
    assert set(table["product"]) == {name}
    rows = table.set_index("group")
    areas = areas_of(GRID)
    high, low = areas[1, 0], areas[2, 0]
    assert rows.loc["all", "coverage"] == pytest.approx(high / (2 * high + low))
    assert rows.loc["all", "coverage95"] == pytest.approx(2 * high / (2 * high + low))
    assert rows.loc["seen", ["cell_months", "coverage"]].tolist() == [1, 1.0]
    assert rows.loc["unseen", ["cell_months", "coverage"]].tolist() == [2, 0.0]
    assert rows.loc["JJA", "rmse"] == pytest.approx(np.sqrt((4 * high + 16 * low) / (high + low)))
    assert rows.loc["30-60 N", "cell_months"] == 2
    assert "60-90 N" not in rows.index
