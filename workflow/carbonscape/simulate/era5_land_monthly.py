"""Simulated ERA5-Land monthly means: yearly files as the Climate Data Store (CDS) delivers them.

A year is a ZIP under a ``.nc`` name. Its member of averages (``avgua``) is stamped at 00:00 of
the first day of each month, that of daily accumulations (``avgad``) at 06:00, as in real files
of the stream ``moda``; totals are metres of water a day, evaporation is negative. Temperature,
rain and evaporation are the means of the daily weather that ``era5_land`` writes, at the same
nodes. Pressure and wind are not of that weather: simple patterns of their own, see ``pressure``
and ``wind``.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.simulate.era5_land import _add_coordinates as add_coordinates
from carbonscape.simulate.era5_land import _attributes as attributes_of
from carbonscape.simulate.era5_land import _global_attributes as global_attributes
from carbonscape.simulate.era5_land import _Land as Land
from carbonscape.simulate.lattice import Array, add_variable, netcdf_file, random_numbers
from carbonscape.simulate.weather import unit_vectors, wave_values

#: The members of a file, their variables and the hour that they are stamped with.
MEMBERS = {
    "data_stream-moda_stepType-avgua.nc": (("t2m", "sp", "u10", "v10"), "avgua", 0),
    "data_stream-moda_stepType-avgad.nc": (("tp", "e"), "avgad", 6),
}
_CHUNK = 128  # nodes whose weather is in memory at a time
_WAVES = 48
# What the CDS writes: number and names of a parameter, units; and the step of packed numbers.
_MEANINGS = {
    "t2m": (167, "2t", "2 metre temperature", "K", 2.0**-9),
    "sp": (134, "sp", "Surface pressure", "Pa", 0.25),
    "u10": (165, "10u", "10 metre U wind component", "m s**-1", 2.0**-10),
    "v10": (166, "10v", "10 metre V wind component", "m s**-1", 2.0**-10),
    "tp": (228, "tp", "Total precipitation", "m", 2.0**-24),
    "e": (182, "e", "Evaporation", "m of water equivalent", 2.0**-24),
}
_STANDARD = {
    "sp": "surface_air_pressure",
    "e": "lwe_thickness_of_water_evaporation_amount",
}
# Choice: air of the warmest month at sea level, degC by distance from the equator in degrees.
_WARMEST = ([0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0], [28.0, 30.0, 31.0, 24.0, 17.0, 6.0, 0.0])
_LAPSE, _HIGHEST, _SCALE_HEIGHT = 0.0065, 5500.0, 8000.0  # K m-1, m, m


def write_era5_land_monthly(
    files: Sequence[str | os.PathLike[str]],
    *,
    earth: Any,
    years: Sequence[int],
    spacing: float,
    window: tuple[slice, slice] | None = None,
) -> None:
    """Write the twelve months of each year, a file a year.

    Args:
        files: one path for each year.
        earth: the Earth: what ``era5_land.write_era5_land`` needs of it; ``earth.geography``
            (``climatology``) and ``earth.settings`` (``seed``, ``parts``).
        years: consecutive years in order, which the Earth has.
        spacing: degrees between two nodes; divides 180.
        window: latitudes and longitudes of the lattice that have weather; None for all.

    Raises:
        ConfigError: years that the Earth does not have.
        ResultError: the disk is full or a folder cannot be written to.
    """
    land, seed = Land(earth, spacing, window), earth.settings.seed
    lat, lon = land.places
    weather = monthly_weather(earth, lat, lon, years)
    height = heights(earth.geography, lat, lon)
    for number, (path, year) in enumerate(zip(files, years, strict=True)):
        months = slice(12 * number, 12 * number + 12)
        noise = _noise(seed, year, lat, lon) * earth.settings.parts.weather_anomalies
        fields = {name: values[months] for name, values in weather.items()}
        fields["sp"] = pressure(height, lat) + 250 * noise[0]
        fields["u10"], fields["v10"] = wind(lat) + 0.6 * noise[1:]
        _write_year(Path(path), land, year, packed(fields, seed, year))


def monthly_weather(earth: Any, lat: Array, lon: Array, years: Sequence[int]) -> dict[str, Array]:
    """Return the monthly means (month, point) of the daily weather of whole years.

    Returns:
        t2m (K); tp and e (m d-1), e negative where water evaporates.
    """
    first, last = min(years), max(years)
    days = np.arange(f"{first}-01-01", f"{last + 1}-01-01", dtype="M8[D]")
    starts = np.flatnonzero(days == days.astype("M8[M]"))
    length = np.diff(np.append(starts, len(days)))[:, None]
    found = {name: np.empty((len(starts), len(lat))) for name in ("t2m", "tp", "e")}
    progress = Progress("ERA5-Land monthly, nodes", len(lat))
    for start in range(0, len(lat), _CHUNK):
        part = slice(start, start + _CHUNK)
        weather = earth.weather(lat[part], lon[part], first, last)
        for name, daily, factor in (("t2m", "t2m", 1.0), ("tp", "tp", 1e-3), ("e", "evap", -1e-3)):
            sums = np.add.reduceat(weather[daily].T.astype("float64"), starts)
            found[name][:, part] = factor * sums / length
        progress.advance(len(lat[part]))
    return found


def heights(geography: Any, lat: Array, lon: Array) -> Array:
    """Return heights of the ground (point), m, guessed from how cold the warmest month is.

    Choice: 6.5 K colder than sea level at that latitude is 1 km higher; at most 5500 m. No map
    of heights is at hand, and the real climate holds the mountains well enough for a predictor.
    """
    warmest = geography.climatology(lat, lon)[0].max(axis=0).astype("float64")
    return np.clip((np.interp(np.abs(lat), *_WARMEST) - warmest) / _LAPSE, 0.0, _HIGHEST)


def pressure(height: Array, lat: Array) -> Array:
    """Return the surface pressure (12, point), Pa: 101325 exp(-height / 8 km), higher in winter.

    Choice: up to 800 Pa between winter and summer, most at high latitudes.
    """
    winter = np.cos(2 * np.pi * np.arange(12) / 12)[:, None] * np.sin(np.deg2rad(lat))
    return 101325.0 * np.exp(-height / _SCALE_HEIGHT) + 400.0 * winter


def wind(lat: Array) -> Array:
    """Return the usual wind (2, 12, point), eastward and northward, m s-1.

    Choice: easterly trades that meet near the equator, westerlies at 48 and weak easterlies at 75
    degrees, all moving 6 degrees with the sun and a third stronger in winter.
    """
    phase = 2 * np.pi * np.arange(12)[:, None] / 12
    moved = lat + 6 * np.cos(phase)  # January: the belts lie 6 degrees further south
    away = np.abs(moved)
    strength = 1 + 0.33 * np.cos(phase) * np.sin(np.deg2rad(lat))
    east = 3.6 * np.exp(-(((away - 48) / 13) ** 2)) - 3.2 * np.exp(-(((away - 12) / 11) ** 2))
    east -= 1.2 * np.exp(-(((away - 75) / 10) ** 2))
    north = -2.0 * moved / 12 * np.exp(0.5 - 0.5 * (moved / 12) ** 2)
    return np.stack([east * strength, north * strength])


def _noise(seed: int, year: int, lat: Array, lon: Array) -> Array:
    """Return three smooth fields (3, 12, point) of unit variance, new in every month."""
    where = unit_vectors(lat, lon)
    waves = wave_values(random_numbers(seed, "era5_land", 0, 0), where, 1500.0, _WAVES)
    height = random_numbers(seed, "era5_land", 0, year).standard_normal((3, 12, _WAVES))
    return height @ waves


def packed(fields: dict[str, Array], seed: int, year: int) -> dict[str, Array]:
    """Return the fields in the steps of packed numbers.

    Rain that is nowhere negative comes back with a tiny negative number now and then.
    """
    rng, found = random_numbers(seed, "era5_land", 1, year), {}
    for name, values in fields.items():
        step = _MEANINGS[name][4]
        found[name] = np.rint(values / step) * step + 0.0  # no negative zero
    zero = (found["tp"] == 0) & (rng.random(found["tp"].shape) < 0.2)
    found["tp"][zero] = -rng.uniform(0.5e-9, 1.5e-9, int(zero.sum()))
    return found


def _write_year(path: Path, land: Land, year: int, fields: dict[str, Array]) -> None:
    """Write the file of a year: a ZIP of two members."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        for member, (names, step_type, hour) in MEMBERS.items():
            part = Path(scratch) / member
            stamps = [dt.datetime(year, month, 1, hour) for month in range(1, 13)]
            seconds = [int((t - dt.datetime(1970, 1, 1)).total_seconds()) for t in stamps]
            with netcdf_file(part, global_attributes()) as data:
                units = "seconds since 1970-01-01"
                add_coordinates(data, land, np.array(seconds), units, versions=len(stamps))
                for name in names:
                    axes = ("valid_time", "latitude", "longitude")
                    about = _attributes(name, land, step_type)
                    fill = np.float32("nan")
                    add_variable(
                        data, name, land.spread(fields[name]), axes, about, fill=fill,
                        where=land.window,
                    )  # fmt: skip
            # No clock: the same numbers give the same bytes.
            entry = zipfile.ZipInfo(member, date_time=(2025, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, part.read_bytes(), zipfile.ZIP_DEFLATED)


def _attributes(name: str, land: Land, step_type: str) -> dict[str, Any]:
    """Return the attributes of a variable as the CDS writes them in a file of monthly means."""
    number, short, text, units, _ = _MEANINGS[name]
    standard = _STANDARD.get(name, "unknown")
    return attributes_of("t2m", land) | {
        "GRIB_paramId": np.int64(number),
        "GRIB_dataType": "fc",
        "GRIB_stepType": step_type,
        "GRIB_cfName": standard,
        "GRIB_cfVarName": name,
        "GRIB_name": text,
        "GRIB_shortName": short,
        "GRIB_units": units,
        "long_name": text,
        "units": units,
        "standard_name": standard,
    }
