"""TROPOMI fluorescence: ESA's days of soundings and Caltech's grids."""

from __future__ import annotations

import datetime as dt
import os

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.tropomi_sif import day_of, read_sif_day, read_sif_grid
from carbonscape.core.errors import InputError

MISSING = 9.96921e36


def write(path, *, units="mW m-2 sr-1 nm-1", cloud=(0.1, 0.3, 0.0, 0.0), drop=None, **columns):
    """A day of four soundings; no attribute declares the missing value."""
    values = {
        "latitude": (50, 51, 52, 53),
        "longitude": (-180, 0, 179.9, 10),
        "SIF_743": (9, 9, 9, 9),
        "SIF_Corr_743": (0.5, -0.2, MISSING, 1.5),
    } | columns
    with netCDF4.Dataset(path, "w") as file:
        product = file.createGroup("PRODUCT")
        product.createDimension("n_elem", 4)
        for name, numbers in values.items():
            if name != drop:
                kind = "S1" if isinstance(numbers[0], str) else "f4"
                product.createVariable(name, kind, ("n_elem",), fill_value=False)[:] = numbers
        if units and drop != "SIF_Corr_743":
            product["SIF_Corr_743"].units = units
        inputs = product.createGroup("SUPPORT_DATA").createGroup("INPUT_DATA")
        inputs.createDimension("m", len(cloud))
        inputs.createVariable("cloud_fraction_L2", "f4", ("m",), fill_value=False)[:] = cloud
    return path


def test_soundings_are_read_and_missing_ones_left_out(tmp_path):
    table = read_sif_day(write(tmp_path / "a.nc", cloud=(0.1, MISSING, 0.0, 0.2)))
    assert table.columns.tolist() == ["lat", "lon", "sif", "cloud_fraction"]
    assert table["lat"].tolist() == [50, 51, 53]
    assert table["lon"].tolist() == [-180, 0, 10]
    assert table["sif"].tolist() == pytest.approx([0.5, -0.2, 1.5])
    assert table["cloud_fraction"].tolist() == pytest.approx([0.1, np.nan, 0.2], nan_ok=True)


@pytest.mark.parametrize("units", [None, "mW.m-2.sr-1.nm-1", "mW/m2/sr/nm", "mW m^-2 sr^-1 nm^-1"])
def test_spellings_of_the_unit_are_accepted(tmp_path, units):
    assert len(read_sif_day(write(tmp_path / "a.nc", units=units))) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": "W m-2 sr-1 um-1"}, "SIF_Corr_743 is in 'W m-2 sr-1 um-1', expected 'mW"),
        ({"drop": "SIF_Corr_743"}, "no variable SIF_Corr_743; found .*SIF_743"),
        ({"cloud": (0.1, 0.2, 0.3)}, "differ in length"),
        ({"cloud": (0.1, 20.0, 0.3, 0.3)}, "cloud_fraction is 20 in sounding 1, expected 0 to 1"),
        ({"latitude": (50, 51, 52, 95)}, "lat is 95 in sounding 3"),
        (
            {"latitude": np.array(["5", "6", "7", "8"])},
            "latitude holds .S1 values, expected numbers",
        ),
        ({"longitude": (50, 51, 52, 195)}, "lon is 195 in sounding 3"),
        ({"SIF_Corr_743": (0.5, 0, 0, 1500)}, "sif is 1500 in sounding 3"),
    ],
)
def test_bad_days_are_refused(tmp_path, options, message):
    path = write(tmp_path / "a.nc", **options)
    with pytest.raises(InputError, match=message):
        read_sif_day(path)


def test_another_product_and_cut_files_are_refused(tmp_path):
    xr.Dataset({"sif": ("x", [1.0])}).to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match="no group /PRODUCT"):
        read_sif_day(tmp_path / "a.nc")
    path = write(tmp_path / "b.nc")
    os.truncate(path, path.stat().st_size - 100)
    with pytest.raises(InputError, match="cut short"):
        read_sif_day(path)


def test_the_day_stands_in_the_name():
    assert day_of("x/TROPOSIF_L2B_2018-05-01.nc") == dt.date(2018, 5, 1)
    for name in ("SIF_2018-05-01.nc", "TROPOSIF_L2B_2018-13-01.nc"):
        with pytest.raises(InputError, match="no date in the name"):
            day_of(name)


def write_grid(path, name="dcSIF", units="mW/m2/sr/nm"):
    """Two days of May and one of June on a south-up grid; one value is missing in May."""
    values = np.array([[[1.0], [2.0]], [[3.0], [np.nan]], [[5.0], [6.0]]])
    stamps = np.array(["2018-05-01", "2018-05-31", "2018-06-01"], dtype="datetime64[ns]")
    dataset = xr.Dataset(
        {name: (("time", "lat", "lon"), values, {"units": units})},
        coords={"time": stamps, "lat": [-45.0, 45.0], "lon": [0.0]},
    )
    dataset.to_netcdf(path)
    return path


@pytest.mark.parametrize("name", ["dcSIF", "sif_dc"])
def test_gridded_steps_are_averaged_within_their_month(tmp_path, name):
    sif = read_sif_grid(write_grid(tmp_path / "a.nc", name))
    assert sif["time"].values.astype("datetime64[D]").astype(str).tolist() == [
        "2018-05-01",
        "2018-06-01",
    ]
    assert sif["lat"].values.tolist() == [45, -45]
    assert sif["sif"].values[:, :, 0].tolist() == [[2, 2], [6, 5]]
    assert sif["count"].values[:, :, 0].tolist() == [[1, 2], [1, 1]]


def test_grids_without_corrected_fluorescence_are_refused(tmp_path):
    with pytest.raises(InputError, match="no variable dcSIF or sif_dc; found sif"):
        read_sif_grid(write_grid(tmp_path / "a.nc", "sif"))
    with pytest.raises(InputError, match="dcSIF is in 'K'"):
        read_sif_grid(write_grid(tmp_path / "b.nc", units="K"))


def test_soundings_of_another_day_than_the_name_are_refused(tmp_path):
    path = write(tmp_path / "TROPOSIF_L2B_2018-05-01.nc")
    with netCDF4.Dataset(path, "a") as file:
        delta = file["PRODUCT"].createVariable("delta_time", "i4", ("n_elem",))
        delta.units = "milliseconds since 2018-05-02T00:00:00 UTC"
    assert len(read_sif_day(path)) == 3  # orbits cross midnight
    with netCDF4.Dataset(path, "a") as file:
        product = file["PRODUCT"]
        product.createDimension("time", 1)
        product.createVariable("time", "i4", ("time",))[:] = 0
        product["time"].units = "seconds since 2018-06-01 00:00:00"
    assert len(read_sif_day(path)) == 3  # the epoch of the time tells nothing
    with netCDF4.Dataset(path, "a") as file:
        file["PRODUCT"]["delta_time"].units = "milliseconds since 2018-05-29"
    with pytest.raises(InputError, match="its soundings are of 2018-06-01, expected 2018-05-01"):
        read_sif_day(path)


def test_a_valid_range_of_soundings_is_honoured(tmp_path):
    path = write(tmp_path / "a.nc")
    with netCDF4.Dataset(path, "a") as file:
        file["PRODUCT"]["SIF_Corr_743"].valid_range = np.array([0.0, 1.0], "f4")
    assert read_sif_day(path)["sif"].tolist() == [0.5]


def test_a_grid_without_any_plausible_value_is_refused(tmp_path):
    path = write_grid(tmp_path / "a.nc")
    with netCDF4.Dataset(path, "a") as file:
        file["dcSIF"][:] = 500.0
    with pytest.raises(InputError, match="dcSIF has no value within .-100 mW m-2"):
        read_sif_grid(path)
