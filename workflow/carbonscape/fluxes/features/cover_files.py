"""Both sources of plant functional types on the product's grid and at the towers, a file a year."""

from __future__ import annotations

import os
from collections.abc import Collection

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.cell_aggregation import WATER
from carbonscape.archives.coverage import Coverage, Given
from carbonscape.archives.esa_cci_pft import PFT_CLASSES, read_pft_grid, read_pft_sites
from carbonscape.archives.mcd12q1 import read_class_cells, read_igbp_sites
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.grid_files import ROWS_PER_BAND, create_grid_file
from carbonscape.core.io import atomic_path

_SHARES = {
    "winner_share": "share of the MCD12Q1 pixels with a class that have this one",
    "land_share": "share of the MCD12Q1 pixels with a class that are no water",
    "vegetated_share": "share that is no urban land, snow, barren land or water",
}


def write_land_cover(
    *,
    year: int,
    esa_cci: str | os.PathLike[str],
    esa_cci_sites: str | os.PathLike[str],
    igbp: str | os.PathLike[str],
    igbp_sites: str | os.PathLike[str],
    grid: Grid,
    sites: pd.DataFrame,
    grid_path: str | os.PathLike[str],
    sites_path: str | os.PathLike[str],
    accept_incomplete: Collection[str] = (),
) -> None:
    """Write both sources of plant functional types of a year on the grid and at the towers.

    Args:
        year: the year.
        esa_cci, igbp: native grids of ESA-CCI fractions and of MCD12Q1.
        esa_cci_sites, igbp_sites: their site tables.
        grid: the product's grid.
        sites: the site list; those that both tables hold are written.
        grid_path: ``pft_esa_cci`` (pft_class, lat, lon) fractions; ``igbp`` (lat, lon) codes, and
            ``winner_share``, ``land_share`` and ``vegetated_share`` (lat, lon), percent of the
            MCD12Q1 pixels that have this class, are no water, and are vegetated; 255 unknown.
        sites_path: the same at the sites: (site, pft_class) and (site,).
        accept_incomplete: sources of which areas may be without any value.

    Raises:
        InputError: a file is damaged, of another grid or another year, or has no value on any
            land of an area where the other one has.
    """
    variables = {
        "pft_esa_cci": (("pft_class", "lat", "lon"), "f4", {"units": "1"}),
        "igbp": (("lat", "lon"), "u1", {"long_name": "IGBP class, 1-17; 0 not known"}),
    } | {
        name: (("lat", "lon"), "u1", {"long_name": f"{text}; 255 not known", "units": "percent"})
        for name, text in _SHARES.items()
    }
    known: dict[str, list[NDArray[np.bool_]]] = {
        name: [] for name in ("esa", "igbp", "esa_land", "igbp_land")
    }
    classes = {"pft_class": list(PFT_CLASSES)}
    with create_grid_file(grid_path, grid, leading=classes, variables=variables) as file:
        for start in range(0, grid.n_lat, ROWS_PER_BAND):
            rows = slice(start, min(start + ROWS_PER_BAND, grid.n_lat))
            fractions = read_pft_grid(esa_cci, cell=grid.cell, rows=rows, year=year)
            cover = read_class_cells(igbp, year=year, rows=rows, cell=grid.cell)
            for array, origin in ((fractions, esa_cci), (cover["igbp"], igbp)):
                _require_rows(array, grid, rows, str(origin))
            file["pft_esa_cci"][:, rows, :] = fractions.values
            for name in ("igbp", *_SHARES):
                file[name][rows, :] = cover[name].values
            known["esa"].append(~np.isnan(fractions.values[0]))
            known["esa_land"].append(fractions.sel(pft_class="WATER").values < 0.5)
            codes = cover["igbp"].values
            known["igbp"].append(codes > 0)
            known["igbp_land"].append((codes > 0) & (codes != WATER))
        _require_areas(known, grid, year, esa_cci, igbp, accept_incomplete)
    fractions_at = read_pft_sites(esa_cci_sites).set_index("site")
    codes_at = read_igbp_sites(igbp_sites, year).set_index("site")
    # A listed site that no table holds may have no tower either; whoever needs it says so.
    names = [n for n in sites["site"] if n in fractions_at.index and n in codes_at.index]
    table, codes = fractions_at.loc[names], codes_at.loc[names]
    dataset = xr.Dataset(
        {
            "pft_esa_cci": (
                ("site", "pft_class"),
                table[list(PFT_CLASSES)].to_numpy(dtype=np.float32),
            ),
            "igbp": (("site",), codes["igbp_code"].to_numpy(dtype=np.uint8)),
        },
        coords={"site": names, "pft_class": list(PFT_CLASSES)},
    )
    with atomic_path(sites_path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4")


def _require_areas(
    known: dict[str, list[NDArray[np.bool_]]],
    grid: Grid,
    year: int,
    esa_cci: str | os.PathLike[str],
    igbp: str | os.PathLike[str],
    accept: Collection[str],
) -> None:
    """Refuse a map that has nothing on land of which the other one knows."""
    fields = {name: np.concatenate(bands) for name, bands in known.items()}
    for name, path, source, land in (
        ("PFT", esa_cci, "esa_cci_pft", "igbp_land"),
        ("IGBP class", igbp, "mcd12q1", "esa_land"),
    ):
        coverage = Coverage(fields[land], grid, [str(year)])
        there = fields["esa" if source == "esa_cci_pft" else "igbp"][fields[land]]
        coverage.add(name, str(year), np.where(there, 1.0, np.nan))
        coverage.judge({name: Given(str(path), source, annual=True)}, accept=accept)


def _require_rows(array: xr.DataArray, grid: Grid, rows: slice, origin: str) -> None:
    """Refuse a band that does not lie on the grid."""
    expected = (len(grid.lat[rows]), grid.n_lon)
    found = (array.sizes["lat"], array.sizes["lon"])
    off = found == expected and (
        np.abs(array["lat"].values - grid.lat[rows]).max() > 1e-3 * grid.cell
        or np.abs(array["lon"].values - grid.lon).max() > 1e-3 * grid.cell
    )
    if found != expected or off:
        raise InputError(
            f"{origin}: its cells are not those of the product's grid (found {found[0]} x "
            f"{found[1]} in a band of {expected[0]} x {expected[1]}; config key 'grid.cell' "
            f"is {grid.cell:g}); fetch the data on this grid, or change the key."
        )
