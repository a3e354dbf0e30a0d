"""Simulated CAMS EGG4: monthly fields of the column of carbon dioxide by a coarse reanalysis.

It sees the truth as through a model of its own: smoothed, with a bias that changes slowly over
the Earth and through the year. Layout as the Atmosphere Data Store delivers it (netcdf_zip): a
ZIP under a ``.nc`` name. Agusti-Panareda et al. 2023, doi 10.5194/acp-23-3829-2023.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.core.io import atomic_path
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_variable,
    netcdf_file,
    nodes,
    random_numbers,
)

#: The last year of EGG4.
LAST_YEAR = 2020

_FINEST = 0.75  # degrees, the lattice of EGG4
_SMOOTH = 3.0  # degrees: standard deviation of the smoothing; about 6 degrees wide
_BIAS, _WAVES = 0.5, 24  # ppm, root mean square; the bias stays within about 1 ppm
_SEASON = 0.4  # share of the bias that comes and goes with the year
_MEMBER = "data_sfc.nc"
_NAME = re.compile(r"egg4_(\d{4})\.nc")


def spacing_for(cell: float) -> float:
    """Return the degrees between nodes: three quarters of a cell, but at least 0.75.

    The lattice divides 180 degrees, so it is finer than that where it must be.
    """
    return 180.0 / np.ceil(180.0 / max(_FINEST, 0.75 * cell) - 1e-9)


def write_egg4(
    paths: Sequence[str | os.PathLike[str]], *, truth: xr.Dataset, cell: float, seed: int
) -> list[Path]:
    """Write one file a year, with those months of it that the truth has.

    Args:
        paths: files ``egg4_{year}.nc``.
        truth: xco2 (time, lat, lon), ppm, on all cells, latitudes descending.
        cell: size of these cells in degrees.
        seed: seed of the run.

    Returns:
        The files.

    Raises:
        ConfigError: a name that tells no year, a year after 2020 or one without a month.
        ResultError: the disk is full or the folder cannot be written to.
    """
    written, lattice = [Path(path) for path in paths], nodes(spacing_for(cell))
    north, east = _smoothing(truth, lattice, cell)
    stamps = truth["time"].values.astype("M8[M]")
    for path in written:
        year = _year(path, stamps)
        steps = np.flatnonzero(stamps.astype("M8[Y]") == np.datetime64(str(year), "Y"))
        fields = truth["xco2"].isel(time=steps).transpose("time", "lat", "lon").values
        fields = north @ fields.astype(float) @ east.T
        fields += _bias(lattice, stamps[steps].astype(int) % 12, seed)
        _write(path, stamps[steps], lattice, fields.astype("float32"))
    return written


def _year(path: Path, stamps: Array) -> int:
    """Return the year that the name of a file tells."""
    match = _NAME.fullmatch(path.name)
    years = sorted({int(str(stamp)[:4]) for stamp in stamps})
    if match is None or int(match[1]) > LAST_YEAR or int(match[1]) not in years:
        raise ConfigError(
            f"{path}: found a name that tells no year of the truth ({years[0]} to {years[-1]}) "
            f"which EGG4 has, expected one such as egg4_{years[0]}.nc, up to {LAST_YEAR}; "
            "correct it."
        )
    return int(match[1])


def _smoothing(truth: xr.Dataset, lattice: tuple[Array, Array], cell: float) -> tuple[Array, Array]:
    """Return the weights (node, lat) and (node, lon) that bring cells to nodes."""
    lat, lon = truth["lat"].values, truth["lon"].values
    width = max(_SMOOTH, cell / 2)
    away = lattice[0][:, None] - lat
    north = np.exp(-0.5 * (away / width) ** 2) * np.cos(np.deg2rad(lat))
    around = (lattice[1][:, None] - lon + 180) % 360 - 180
    east = np.exp(-0.5 * (around / width) ** 2)
    return tuple(weights / weights.sum(axis=1, keepdims=True) for weights in (north, east))


def _bias(lattice: tuple[Array, Array], months: Array, seed: int) -> Array:
    """Return the bias (month, latitude, longitude) in ppm; ``months`` count from 0.

    A sum of waves on the sphere as long as continents: the sum is the same every year.
    """
    rng = random_numbers(seed, "egg4")
    lat, lon = (np.deg2rad(axis) for axis in lattice)
    point = np.stack(
        [
            np.cos(lat)[:, None] * np.cos(lon),
            np.cos(lat)[:, None] * np.sin(lon),
            np.sin(lat)[:, None] + 0 * lon,
        ]
    )
    fields = []
    for _ in range(2):
        waves, phases = rng.normal(0, 3.0, (_WAVES, 3)), rng.uniform(0, 2 * np.pi, _WAVES)
        turns = np.tensordot(waves, point, axes=1) + phases[:, None, None]
        fields.append(_BIAS * np.sqrt(2 / _WAVES) * np.cos(turns).sum(axis=0))
    year = _SEASON * np.cos(2 * np.pi * np.asarray(months) / 12)
    return np.clip(fields[0] + year[:, None, None] * fields[1], -1.2, 1.2)


def _write(path: Path, stamps: Array, lattice: tuple[Array, Array], fields: Array) -> None:
    """Write the months of a year as a ZIP with one netCDF inside."""
    seconds = stamps.astype("M8[s]").astype("int64")
    with (
        tempfile.TemporaryDirectory() as scratch,
        atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        part = Path(scratch) / _MEMBER
        attributes = {"Conventions": "CF-1.7", "institution": "ECMWF", "comment": SIMULATED}
        with netcdf_file(part, attributes) as data:
            axes = {"valid_time": seconds, "latitude": lattice[0], "longitude": lattice[1]}
            units = ("seconds since 1970-01-01", "degrees_north", "degrees_east")
            for (name, values), unit in zip(axes.items(), units, strict=True):
                data.createDimension(name, len(values))
                text = {"units": unit, "standard_name": name.removeprefix("valid_")}
                if name == "valid_time":
                    text["calendar"] = "proleptic_gregorian"
                add_variable(data, name, values, (name,), text)
            text = {"units": "ppm", "long_name": "CO2 column-mean molar fraction"}
            nothing = np.float32("nan")
            add_variable(data, "tcco2", fields, tuple(axes), text, fill=nothing)
        # No clock: the same numbers give the same bytes.
        entry = zipfile.ZipInfo(_MEMBER, date_time=(2025, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr = 3, 0o644 << 16
        archive.writestr(entry, part.read_bytes(), zipfile.ZIP_DEFLATED)
