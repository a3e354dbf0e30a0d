"""One tile of the simulated Earth at the size of the papers: native files of 0.1 or 0.05 degree.

The files lie on the grids of the globe and hold values inside of the tile alone, so that every
step of the workflow reads them as it would the whole. The weather is that of the coarse Earth of
the same seed at the same points; vegetation is true on cells of ``TRUTH_CELL`` degrees (those of
the coarse truth of that size), and each pixel follows the one that holds it; coasts are those of
the map of land, 0.1 degree.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.cell_rules import gas
from carbonscape.simulate.cells import write_cells, write_classes, write_leaves
from carbonscape.simulate.earth import Earth, EarthSettings, simulate_grid
from carbonscape.simulate.era5_land import write_era5_land
from carbonscape.simulate.era5_land_monthly import write_era5_land_monthly
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.lattice import nodes
from carbonscape.simulate.native import NativeArchive
from carbonscape.simulate.xco2_predictors import products_of

#: Size of the cells on which the vegetation of a tile is true, degrees.
TRUTH_CELL = 0.5
#: Degrees between two nodes of ERA5-Land.
ERA5_NODES = 0.1


@dataclass(frozen=True)
class PlanetTile:
    """A tile of a fine grid and the Earth that it shows.

    Attributes:
        earth: the Earth; its cells of the truth are land inside of the tile alone.
        truth: the truth of those cells, as ``grid.nc`` has it.
        cell: size of a cell of the product, degrees.
        rows, cols: the tile on the product's grid.
        nodes: latitudes and longitudes of the lattice of ERA5-Land around the tile.
        spacing: degrees between two nodes of that lattice.
    """

    earth: Earth
    truth: xr.Dataset
    cell: float
    rows: slice
    cols: slice
    nodes: tuple[slice, slice]
    spacing: float

    @classmethod
    def of(
        cls,
        settings: EarthSettings,
        geography: str | os.PathLike[str] | Geography,
        *,
        cell: float,
        rows: slice,
        cols: slice,
        spacing: float = ERA5_NODES,
    ) -> PlanetTile:
        """Simulate the truth of a tile.

        Args:
            settings: of the Earth; its ``cell`` is that of the truth (``TRUTH_CELL``).
            geography: ``resources/geography``, or its maps.
            cell: size of a cell of the product, degrees; not larger than one of the truth.
            rows, cols: the tile on the product's grid.
            spacing: degrees between two nodes of ERA5-Land.

        Raises:
            ConfigError: cells larger than those of the truth, a tile across the meridian of
                Greenwich, or one without land.
        """
        if cell > settings.cell:
            raise ConfigError(
                f"cell: found {cell} degrees, expected at most that of the truth, "
                f"{settings.cell}; a tile of larger cells is part of the simulated Earth itself."
            )
        earth = Earth(settings, geography)
        north, south = 90 - cell * rows.start, 90 - cell * rows.stop
        west, east = cell * cols.start - 180, cell * cols.stop - 180
        half = settings.cell / 2
        inside = np.outer(
            (earth.lat < north + half) & (earth.lat > south - half),
            (earth.lon > west - half) & (earth.lon < east + half),
        )
        earth.land = earth.land & inside
        if not earth.land.any():
            raise ConfigError(
                f"the tile from {south:g} to {north:g} N and {west:g} to {east:g} E has no land; "
                "choose another."
            )
        around = _nodes_around(north, south, west, east, spacing)
        return cls(earth, simulate_grid(earth), cell, rows, cols, around, spacing)

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the tile on the product's grid."""
        return self.rows, self.cols

    def archive(self, **options: Any) -> NativeArchive:
        """Return the images of the tile, one pixel to a cell."""
        settings = self.earth.settings
        return NativeArchive(
            self.truth, cell=self.cell, seed=settings.seed, parts=settings.parts, pixels=1,
            earth=self.earth, window=self.window, **options,
        )  # fmt: skip

    def write_leaves(self, files: Mapping[int, str | os.PathLike[str]]) -> None:
        """Write the MOD15A2H file of each year."""
        archive = self.archive()
        for year, path in files.items():
            write_leaves(path, archive=archive, year=year)

    def write_weather(
        self, folder: str | os.PathLike[str], first_year: int, last_year: int
    ) -> list[Path]:
        """Write daily ERA5-Land, as :func:`carbonscape.simulate.era5_land.write_era5_land` does."""
        return write_era5_land(
            folder, earth=self.earth, first_year=first_year, last_year=last_year,
            spacing=self.spacing, seed=self.earth.settings.seed, window=self.nodes,
        )  # fmt: skip

    def write_xco2(
        self,
        files: Mapping[str, str | os.PathLike[str]],
        *,
        months: Sequence[str],
        gases_first: Mapping[str, str],
        gpp_confidence: int = 3,
    ) -> None:
        """Write the predictors of XCO2 of some months of one year.

        Args:
            files: paths by product: those of ``products_of``; igbp; weather; so2, no2 and co, of
                those that are wanted.
            months: YYYY-MM, of one year.
            gases_first: first, incomplete, month of each gas, YYYY-MM.
            gpp_confidence: largest class of confidence of GPP that counts.
        """
        year = int(months[0][:4])
        days = [dt.date.fromisoformat(f"{month}-01") for month in months]
        archive = self.archive(gases_first=gases_first)
        for name, product in products_of(gpp_confidence).items():
            steps = [dt.date(year, 1, 1)] if product.annual else days
            write_cells(files[name], archive=archive, product=product, days=steps)
        for name in gases_first.keys() & files.keys():
            write_cells(files[name], archive=archive, product=gas(name), days=days)
        write_classes(files["igbp"], archive=archive, year=year)
        write_era5_land_monthly(
            [files["weather"]], earth=self.earth, years=[year], spacing=self.spacing,
            window=self.nodes,
        )  # fmt: skip


def _nodes_around(
    north: float, south: float, west: float, east: float, spacing: float
) -> tuple[slice, slice]:
    """Return the latitudes and longitudes of the lattice in a box and one node around it.

    Raises:
        ConfigError: the box lies on both sides of Greenwich, where the lattice begins and ends.
    """
    if west < 0 < east:
        raise ConfigError(
            f"the tile from {west:g} to {east:g} E lies across the meridian of Greenwich, where "
            "files of ERA5-Land begin and end; choose tiles whose size divides 180 degrees."
        )
    lat, lon = nodes(spacing)
    rows = np.flatnonzero((lat <= north + spacing * 1.5) & (lat >= south - spacing * 1.5))
    left = west % 360
    cols = np.flatnonzero(
        (lon >= left - spacing * 1.5) & (lon <= left + east - west + spacing * 1.5)
    )
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)
