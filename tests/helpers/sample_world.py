"""Tiles and soundings of a small globe from which samples of XCO2 are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.columns.features.sample_windows import collect_samples
from carbonscape.columns.features.sampling import draw_samples
from carbonscape.core.grid import Grid
from carbonscape.core.months import months_between

GRID = Grid(30.0)
MONTHS = months_between("2014-10", "2017-12")
PRODUCT = MONTHS[2:]
SPANS = {
    "oco2": {"first_month": "2014-12", "last_month": "2016-12"},
    "oco3": {"first_month": "2017-01", "last_month": "2017-12"},
}
BLOCKS = [[2015, 2015], [2016, 2016], [2017, 2017]]
VARIABLES = ["EVI", "SO2", "LUCC"]


class World:
    """Tiles and soundings of a small globe that a test may spoil before writing.

    The predictor EVI is month number + row / 10 + column / 1000, so that every window can be
    read off; all cells of rows 1 and 2 are land.
    """

    def __init__(self) -> None:
        self.row, self.col = (a.ravel() for a in np.mgrid[1:3, 0:12])
        shape = (len(self.row), len(MONTHS), len(VARIABLES))
        self.predictors = np.ones(shape, dtype=np.float32)
        time = np.arange(len(MONTHS))
        self.predictors[..., 0] = time + (self.row / 10 + self.col / 1000)[:, None]
        self.source = np.zeros(shape, dtype=np.uint8)
        self.median = np.full(shape[1:], 7, dtype=np.float32)
        self.count = np.zeros((len(PRODUCT), GRID.n_lat, GRID.n_lon), dtype=np.int32)
        self.count[:, 1:3] = 3
        self.count[:, 4] = 3  # the sea

    def cell(self, row: int, col: int) -> int:
        """Return the position of a cell of the grid among the cells of land."""
        return int(np.flatnonzero((self.row == row) & (self.col == col))[0])

    def write(self, folder: Path, tile_cols: int = 12) -> tuple[list[Path], dict[str, Path]]:
        """Write tiles of so many columns and the soundings of each instrument."""
        time = np.array(MONTHS, "datetime64[M]").astype("datetime64[ns]")
        tiles = []
        for left in range(0, 12, tile_cols):
            some = (self.col >= left) & (self.col < left + tile_cols)
            dims = ("cell", "time", "variable")
            tiles.append(folder / f"tile{tile_cols}_{left}.nc")
            xr.Dataset(
                {
                    "predictors": (dims, self.predictors[some]),
                    "source": (dims, self.source[some]),
                    "median": (dims[1:], self.median),
                    "row": ("cell", self.row[some].astype(np.int32)),
                    "col": ("cell", self.col[some].astype(np.int32)),
                },
                coords={"time": time, "variable": VARIABLES},
            ).to_netcdf(tiles[-1])
        soundings = {}
        for name, span in SPANS.items():
            months = months_between(span["first_month"], span["last_month"])
            count = self.count[[PRODUCT.index(month) for month in months]]
            number = np.arange(count.size).reshape(count.shape) % 50
            dims = ("time", "lat", "lon")
            soundings[name] = folder / f"{name}.nc"
            xr.Dataset(
                {
                    "count": (dims, count),
                    "xco2": (dims, np.where(count, 400 + number, np.nan).astype("f4")),
                    "spread": (dims, np.where(count > 1, 0.5, np.nan).astype("f4")),
                },
                coords={
                    "time": np.array(months, "datetime64[M]").astype("datetime64[ns]"),
                    "lat": GRID.lat,
                    "lon": GRID.lon,
                },
            ).to_netcdf(soundings[name])
        return tiles, soundings


def draw(files: tuple[list[Path], dict[str, Path]], **changes: Any) -> tuple[Any, pd.DataFrame]:
    """Return samples in memory, and how many each condition leaves."""
    drawn, counts = drawn_of(files, **changes)
    return collect_samples(drawn), counts


def drawn_of(files: tuple[list[Path], dict[str, Path]], **changes: Any) -> tuple[Any, pd.DataFrame]:
    """Return which samples are drawn, and how many each condition leaves."""
    options = {
        "instruments": SPANS,
        "grid": GRID,
        "steps": 3,
        "window": "trailing",
        "min_count": 1,
        "max_samples": None,
        "seed": 42,
        "temporal_blocks": BLOCKS,
    }
    return draw_samples(tiles=files[0], soundings=files[1], **{**options, **changes})
