"""Yearly files on the product's grid, written and read in bands of rows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.archives.esa_cci_pft import PFT_CLASSES, read_pft_grid, read_pft_sites
from carbonscape.archives.koppen import climate_of_cells
from carbonscape.archives.mcd12q1 import read_igbp_grid, read_igbp_sites
from carbonscape.classes import CLIMATES, IGBP_CLASSES
from carbonscape.errors import InputError
from carbonscape.features.bilinear import Bilinear
from carbonscape.features.calendar import Calendar
from carbonscape.features.grid import Grid
from carbonscape.features.meteorology import UNITS, VARIABLES, DailyWeather, bands
from carbonscape.io import atomic_path
from carbonscape.progress import Progress

#: Rows of the grid that are worked on at a time: bounds memory, whatever the grid.
ROWS_PER_BAND = 100

#: Edge of the chunks of yearly files, in cells.
_CHUNK = 200


@contextlib.contextmanager
def _create(
    path: str | os.PathLike[str],
    grid: Grid,
    *,
    leading: Mapping[str, Sequence[Any]],
    variables: Mapping[str, tuple[tuple[str, ...], str, dict[str, Any]]],
) -> Iterator[netCDF4.Dataset]:
    """Yield a new compressed file on the grid; it appears under its name only when complete."""
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as file:
        for name, labels in leading.items():
            file.createDimension(name, len(labels))
            kind = str if isinstance(labels[0], str) else "i4"
            file.createVariable(name, kind, (name,))[:] = np.array(
                labels, dtype=object if kind is str else None
            )
        for name, centres, units in (
            ("lat", grid.lat, "degrees_north"),
            ("lon", grid.lon, "degrees_east"),
        ):
            file.createDimension(name, len(centres))
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units
            axis[:] = centres
        for name, (dims, kind, attributes) in variables.items():
            sizes = {"lat": min(grid.n_lat, _CHUNK), "lon": min(grid.n_lon, _CHUNK)}
            chunks = [sizes.get(dim, len(file.dimensions[dim])) for dim in dims]
            variable = file.createVariable(
                name, kind, dims, zlib=True, complevel=1, shuffle=True, chunksizes=chunks
            )
            variable.setncatts(attributes)
        yield file


def write_step_means(
    weather: DailyWeather,
    *,
    grid: Grid,
    sites: pd.DataFrame,
    calendar: Calendar,
    grid_path: str | os.PathLike[str],
    sites_path: str | os.PathLike[str],
) -> None:
    """Write the step means of a year of ERA5-Land on the grid and at the towers.

    Both are interpolated from the same step means by the same code (bilinear, around the sea).

    Args:
        weather: opened daily files.
        grid: the product's grid.
        sites: tower sites (site, lat, lon).
        calendar: the 8-day calendar.
        grid_path: T2M, SSRD, VPD, TP and E (step, lat, lon).
        sites_path: ``weather`` (step, site, variable).
    """
    steps = list(range(calendar.steps_per_year))
    notes = {name: (("step", "lat", "lon"), "f4", {"units": UNITS[name]}) for name in VARIABLES}
    at_sites = np.full((len(steps), len(sites), len(VARIABLES)), np.nan, dtype=np.float32)
    site_lat, site_lon = sites["lat"].to_numpy(float), sites["lon"].to_numpy(float)
    cuts = list(bands(grid.lat, weather.lat, rows_per_band=ROWS_PER_BAND))
    progress = Progress(f"ERA5-Land {weather.year}", len(cuts))
    with _create(grid_path, grid, leading={"step": steps}, variables=notes) as file:
        for rows, nodes in cuts:
            means = weather.step_means(calendar, nodes)
            node_lat = weather.lat[nodes]
            lat = np.repeat(grid.lat[rows], grid.n_lon)
            lon = np.tile(grid.lon, len(grid.lat[rows]))
            to_grid = Bilinear(node_lat, weather.lon, lat, lon)
            near = np.isnan(at_sites).all(axis=(0, 2))
            to_sites = Bilinear(node_lat, weather.lon, site_lat[near], site_lon[near])
            for step in steps:
                values = to_grid.apply(means[step]).reshape(-1, grid.n_lon, len(VARIABLES))
                for column, name in enumerate(VARIABLES):
                    file[name][step, rows, :] = values[..., column]
                at_sites[step, near] = to_sites.apply(means[step])
            progress.advance()
    dataset = xr.Dataset(
        {"weather": (("step", "site", "variable"), at_sites)},
        coords={"site": sites["site"].tolist(), "variable": list(VARIABLES)},
    )
    with atomic_path(sites_path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4")


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
) -> None:
    """Write both sources of plant functional types of a year on the grid and at the towers.

    Args:
        year: the year.
        esa_cci, igbp: native grids of ESA-CCI fractions and of MCD12Q1.
        esa_cci_sites, igbp_sites: their site tables.
        grid: the product's grid.
        sites: tower sites.
        grid_path: ``pft_esa_cci`` (pft_class, lat, lon) fractions, ``igbp`` (lat, lon) codes.
        sites_path: the same at the sites: (site, pft_class) and (site,).

    Raises:
        InputError: a file is damaged or of another grid, or a table lacks a tower.
    """
    variables = {
        "pft_esa_cci": (("pft_class", "lat", "lon"), "f4", {"units": "1"}),
        "igbp": (("lat", "lon"), "u1", {"long_name": "IGBP class, 1-17; 0 not known"}),
    }
    classes = {"pft_class": list(PFT_CLASSES)}
    with _create(grid_path, grid, leading=classes, variables=variables) as file:
        for start in range(0, grid.n_lat, ROWS_PER_BAND):
            rows = slice(start, min(start + ROWS_PER_BAND, grid.n_lat))
            fractions = read_pft_grid(esa_cci, cell=grid.cell, rows=rows)
            codes = read_igbp_grid(igbp, rows=rows)
            for array, origin in ((fractions, esa_cci), (codes, igbp)):
                _require_rows(array, grid, rows, str(origin))
            file["pft_esa_cci"][:, rows, :] = fractions.values
            file["igbp"][rows, :] = codes.values
    names = sites["site"].tolist()
    table = _of_sites(read_pft_sites(esa_cci_sites), names, esa_cci_sites)
    codes = _of_sites(read_igbp_sites(igbp_sites, year), names, igbp_sites)
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
    with _create(path, grid, leading={}, variables=variables) as file:
        for name, (values, _, _) in fields.items():
            file[name][:] = values


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
            f"{found[1]} in a band of {expected[0]} x {expected[1]}; config key 'gpp.grid.cell' "
            f"is {grid.cell:g}); fetch the data on this grid, or change the key."
        )


def _of_sites(
    table: pd.DataFrame, names: Sequence[str], path: str | os.PathLike[str]
) -> pd.DataFrame:
    """Return the rows of the towers in their order."""
    absent = sorted(set(names) - set(table["site"]))
    if absent:
        raise InputError(
            f"{path}: no rows for the towers {', '.join(absent[:5])}"
            f"{' and more' if len(absent) > 5 else ''}; fetch the table for every tower."
        )
    return table.set_index("site").loc[list(names)].reset_index()
