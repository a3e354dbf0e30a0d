"""Writes small OCO Lite granules for tests, with any defect that a test asks for."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np

FILL = -999999.0


def granule_name(day: str, *, build: str = "B11014Ar", produced: str = "220101000000",
                 instrument: str = "oco2") -> str:  # fmt: skip
    """Return the archive's name of the granule of a day (YYYY-MM-DD)."""
    return f"{instrument}_LtCO2_{day[2:4]}{day[5:7]}{day[8:]}_{build}_{produced}s.nc4"


def write_granule(folder: Path, day: str, soundings, *, omit=(), flag_type="i1", scale=None,
                  group: bool = True, time_units: str | None = "seconds since 1970-01-01 00:00:00",
                  renamed: dict | None = None, path: Path | None = None, flat: str = "",
                  **named) -> Path:  # fmt: skip
    """Write a granule.

    Args:
        folder: where.
        day: YYYY-MM-DD.
        soundings: rows of (lat, lon, xco2, flag, land indicator, time or None for noon).
        omit: variables to leave out.
        flag_type: type of the quality flag; ``str`` for text.
        scale: text of the attribute long_name of ``xco2``.
        group: whether there is a group Sounding.
        time_units: of ``time``; None for none.
        renamed: other names of root variables.
        path: of the file, where it is not the archive's name in ``folder``.
        flat: name that the indicator has at the root, instead of its group.
        named: options of :func:`granule_name`.
    """
    path = path or folder / granule_name(day, **named)
    rows = [(*row, None)[:6] for row in soundings]
    noon = f"{day}T12:00:00"
    times = np.array([row[5] or noon for row in rows], dtype="datetime64[ms]")
    columns = [np.array([row[k] for row in rows], dtype="f4") for k in range(5)]
    renamed = renamed or {}
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("sounding_id", len(rows)), ("levels", 20), ("epoch_dimension", 7)):
            file.createDimension(name, size)

        def put(name, kind, values, dims=("sounding_id",), to=file, **attributes):
            if name not in omit:
                variable = to.createVariable(renamed.get(name, name), kind, dims)
                variable.setncatts(attributes)
                variable[:] = values

        put("latitude", "f4", columns[0], units="degrees_north", missing_value=np.float32(FILL))
        put("longitude", "f4", columns[1], units="degrees_east", missing_value=np.float32(FILL))
        # -999999 is not declared here, as it is not in every file.
        label = {"long_name": scale} if scale else {}
        put("xco2", "f4", columns[2], units="ppm", **label)
        put("xco2_x2019", "f4", columns[2] + np.float32(0.18), units="ppm")
        units = {"units": time_units} if time_units else {}
        put("time", "f8", times.astype("datetime64[ms]").astype(float) / 1000, **units)
        stamp = times.astype("datetime64[s]").astype(object)
        put("date", "i2", [[*moment.timetuple()[:6], 0] for moment in stamp] or np.empty((0, 7)),
            ("sounding_id", "epoch_dimension"))  # fmt: skip
        flags = columns[3].astype("i4")
        text = flag_type is str
        put("xco2_quality_flag", flag_type,
            np.array([str(value) for value in flags], dtype=object) if text else flags)  # fmt: skip
        put("xco2_averaging_kernel", "f4", 1.0, ("sounding_id", "levels"))
        if flat:
            put(flat, "i1", columns[4].astype("i1"))
        elif group:
            inner = file.createGroup("Sounding")
            put("land_water_indicator", "i1", columns[4].astype("i1"), to=inner)
    return path


def cut_short(path: Path, share: float = 0.6) -> Path:
    """Keep the first part of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return path
