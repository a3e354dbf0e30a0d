"""A small biosphere to breathe under the simulated atmosphere, for tests."""

from __future__ import annotations

import numpy as np
import xarray as xr


def breathing(cell: float = 10.0, first: str = "2014-01", months: int = 36) -> xr.Dataset:
    """Return a truth whose land breathes by a cosine: most at high northern latitudes.

    NEE is highest in January in the north and in July, ten times weaker, in the south; a third
    of each northern row (-60 to 60 E) is land, a tenth of each southern row.
    """
    rows = round(180 / cell)
    lat = 90 - cell * (np.arange(rows) + 0.5)
    lon = -180 + cell * (np.arange(2 * rows) + 0.5)
    time = (np.datetime64(first, "M") + np.arange(months)).astype("M8[ns]")
    season = np.cos(2 * np.pi * np.arange(months) / 12)
    strength = np.where(lat > 0, np.sin(np.deg2rad(np.abs(lat))) ** 2, -0.1)
    share = np.zeros((rows, 2 * rows))
    share[np.ix_(lat > 0, np.abs(lon) < 60)] = 1.0
    share[np.ix_(lat < 0, np.abs(lon) < 18)] = 1.0
    nee = 1.5 * season[:, None, None] * strength[:, None] + np.zeros((months, 1, 2 * rows))
    nee = np.where(share > 0, nee, np.nan)
    return xr.Dataset(
        {"nee": (("time", "lat", "lon"), nee), "land_share": (("lat", "lon"), share)},
        coords={"time": time, "lat": lat, "lon": lon},
    )
