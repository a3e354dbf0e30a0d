"""Finished maps as Zarr: all years of a map with all its layers in one store.

The store is Zarr of version 2 with consolidated metadata, in a zip without further compression,
which ``zarr.storage.ZipStore`` reads where it lies; unpacked it is an ordinary store. The format is
a few lines of JSON beside compressed arrays, so that no further package is needed to write it.

Source: Zarr storage specification, version 2
(https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html); names of dimensions as xarray keeps
them (attribute ``_ARRAY_DIMENSIONS``).
"""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import netCDF4
import numpy as np
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
        with zipfile.ZipFile(final, "w", zipfile.ZIP_STORED) as target:
            _Store(target).write(files, years)


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
    for axis in ("lat", "lon"):
        if not np.array_equal(file[axis][:], first[axis][:]):
            raise ResultError(
                f"{path}: its {axis} is not that of the first year; delete the folder and run "
                "again."
            )


class _Store:
    """A Zarr store that grows in a zip."""

    def __init__(self, target: zipfile.ZipFile) -> None:
        self.target = target
        self.metadata: dict[str, Any] = {}

    def write(self, files: Sequence[netCDF4.Dataset], years: Sequence[int]) -> None:
        """Write attributes, axes and every layer, then the metadata of all of them in one."""
        first = files[0]
        months = [len(file.dimensions["time"]) for file in files]
        self._put_json(".zgroup", {"zarr_format": 2})
        self._put_json(".zattrs", _attributes(first) | _coverage(files, sum(months)))
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
        told = {"zarr_consolidated_format": 1, "metadata": self.metadata}
        self._put(".zmetadata", json.dumps(told, sort_keys=True).encode())

    def _add_layer(
        self, name: str, parts: Sequence[netCDF4.Variable], length: int, *, annual: bool
    ) -> None:
        """Write a layer, band of rows by band of rows."""
        first, (time, high, wide) = parts[0], CHUNKS
        n_lat, n_lon = first.shape[-2:]
        shape, dims = (length, n_lat, n_lon), ("year" if annual else "time", "lat", "lon")
        chunks = tuple(min(pair) for pair in zip(shape, CHUNKS, strict=True))
        said = _attributes(first)
        self._describe(name, dims, first.dtype, shape, chunks, said)
        for row in range(0, n_lat, high):
            bands = [part[..., row : row + high, :] for part in parts]
            band = np.stack(bands) if annual else np.concatenate(bands)
            for start in range(0, length, time):
                for column in range(0, n_lon, wide):
                    piece = band[start : start + time, :, column : column + wide]
                    # A chunk at the edge is as large as all others.
                    whole = np.full(chunks, said.get("_FillValue", 0), first.dtype)
                    whole[tuple(slice(size) for size in piece.shape)] = piece
                    at = f"{start // time}.{row // high}.{column // wide}"
                    self._put(f"{name}/{at}", zlib.compress(whole.tobytes(), _LEVEL))

    def _add(
        self, name: str, dims: Sequence[str], values: NDArray, said: Mapping[str, Any]
    ) -> None:
        """Write a small array in one chunk."""
        self._describe(name, dims, values.dtype, values.shape, values.shape, said)
        at = ".".join("0" * max(values.ndim, 1))
        self._put(f"{name}/{at}", zlib.compress(values.tobytes(), _LEVEL))

    def _describe(
        self,
        name: str,
        dims: Sequence[str],
        kind: np.dtype,
        shape: Sequence[int],
        chunks: Sequence[int],
        said: Mapping[str, Any],
    ) -> None:
        """Write the metadata of an array."""
        self._put_json(
            f"{name}/.zarray",
            {
                "zarr_format": 2,
                "shape": list(shape),
                "chunks": list(chunks),
                "dtype": kind.newbyteorder("<").str,
                "compressor": {"id": "zlib", "level": _LEVEL},
                "fill_value": said.get("_FillValue"),
                "order": "C",
                "filters": None,
            },
        )
        kept = {key: value for key, value in said.items() if key != "_FillValue"}
        self._put_json(f"{name}/.zattrs", kept | {"_ARRAY_DIMENSIONS": list(dims)})

    def _put_json(self, name: str, content: dict[str, Any]) -> None:
        """Write metadata, and remember it for all of them in one."""
        self.metadata[name] = content
        self._put(name, json.dumps(content, sort_keys=True, ensure_ascii=False).encode())

    def _put(self, name: str, content: bytes) -> None:
        """Write a file of the store."""
        self.target.writestr(zipfile.ZipInfo(name, _DATE), content)


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
