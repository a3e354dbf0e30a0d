"""Reading the MODIS land cover MCD12Q1.061: the IGBP class of every cell and tower.

``LC_Type1`` holds 1 to 17 in the order of ``carbonscape.core.classes.IGBP_CLASSES`` (17 is water)
and 255 where there is none (Friedl and Sulla-Menashe, doi:10.5067/MODIS/MCD12Q1.061).
"""

from __future__ import annotations

import os
import re

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.lazy import byte_variable
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.site_csv import read_site_csv, site_names, whole_numbers
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import InputError

_FILL = 255
_BAND = "LC_Type1"


def decode_igbp(raw: NDArray[np.uint8], origin: str) -> NDArray[np.uint8]:
    """Return IGBP codes 1 to 17, and 0 for the fill value 255.

    Raises:
        InputError: another code; 0 is the water of MCD12C1, another product.
    """
    raw = np.asarray(raw)
    counts = np.bincount(raw.ravel(), minlength=256)
    odd = [code for code in np.flatnonzero(counts) if not (1 <= code <= 17 or code == _FILL)]
    if odd:
        hint = (
            "0 is water in MCD12C1, another product; MCD12Q1 has water as 17"
            if odd[0] == 0
            else f"is it another legend than the IGBP's {len(IGBP_CLASSES)} classes?"
        )
        raise InputError(
            f"{origin}: {_BAND} holds the code {odd[0]} ({counts[odd[0]]} times), expected 1 to "
            f"{len(IGBP_CLASSES)}, or {_FILL} for no value; {hint}."
        )
    return np.where(raw == _FILL, 0, raw).astype(np.uint8)


def read_igbp_grid(
    path: str | os.PathLike[str], *, rows: slice = slice(None), cols: slice = slice(None)
) -> xr.DataArray:
    """Read the IGBP class of a part of the grid.

    Args:
        path: netCDF with LC_Type1 (uint8) on (time=1, lat, lon).
        rows, cols: part of the grid, counted from the north and from 180 W.

    Returns:
        (lat, lon) uint8 codes 1 to 17, 0 where there is none.

    Raises:
        InputError: the file is no such netCDF, or holds other codes.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        if len(datasets) != 1:
            raise InputError(f"{path}: a ZIP archive of {len(datasets)} files, expected one.")
        dataset = normalise_axes(datasets[0], names=(_BAND,), with_time=False)
        raw = byte_variable(dataset, _BAND).isel(lat=rows, lon=cols).values
        return xr.DataArray(
            decode_igbp(raw, str(path)),
            dims=("lat", "lon"),
            coords={"lat": dataset["lat"][rows], "lon": dataset["lon"][cols]},
            attrs={"long_name": "IGBP class, 0 for none", "units": "1"},
            name="igbp",
        )


def read_igbp_sites(path: str | os.PathLike[str], year: int) -> pd.DataFrame:
    """Read the IGBP class at each tower in one year.

    Args:
        path: CSV with system:index (YYYY_01_01), site and LC_Type1 (empty where masked).
        year: the year that the file must hold.

    Returns:
        Columns site and igbp_code (uint8; 1 to 17, 0 where there is none), sorted by site.

    Raises:
        InputError: the file is absent or not such a CSV, is of another year, names a site twice
            or holds other codes.
    """
    text = read_site_csv(path)
    text.require(["system:index", "site", _BAND])
    for row, index in enumerate(text.texts("system:index")):
        if not re.fullmatch(rf"{year:04d}_01_01", index):
            raise text.fault(row, "system:index", f"found {index!r}, expected {year:04d}_01_01")
    sites = site_names(text)
    seen: set[str] = set()
    for row, site in enumerate(sites):
        if site in seen:
            raise text.fault(row, "site", f"{site} is doubled")
        seen.add(site)
    values = whole_numbers(text, _BAND, _FILL, empty=True)
    codes = decode_igbp(np.where(np.isnan(values), _FILL, values).astype(np.uint8), str(path))
    table = pd.DataFrame({"site": sites, "igbp_code": codes})
    return table.sort_values("site", ignore_index=True)
