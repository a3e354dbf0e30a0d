"""Maps that stages wrote: found, opened, read month by month, labelled and written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.io import atomic_path
from carbonscape.core.plain_files import require_file
from carbonscape.core.sphere import cell_areas

#: A calendar month: year and month.
Month = tuple[int, int]

#: Yearly files by map (``<model>-<variant>``) and year.
MapFiles = Mapping[str, Mapping[int, Path]]

_COORDINATES = {
    "lat": {"standard_name": "latitude", "units": "degrees_north", "bounds": "lat_bnds"},
    "lon": {"standard_name": "longitude", "units": "degrees_east", "bounds": "lon_bnds"},
    "year": {"long_name": "calendar year", "units": "1"},
    "product": {"long_name": "model and setting of the plant functional types"},
}


def files_by_map(paths: Iterable[str | os.PathLike[str]]) -> dict[str, dict[int, Path]]:
    """Sort files ``.../<map>/<product>_<year>.nc`` by map and year, in their own order.

    Raises:
        ValueError: a path does not follow that pattern.
    """
    found: dict[str, dict[int, Path]] = {}
    for path in map(Path, paths):
        found.setdefault(path.parent.name, {})[int(path.stem.rpartition("_")[2])] = path
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


def month_rows(dataset: xr.Dataset, months: Sequence[Month], origin: str) -> list[int]:
    """Return the positions of months on the time axis of a dataset.

    Raises:
        ResultError: a month is not there.
    """
    position = {month: row for row, month in enumerate(months_of(dataset))}
    absent = [month for month in months if month not in position]
    if absent:
        raise ResultError(
            f"{origin}: has no {month_text(absent[0])} ({len(absent)} months are absent); the "
            "simulated Earth must span the months of the product."
        )
    return [position[month] for month in months]


@contextlib.contextmanager
def open_grid(path: str | os.PathLike[str], *names: str) -> Iterator[xr.Dataset]:
    """Open a netCDF file that a stage of this workflow wrote, and demand some of its variables.

    Raises:
        InputError: the file is absent or cannot be read.
        ResultError: a variable is absent.
    """
    require_file(path)
    try:
        # By name: asked for any format, the library would try those that name further files.
        dataset = xr.open_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read as netCDF ({error}); delete it and run again."
        ) from error
    with dataset:
        absent = [name for name in names if name not in dataset.variables]
        if absent:
            raise ResultError(
                f"{path}: has no variable {', '.join(absent)} (it holds "
                f"{', '.join(sorted(map(str, dataset.variables)))}); delete it and run again."
            )
        yield dataset


@contextlib.contextmanager
def open_year(path: str | os.PathLike[str], name: str, year: int) -> Iterator[xr.DataArray]:
    """Open one year of a map, (time=12, lat, lon).

    Args:
        path: the file.
        name: variable of the map.
        year: the year that it must hold.

    Raises:
        InputError: the file is absent or cannot be read.
        ResultError: it does not hold January to December of ``year``, or a variable is absent.
    """
    with open_grid(path, name, "time", "lat", "lon") as dataset:
        found = months_of(dataset)
        if found != [(year, month) for month in range(1, 13)]:
            span = " to ".join(month_text(found[at]) for at in (0, -1)) if found else "none"
            raise ResultError(
                f"{path}: holds {len(found)} months ({span}); expected January to December "
                f"of {year}; delete it and run again."
            )
        yield dataset[name].transpose("time", "lat", "lon")


def grid_of(dataset: xr.Dataset | xr.DataArray, origin: str) -> Grid:
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


def grid_of_maps(files: MapFiles, section: str) -> Grid:
    """Return the grid of the first of some maps.

    Args:
        files: of all maps.
        section: of the configuration, for the message.

    Raises:
        InputError, ResultError: there is no map, or as :func:`grid_in`.
    """
    if not files:
        raise ResultError(f"the run makes no map; set '{section}.product'.")
    return grid_in(next(iter(next(iter(files.values())).values())))


def require_grid(dataset: xr.Dataset | xr.DataArray, grid: Grid, origin: str) -> None:
    """Refuse a file on another grid than that of the maps.

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
    path: str | os.PathLike[str], name: str, months: Sequence[Month], *, grid: Grid
) -> NDArray[np.floating]:
    """Read a variable at some months, (time, lat, lon).

    Raises:
        InputError, ResultError: as :func:`monthly_fields`, or a month is absent.
    """
    with open_grid(path, name, "time", "lat", "lon") as dataset:
        require_grid(dataset, grid, str(path))
        rows = month_rows(dataset, months, str(path))
        return dataset[name].isel(time=rows).transpose("time", "lat", "lon").values


def labelled(
    variables: Mapping[str, tuple[Sequence[str], NDArray, str, str]],
    grid: Grid,
    *,
    title: str,
    coordinates: Mapping[str, Any] | None = None,
    **attributes: Any,
) -> xr.Dataset:
    """Return maps with coordinates, cell bounds and CF attributes.

    Args:
        variables: dimensions, values, meaning and unit of each; kept in single precision.
        grid: their grid.
        title: of the file.
        coordinates: values of their dimensions other than lat and lon.
        attributes: further global attributes.
    """
    dataset = xr.Dataset(coords={"lat": grid.lat, "lon": grid.lon, **(coordinates or {})})
    for name, (dims, values, meaning, unit) in variables.items():
        said = {"long_name": meaning, "units": unit}
        dataset[name] = (tuple(dims), np.asarray(values, dtype=np.float32), said)
    dataset["lat_bnds"] = (("lat", "bnds"), grid.lat_bounds)
    dataset["lon_bnds"] = (("lon", "bnds"), grid.lon_bounds)
    for name, said in _COORDINATES.items():
        if name in dataset.coords:
            dataset[name].attrs = said
    dataset.attrs = {"Conventions": "CF-1.11", "title": title, **attributes}
    return dataset


def write_grid(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write labelled maps as compressed netCDF4, whole or not at all."""
    encoding = {
        name: {"zlib": True, "complevel": 4, "_FillValue": np.float32(np.nan)}
        for name, variable in dataset.data_vars.items()
        if variable.dtype == np.float32
    }
    axes = {"lat", "lon", "lat_bnds", "lon_bnds"} & set(dataset.variables)
    encoding |= {name: {"_FillValue": None} for name in sorted(axes)}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, format="NETCDF4", encoding=encoding)
