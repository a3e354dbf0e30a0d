"""The land cover of the cells of a tile, as models read it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.fluxes.features.landcover import encode_igbp_codes


def read_cover(
    paths: Mapping[int, str | os.PathLike[str]],
    sources: Sequence[str],
    row: NDArray[np.integer],
    col: NDArray[np.integer],
) -> dict[int, dict[str, NDArray[np.float32]]]:
    """Return the PFT vectors of cells by year and source.

    Args:
        paths: land-cover files by year, with ``igbp`` (lat, lon) and ``pft_esa_cci``
            (pft_class, lat, lon).
        sources: the land-cover sources that a model reads.
        row, col: (cell,) positions on the grid.

    Returns:
        Arrays (cell, class) float32.
    """
    cover: dict[int, dict[str, NDArray[np.float32]]] = {}
    for year, path in paths.items():
        cover[year] = {}
        if not sources or not len(row):
            continue
        # Only the rectangle that holds the cells is read.
        top, left = int(row.min()), int(col.min())
        with xr.open_dataset(path, engine="netcdf4", mask_and_scale=False) as dataset:
            part = dataset.isel(
                lat=slice(top, int(row.max()) + 1), lon=slice(left, int(col.max()) + 1)
            )
            if "igbp" in sources:
                codes = part["igbp"].values[row - top, col - left]
                cover[year]["igbp"] = encode_igbp_codes(codes)
            if "esa_cci" in sources:
                fractions = part["pft_esa_cci"].values[:, row - top, col - left]
                cover[year]["esa_cci"] = fractions.T.astype(np.float32)
    return cover
