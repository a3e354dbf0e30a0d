"""The layout of simulated Lite granules: variables, groups, fills, and what tests break in them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection
from pathlib import Path

import netCDF4
import numpy as np

from carbonscape.core.io import atomic_path
from carbonscape.simulate.lattice import SIMULATED, Array, add_variable, netcdf_file

#: What a test may have wrong in a granule: the file ends early, the group Sounding is absent,
#: the quality flag is text, only X2019 is there, X2007 is called xco2_x2007, and soundings lie
#: on the poles and on both sides of the date line (that is not wrong, only rare).
DEFECTS = (
    "cut_short", "no_sounding_group", "text_flag", "only_x2019", "x2007_name",
    "poles_and_dateline",
)  # fmt: skip
#: What stands where there is no value.
MISSING = -999999

_LEVELS = 20
# Of the kernel below: sum of weight * (kernel - 1) * (1 + _MISSED * (level - 0.5)) is zero.
_MISSED = 2.2788
_EACH = ("sounding_id",)
_TITLES = {"oco2": "OCO-2 L2 Lite", "oco3": "OCO-3 L2 Lite"}
_VERSIONS = {"oco2": "11r", "oco3": "10.4r"}
_SCALES = {"xco2": "WMO X2007", "xco2_x2019": "WMO X2019"}
_COARSE = ("solar_zenith_angle", "sensor_zenith_angle", "xco2_uncertainty", "xco2_apriori")
_ROOT = {
    "latitude": "degrees_north", "longitude": "degrees_east", "solar_zenith_angle": "degrees",
    "sensor_zenith_angle": "degrees", "xco2": "ppm", "xco2_x2019": "ppm",
    "xco2_uncertainty": "ppm", "xco2_apriori": "ppm",
}  # fmt: skip


def write_granule(
    path: str | os.PathLike[str],
    instrument: str,
    day: dt.date,
    found: dict[str, Array],
    *,
    defects: Collection[str] = (),
) -> None:
    """Write a Lite granule.

    Args:
        path: the file.
        instrument: ``oco2`` or ``oco3``.
        day: day of the granule.
        found: what ``oco.observe`` returns.
        defects: of ``DEFECTS``, what is wrong with the file.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    path = Path(path)
    attributes = {
        "title": _TITLES[instrument],
        "version": _VERSIONS[instrument],
        "date": f"{day:%Y-%m-%d}",
        "comment": SIMULATED,
    }
    with netcdf_file(path, attributes) as data:
        _add_dimensions(data, len(found["time"]))
        _add_moments(data, found)
        _add_columns(data, found, defects)
        _add_flags(data, found, as_text="text_flag" in defects)
        _add_profiles(data, found)
        orbits = _add_sources(data, found, instrument)
        if "no_sounding_group" not in defects:
            _add_soundings(data, found, orbits)
        _add_ancillary(data, found)
    if "cut_short" in defects:
        content = path.read_bytes()
        with atomic_path(path) as temporary:
            temporary.write_bytes(content[: len(content) * 3 // 5])


def _add_dimensions(data: netCDF4.Dataset, number: int) -> None:
    """Write the dimensions and those of their coordinates that are numbers from one on."""
    sizes = {"sounding_id": number, "levels": _LEVELS, "bands": 3, "vertices": 4, "footprints": 8}
    for name, size in {**sizes, "epoch_dimension": 7}.items():
        data.createDimension(name, size)
    for name in ("levels", "bands", "vertices", "footprints"):
        values = np.arange(1, sizes[name] + 1, dtype="int8")
        add_variable(data, name, values, (name,), {"long_name": f"number of {name}"})


def _add_moments(data: netCDF4.Dataset, found: dict[str, Array]) -> None:
    """Write the time as seconds, as seven numbers and as part of the identifier."""
    stamps = np.floor(found["time"] * 1000).astype("int64").astype("M8[ms]")
    months, days = stamps.astype("M8[M]"), stamps.astype("M8[D]")
    rest = (stamps - days).astype("int64")  # ms of the day
    date = np.stack(
        [
            months.astype("int64") // 12 + 1970,
            months.astype("int64") % 12 + 1,
            (days - months.astype("M8[D]")).astype("int64") + 1,
            rest // 3600000,
            rest // 60000 % 60,
            rest // 1000 % 60,
            rest % 1000,
        ],
        axis=1,
    )
    number = np.zeros(len(stamps), "int64")
    for column in range(6):
        number = number * (10000 if column == 0 else 100) + date[:, column]
    number = (number * 10 + date[:, 6] // 100) * 10 + found["footprint"]
    long_name = {"long_name": "OCO sounding ID", "comment": "from scan start time in UTC"}
    add_variable(data, "sounding_id", number, _EACH, long_name)
    units = {"units": "seconds since 1970-01-01 00:00:00", "long_name": "time"}
    add_variable(data, "time", found["time"].astype("float64"), _EACH, units)
    text = {"long_name": "date: year month day hour minute second millisecond"}
    add_variable(data, "date", date.astype("int16"), ("sounding_id", "epoch_dimension"), text)


def _add_columns(data: netCDF4.Dataset, found: dict[str, Array], defects: Collection[str]) -> None:
    """Write the positions and the retrieved columns."""
    for name, units in _ROOT.items():
        if name == "xco2" and "only_x2019" in defects:
            continue
        written = "xco2_x2007" if name == "xco2" and "x2007_name" in defects else name
        text = {"units": units, "long_name": name.replace("_", " ")}
        if name in _SCALES:
            text["comment"] = f"bias-corrected, on the scale {_SCALES[name]}"
        values = found[name]
        if name in _COARSE:
            values = np.rint(values * 64) / 64  # so that the file stays small
        _add_float(data, written, values, text)
    for name in ("vertex_latitude", "vertex_longitude"):
        values = np.rint(found[name] * 512) / 512  # so that the file stays small
        axes = ("sounding_id", "vertices")
        _add_float(data, name, values, {"units": _ROOT[name.removeprefix("vertex_")]}, axes)


def _add_flags(data: netCDF4.Dataset, found: dict[str, Array], *, as_text: bool) -> None:
    """Write the quality flags: 0 is good, 1 is bad."""
    flag = found["xco2_quality_flag"].astype("int8")
    text = {
        "long_name": "xco2 quality flag",
        "flag_values": np.array([0, 1], "int8"),
        "flag_meanings": "good bad",
    }
    if as_text:
        variable = data.createVariable("xco2_quality_flag", str, _EACH)
        variable[...] = np.array(["bad" if bad else "good" for bad in flag], object)
    else:
        add_variable(data, "xco2_quality_flag", flag, _EACH, text)
    for name, values in (
        ("xco2_qf_bitflag", found["xco2_qf_bitflag"]),
        ("xco2_qf_simple_bitflag", found["xco2_qf_bitflag"] & 0xFF),
    ):
        add_variable(data, name, values.astype("int32"), _EACH, {"long_name": name})


def true_profile(share: Array) -> Array:
    """Return the true profile as a share of its column, at shares of the surface pressure.

    A straight line in pressure, whose mean over the column is 1: 0.6 % more at the surface.
    """
    return 0.994 + 0.012 * share


def _add_profiles(data: netCDF4.Dataset, found: dict[str, Array]) -> None:
    """Write what depends on the 20 levels; the same shape everywhere keeps the file small.

    The column that is retrieved is the true one and errors, with no part of the prior. That is so
    where what the prior misses, a line in pressure, adds up to nothing under what the kernel
    misses: ``_MISSED`` is its slope.
    """
    levels = np.linspace(0.0001, 1.0, _LEVELS)
    weight = np.full(_LEVELS, 1 / (_LEVELS - 1))
    weight[[0, -1]] /= 2
    kernel = 1.05 - 0.35 * (1 - levels) ** 2
    pressure = np.rint(_pressure(found) / 10) * 10
    missed = 1 + _MISSED * (levels - 0.5)
    gap = np.rint(found["truth"] - found["xco2_apriori"])
    prior = np.rint(found["truth"])[:, None] * true_profile(levels) - gap[:, None] * missed
    for name, values, units in (
        ("pressure_levels", pressure[:, None] * levels, "hPa"),
        ("pressure_weight", np.broadcast_to(weight, prior.shape), "1"),
        ("xco2_averaging_kernel", np.broadcast_to(kernel, prior.shape), "1"),
        ("co2_profile_apriori", prior, "ppm"),
    ):
        _add_float(data, name, values, {"units": units}, ("sounding_id", "levels"))


def _pressure(found: dict[str, Array]) -> Array:
    """Return a pressure of the surface, hPa: less over land than over the sea."""
    return np.where(found["land_share"] < 0.5, 1012.0, 960.0) + 8 * found["frame_noise"]


def _add_sources(data: netCDF4.Dataset, found: dict[str, Array], instrument: str) -> Array:
    """Write which file each sounding came from, and return the number of its orbit."""
    orbits, index = np.unique(found["orbit"], return_inverse=True)
    data.createDimension("source_files", max(len(orbits), 1))
    text = {"long_name": "index (from 1) into source_files"}
    add_variable(data, "file_index", (index + 1).astype("int16"), _EACH, text)
    names = [f"{instrument}_L2Std_{orbit:05d}a.h5" for orbit in orbits] or [""]
    variable = data.createVariable("source_files", str, ("source_files",))
    variable[...] = np.array(names, object)
    return orbits[index] if len(orbits) else found["orbit"]


def _add_soundings(data: netCDF4.Dataset, found: dict[str, Array], orbits: Array) -> None:
    """Write the group Sounding: what is below, how the instrument looked."""
    group = data.createGroup("Sounding")
    share = found["land_share"]
    # 0 land, 1 water, 2 inland water, 3 mixed.
    kind = np.select([share < 0.05, share < 0.8, found["igbp"] == 17], [1, 3, 2], 0)
    text = {
        "long_name": "land water indicator",
        "flag_values": np.arange(4, dtype="int8"),
        "flag_meanings": "land water inland_water mixed",
    }
    add_variable(group, "land_water_indicator", kind.astype("int8"), _EACH, text)
    _add_float(group, "land_fraction", 100 * share, {"units": "percent"})
    mode = found["operation_mode"].astype("int8")
    text = {"comment": "0 nadir, 1 glint, 2 target, 3 transition, 4 snapshot area map"}
    add_variable(group, "operation_mode", mode, _EACH, text)
    add_variable(group, "orbit", orbits.astype("int32"), _EACH, {"long_name": "orbit number"})
    add_variable(group, "footprint", found["footprint"].astype("int8"), _EACH, {})
    _add_float(group, "airmass", np.rint(64 * found["airmass"]) / 64, {"units": "1"})


def _add_ancillary(data: netCDF4.Dataset, found: dict[str, Array]) -> None:
    """Write a few variables of the other groups; those that are optional miss some values."""
    noise = found["frame_noise"]
    land = found["land_share"] >= 0.5
    pressure = _pressure(found)
    surface = np.where(land, 1, 0).astype("int8")
    group = data.createGroup("Retrieval")
    text = {"flag_values": np.array([0, 1], "int8"), "flag_meanings": "ocean land"}
    add_variable(group, "surface_type", surface, _EACH, text)
    _add_float(group, "psurf", np.rint(pressure + 1), {"units": "hPa"})
    wind = np.rint(10 * np.abs(5 + 2 * noise)) / 10
    _add_float(group, "windspeed", np.where(land, np.nan, wind), {"units": "m s-1"})
    group = data.createGroup("Meteorology")
    _add_float(group, "psurf_apriori", np.rint(pressure), {"units": "hPa"})
    _add_float(group, "windspeed_u_met", np.rint(50 * noise) / 10, {"units": "m s-1"})
    group = data.createGroup("Preprocessors")
    ratio = np.where(np.abs(noise) < 2.5, 1 + np.rint(10 * noise) / 1000, np.nan)
    _add_float(group, "co2_ratio", ratio, {"units": "1"})
    group = data.createGroup("Auxiliary")
    _add_float(group, "target_distance", np.full(len(noise), np.nan), {"units": "km"})


def _add_float(
    group: netCDF4.Dataset | netCDF4.Group,
    name: str,
    values: Array,
    attributes: dict[str, str],
    axes: tuple[str, ...] = _EACH,
) -> None:
    """Write float32 with what is not known as ``MISSING``."""
    fill = np.float32(MISSING)
    values = np.where(np.isnan(values), fill, values).astype("float32")
    add_variable(group, name, values, axes, {**attributes, "missing_value": fill}, fill=fill)
