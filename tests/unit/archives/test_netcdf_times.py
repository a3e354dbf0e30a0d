"""Times of netCDF files: units, dates in digits, and what is neither."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.netcdf_times import decode_times
from carbonscape.core.errors import InputError


def decoded(*values, units=None, kind=None):
    attrs = {} if units is None else {"units": units}
    return decode_times(np.array(values, dtype=kind), attrs, "date", "a.nc").astype(str).tolist()


@pytest.mark.parametrize(
    ("values", "units", "expected"),
    [
        ((0, 31), "days since 2001-01-01", ["2001-01-01", "2001-02-01"]),
        ((20011131 - 1,), None, ["2001-11-30"]),
        ((20010131.0, 20010228.0), "day as %Y%m%d.%f", ["2001-01-31", "2001-02-28"]),
        # A month, not the first of January 2001.
        ((200111,), None, ["2001-11-01"]),
        ((200111, 200112, 200201), "1", ["2001-11-01", "2001-12-01", "2002-01-01"]),
    ],
)
def test_units_and_dates_in_digits(values, units, expected):
    assert decoded(*values, units=units) == [f"{day}T00:00:00.000000000" for day in expected]


def test_a_fraction_is_that_of_the_day():
    assert decoded(20010131.5) == ["2001-01-31T12:00:00.000000000"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((200113,), "cannot be understood"),
        ((2001,), "2001 is no date of the form YYYYMMDD or YYYYMM"),
        ((2001032,), "2001032 is no date"),
        ((200111.5,), "200111.5 is no date"),
        ((200111, 20011201), "200111 is no date"),
        ((20010230,), "cannot be understood"),
        ((20010131.0, np.nan), "a time is missing"),
        ((), "no time step"),
    ],
)
def test_what_is_neither_is_refused(values, message):
    with pytest.raises(InputError, match=f"a.nc: .*{message}"):
        decoded(*values)


def grid(path, name, dims):
    """A file whose times have the dimensions given."""
    sizes = {"time": 2, "step": 3, "latitude": 2, "longitude": 2}
    with netCDF4.Dataset(path, "w") as file:
        for dim, size in sizes.items():
            file.createDimension(dim, size)
        for axis, first in (("latitude", 10.0), ("longitude", 5.0)):
            file.createVariable(axis, "f8", (axis,))[:] = [first, first + 1]
        times = file.createVariable(name, "i8", dims)
        times.units = "hours since 2001-01-01"
        times[:] = 0
        file.createVariable("t2m", "f4", ("time", "step", "latitude", "longitude"))
    return path


def test_times_of_forecasts_by_step_are_named(tmp_path):
    """Cfgrib makes a 2-D valid_time of GRIB: the grid of places is not what is wrong."""
    path = grid(tmp_path / "a.nc", "valid_time", ("time", "step"))
    words = r"valid_time has 2 dimensions \(time, step\), expected one: times of forecasts by their"
    with open_netcdf(path) as (opened,), pytest.raises(InputError, match=words):
        normalise_axes(opened)


def test_a_single_time_without_dimension_is_named(tmp_path):
    path = grid(tmp_path / "a.nc", "valid_time", ())
    words = "time is a single number without a dimension, expected a time for each field"
    with open_netcdf(path) as (opened,), pytest.raises(InputError, match=words):
        normalise_axes(opened)
