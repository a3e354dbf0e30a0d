"""What share of a cell is land and vegetation, for the finished maps."""

from __future__ import annotations

import os

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError

#: Variables of the land-cover files of a year by the names that they have in the maps.
SHARES = {"land_fraction": "land_share", "vegetated_fraction": "vegetated_share"}


def read_cell_shares(path: str | os.PathLike[str]) -> dict[str, NDArray[np.uint8]]:
    """Return the shares of every cell in a year.

    Args:
        path: land-cover file of a year on the grid, of ``cover_files.write_land_cover``.

    Returns:
        ``land_fraction`` and ``vegetated_fraction``, each (lat, lon) uint8, percent of the
        MCD12Q1 pixels of the cell that have a class; 255 where none has one.

    Raises:
        ResultError: the file lacks them.
    """
    with xr.open_dataset(path, engine="netcdf4", mask_and_scale=False) as dataset:
        for variable in SHARES.values():
            if variable not in dataset:
                raise ResultError(
                    f"{path}: found no variable {variable}, expected the share of each cell; "
                    "delete the file and run again."
                )
        return {name: dataset[variable].values for name, variable in SHARES.items()}
