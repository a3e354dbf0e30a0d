"""What a data store delivered: looked into, and joined where it came in parts."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from carbonscape.core.errors import DownloadError
from carbonscape.core.io import atomic_path
from carbonscape.core.zip_files import open_zip, read_blocks
from carbonscape.fetch.cds_requests import Order

#: Names of the axes; those of files made before 2024 come last.
_TIMES = ("valid_time", "time", "date")
_PLACES = ("latitude", "longitude", "lat", "lon")

_AGAIN = "run the same command again, and report it to the archive if that repeats"


def require_delivery(path: Path, order: Order, label: str) -> None:
    """Refuse a file that does not hold what was ordered.

    Args:
        path: netCDF, or a ZIP archive of netCDF files.
        order: what was asked for.
        label: what it is, for messages.

    Raises:
        DownloadError: it cannot be opened, lacks a variable, or holds other times.
    """
    found: set[str] = set()
    with open_members(path, label) as members:
        for member in members:
            names = set(_fields(member))
            found |= names
            # What was not asked for (a mask, say) may have other times.
            if names & set(order.names or names):
                _require_times(member, order, label)
    absent = [name for name in order.names if name not in found]
    if absent or not found:
        raise DownloadError(
            f"{label}: the file holds {', '.join(sorted(found)) or 'no field'}, expected "
            f"{', '.join(order.names) or 'a field with times'} of {order.dataset}; the data store "
            f"may have renamed its variables: {_AGAIN}."
        )


def _require_times(member: netCDF4.Dataset, order: Order, label: str) -> None:
    """Refuse another number of times, or other months, than were asked for."""
    stamps = _stamps(member)
    months = sorted({f"{stamp.year:04d}-{stamp.month:02d}" for stamp in stamps})
    if len(stamps) != order.times or months != sorted(order.months):
        spans = [f"{span[0]} to {span[-1]}" if span else "none" for span in (months, order.months)]
        raise DownloadError(
            f"{label}: the file holds {len(stamps)} times ({spans[0]}), expected {order.times} "
            f"({spans[1]}); {order.dataset} may not reach that far yet: {_AGAIN}."
        )


@contextlib.contextmanager
def open_members(path: Path, label: str) -> Iterator[list[netCDF4.Dataset]]:
    """Yield the file, or every netCDF file of a ZIP archive, opened.

    Raises:
        DownloadError: it is damaged, or holds no netCDF file.
    """
    with contextlib.ExitStack() as stack:
        files = [path]
        try:
            if zipfile.is_zipfile(path):
                files = _unpacked(path, stack)
            members = [stack.enter_context(netCDF4.Dataset(file)) for file in files]
        except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            if isinstance(error, OSError) and error.errno and error.errno > 0:
                raise
            raise DownloadError(
                f"{label}: the file that the data store delivered is damaged ({error}); {_AGAIN}."
            ) from error
        if not members:
            raise DownloadError(
                f"{label}: the data store delivered a ZIP archive without any .nc file; {_AGAIN}."
            )
        yield members


def _unpacked(path: Path, stack: contextlib.ExitStack) -> list[Path]:
    """Return the netCDF members of an archive, unpacked beside it until the stack is left."""
    folder = tempfile.TemporaryDirectory(dir=path.parent, prefix=".members-")
    files = []
    where = Path(stack.enter_context(folder))
    with path.open("rb") as stream:
        archive = open_zip(stream, origin=str(path), remedy=_AGAIN)
        for number, name in enumerate(sorted(archive.namelist())):
            if name.lower().endswith(".nc"):
                # Numbered, so that a member's own path can lead nowhere else.
                files.append(where / f"{number}.nc")
                with files[-1].open("wb") as sink:
                    for block in read_blocks(archive, name, origin=str(path), remedy=_AGAIN):
                        sink.write(block)
    return files


def join_parts(
    paths: Sequence[Path],
    target: str | os.PathLike[str],
    label: str,
    *,
    validate: Callable[[Path], None],
) -> None:
    """Join the parts of one order into one file, a time step at a time.

    Parts may hold other times, or other variables of the same times. Fields are copied as they
    are stored; coordinates beside the axes (``number``, ``expver``) are left out. Where variables
    stand at different times (monthly means at 00:00, monthly totals at 06:00), the file is a ZIP
    archive of one netCDF file for each, as the store delivers them.

    Args:
        paths: the parts, netCDF or ZIP archives.
        target: where the whole goes.
        label: what it is, for messages.
        validate: looks into the whole before it gets its name, and raises a refusal.

    Raises:
        DownloadError: the parts lie on different grids, or store a field differently.
    """
    with contextlib.ExitStack() as stack:
        members = [
            member
            for path in paths
            for member in stack.enter_context(open_members(path, label))
            if _fields(member)
        ]
        for member in members:
            member.set_auto_maskandscale(False)
            _require_same_axes(members[0], member, label)
        temporary = stack.enter_context(atomic_path(target))
        groups = _groups(members)
        if len(groups) == 1:
            _write_whole(temporary, members, *groups[0], label)
        else:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(dir=temporary.parent, prefix=".members-")
            )
            with zipfile.ZipFile(temporary, "w") as archive:
                for number, (moments, names) in enumerate(groups):
                    part = Path(folder, f"data_{number}.nc")
                    _write_whole(part, members, moments, names, label)
                    archive.write(part, part.name)
        validate(temporary)


def _groups(members: Sequence[netCDF4.Dataset]) -> list[tuple[list[Any], list[str]]]:
    """Return the times that fields have over all parts, each with the names of its fields."""
    stamps: dict[str, set[Any]] = {}
    for member in members:
        for name in _fields(member):
            stamps.setdefault(name, set()).update(_stamps(member))
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, moments in stamps.items():
        groups.setdefault(tuple(sorted(moments)), []).append(name)
    return [(list(moments), names) for moments, names in groups.items()]


def _write_whole(
    path: Path,
    members: Sequence[netCDF4.Dataset],
    moments: Sequence[Any],
    names: Sequence[str],
    label: str,
) -> None:
    """Write the fields of some names, which have the same times, from all parts."""
    place = {moment: number for number, moment in enumerate(moments)}
    holding = [(member, [n for n in _fields(member) if n in names]) for member in members]
    holding = [(member, found) for member, found in holding if found]
    first = holding[0][0]
    with netCDF4.Dataset(path, "w") as whole:
        whole.setncatts({name: first.getncattr(name) for name in first.ncattrs()})
        whole.set_auto_maskandscale(False)
        _write_axes(whole, first, moments)
        for member, found in holding:
            where = [place[stamp] for stamp in _stamps(member)]
            for name in found:
                field = _new_field(whole, member.variables[name], label)
                for step, number in enumerate(where):
                    field[number] = member.variables[name][step]


def _axes(member: netCDF4.Dataset) -> tuple[str, str, str]:
    """Return the names of time, latitude and longitude; empty where there is none."""
    time = next((name for name in _TIMES if name in member.dimensions), "")
    lat, lon = (
        next((name for name in _PLACES[number::2] if name in member.dimensions), "")
        for number in (0, 1)
    )
    return time, lat, lon


def _fields(member: netCDF4.Dataset) -> list[str]:
    """Return the names of the variables with times and places."""
    axes = set(_axes(member))
    return [
        name
        for name, variable in member.variables.items()
        if "" not in axes and axes <= set(variable.dimensions)
    ]


def _stamps(member: netCDF4.Dataset) -> list[Any]:
    """Return the times of a file as dates."""
    time = member.variables[_axes(member)[0]]
    calendar = getattr(time, "calendar", "standard")
    values = np.ma.filled(np.atleast_1d(time[:]))
    return list(netCDF4.num2date(values, time.units, calendar, only_use_cftime_datetimes=True))


def _require_same_axes(first: netCDF4.Dataset, other: netCDF4.Dataset, label: str) -> None:
    """Refuse parts on different grids."""
    for a, b in zip(_axes(first)[1:], _axes(other)[1:], strict=True):
        ours, theirs = first.variables[a][:], other.variables[b][:]
        if a != b or ours.shape != theirs.shape or not np.allclose(ours, theirs, atol=1e-4):
            raise DownloadError(
                f"{label}: the data store delivered parts of one request on different grids "
                f"({a}: {ours.size} and {theirs.size} values); {_AGAIN}."
            )


def _write_axes(whole: netCDF4.Dataset, first: netCDF4.Dataset, moments: Sequence[Any]) -> None:
    """Write time, latitude and longitude of the joined file."""
    names = _axes(first)
    time = first.variables[names[0]]
    calendar = getattr(time, "calendar", "standard")
    stamps = np.asarray(netCDF4.date2num(moments, time.units, calendar))
    values = [stamps, *(first.variables[name][:] for name in names[1:])]
    for name, content in zip(names, values, strict=True):
        whole.createDimension(name, len(content))
        origin = first.variables[name]
        axis = whole.createVariable(name, origin.dtype, (name,))
        axis.setncatts({key: origin.getncattr(key) for key in origin.ncattrs() if key[0] != "_"})
        axis[:] = content.astype(origin.dtype)


def _new_field(whole: netCDF4.Dataset, origin: netCDF4.Variable, label: str) -> netCDF4.Variable:
    """Return the field of the joined file, made if it is not there; refuse another packing."""
    packing = {key: getattr(origin, key, None) for key in ("scale_factor", "add_offset")}
    fill = getattr(origin, "_FillValue", None)
    if origin.name not in whole.variables:
        chunks = tuple(1 if number == 0 else size for number, size in enumerate(origin.shape))
        field = whole.createVariable(
            origin.name,
            origin.dtype,
            origin.dimensions,
            zlib=True,
            complevel=1,
            chunksizes=chunks,
            fill_value=fill,
        )
        skipped = {"_FillValue", "coordinates"}
        field.setncatts({k: origin.getncattr(k) for k in origin.ncattrs() if k not in skipped})
        field.set_auto_maskandscale(False)
        return field
    field = whole.variables[origin.name]
    other = {key: getattr(field, key, None) for key in packing}
    if field.dtype != origin.dtype or other != packing:
        raise DownloadError(
            f"{label}: the data store packed the parts of {origin.name} differently, so that they "
            "cannot be joined as they are; ask for data_format netcdf, whose values are float32."
        )
    return field
