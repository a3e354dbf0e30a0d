"""Opening netCDF files of any generation, and settling their axes once.

A file may be netCDF-3, netCDF-4, or a ZIP archive of such files under whatever name (the Climate
Data Store delivers those with a ``.nc`` name). Nothing but coordinates is read before it is asked
for; damage that shows only then is refused with a sentence as well.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.file_kinds import folder_kind, kind_of
from carbonscape.archives.lazy import apply_on_read, decoding, guarded, reading
from carbonscape.archives.netcdf3 import expected_size, is_netcdf3
from carbonscape.archives.netcdf_sizes import refuse_oversized
from carbonscape.archives.netcdf_times import decode_times
from carbonscape.archives.zip_members import unpack_members
from carbonscape.core.errors import InputError
from carbonscape.core.limits import GRID_AXIS
from carbonscape.core.plain_files import refuse_larger, require_file, unreadable

#: Names under which the axes go in the files that this workflow reads.
AXIS_NAMES = {
    "time": ("valid_time", "time", "date"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
}

_AGAIN = "delete it and fetch it again"
_HDF5 = b"\x89HDF\r\n\x1a\n"


@contextlib.contextmanager
def open_netcdf(
    path: str | os.PathLike[str], *, group: str | None = None, mask_and_scale: bool = True
) -> Iterator[list[xr.Dataset]]:
    """Yield the datasets of a netCDF file, or of every netCDF member of a ZIP archive.

    Args:
        path: the file; members of an archive are unpacked into a temporary folder (TMPDIR).
        group: group to open instead of the root.
        mask_and_scale: apply fill values, scale and offset; else the raw values are handed out.

    Yields:
        Datasets in the order of the members' names, opened lazily, times undecoded. What is read
        from them is converted by ``reading``; ``dataset.encoding["origin"]`` names file and
        member for messages. All are closed, and the folder removed, at the end of the block.

    Raises:
        InputError: the file is absent, empty, a web page, cut short or otherwise no netCDF.
    """
    path = Path(path)
    with contextlib.ExitStack() as stack:
        datasets = []
        for origin, file in _files(path, stack):
            _refuse_no_netcdf(file, origin)
            with reading(origin), decoding(origin):
                refuse_oversized(file, origin)
                dataset = stack.enter_context(
                    _open_file(file, origin, group=group, mask_and_scale=mask_and_scale)
                )
            datasets.append(_guard(dataset, origin))
        yield datasets


@contextlib.contextmanager
def chunk_cache(size: int) -> Iterator[None]:
    """Bound the memory that the library keeps for each variable of files opened in the block.

    Its default, 64 MB a variable, adds up where many variables are read side by side.
    """
    before = netCDF4.get_chunk_cache()
    netCDF4.set_chunk_cache(size)
    try:
        yield
    finally:
        netCDF4.set_chunk_cache(*before)


def _files(path: Path, stack: contextlib.ExitStack) -> list[tuple[str, Path]]:
    """Return (name for messages, path) of the file itself, or of the members of an archive."""
    if path.is_dir():
        raise InputError(f"{path}: {folder_kind(path)}.")
    require_file(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise unreadable(path, error) from error
    if start[:2] != b"PK":
        return [(str(path), path)]
    return unpack_members(
        path,
        stack,
        wanted=_is_member,
        suffix=".nc",
        remedy="request it as netCDF, or give the file itself",
    )


def _is_member(name: str) -> bool:
    """Say whether a member of an archive is a netCDF file; macOS adds others of that name."""
    last = name.rsplit("/", 1)[-1]
    return last.lower().endswith((".nc", ".nc4")) and not last.startswith("._")


def _refuse_no_netcdf(file: Path, origin: str) -> None:
    """Refuse what is no netCDF by its first bytes, and a netCDF-3 file that is too short."""
    with file.open("rb") as stream:
        start = stream.read(512)
    if not start:
        raise InputError(f"{origin}: the file is empty; {_AGAIN}.")
    if is_netcdf3(file):
        try:
            expected, found = expected_size(file), file.stat().st_size
        except (EOFError, KeyError, IndexError) as error:
            raise InputError(
                f"{origin}: the file is damaged or cut short ({error}); {_AGAIN}."
            ) from error
        if found < expected:
            raise InputError(
                f"{origin}: the file is cut short: {found} bytes, expected {expected}; {_AGAIN}."
            )
    elif not start.startswith(_HDF5):
        raise InputError(f"{origin}: {kind_of(start)}.")


def _open_file(file: Path, origin: str, *, group: str | None, mask_and_scale: bool) -> xr.Dataset:
    """Open one netCDF file lazily; refuse an absent group."""
    try:
        return xr.open_dataset(
            file,
            engine="netcdf4",
            group=group,
            mask_and_scale=mask_and_scale,
            decode_times=False,
            decode_coords=False,
            cache=False,
        )
    except (OSError, KeyError, IndexError) as error:
        if group is None or "group not found" not in str(error):
            raise
        raise InputError(
            f"{origin}: no group {group}; this is another product, or another version of it."
        ) from error


def _guard(dataset: xr.Dataset, origin: str) -> xr.Dataset:
    """Return the dataset with every later reading guarded by ``reading``."""
    values = {
        name: guarded(variable, origin=origin)
        for name, variable in dataset.variables.items()
        if name not in dataset.dims
    }
    with reading(origin), decoding(origin):
        axes = {name: dataset.variables[name] for name in dataset.dims if name in dataset.variables}
        result = xr.Dataset({**values, **axes}, attrs=dataset.attrs)
    result.encoding["origin"] = origin
    return result


def find_axis(dataset: xr.Dataset, axis: str) -> str:
    """Return the name of the variable that holds an axis: ``time``, ``lat`` or ``lon``.

    Raises:
        InputError: there is none, or it is not one-dimensional (no regular grid).
    """
    origin = dataset.encoding.get("origin", "netCDF")
    names = [
        str(name)
        for wanted in AXIS_NAMES[axis]
        for name in dataset.variables
        if str(name).lower() == wanted
    ]
    # 'time' may be an extra coordinate beside 'valid_time'; the axis is the one with a dimension.
    names.sort(key=lambda name: dataset.variables[name].ndim == 0)
    if not names:
        found = ", ".join(map(str, dataset.variables)) or "nothing"
        raise InputError(f"{origin}: no variable {' or '.join(AXIS_NAMES[axis])}; found {found}.")
    dims = dataset.variables[names[0]].dims
    if len(dims) == 1:
        return names[0]
    if axis == "time" and len(dims) > 1:
        raise InputError(
            f"{origin}: {names[0]} has {len(dims)} dimensions ({', '.join(map(str, dims))}), "
            "expected one: times of forecasts by their steps, as cfgrib makes of GRIB; request "
            "netCDF of the Climate Data Store, or put the steps in the order of valid_time first."
        )
    if axis == "time":
        raise InputError(
            f"{origin}: {names[0]} is a single number without a dimension, expected a time for "
            "each field; add the dimension (xarray: expand_dims)."
        )
    raise InputError(
        f"{origin}: {names[0]} has {len(dims)} dimensions, expected 1: the data must lie on a "
        "regular grid of latitudes and longitudes."
    )


def normalise_axes(
    dataset: xr.Dataset, *, names: Collection[str] | None = None, with_time: bool = True
) -> xr.Dataset:
    """Return a dataset on (time, lat, lon), still lazy, whatever its axes were called.

    Latitudes descend; longitudes ascend within [-180, 180); both are float64 and exactly regular.
    Times are datetime64[ns], ascending. Variables that do not lie on the grid are left out, and
    so are the scalars ``number`` and ``expver``; where ``expver`` is a dimension, the first
    version that has a value is taken.

    Args:
        dataset: as :func:`open_netcdf` yields it.
        names: variables to keep, those of them that there are; by default all.
        with_time: whether there must be a time; if not, a single one is dropped.

    Raises:
        InputError: an axis is absent, irregular, doubled or out of range, or a variable has a
            dimension beyond the three.
    """
    origin = dataset.encoding.get("origin", "netCDF")
    wanted = ("time", "lat", "lon") if with_time else ("lat", "lon")
    axes = {axis: find_axis(dataset, axis) for axis in wanted}
    dims = {dataset.variables[name].dims[0]: axis for axis, name in axes.items()}
    if len(dims) < len(wanted):
        raise InputError(
            f"{origin}: {axes['lat']} and {axes['lon']} share one dimension: these are stations, "
            "expected a regular grid."
        )
    lat, lat_order = _latitudes(_values(dataset, axes["lat"]), origin)
    lon, lon_order = _longitudes(_values(dataset, axes["lon"]), origin)
    coords = {"lat": lat, "lon": lon}
    orders: dict[str, NDArray | slice] = {"lat": lat_order, "lon": lon_order}
    if with_time:
        coords["time"], orders["time"] = _times(dataset, axes["time"])
    variables = {}
    for name, variable in dataset.variables.items():
        on_grid = {dims.get(dim, dim) for dim in variable.dims}
        if names is not None and name not in names:
            continue
        if name in axes.values() or not {"lat", "lon"} <= on_grid:
            continue
        variable = _on_axes(variable, dims, wanted, origin, str(name))
        variables[name] = variable.isel(
            {dim: order for dim, order in orders.items() if dim in variable.dims}
        )
    result = xr.Dataset(variables, coords=coords, attrs=dataset.attrs)
    result["lat"].attrs = {"standard_name": "latitude", "units": "degrees_north"}
    result["lon"].attrs = {"standard_name": "longitude", "units": "degrees_east"}
    result.encoding["origin"] = origin
    result.encoding["found"] = [str(name) for name in dataset.data_vars]
    return result


def _values(dataset: xr.Dataset, name: str) -> NDArray:
    """Return the values of an axis."""
    origin, variable = dataset.encoding.get("origin", "netCDF"), dataset.variables[name]
    refuse_larger(variable.size, GRID_AXIS, origin=f"{origin}, {name}", remedy=_AGAIN)
    with reading(origin), decoding(origin):
        return np.asarray(variable.values)


def _on_axes(
    variable: xr.Variable, dims: dict, wanted: tuple[str, ...], origin: str, name: str
) -> xr.Variable:
    """Return a variable with the dimensions of ``wanted``, in that order."""
    for dim in [dim for dim in variable.dims if dim not in dims]:
        if variable.sizes[dim] == 1:
            variable = variable.isel({dim: 0})
        elif dim == "expver":
            versions = [variable.isel(expver=i) for i in range(variable.sizes["expver"])]
            variable = apply_on_read(_first_present, *versions, origin=origin)
        else:
            raise InputError(
                f"{origin}: variable {name} has a dimension {dim} of length {variable.sizes[dim]}; "
                f"expected only {', '.join(wanted)}."
            )
    if variable.dtype.kind not in "biufmM":
        # Only what is read is refused: a file may hold texts that nobody asks for.
        variable = apply_on_read(_refuse_text(name, origin), variable, origin=origin)
    variable = xr.Variable(
        tuple(dims[dim] for dim in variable.dims), variable._data, attrs=variable.attrs
    )
    order = tuple(dim for dim in wanted if dim in variable.dims)
    return variable if variable.dims == order else variable.transpose(*order)


def _refuse_text(name: str, origin: str) -> Callable[[NDArray], NDArray]:
    """Return what refuses values that are no numbers."""

    def refuse(values: NDArray) -> NDArray:
        raise InputError(
            f"{origin}: {name} holds {values.dtype} values, expected numbers; delete the file and "
            "fetch it again."
        )

    return refuse


def _first_present(*arrays: NDArray) -> NDArray:
    """Return, value by value, the first array that is not missing."""
    result = arrays[0]
    for array in arrays[1:]:
        result = np.where(np.isnan(result), array, result)
    return result


def _latitudes(values: NDArray, origin: str) -> tuple[NDArray, slice]:
    """Return regular descending latitudes and the slice that brings them into that order."""
    degrees = _degrees(values, -90, 90, "latitude", origin)
    order = slice(None, None, -1) if degrees[0] < degrees[-1] else slice(None)
    return _regular(degrees[order], "latitude", origin), order


def _longitudes(values: NDArray, origin: str) -> tuple[NDArray, NDArray | slice]:
    """Return regular longitudes in [-180, 180) and the index that brings them into that order."""
    degrees = _degrees(values, -180, 360, "longitude", origin)
    degrees = np.round((degrees + 180) % 360 - 180, 9)
    order = np.argsort(degrees, kind="stable")
    regular = _regular(degrees[order], "longitude", origin)
    return regular, slice(None) if (np.diff(order) == 1).all() else order


def _degrees(values: NDArray, low: float, high: float, name: str, origin: str) -> NDArray:
    """Return coordinates as float64, freed of the noise of float32, inside their range."""
    degrees = np.round(values.astype(np.float64), 4 if values.dtype == np.float32 else 9)
    if degrees.size == 0 or not ((degrees >= low) & (degrees <= high)).all():
        found = f"{degrees.min():g} to {degrees.max():g}" if degrees.size else "none"
        raise InputError(
            f"{origin}: found {name}s {found}, expected {low} to {high} degrees (a projected map "
            "must be brought to longitude and latitude first)."
        )
    return degrees


def _regular(degrees: NDArray, name: str, origin: str) -> NDArray:
    """Return exactly even coordinates; refuse those that are not even to a twentieth of a step."""
    even = np.round(np.linspace(degrees[0], degrees[-1], degrees.size), 9)
    step = abs(even[-1] - even[0]) / max(even.size - 1, 1)
    if degrees.size > 1 and (np.diff(np.sort(degrees)) < 1e-6).any():
        raise InputError(
            f"{origin}: a {name} stands there twice (such as 0 and 360, or -180 and 180); each "
            "must stand there once."
        )
    if (np.abs(degrees - even) > 0.05 * step).any():
        worst = int(np.argmax(np.abs(degrees - even)))
        raise InputError(
            f"{origin}: the {name}s are not evenly spaced (found {degrees[worst]:g}, expected "
            f"{even[worst]:g}); a grid must be regular, and must not be cut by the 180th meridian."
        )
    return even


def _times(dataset: xr.Dataset, name: str) -> tuple[NDArray, NDArray | slice]:
    """Return ascending datetime64[ns] and the index that brings them into that order."""
    origin = dataset.encoding.get("origin", "netCDF")
    times = decode_times(_values(dataset, name), dataset.variables[name].attrs, name, origin)
    order = np.argsort(times, kind="stable")
    times = times[order]
    doubled = times[1:][np.diff(times) == np.timedelta64(0)]
    if doubled.size:
        raise InputError(
            f"{origin}: the time {np.datetime_as_string(doubled[0], unit='m')} stands there twice."
        )
    return times, slice(None) if (np.diff(order) == 1).all() else order
