"""Numbers of the figures that show parts of the XCO2 maps."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.columns.evaluation.hotspots import hotspot_maps
from carbonscape.columns.evaluation.regions import MonthField, compare_regions
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import labelled, write_grid


def fields(cell: float = 4.0) -> tuple[Grid, np.ndarray]:
    """A grid, and XCO2 that rises northwards with a wave along the longitudes, (lat, lon)."""
    grid = Grid(cell)
    wave = np.sin(np.radians(3 * grid.lon))[None, :]
    return grid, (410 + 0.03 * grid.lat[:, None] + wave).astype(np.float32)


def write_year(folder: Path, *, year: int = 2020, cell: float = 4.0) -> dict[str, Path]:
    """Write an annual mean, its anomaly and land cover as the steps before do."""
    grid, xco2 = fields(cell)
    dims, coordinates = ("year", "lat", "lon"), {"year": [year]}
    cover = (np.arange(grid.n_lat * grid.n_lon) % 17 + 1).reshape(grid.n_lat, grid.n_lon)
    made = {
        "annual": ({"product": (dims, xco2[None], "xco2", "ppm")}, coordinates, {}),
        "anomaly": (
            {"north_of_60s": (dims, xco2[None] - 410, "anomaly", "ppm")},
            coordinates,
            {"shown": "north_of_60s"},
        ),
        "composites": (
            {"LUCC": (("time", "lat", "lon"), cover[None], "IGBP", "1")},
            {"time": [0]},
            {},
        ),
    }
    for name, (variables, given, attributes) in made.items():
        dataset = labelled(variables, grid, title=name, coordinates=given, **attributes)
        write_grid(dataset, folder / f"{name}.nc")
    return {name: folder / f"{name}.nc" for name in made}


@functools.cache
def hotspots() -> tuple[xr.Dataset, pd.DataFrame]:
    """The pictures of figure 13 and their table."""
    with tempfile.TemporaryDirectory() as folder:
        return hotspot_maps(**write_year(Path(folder)), year=2020, degrees=4)


@functools.cache
def regions() -> xr.Dataset:
    """The pictures of figure 14 by every source that a run may have; one has no file."""
    grid, xco2 = fields()
    names = (
        "oco2",
        "mapping_xco2",
        "deep_forest_xco2",
        "gcxco2",
        "at_bilstm_maps",
        "egg4",
        "product",
    )
    made = {
        name: MonthField(xco2 + np.float32(0.1 * number), grid.lat, grid.lon)
        for number, name in enumerate(names)
    }
    return compare_regions(made, month="2015-01", absent=["s_stdct"])[0]
