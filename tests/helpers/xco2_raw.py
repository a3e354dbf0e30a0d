"""Small native files of the predictors of XCO2, written by hand for tests."""

from __future__ import annotations

import zipfile

import netCDF4
import numpy as np

LAT, LON = np.array([45.0, -45.0]), np.array([-90.0, 90.0])


def write(path, days, *, lat=LAT, lon=LON, attributes=None, **variables):
    """Write raw images; a variable is (dtype, values broadcast to (time, lat, lon))."""
    with netCDF4.Dataset(path, "w") as file:
        for name, axis in (("lat", lat), ("lon", lon)):
            file.createDimension(name, len(axis))
            file.createVariable(name, "f8", (name,))[:] = axis
        file.createDimension("time", len(days))
        time = file.createVariable("time", "i4", ("time",))
        time.units = "days since 2000-01-01"
        time[:] = (np.array(days, "M8[D]") - np.datetime64("2000-01-01")).astype(int)
        for name, (kind, values) in variables.items():
            variable = file.createVariable(name, kind, ("time", "lat", "lon"))
            variable.set_auto_maskandscale(False)
            variable.setncatts((attributes or {}).get(name, {}))
            shape = (len(days), len(lat), len(lon))
            variable[:] = np.broadcast_to(np.asarray(values, dtype=kind), shape)
    return path


def write_cells(path, months, *, lat, lon, units=None, stamp="-01", **fields):
    """Write monthly weather on cells as the fetch step does; all six variables but ``fields``."""
    usual = {
        "sp": (90_000.0, "Pa"), "e": (1.5, "mm d-1"), "v10": (-2.0, "m s-1"),
        "u10": (3.0, "m s-1"), "tp": (2.0, "mm d-1"), "t2m": (280.0, "K"),
    }  # fmt: skip
    with netCDF4.Dataset(path, "w") as file:
        days = np.array([f"{month}{stamp}" for month in months], "M8[D]").astype(int)
        for name, values, unit in (
            ("time", days, "days since 1970-01-01"),
            ("lat", lat, "degrees_north"),
            ("lon", lon, "degrees_east"),
        ):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        shape, dims = (len(months), len(lat), len(lon)), ("time", "lat", "lon")
        for name, (value, unit) in usual.items():
            values = fields.get(name, value)
            if values is None:
                continue
            variable = file.createVariable(name, "f4", dims, fill_value=np.float32(-9999))
            variable.units = (units or {}).get(name, unit)
            values = np.broadcast_to(values, shape)
            variable[:] = np.where(np.isnan(values), -9999, values)
        for name, kind in (("good_share", "u1"), ("images", "u2")):
            file.createVariable(name, kind, dims)[:] = 1
    return path


def write_weather(path, months, *, hours=(0, 6), day=1, lat=(90, 0, -90), without=(), history="",
                  lat_of_totals=None, months_of_totals=None, **values):  # fmt: skip
    """Write a ZIP of both members; longitudes 0 to 270, values constant unless given."""
    both = {"t2m": 280.0, "sp": 90000.0, "u10": 1.0, "v10": -2.0, "tp": 0.002, "e": -0.001} | values
    # What has no temperature is the sea, to all variables.
    if "t2m" in values and len(months) > 1:
        land = np.where(np.isnan(values["t2m"]), np.nan, 1.0)
        both = {name: value * land for name, value in both.items()}
    units = {"t2m": "K", "sp": "Pa", "u10": "m s**-1", "v10": "m s**-1", "tp": "m", "e": "m"}
    members = {"avgua": ("t2m", "sp", "u10", "v10"), "avgad": ("tp", "e")}
    with zipfile.ZipFile(path, "w") as archive:
        for (kind, names), hour in zip(members.items(), hours, strict=True):
            totals = kind == "avgad"
            use = (months_of_totals or months) if totals else months
            nodes = lat_of_totals if totals and lat_of_totals is not None else lat
            member = path.parent / f"{kind}.nc"
            with netCDF4.Dataset(member, "w") as file:
                file.history = history
                sizes = {"valid_time": len(use), "latitude": len(nodes), "longitude": 4}
                for name, size in sizes.items():
                    file.createDimension(name, size)
                time = file.createVariable("valid_time", "i8", ("valid_time",))
                time.units = "seconds since 1970-01-01"
                stamps = np.array(use, "M8[M]").astype("M8[s]").astype(int)
                time[:] = stamps + (day - 1) * 86400 + hour * 3600
                file.createVariable("latitude", "f8", ("latitude",))[:] = nodes
                file.createVariable("longitude", "f8", ("longitude",))[:] = [0, 90, 180, 270]
                file.createVariable("number", "i8", ())[:] = 0
                file.createVariable("expver", str, ("valid_time",))[:] = np.array(
                    ["0001"] * len(use), dtype=object
                )
                for name in names:
                    if name not in without:
                        variable = file.createVariable(
                            name, "f4", tuple(sizes), fill_value=np.float32(np.nan)
                        )
                        variable.units = units[name]
                        variable.GRIB_stepType = kind
                        variable[:] = np.broadcast_to(
                            np.asarray(both[name], "f4"), tuple(sizes.values())
                        )
            archive.write(member, f"data_stream-moda_stepType-{kind}.nc")
    return path
