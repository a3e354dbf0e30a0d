"""Predictor series of the land cells of a tile: what every model of the product reads."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.modis_lai import grid_axes, read_modis_grid
from carbonscape.core.grid import Grid
from carbonscape.core.grid_parts import part_in_file
from carbonscape.core.io import atomic_path
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.meteorology import UNITS
from carbonscape.fluxes.features.predictors import fill_predictors, stack_predictors

Paths = Mapping[int, str | os.PathLike[str]]


def build_tile_series(
    *,
    leaves: Paths,
    weather: Paths,
    grid: Grid,
    rows: slice,
    cols: slice,
    variables: Sequence[str],
    calendar: Calendar,
    max_gap_steps: int,
    climatology: bool,
    lowest: bool,
    accept: bool = False,
    implausible: bool = False,
) -> xr.Dataset:
    """Put MODIS and ERA5-Land of a tile's land cells on the 8-day axis.

    Args:
        leaves: MOD15A2H files by year; raw pixels that fill cells are aggregated.
        weather: step means of ERA5-Land by year.
        grid: the product's grid.
        rows, cols: the tile.
        variables: predictors in the order in which models read them.
        calendar: the 8-day calendar.
        max_gap_steps, climatology, lowest: the gap rule.
        accept, implausible: what is accepted of MOD15A2H, as of
            :func:`carbonscape.archives.modis_lai.read_modis_grid`.

    Returns:
        ``series_filled`` (cell, step, variable) float32; ``filled_variables`` (cell, step), the
        number of predictors whose value the gap rule made; ``leaf_good_share`` and
        ``leaf_images`` (cell, step), percent of the cell's pixels and images behind the LAI and
        FPAR as observed, 0 where the gap rule made them; coordinates ``row`` and ``col`` of each
        cell on the grid, ``year`` and ``step_of_year``. Cells that lack a predictor at
        every step (the sea, bare ground) are left out.

    Raises:
        InputError: a file is damaged, of another grid, or of another year.
    """
    years = sorted(leaves)
    steps = calendar.steps_per_year
    n_rows, n_cols = len(grid.lat[rows]), len(grid.lon[cols])
    names = [*dict.fromkeys(["LAI", "FPAR", *variables])]
    fields = {
        name: np.full((len(years) * steps, n_rows, n_cols), np.nan, np.float32) for name in names
    }
    present = np.zeros(len(years) * steps, dtype=bool)
    quality = np.zeros((2, len(years) * steps, n_rows, n_cols), dtype=np.uint8)
    for number, year in enumerate(years):
        span = slice(number * steps, (number + 1) * steps)
        path = leaves[year]
        # Of the globe, or of the region alone.
        axes = grid_axes(path, cell=grid.cell)
        part = part_in_file(grid, axes, rows=rows, cols=cols, origin=str(path))
        leaf = read_modis_grid(
            path, year=year, rows=part[0], cols=part[1], cell=grid.cell, accept=accept,
            implausible=implausible,
        )  # fmt: skip
        quality[:, span] = leaf["good_share"].values, leaf["images"].values
        fields["LAI"][span], fields["FPAR"][span] = leaf["lai"].values, leaf["fpar"].values
        present[span] = leaf["present"].values
        with xr.open_dataset(weather[year], engine="netcdf4") as dataset:
            tile = dataset.isel(lat=rows, lon=cols)
            for name in names[2:]:
                fields[name][span] = tile[name].values
    # A land cell has each predictor at some step.
    known = np.logical_and.reduce([~np.isnan(f).all(axis=0) for f in fields.values()])
    row, col = np.nonzero(known)
    values = stack_predictors({n: f[:, row, col].T for n, f in fields.items()}, variables)
    del fields
    filled = fill_predictors(
        values,
        present=present,
        calendar=calendar,
        max_gap_steps=max_gap_steps,
        climatology=climatology,
        lowest=lowest,
    )
    made = np.rint(filled.filled_share * len(variables)).astype(np.uint8)
    return _label(
        filled.values,
        made,
        quality[:, :, row, col].swapaxes(1, 2),
        rows.start + row,
        cols.start + col,
        variables,
        years[0],
        steps,
    )


def _label(
    values: NDArray[np.float32],
    made: NDArray[np.uint8],
    quality: NDArray[np.uint8],
    row: NDArray[np.integer],
    col: NDArray[np.integer],
    variables: Sequence[str],
    first_year: int,
    steps_per_year: int,
) -> xr.Dataset:
    """Name the dimensions and say what the numbers are."""
    units = "; ".join(f"{name}: {UNITS[name]}" for name in variables)
    step = np.arange(values.shape[1])
    return xr.Dataset(
        {
            "series_filled": (
                ("cell", "step", "variable"),
                values,
                {"long_name": "predictors after the gap rule", "units": units},
            ),
            "filled_variables": (
                ("cell", "step"),
                made,
                {"long_name": "predictors whose value the gap rule made", "units": "1"},
            ),
            "leaf_good_share": (
                ("cell", "step"),
                quality[0],
                {"long_name": "share of the cell's pixels with LAI and FPAR", "units": "percent"},
            ),
            "leaf_images": (
                ("cell", "step"),
                quality[1],
                {"long_name": "images behind LAI and FPAR", "units": "1"},
            ),
        },
        coords={
            "variable": list(variables),
            "row": ("cell", row.astype(np.int32)),
            "col": ("cell", col.astype(np.int32)),
            "year": ("step", first_year + step // steps_per_year),
            "step_of_year": ("step", step % steps_per_year),
        },
        attrs={"title": "Predictor series of the land cells of a tile"},
    )


def write_tile_series(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write the series of a tile as netCDF-4, whole or not at all."""
    encoding = {}
    if dataset.sizes["cell"]:
        encoding = {name: {"zlib": True, "complevel": 1} for name in dataset.data_vars}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
