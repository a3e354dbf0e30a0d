"""Made soundings and spectra with known profiles, for tests of averaging kernels."""

from __future__ import annotations

import netCDF4
import numpy as np

#: Pressures (hPa) of two levels, top and bottom, of half the column each.
PRESSURE = np.array([200.0, 800.0])
TRUE = np.array([402.0, 410.0])
OCO_PRIOR, OCO_KERNEL = np.array([398.0, 400.0]), np.array([0.6, 1.0])
#: TCCON scales its prior to what it sees: the true profile is its prior times this.
SCALED = 1.01
TCCON_PRIOR, TCCON_KERNEL = TRUE / SCALED, np.array([0.8, 1.1])
#: By hand: 399 + 0.5 * (0.6 * 4 + 1.0 * 10), and half of each level of prior and of 1 % of it.
OCO_XCO2 = 405.2
TCCON_XCO2 = float(0.5 * (TCCON_PRIOR + 0.01 * TCCON_KERNEL * TCCON_PRIOR).sum())


def add_profiles(path, count, *, kernel=OCO_KERNEL, falling=False, omit=()):
    """Add the profiles of ``count`` soundings to a granule of ``lite_granules``."""
    order = slice(None, None, -1) if falling else slice(None)
    parts = {
        "pressure_levels": PRESSURE, "pressure_weight": np.full(2, 0.5),
        "xco2_averaging_kernel": kernel, "co2_profile_apriori": OCO_PRIOR,
    }  # fmt: skip
    with netCDF4.Dataset(path, "a") as file:
        file.createDimension("own_levels", 2)
        for name, values in parts.items():
            if name in omit:
                continue
            variable = file.createVariable(name, "f4", ("sounding_id", "own_levels"))
            variable[:] = np.tile(values[order], (count, 1))


def write_tccon(path, seconds, xco2, *, kernel=TCCON_KERNEL, water=0.0, unit="atm", omit=()):
    """Write a public file of GGG2020 whose levels run from the surface up, at 40 N, 10 E."""
    count = len(seconds)
    levels = {
        "prior_co2": (TCCON_PRIOR * (1 - water), "ppm"), "prior_h2o": (np.full(2, water), "1"),
        "prior_pressure": (PRESSURE / 1013.25, unit), "ak_xco2": (kernel, "1"),
    }  # fmt: skip
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", count), ("prior_altitude", 2), ("ak_altitude", 2)):
            file.createDimension(name, size)
        series = {"time": seconds, "xco2": xco2, "lat": 40.0, "long": 10.0}
        for name, values in series.items():
            variable = file.createVariable(name, "f8", ("time",))
            variable[:] = values
        file["time"].units = "seconds since 1970-01-01 00:00:00"
        file["xco2"].units = "ppm"
        for name, (values, units) in levels.items():
            if name in omit:
                continue
            axis = "ak_altitude" if name.startswith("ak") else "prior_altitude"
            variable = file.createVariable(name, "f8", ("time", axis))
            variable[:] = np.tile(values[::-1], (count, 1))
            variable.units = units
        variable = file.createVariable("ak_pressure", "f8", ("ak_altitude",))
        variable[:] = PRESSURE[::-1]
        variable.units = "hPa"
    return path
