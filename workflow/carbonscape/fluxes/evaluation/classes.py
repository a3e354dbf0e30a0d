"""Climate and land cover of the cells, as the class maps of the features have them."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import open_grid, require_grid


@dataclass(frozen=True)
class Classes:
    """Class codes of the cells, (lat, lon), 0 for none.

    Attributes:
        climate: main Koppen-Geiger class, 1..5.
        igbp: IGBP class, 1..17, 17 water.
    """

    climate: NDArray[np.int64]
    igbp: NDArray[np.int64]

    @property
    def land(self) -> NDArray[np.bool_]:
        """(lat, lon) the land: cells with a climate, or an IGBP class but water."""
        return ((self.climate > 0) & (self.climate < 6)) | ((self.igbp > 0) & (self.igbp < 17))


def read_classes(path: str | os.PathLike[str], grid: Grid) -> Classes:
    """Read the class maps.

    Raises:
        InputError, ResultError: the file is absent, damaged or of another grid.
    """
    with open_grid(path, "climate", "igbp") as maps:
        require_grid(maps, grid, str(path))
        return Classes(
            *(
                np.nan_to_num(maps[name].transpose("lat", "lon").values).astype(np.int64)
                for name in ("climate", "igbp")
            )
        )
