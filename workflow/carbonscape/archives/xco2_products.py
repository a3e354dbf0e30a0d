"""Reading a month of the XCO2 products of others, whatever their files are.

Neither names nor layouts of these files are documented: any netCDF on a regular grid is accepted,
or a ZIP archive of such files, of one or many months or days, with or without a time axis. Which
variable holds XCO2, and in which unit, is found as in :mod:`carbonscape.archives.xco2_fields`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.netcdf import AXIS_NAMES, normalise_axes, open_netcdf
from carbonscape.archives.same_grid import require_same_grid
from carbonscape.archives.xco2_fields import find_xco2, mean_of_steps
from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: A year and a month in the name of a file, such as 201501, 2015-01 or 20150131.
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?:[-_.]?[0-3]\d)?(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def read_xco2_month(
    paths: Sequence[str | os.PathLike[str]], month: str, *, source: str
) -> xr.DataArray | None:
    """Read XCO2 of a month as the mean of its steps, in whatever files they are.

    A file that cannot be read, or holds another grid than the first, is left out and stated.

    Args:
        paths: files of the product, in their order.
        month: YYYY-MM.
        source: name in the registry.

    Returns:
        ``xco2`` (lat, lon), float32, ppm, NaN where the product has none; latitudes descend,
        longitudes ascend within [-180, 180). None where no file holds the month.
    """
    total: NDArray | None = None
    origin = ""
    count = first = None
    named = named_for(paths, month)
    for path in paths:
        if path not in named:
            findings.left_out(path, f"its name is that of another time than {month}", source=source)
    for path in named:
        held = False
        try:
            for field in _fields(Path(path), month, source):
                if first is None:
                    first, origin, total = field, str(path), np.zeros(field.shape)
                    count = np.zeros(field.shape, dtype=np.int32)
                require_same_grid(
                    {axis: field[axis].values for axis in ("lat", "lon")},
                    {axis: first[axis].values for axis in ("lat", "lon")},
                    origin=str(path),
                    first=origin,
                )
                there = np.isfinite(field.values)
                total[there] += field.values[there]
                count += there
                held = True
        except InputError as error:
            findings.left_out(path, str(error), source=source)
            continue
        if held:
            findings.used(path, source=source)
        else:
            findings.left_out(path, f"it holds nothing of {month}", source=source)
    if first is None or not count.any():
        return None
    mean = (total / np.where(count, count, np.nan)).astype(np.float32)
    return first.copy(data=mean)


def named_for(paths: Iterable[str | os.PathLike[str]], month: str) -> list[str | os.PathLike[str]]:
    """Return the files that may hold a month by their names; all, where names tell nothing.

    Args:
        paths: files.
        month: YYYY-MM.
    """
    paths = list(paths)
    of_month = [path for path in paths if _month_of(Path(path).name) == month]
    return of_month or [path for path in paths if _may_hold(Path(path).stem, month)]


def _may_hold(name: str, month: str) -> bool:
    """Say whether a name leaves open that its file holds a month: no year, that one, or several."""
    if _month_of(name) is not None:
        return False
    years = set(_YEAR.findall(name))
    return not years or month[:4] in years or len(years) > 1


def _month_of(name: str) -> str | None:
    """Return the month in a name, None if it has none or several."""
    found = {f"{year}-{month}" for year, month in _MONTH.findall(name)}
    return found.pop() if len(found) == 1 else None


def _fields(path: Path, month: str, source: str) -> Iterator[xr.DataArray]:
    """Yield the mean of a month of each dataset of a file that holds it, (lat, lon)."""
    with open_netcdf(path) as datasets:
        for dataset in datasets:
            origin = str(dataset.encoding.get("origin", path))
            grid = _on_time(dataset, origin, month)
            if grid is None:
                continue
            steps = np.flatnonzero(grid["time"].values.astype("datetime64[M]").astype(str) == month)
            if not steps.size:
                continue
            arrays = [grid[name] for name in grid.data_vars]
            array, factor = find_xco2(arrays, origin, source=source)
            values = mean_of_steps(array, steps, factor)
            coords = {"lat": array["lat"], "lon": array["lon"]}
            yield xr.DataArray(values, dims=("lat", "lon"), coords=coords, name="xco2")


def _on_time(dataset: xr.Dataset, origin: str, month: str) -> xr.Dataset | None:
    """Return a dataset with a time axis; that of its name if it has none, None of another month."""
    timed = any(
        str(name).lower() in AXIS_NAMES["time"] and variable.ndim == 1
        for name, variable in dataset.variables.items()
    )
    if timed:
        return normalise_axes(dataset)
    if _month_of(Path(origin.split(", member ")[-1]).name) != month:
        return None
    stamp = np.array([f"{month}-01"], dtype="datetime64[ns]")
    return normalise_axes(dataset, with_time=False).expand_dims(time=stamp)
