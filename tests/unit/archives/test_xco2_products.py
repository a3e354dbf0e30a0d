"""Months of the XCO2 products of others, in whatever files they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.xco2_products import named_for, read_xco2_month
from carbonscape.core import findings

LAT, LON = np.array([-10.0, 10.0]), np.array([0.0, 90, 180, 270])


def write(path: Path, level: float, *, time: list[str] | None = None, unit: str = "ppm") -> Path:
    """Write a field of one level, with latitudes from the south and longitudes to 360."""
    values = np.full((2, 4), level)
    coords = {"lat": LAT, "lon": LON}
    if time is None:
        array = xr.DataArray(values, dims=("lat", "lon"), coords=coords)
    else:
        coords |= {"time": np.array(time, dtype="datetime64[ns]")}
        array = xr.DataArray(
            np.stack([values + number for number in range(len(time))]),
            dims=("time", "lat", "lon"), coords=coords,
        )  # fmt: skip
    array.attrs = {"units": unit, "long_name": "XCO2"}
    array.rename("xco2").to_netcdf(path)
    return path


def test_days_of_a_month_are_averaged(tmp_path: Path) -> None:
    days = [write(tmp_path / f"a_2015010{day}.nc", 400 + day) for day in (1, 3)]
    days.append(write(tmp_path / "a_20150201.nc", 450))
    found = read_xco2_month(days, "2015-01", source="s_stdct")
    assert found is not None
    assert found.values.tolist() == [[402.0] * 4] * 2
    assert found["lat"].values.tolist() == [10, -10]
    assert found["lon"].values.tolist() == [-180, -90, 0, 90]


def test_one_file_of_all_months_and_mole_fractions(tmp_path: Path) -> None:
    path = write(tmp_path / "all.nc", 400, time=["2014-12-15", "2015-01-15", "2015-02-15"])
    found = read_xco2_month([path], "2015-01", source="gcxco2")
    assert found is not None
    assert found.values[0, 0] == 401
    assert read_xco2_month([path], "2016-01", source="gcxco2") is None
    path = write(tmp_path / "2015-01.nc", 4.1e-4, unit="1")
    found = read_xco2_month([path], "2015-01", source="gcxco2")
    assert found is not None
    assert found.values[0, 0] == pytest.approx(410)


def test_members_of_an_archive_are_told_apart_by_their_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "maps_2015.zip", "w") as archive:
        for month in (1, 2):
            path = write(tmp_path / f"x_2015_0{month}.nc", 400 + month)
            archive.write(path, f"maps/{path.name}")
    found = read_xco2_month([tmp_path / "maps_2015.zip"], "2015-02", source="mapping_xco2")
    assert found is not None
    assert found.values[0, 0] == 402


def test_what_cannot_be_read_is_left_out_and_stated(tmp_path: Path) -> None:
    good = write(tmp_path / "a_20150101.nc", 400)
    other = tmp_path / "a_20150102.nc"
    other.write_text("<html>no such file</html>")
    late = write(tmp_path / "a_20150201.nc", 400)
    with findings.collected() as found:
        field = read_xco2_month([good, other, late], "2015-01", source="s_stdct")
    assert field is not None
    assert [(Path(one.item).name, one.outcome) for one in found] == [
        ("a_20150201.nc", "left out"), ("a_20150101.nc", "used"), ("a_20150102.nc", "left out"),
    ]  # fmt: skip
    assert found[0].reason == "its name is that of another time than 2015-01"


def test_names_choose_the_files_that_are_opened() -> None:
    names = ["x_201501.nc", "x_201502.nc", "y.nc"]
    assert named_for(names, "2015-01") == ["x_201501.nc"]
    assert named_for(names, "2015-03") == ["y.nc"]
    years = ["m_2014.nc", "m_2015.nc", "m_2009_2020.nc"]
    assert named_for(years, "2015-01") == ["m_2015.nc", "m_2009_2020.nc"]
