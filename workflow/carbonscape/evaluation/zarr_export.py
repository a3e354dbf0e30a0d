"""Finished maps as Zarr: all years of a map with all its layers in one store.

The store is Zarr of version 2 with consolidated metadata, in a zip without further compression,
which ``zarr.storage.ZipStore`` reads where it lies; unpacked it is an ordinary store. Version 2 is
what older readers know as well.

Source: Zarr storage specification, version 2
(https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html); names of dimensions as xarray keeps
them (attribute ``_ARRAY_DIMENSIONS``).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numcodecs
import numpy as np
import zarr
from numpy.typing import NDArray

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path
from carbonscape.prediction.discovery import OF_ONE_YEAR

#: Months, rows and columns of a chunk.
CHUNKS = (12, 180, 180)

#: Level of zlib.
_LEVEL = 4

#: A date that every zip can hold: equal maps give equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def export_zarr(
    sources: Mapping[int, str | os.PathLike[str]], path: str | os.PathLike[str]
) -> None:
    """Write all years of a map as one Zarr store in a zip.

    Layers that every year has are kept, in the layout of the yearly files: (time, lat, lon), and
    (year, lat, lon) those that have one field a year. One band of rows of one layer is in memory
    at a time.

    Args:
        sources: yearly maps, (time, lat, lon), by year.
        path: the zip.

    Raises:
        InputError: a map is absent or damaged.
        ResultError: maps are of different models or grids, or the disk is full.
    """
    years = sorted(sources)
    with atomic_path(path) as final, contextlib.ExitStack() as opened:
        files = [opened.enter_context(_open(sources[year])) for year in years]
        for year, file in zip(years[1:], files[1:], strict=True):
            _require_same(sources[year], files[0], file)
        with tempfile.TemporaryDirectory(dir=Path(final).parent) as folder:
            _Store(folder).write(files, years)
            _pack(Path(folder), final)


def _open(path: str | os.PathLike[str]) -> netCDF4.Dataset:
    """Open a yearly map, values as they are stored."""
    try:
        file = netCDF4.Dataset(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read as netCDF ({error}); run again.") from error
    file.set_auto_maskandscale(False)
    return file


def _require_same(
    path: str | os.PathLike[str], first: netCDF4.Dataset, file: netCDF4.Dataset
) -> None:
    """Refuse a year of another model or grid than the first."""
    for key in ("model_sha256", "archive"):
        if getattr(file, key, None) != getattr(first, key, None):
            raise ResultError(
                f"{path}: its attribute {key} is not that of the first year: years of different "
                "runs lie in one folder; delete the folder and run again."
            )
    if file["time"].units != first["time"].units:
        raise ResultError(
            f"{path}: its time counts '{file['time'].units}', that of the first year "
            f"'{first['time'].units}'; delete the folder and run again."
        )
    for axis in ("lat", "lon"):
        if not np.array_equal(file[axis][:], first[axis][:]):
            raise ResultError(
                f"{path}: its {axis} is not that of the first year; delete the folder and run "
                "again."
            )


class _Store:
    """A Zarr group that grows in a folder."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = folder
        self.group = zarr.create_group(store=str(folder), zarr_format=2)

    def write(self, files: Sequence[netCDF4.Dataset], years: Sequence[int]) -> None:
        """Write attributes, axes and every layer, then the metadata of all of them in one."""
        first = files[0]
        months = [len(file.dimensions["time"]) for file in files]
        self.group.attrs.update(_attributes(first) | _coverage(files, sum(months)))
        self._add(
            "year", ("year",), np.array(years, "i4"), {"long_name": "calendar year", "units": "1"}
        )
        for name, variable in first.variables.items():
            if not all(name in file.variables for file in files):
                continue
            said, dims = _attributes(variable), variable.dimensions
            if dims[-2:] == ("lat", "lon"):
                annual = "time" not in dims
                length = len(years) if annual else sum(months)
                self._add_layer(name, [file[name] for file in files], length, annual=annual)
            elif "time" in dims:
                self._add(name, dims, np.concatenate([file[name][...] for file in files]), said)
            else:
                self._add(name, dims, np.asarray(variable[...]), said)
        zarr.consolidate_metadata(str(self.folder), zarr_format=2)

    def _add_layer(
        self, name: str, parts: Sequence[netCDF4.Variable], length: int, *, annual: bool
    ) -> None:
        """Write a layer, band of rows by band of rows."""
        first, high = parts[0], CHUNKS[1]
        n_lat, n_lon = first.shape[-2:]
        shape, dims = (length, n_lat, n_lon), ("year" if annual else "time", "lat", "lon")
        chunks = tuple(min(pair) for pair in zip(shape, CHUNKS, strict=True))
        array = self._make(name, dims, first.dtype, shape, chunks, _attributes(first))
        for row in range(0, n_lat, high):
            bands = [part[..., row : row + high, :] for part in parts]
            array[:, row : row + high, :] = np.stack(bands) if annual else np.concatenate(bands)

    def _add(
        self, name: str, dims: Sequence[str], values: NDArray, said: Mapping[str, Any]
    ) -> None:
        """Write a small array in one chunk."""
        self._make(name, dims, values.dtype, values.shape, values.shape, said)[...] = values

    def _make(
        self,
        name: str,
        dims: Sequence[str],
        kind: np.dtype,
        shape: Sequence[int],
        chunks: Sequence[int],
        said: Mapping[str, Any],
    ) -> zarr.Array:
        """Make an array without values."""
        return self.group.create_array(
            name,
            shape=tuple(shape),
            chunks=tuple(chunks),
            dtype=kind.newbyteorder("<"),
            compressors=numcodecs.Zlib(_LEVEL),
            # Flags without a fill value stay whole numbers in xarray.
            fill_value=said.get("_FillValue"),
            attributes={key: value for key, value in said.items() if key != "_FillValue"}
            | {"_ARRAY_DIMENSIONS": list(dims)},
            config={"write_empty_chunks": True},
        )


def _pack(folder: Path, path: str | os.PathLike[str]) -> None:
    """Put a store into a zip, equal stores giving equal bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            name = file.relative_to(folder).as_posix()
            target.writestr(zipfile.ZipInfo(name, _DATE), file.read_bytes())


def _coverage(files: Sequence[netCDF4.Dataset], months: int) -> dict[str, str]:
    """Return when all files together have values."""
    return {
        "time_coverage_start": files[0].time_coverage_start,
        "time_coverage_end": files[-1].time_coverage_end,
        "time_coverage_duration": f"P{months}M",
        "time_coverage_resolution": "P1M",
    }


def _attributes(of: netCDF4.Dataset | netCDF4.Variable) -> dict[str, Any]:
    """Return attributes as JSON has them; without those of one year alone."""
    found = {key: of.getncattr(key) for key in of.ncattrs() if key not in OF_ONE_YEAR}
    return {
        key: value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for key, value in found.items()
    }
