"""Taking the pixels around towers out of a global map of plant functional types.

The map of a year has 8.4 billion pixels; what towers need of it is small and is kept, so that the
map itself may go once its cells are aggregated.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.esa_cci_pft import PFT_CLASSES, SITE_PIXELS, percent_layer
from carbonscape.archives.file_dates import require_year
from carbonscape.archives.netcdf import chunk_cache, normalise_axes, open_netcdf
from carbonscape.core.errors import InputError
from carbonscape.core.io import write_text
from carbonscape.core.progress import Progress

_SIDE = int(SITE_PIXELS**0.5)
_LARGEST = 100
_CACHE = 18_000_000


def write_pft_sites(
    grid: str | os.PathLike[str], target: str | os.PathLike[str], *, sites: pd.DataFrame
) -> None:
    """Write the 5 x 5 pixels around every tower as the table that ``read_pft_sites`` reads.

    Args:
        grid: the map of a year: the classes in percent (uint8) on (time=1, lat, lon), global.
        target: CSV with site, pixel (0 to 24, row by row from the north-west) and the 14 classes;
            an empty cell is a pixel without a value.
        sites: columns site, lat and lon, degrees.

    Raises:
        InputError: the map is no such file, of another year than its name says, or a tower lies
            outside it.
    """
    with chunk_cache(_CACHE), open_netcdf(grid, mask_and_scale=False) as datasets:
        if len(datasets) != 1:
            raise InputError(f"{grid}: a ZIP archive of {len(datasets)} files, expected one.")
        require_year(datasets[0], grid, year=None, source="esa_cci_pft")
        dataset = normalise_axes(datasets[0], names=PFT_CLASSES, with_time=False)
        layers = {name: percent_layer(dataset, name) for name in PFT_CLASSES}
        lat, lon = dataset["lat"].values, dataset["lon"].values
        lines = [",".join(("site", "pixel", *PFT_CLASSES))]
        progress = Progress("towers", len(sites))
        for row in sites.sort_values("site").itertuples():
            lines += _pixels(layers, row.site, _around(lat, row.lat, grid, row.site, "lat"),
                             _around(lon, row.lon, grid, row.site, "lon"))  # fmt: skip
            progress.advance()
    write_text(target, "\n".join(lines) + "\n")


def _around(
    centres: NDArray[np.float64], place: float, grid: object, site: str, axis: str
) -> NDArray[np.int64]:
    """Return the five pixels of an axis around a place; longitudes go round, latitudes end."""
    size = abs(centres[-1] - centres[0]) / (centres.size - 1)
    nearest = int(np.abs(centres - place).argmin())
    if abs(centres[nearest] - place) > 0.5 * size * (1 + 1e-6):
        raise InputError(
            f"{grid}: the tower {site} ({axis} {place:g}) lies outside the map ({axis} "
            f"{centres.min():g} to {centres.max():g}); is the map whole, and the place right?"
        )
    around = nearest + np.arange(_SIDE) - _SIDE // 2
    return around % centres.size if axis == "lon" else around.clip(0, centres.size - 1)


def _pixels(
    layers: dict[str, xr.Variable], site: str, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> list[str]:
    """Return the lines of a tower."""
    block = np.stack(
        [
            # One slice of rows is read once; columns may go round the edge of the map.
            layer.isel(lat=slice(rows.min(), rows.max() + 1), lon=cols).values[rows - rows.min()]
            for layer in layers.values()
        ],
        axis=-1,
    ).reshape(SITE_PIXELS, len(layers))
    return [
        ",".join((site, str(pixel), *(str(v) if v <= _LARGEST else "" for v in values)))
        for pixel, values in enumerate(block)
    ]
