"""The classes of cells by which maps are evaluated."""

from __future__ import annotations

import os

import numpy as np
import xarray as xr

from carbonscape.archives.koppen import climate_of_cells
from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.grid import Grid
from carbonscape.core.grid_files import create_grid_file


def write_cell_classes(
    koppen: xr.DataArray,
    *,
    land_cover: str | os.PathLike[str],
    grid: Grid,
    path: str | os.PathLike[str],
) -> None:
    """Write the classes by which maps are evaluated.

    Args:
        koppen: Koppen-Geiger codes of a map.
        land_cover: file of :func:`write_land_cover`, of which the IGBP classes are taken.
        grid: the product's grid.
        path: ``climate`` (lat, lon), 1 to 5 in the order of ``CLIMATES``, 0 for none; ``igbp``
            (lat, lon), codes 1 to 17, 0 where not known.
    """
    with xr.open_dataset(land_cover, engine="netcdf4", mask_and_scale=False) as cover:
        igbp = cover["igbp"].values
    fields = {
        "climate": (
            climate_of_cells(koppen, grid.lat, grid.lon, grid.cell),
            "main Koppen-Geiger class",
            ("none", *CLIMATES),
        ),
        "igbp": (igbp, "IGBP class of MCD12Q1", ("unknown", *IGBP_CLASSES)),
    }
    variables = {
        name: (
            ("lat", "lon"),
            "u1",
            {
                "long_name": meaning,
                "flag_values": np.arange(len(flags), dtype=np.uint8),
                "flag_meanings": " ".join(flags),
            },
        )
        for name, (_, meaning, flags) in fields.items()
    }
    with create_grid_file(path, grid, leading={}, variables=variables) as file:
        for name, (values, _, _) in fields.items():
            file[name][:] = values
