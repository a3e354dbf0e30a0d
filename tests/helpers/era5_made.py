"""A month of ERA5-Land over a few grid points, as the Climate Data Store delivers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from carbonscape.core.insolation import daily_insolation

UNITS = {
    "t2m": "K", "d2m": "K", "sp": "Pa", "u10": "m s**-1", "v10": "m s**-1",
    "tp": "m", "e": "m of water equivalent", "ssrd": "J m**-2",
}  # fmt: skip
LAT, LON = np.array([48.2, 48.1, 48.0, 47.9]), np.array([9.9, 10.0, 10.1, 10.2])


def fields(stamps: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> dict[str, np.ndarray]:
    """Return plausible values of all variables, (time, lat, lon), in the units of the files."""
    draw = np.random.default_rng(1)
    shape = (len(stamps), len(lat), len(lon))
    days = stamps.astype("datetime64[D]") - 1
    number = (days - days.astype("datetime64[Y]")).astype(int)[:, None] + 1
    sun = daily_insolation(lat, number)[:, :, None]
    t2m = draw.uniform(283, 295, shape)
    return {
        "t2m": t2m,
        "d2m": t2m - draw.uniform(1, 9, shape),
        "sp": draw.uniform(93_000, 97_000, shape),
        "u10": draw.normal(1, 3, shape),
        "v10": draw.normal(0, 3, shape),
        "tp": draw.exponential(0.003, shape),
        "e": -draw.uniform(0.2, 0.8, shape) * (sun / 57 + 0.3) / 1000,
        "ssrd": 86_400 * sun * draw.uniform(0.2, 0.75, shape),
    }


def write(
    path: Path,
    names: str,
    *,
    first: str = "2019-06-01",
    days: int = 30,
    stamps: np.ndarray | None = None,
    lat: np.ndarray = LAT,
    lon: np.ndarray = LON,
    units: dict[str, str | None] | None = None,
    attrs: dict[str, Any] | None = None,
    history: str | None = None,
    time_attrs: dict[str, Any] | None = None,
    **changes: Any,
) -> Path:
    """Write variables of a month; ``changes`` are values, or functions of the usual ones."""
    if stamps is None:
        stamps = np.datetime64(first) + np.arange(days)
    usual = fields(stamps, lat, lon)
    variables = {}
    for name in names.split():
        values = usual[name]
        if name in changes:
            change = changes[name]
            values = change(values) if callable(change) else np.broadcast_to(change, values.shape)
        unit = (UNITS | (units or {}))[name]
        noted = ({} if unit is None else {"units": unit}) | (attrs or {})
        dims = ("valid_time", "latitude", "longitude")
        variables[name] = (dims, values.astype(np.float32), noted)
    seconds = stamps.astype("datetime64[s]").astype(np.int64)
    time = ("valid_time", seconds, {"units": "seconds since 1970-01-01"} | (time_attrs or {}))
    dataset = xr.Dataset(
        variables,
        coords={"valid_time": time, "latitude": lat, "longitude": lon},
        attrs={} if history is None else {"history": history},
    )
    dataset.to_netcdf(path)
    return path
