"""Sizes that the work on grids follows from.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonscape.core.job_graph import PlannedJob

#: Cells of the globe of 0.1 degrees, on which the real weather comes.
_REAL_WEATHER = 3600 * 1800


@dataclass(frozen=True)
class GridSize:
    """How large the grid of a product is.

    Attributes:
        cells: of the grid, or of the region that is asked for.
        land: share of them that a map has values in.
        tiles: number of tiles.
        months: months of the maps.
        native: cells of the native weather.
    """

    cells: float
    land: float
    tiles: int
    months: int
    native: float

    def work(self, job: PlannedJob) -> Counter:
        """Return the amounts that any job on the grid may be charged by.

        ``cells`` of the job's tile or of the whole grid, ``cell_months`` of its year or of all
        years, ``land_months`` of these on land, ``native_cells`` of the weather, and the number of
        ``files`` that it reads.
        """
        cells = self.cells / (self.tiles if "tile" in job.wildcards else 1)
        months = 12 if "year" in job.wildcards else self.months
        return Counter(
            cells=cells,
            cell_months=cells * months,
            land_months=cells * self.land * months,
            native_cells=self.native,
            files=job.reads,
        )


def cells_of(cell: float, region: list[float] | None = None) -> int:
    """Return how many cells a grid has.

    Args:
        cell: side of a cell, degrees.
        region: west, south, east and north of the part that is made; None for the globe.
    """
    west, south, east, north = region or (-180, -90, 180, 90)
    return round(((east - west) % 360 or 360) * (north - south) / cell**2)


def native_cells(config: Mapping[str, Any], cells: float) -> float:
    """Return the cells of the native weather: real ones, or the pixels of a simulated Earth.

    Args:
        config: the whole configuration.
        cells: of the product's grid.
    """
    simulated = config["archive"] == "simulated"
    return cells * config["simulation"]["pixels"] ** 2 if simulated else _REAL_WEATHER
