"""Months of XCO2 on the product's grid, one field in memory at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.areas import cell_areas
from carbonscape.evaluation.grids import open_grid, write_grid

#: A calendar month: year and month.
Month = tuple[int, int]

#: Product files by product ("<model>-<time_input>") and year.
ProductFiles = dict[str, dict[int, Path]]

#: Statistics leave out what lies south of here (Antarctica), degrees north.
SOUTH = -60.0

_TITLES = {
    "lat": {"standard_name": "latitude", "units": "degrees_north", "bounds": "lat_bnds"},
    "lon": {"standard_name": "longitude", "units": "degrees_east", "bounds": "lon_bnds"},
    "year": {"long_name": "calendar year", "units": "1"},
}


def product_files(paths: Iterable[str | os.PathLike[str]]) -> ProductFiles:
    """Sort files ``.../<product>/xco2_<year>.nc`` by product and year, in their own order.

    Raises:
        ValueError: a path does not follow that pattern.
    """
    found: ProductFiles = {}
    for path in map(Path, paths):
        year = int(path.name.removeprefix("xco2_").removesuffix(".nc"))
        found.setdefault(path.parent.name, {})[year] = path
    return found


def parse_month(text: str) -> Month:
    """Return the year and month of a text such as 2014-12."""
    return int(text[:4]), int(text[5:7])


def month_text(month: Month) -> str:
    """Return a year and month as 2014-12."""
    return f"{month[0]}-{month[1]:02d}"


def months_of(dataset: xr.Dataset) -> list[Month]:
    """Return the months of a dataset's time axis."""
    time = dataset["time"].dt
    return list(zip(time.year.values.tolist(), time.month.values.tolist(), strict=True))


def grid_of(dataset: xr.Dataset, origin: str) -> Grid:
    """Return the grid of a file of this workflow.

    Raises:
        ResultError: its centres are not those of a global grid, north up.
    """
    lat, lon = (np.asarray(dataset[name].values, dtype=np.float64) for name in ("lat", "lon"))
    grid = Grid(180 / max(lat.size, 1))
    same = lat.size == grid.n_lat and lon.size == grid.n_lon
    # Centres may be kept in single precision.
    if not same or max(np.abs(lat - grid.lat).max(), np.abs(lon - grid.lon).max()) > 1e-4:
        raise ResultError(
            f"{origin}: {lat.size} latitudes and {lon.size} longitudes are no global grid from "
            "north to south and west to east; delete it and run again."
        )
    return grid


def grid_in(path: str | os.PathLike[str]) -> Grid:
    """Return the grid of a file.

    Raises:
        InputError, ResultError: the file is absent or damaged, or its grid is not a global one.
    """
    with open_grid(path, "lat", "lon") as dataset:
        return grid_of(dataset, str(path))


def require_grid(dataset: xr.Dataset, grid: Grid, origin: str) -> None:
    """Refuse a file on another grid.

    Raises:
        ResultError: the cells have another size or place.
    """
    found = grid_of(dataset, origin)
    if found.n_lat != grid.n_lat:
        raise ResultError(
            f"{origin}: its cells have {found.cell:g} degrees, those of the product {grid.cell:g}; "
            "both must come from one run: delete the older one and run again."
        )


def areas_of(grid: Grid) -> NDArray[np.float64]:
    """Return the areas of cells, (lat, lon) m2."""
    return cell_areas(grid.lat_bounds, grid.lon_bounds)


def monthly_fields(
    paths: Iterable[str | os.PathLike[str]], *names: str, grid: Grid
) -> Iterator[tuple[Month, list[NDArray[np.floating]]]]:
    """Yield every month of some files, in their order, with its fields (lat, lon).

    Raises:
        InputError, ResultError: a file is absent, damaged, on another grid or lacks a variable.
    """
    for path in paths:
        with open_grid(path, *names, "time", "lat", "lon") as dataset:
            require_grid(dataset, grid, str(path))
            for position, month in enumerate(months_of(dataset)):
                at = dataset[[*names]].isel(time=position).transpose("lat", "lon", ...)
                yield month, [at[name].values for name in names]


def read_months(
    path: str | os.PathLike[str], name: str, months: list[Month], *, grid: Grid
) -> NDArray[np.float64]:
    """Read a variable at some months, (time, lat, lon).

    Raises:
        InputError, ResultError: as :func:`monthly_fields`, or a month is absent.
    """
    with open_grid(path, name, "time", "lat", "lon") as dataset:
        require_grid(dataset, grid, str(path))
        position = {month: number for number, month in enumerate(months_of(dataset))}
        absent = [month for month in months if month not in position]
        if absent:
            raise ResultError(
                f"{path}: has no {month_text(absent[0])} ({len(absent)} months are absent); the "
                "simulated Earth must span the months of the product."
            )
        rows = [position[month] for month in months]
        values = dataset[name].isel(time=rows).transpose("time", "lat", "lon").values
        return values.astype(np.float64)


def read_sampled(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read where and when the training samples lie: row, col, year, month (one row a sample).

    Raises:
        InputError, ResultError: the file is absent, damaged or lacks one of them.
    """
    names = ("row", "col", "year", "month")
    with open_grid(path, *names) as dataset:
        return pd.DataFrame({name: dataset[name].values.astype(np.int32) for name in names})


def labelled(
    variables: dict[str, tuple[tuple[str, ...], NDArray, str, str]],
    grid: Grid,
    *,
    title: str,
    years: list[int] | None = None,
) -> xr.Dataset:
    """Return maps with coordinates, cell bounds and CF attributes.

    Args:
        variables: dimensions, values, meaning and unit of each.
        grid: their grid.
        title: of the file.
        years: values of the dimension ``year``.
    """
    dataset = xr.Dataset(coords={"lat": grid.lat, "lon": grid.lon})
    if years is not None:
        dataset = dataset.assign_coords(year=np.asarray(years, dtype=np.int32))
    for name, (dims, values, meaning, unit) in variables.items():
        attributes = {"long_name": meaning, "units": unit}
        dataset[name] = (dims, np.asarray(values, dtype=np.float32), attributes)
    dataset["lat_bnds"] = (("lat", "bnds"), grid.lat_bounds)
    dataset["lon_bnds"] = (("lon", "bnds"), grid.lon_bounds)
    for name, attributes in _TITLES.items():
        if name in dataset.coords:
            dataset[name].attrs = attributes
    dataset.attrs = {"Conventions": "CF-1.11", "title": title}
    return dataset


def write_maps(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write labelled maps as compressed netCDF4, whole or not at all."""
    write_grid(dataset, path)
