"""The year inside a yearly file is compared with the one in its name."""

from __future__ import annotations

import datetime as dt

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.esa_cci_pft import PFT_CLASSES, read_pft_grid
from carbonscape.archives.esa_cci_sites import write_pft_sites
from carbonscape.archives.file_dates import (
    day_of_units,
    require_year,
    stated_dates,
    year_of_name,
)
from carbonscape.archives.mcd12q1 import read_class_cells, read_igbp_grid
from carbonscape.core import findings
from carbonscape.core.errors import InputError

ESA = "ESACCI-LC-L4-PFT-Map-300m-P1Y-2015-v2.0.8.nc"


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("raw/2001/MCD12Q1.061_2010.nc", 2010), (ESA, 2015), ("VCMSLCFG_2014.nc", 2014),
        ("a.nc", None), ("a_2001_2010.nc", None), ("a_2010_2010.nc", 2010), ("x120101.nc", None),
    ],
)  # fmt: skip
def test_the_year_of_a_name(name, year):
    assert year_of_name(name) == year


def times(values, units=None, **attributes):
    variable = xr.Variable(("time",), values, {"units": units} if units else {})
    return xr.Dataset({"time": variable}, attrs=attributes)


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (times([0], "days since 2001-01-01"), ["2001-01-01"]),
        (times([20100101]), ["2010-01-01"]),
        (times([3.0], "days since yesterday", time_coverage_start="20150101"), ["2015-01-01"]),
        (times([0]), []),
        (xr.Dataset(attrs={"time_coverage_start": "2015-01-01T00:00:00Z"}), ["2015-01-01"]),
        (xr.Dataset(attrs={"RangeBeginningDate": "2015-01-01"}), ["2015-01-01"]),
        (xr.Dataset(attrs={"time_coverage_start": "unknown"}), []),
        (xr.Dataset(), []),
    ],
)
def test_what_a_file_states_of_its_time(dataset, expected):
    assert [f"{day}" for day in stated_dates(dataset)] == expected


def test_the_day_of_a_unit():
    assert day_of_units("milliseconds since 2018-05-01T00:00:00 UTC") == dt.date(2018, 5, 1)
    assert day_of_units("milliseconds since 2018-15-01") is None
    assert day_of_units("milliseconds") is None


def test_a_file_that_states_no_year_is_believed_aloud():
    with findings.collected() as found:
        require_year(xr.Dataset(), "a_2010.nc", year=None, source="mcd12q1")
        require_year(xr.Dataset(), "a.nc", year=None, source="mcd12q1")
        require_year(times([0], "days since 2010-01-01"), "a.nc", year=2010, source="mcd12q1")
    assert [(f.item, f.outcome) for f in found] == [("a_2010.nc", "warning")]
    assert "that of its name, 2010, is believed" in found[0].reason


def write_map(path, year, variables, lat=(45.0, -45.0), lon=(-90.0, 90.0)):
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("time", [0]), ("lat", lat), ("lon", lon)):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = f"days since {year}-01-01"
        for name, value in variables.items():
            file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)[:] = value
    return path


def test_land_cover_of_another_year_is_refused(tmp_path):
    path = write_map(tmp_path / "MCD12Q1.061_2010.nc", 2001, {"LC_Type1": 4})
    message = r"2010.nc: it holds the year 2001 \(its time says 2001-01-01\), expected 2010"
    with pytest.raises(InputError, match=message):
        read_igbp_grid(path)
    with pytest.raises(InputError, match="expected 2012"):
        read_class_cells(path, year=2012)
    assert (read_igbp_grid(path, year=2001).values == 4).all()


def test_a_map_of_functional_types_of_another_year_is_refused(tmp_path):
    fields = dict.fromkeys(PFT_CLASSES, 0) | {"BARE": 100}
    lon = (-135.0, -45.0, 45.0, 135.0)
    path = write_map(tmp_path / ESA, 2014, fields, lon=lon)
    message = "it holds the year 2014 .*, expected 2015"
    with pytest.raises(InputError, match=message):
        read_pft_grid(path, cell=90)
    with pytest.raises(InputError, match=message):
        write_pft_sites(path, tmp_path / "s.csv", sites=None)
    path.unlink()
    write_map(path, 2015, fields, lon=lon)
    assert np.all(read_pft_grid(path, cell=90, year=2015).sel(pft_class="BARE") == 1)


def test_declared_fills_of_the_cover_are_missing(tmp_path):
    """Zero declared as fill is no water of MCD12C1; 250 of a functional type is no percent."""
    path = tmp_path / "MCD12Q1.061_2010.nc"
    write_map(path, 2010, {})
    with netCDF4.Dataset(path, "a") as file:
        variable = file.createVariable("LC_Type1", "u1", ("time", "lat", "lon"), fill_value=0)
        variable.set_auto_mask(False)
        variable[0] = [[4, 0], [10, 17]]
    assert read_igbp_grid(path).values.tolist() == [[4, 0], [10, 17]]
