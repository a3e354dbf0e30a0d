"""Simulated ERA5-Land: monthly files as the Climate Data Store (CDS) delivers them.

Layouts copied from files of the CDS of 2024-2025: coordinates, attributes, types, compression,
0-based longitudes of a global request, a ZIP under a ``.nc`` name. Accumulations of ERA5-Land
run from 00 UTC, so that the value stamped 00:00 is the total of the day before (Munoz-Sabater et
al. 2021, doi 10.5194/essd-13-4349-2021). Downward fluxes are positive: evaporation is negative.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.simulate.lattice import (
    SIMULATED,
    Array,
    add_variable,
    netcdf_file,
    nodes,
    random_numbers,
)

_DAY = dt.timedelta(days=1)
_CHUNK = 128  # nodes whose weather is in memory at a time
_STATES, _TOTALS = ("t2m", "d2m"), ("tp", "e", "ssrd")
# Steps of the packed integers in which GRIB stores a field: K, m, J m-2.
_STEPS = {"t2m": 2.0**-9, "d2m": 2.0**-9, "tp": 2.0**-24, "e": 2.0**-24, "ssrd": 128.0}
_MEMBERS = {"data_0.nc": ("tp", "e"), "data_1.nc": ("ssrd",)}  # of a ZIP


@dataclass(frozen=True)
class _Meaning:
    """What the CDS writes of a variable."""

    short: str
    param: int
    name: str
    units: str
    standard: str = "unknown"


_EVAPORATION = "lwe_thickness_of_water_evaporation_amount"
_SUNLIGHT = "surface_downwelling_shortwave_flux_in_air"
_MEANINGS = {
    "t2m": _Meaning("2t", 167, "2 metre temperature", "K"),
    "d2m": _Meaning("2d", 168, "2 metre dewpoint temperature", "K"),
    "tp": _Meaning("tp", 228, "Total precipitation", "m"),
    "e": _Meaning("e", 182, "Evaporation", "m of water equivalent", _EVAPORATION),
    "ssrd": _Meaning(
        "ssrd", 169, "Surface short-wave (solar) radiation downwards", "J m**-2", _SUNLIGHT
    ),
}


def write_era5_land(
    folder: str | os.PathLike[str],
    *,
    earth: Any,
    first_year: int,
    last_year: int,
    spacing: float,
    seed: int,
    window: tuple[slice, slice] | None = None,
) -> list[Path]:
    """Write daily means and accumulations of all months, and the accumulations of one more.

    Args:
        folder: where the files go.
        earth: the Earth: ``earth.is_land(lat, lon)``; its land cells ``earth.land`` (lat, lon)
            with centres ``earth.lat`` and ``earth.lon``; ``earth.weather(lat, lon, first_year,
            last_year)``, whose t2m, d2m (K), ssrd (W m-2), tp and evap (mm d-1) are (point, day)
            of whole years. It is asked for the year before the first to the year after the last.
        first_year: first year of daily means.
        last_year: last year of daily means; the total of its last day is in January after it.
        spacing: degrees between two nodes; divides 180.
        seed: seed of the run.
        window: latitudes and longitudes of the lattice that have weather; None for all.

    Returns:
        The files: those of daily means, then those of accumulations, in order of time.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    folder, means, totals = Path(folder), [], []
    folder.mkdir(parents=True, exist_ok=True)
    land, years = _Land(earth, spacing, window), range(first_year, last_year + 1)
    starts = [dt.date(year, month, 1) for year in years for month in range(1, 13)]
    with tempfile.TemporaryDirectory(prefix=".weather-", dir=folder) as scratch:
        weather = land.weather(Path(scratch), first_year - 1, last_year + 1)
        progress = Progress("ERA5-Land months", len(starts) + 1)
        for start in [*starts, dt.date(last_year + 1, 1, 1)]:
            first = (start - dt.date(first_year - 1, 1, 1)).days
            last = first + _length(start)
            if start.year <= last_year:
                path = folder / f"era5_land_daily_mean_{start:%Y_%m}.nc"
                fields = {name: weather[name][first:last] for name in _STATES}
                _write_means(path, land, start, fields)
                means.append(path)
            path = folder / f"era5_land_accum_{start:%Y_%m}.nc"
            # At 00:00 of the first day stands the total of the day before.
            fields = {name: weather[name][first - 1 : last - 1] for name in _TOTALS}
            rng = random_numbers(seed, "era5_land", start.year, start.month)
            _write_totals(path, land, start, _packed_totals(fields, rng))
            totals.append(path)
            progress.advance()
    return means + totals


def _length(start: dt.date) -> int:
    """Return the number of days of the month that begins on ``start``."""
    return ((start + 31 * _DAY).replace(day=1) - start).days


class _Land:
    """The lattice of nodes and the weather over those on land.

    A node is on land where the Earth says so of its point. Nodes of a coarse lattice may all miss
    an island: a land cell without any valid node around its centre makes its four valid, so that
    the reanalysis has weather wherever the truth has land.
    """

    def __init__(
        self, earth: Any, spacing: float, window: tuple[slice, slice] | None = None
    ) -> None:
        self.earth, self.spacing, self.window = earth, spacing, window
        self.lat, self.lon = nodes(spacing)
        lat, lon = (x.ravel() for x in np.meshgrid(self.lat, self.lon, indexing="ij"))
        lon = np.where(lon < 180, lon, lon - 360)
        valid = np.array(earth.is_land(lat, lon))
        rows, columns = np.nonzero(earth.land)
        corners = self._corners(earth.lat[rows], earth.lon[columns])
        valid[corners[~valid[corners].any(axis=1)]] = True
        if window is not None:
            seen = np.zeros((len(self.lat), len(self.lon)), bool)
            seen[window] = True
            valid &= seen.ravel()
        self.on = np.flatnonzero(valid)
        self.places = lat[self.on], lon[self.on]

    def _corners(self, lat: Array, lon: Array) -> Array:
        """Return the numbers (place, 4) of the nodes around places."""
        row, column = (90 - lat) / self.spacing, lon % 360 / self.spacing
        width, found = len(self.lon), []
        for r in (np.floor(row), np.ceil(row)):
            found += [r * width + c % width for c in (np.floor(column), np.ceil(column))]
        return np.stack(found, axis=1).astype(int)

    def weather(self, scratch: Path, first_year: int, last_year: int) -> dict[str, Array]:
        """Return the daily weather of the land nodes, by variable (day, land node), on disk."""
        days = (dt.date(last_year + 1, 1, 1) - dt.date(first_year, 1, 1)).days
        shape, found = (days, len(self.on)), {}
        for name in (*_STATES, *_TOTALS):
            found[name] = np.memmap(scratch / name, "float32", "w+", shape=shape)
        progress = Progress("ERA5-Land nodes", len(self.on))
        for start in range(0, len(self.on), _CHUNK):
            part = slice(start, start + _CHUNK)
            lat, lon = (x[part] for x in self.places)
            weather = self.earth.weather(lat, lon, first_year, last_year)
            for name, values in found.items():
                values[:, part] = weather["evap" if name == "e" else name].T
            progress.advance(len(lat))
        return found

    def spread(self, values: Array) -> Array:
        """Return values of the land nodes (day, land node) on (day, latitude, longitude).

        Of a window its own latitudes and longitudes alone.
        """
        rows, columns = self.window or (slice(len(self.lat)), slice(len(self.lon)))
        top, left = rows.start or 0, columns.start or 0
        field = np.full((len(values), rows.stop - top, columns.stop - left), np.nan, "float32")
        row, column = np.divmod(self.on, len(self.lon))
        field[:, row - top, column - left] = values
        return field


def _packed_totals(fields: dict[str, Array], rng: np.random.Generator) -> dict[str, Array]:
    """Return daily totals in the units, signs and steps of the files.

    From mm d-1 of rain and evaporation and W m-2 of light to m of water and J m-2. Fields that
    are nowhere negative come back from packing with a tiny negative number now and then.
    """
    found = {}
    for name, factor in (("tp", 1e-3), ("e", -1e-3), ("ssrd", 86400.0)):
        step = _STEPS[name]
        values = np.rint(fields[name].astype("float64") * (factor / step)) * step
        if name != "e":
            zero = (values == 0) & (rng.random(values.shape, dtype="float32") < 0.02)
            values[zero] = -rng.uniform(0.5e-9, 1.5e-9, int(zero.sum()))
        found[name] = values + 0.0  # no negative zero
    return found


def _global_attributes() -> dict[str, Any]:
    """Return the attributes of a file of the CDS, without its ``history``, which holds a clock."""
    centre = "European Centre for Medium-Range Weather Forecasts"
    return {
        "GRIB_centre": "ecmf",
        "GRIB_centreDescription": centre,
        "GRIB_subCentre": np.int64(0),
        "Conventions": "CF-1.7",
        "institution": centre,
        "comment": SIMULATED,
    }


def _attributes(name: str, land: _Land) -> dict[str, Any]:
    """Return the attributes of a variable as the CDS writes them."""
    meaning, lat, lon = _MEANINGS[name], land.lat, land.lon
    return {
        "GRIB_paramId": np.int64(meaning.param),
        "GRIB_dataType": "fc",
        "GRIB_numberOfPoints": np.int64(len(lat) * len(lon)),
        "GRIB_typeOfLevel": "surface",
        "GRIB_stepUnits": np.int64(1),
        "GRIB_stepType": "instant" if name in _STATES else "accum",
        "GRIB_gridType": "regular_ll",
        "GRIB_Nx": np.int64(len(lon)),
        "GRIB_Ny": np.int64(len(lat)),
        "GRIB_cfName": meaning.standard,
        "GRIB_cfVarName": name,
        "GRIB_iDirectionIncrementInDegrees": float(lon[1]),
        "GRIB_jDirectionIncrementInDegrees": float(lat[0] - lat[1]),
        "GRIB_jScansPositively": np.int64(0),
        "GRIB_latitudeOfFirstGridPointInDegrees": float(lat[0]),
        "GRIB_latitudeOfLastGridPointInDegrees": float(lat[-1]),
        "GRIB_longitudeOfFirstGridPointInDegrees": float(lon[0]),
        "GRIB_longitudeOfLastGridPointInDegrees": float(lon[-1]),
        "GRIB_missingValue": 3.4028234663852886e38,
        "GRIB_name": meaning.name,
        "GRIB_shortName": meaning.short,
        "GRIB_units": meaning.units,
        "long_name": meaning.name,
        "units": meaning.units,
        "standard_name": meaning.standard,
        "GRIB_surface": 0.0,
        "coordinates": "number valid_time latitude longitude expver",
    }


def _write_means(path: Path, land: _Land, start: dt.date, fields: dict[str, Array]) -> None:
    """Write a file of ``derived-era5-land-daily-statistics``: days, counted in days."""
    stamps = np.arange(len(fields["t2m"]), dtype="int64")
    with netcdf_file(path, _global_attributes()) as data:
        _add_coordinates(data, land, stamps, f"days since {start.isoformat()}", versions=None)
        for name, values in fields.items():
            _add_field(data, land, name, np.rint(values / _STEPS[name]) * _STEPS[name])


def _write_totals(path: Path, land: _Land, start: dt.date, fields: dict[str, Array]) -> None:
    """Write a file of ``reanalysis-era5-land`` at 00:00: in January, a ZIP of two."""
    if start.month != 1:
        with netcdf_file(path, _global_attributes()) as data:
            _add_totals(data, land, start, fields)
        return
    with (
        tempfile.TemporaryDirectory() as scratch,
        atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        for member, names in _MEMBERS.items():
            part = Path(scratch) / member
            with netcdf_file(part, _global_attributes()) as data:
                _add_totals(data, land, start, {name: fields[name] for name in names})
            # No clock: the same numbers give the same bytes.
            entry = zipfile.ZipInfo(member, date_time=(2025, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, part.read_bytes(), zipfile.ZIP_DEFLATED)


def _add_totals(
    data: netCDF4.Dataset, land: _Land, start: dt.date, fields: dict[str, Array]
) -> None:
    """Fill a file with totals stamped 00:00 of the days of a month, counted in seconds."""
    count = len(next(iter(fields.values())))
    seconds = 86400 * ((start - dt.date(1970, 1, 1)).days + np.arange(count, dtype="int64"))
    _add_coordinates(data, land, seconds, "seconds since 1970-01-01", versions=count)
    for name, values in fields.items():
        _add_field(data, land, name, values)


def _add_field(data: netCDF4.Dataset, land: _Land, name: str, values: Array) -> None:
    """Write one variable (valid_time, latitude, longitude); the sea is NaN."""
    dimensions = ("valid_time", "latitude", "longitude")
    attributes = _attributes(name, land)
    add_variable(
        data, name, land.spread(values), dimensions, attributes, fill=np.float32("nan"),
        where=land.window,
    )  # fmt: skip


def _add_coordinates(
    data: netCDF4.Dataset, land: _Land, stamps: Array, units: str, *, versions: int | None
) -> None:
    """Write the coordinates; ``expver`` is one for each time, or a scalar where None."""
    for name, length in (
        ("valid_time", len(stamps)), ("latitude", len(land.lat)), ("longitude", len(land.lon))
    ):  # fmt: skip
        data.createDimension(name, length)
    member = {"long_name": "ensemble member numerical id", "units": "1"}
    add_variable(data, "number", np.int64(0), (), {**member, "standard_name": "realization"})
    time = {"long_name": "time", "standard_name": "time", "units": units}
    time["calendar"] = "proleptic_gregorian"
    north = {"units": "degrees_north", "stored_direction": "decreasing"}
    for name, values, attributes, fill in (
        ("valid_time", stamps, time, None),
        ("latitude", land.lat, north, np.nan),
        ("longitude", land.lon, {"units": "degrees_east"}, np.nan),
    ):
        usual = {"standard_name": name, "long_name": name} | attributes
        values = np.asarray(values, "int64" if fill is None else "float64")
        add_variable(data, name, values, (name,), usual, fill=fill)
    expver = data.createVariable("expver", str, () if versions is None else ("valid_time",))
    expver[...] = "0001" if versions is None else np.array(["0001"] * versions, object)
