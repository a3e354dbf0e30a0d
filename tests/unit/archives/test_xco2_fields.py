"""Gridded XCO2 of others: names, units, axes, masks, months."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.xco2_fields import read_xco2_field
from carbonscape.core.errors import InputError

LAT, LON = np.array([60.0, 0.0, -60.0]), np.array([0.0, 90.0, 180.0, 270.0])


def field(*months, name="tcco2", values=None, dims=("valid_time", "latitude", "longitude")):
    """A dataset whose values tell step, row and column: 400 + step + row / 10 + column / 100."""
    times = np.array(months, dtype="datetime64[ns]")
    if values is None:
        step, row, column = np.ogrid[: len(months), :3, :4]
        values = 400 + step + row / 10 + column / 100
    coords = {"valid_time": times, "latitude": LAT, "longitude": LON}
    array = xr.DataArray(values, dims=("valid_time", "latitude", "longitude"), coords=coords)
    return array.transpose(*dims).to_dataset(name=name)


def write(tmp_path, dataset, *, zipped=False, **encoding):
    path, inner = tmp_path / "egg4_2018.nc", tmp_path / "inner.nc"
    name = next(iter(dataset.data_vars))
    dataset.to_netcdf(inner if zipped else path, encoding={name: encoding})
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(inner, "data_sfc.nc")
    return path


@pytest.mark.parametrize("zipped", [True, False])
def test_egg4_is_read_from_a_zip_with_its_longitudes_from_zero(tmp_path, zipped):
    path = write(tmp_path, field("2018-01-01", "2018-02-01"), zipped=zipped)
    found = read_xco2_field(path)
    assert found.dims == ("time", "lat", "lon")
    assert found["lat"].values.tolist() == [60, 0, -60]
    assert found["lon"].values.tolist() == [-180, -90, 0, 90]
    expected = 401 + 0.2 + np.array([0.02, 0.03, 0.0, 0.01])
    np.testing.assert_allclose(found.values[1, 2], expected, rtol=1e-6)
    assert (found.dtype, found.attrs["units"]) == (np.float32, "ppm")


def test_packed_values_and_mole_fractions_come_in_ppm(tmp_path):
    dataset = field("2018-01-01") * 1e-6
    path = write(tmp_path, dataset, dtype="i2", scale_factor=1e-9, add_offset=4e-4, _FillValue=-1)
    found = read_xco2_field(path)
    np.testing.assert_allclose(found.values[0, 1], [400.12, 400.13, 400.1, 400.11], atol=0.001)


def test_days_are_averaged_to_months_and_the_mask_is_kept(tmp_path):
    dataset = field("2018-01-01", "2018-01-17", "2018-02-02", name="anything")
    values = dataset["anything"].values
    values[:, 0, 0] = np.nan
    values[0, 0, 1] = -9999
    values[:2, 0, 2] = 9.97e36
    found = read_xco2_field(write(tmp_path, dataset))
    assert found["time"].values.astype("datetime64[D]").astype(str).tolist() == [
        "2018-01-01",
        "2018-02-01",
    ]
    # Columns from 180 W: the third of the file, the fourth, the first, the second.
    np.testing.assert_allclose(found.values[0, 0], [np.nan, 400.53, np.nan, 401.01], rtol=1e-6)
    np.testing.assert_allclose(found.values[1, 0], [402.02, 402.03, np.nan, 402.01], rtol=1e-6)


def test_south_up_and_turned_grids_are_put_right(tmp_path):
    dataset = field("2018-01-01", dims=("valid_time", "longitude", "latitude"))
    found = read_xco2_field(write(tmp_path, dataset.isel(latitude=slice(None, None, -1))))
    assert found["lat"].values.tolist() == [60, 0, -60]
    np.testing.assert_allclose(found.values[0, :, 2], [400, 400.1, 400.2], rtol=1e-6)


def test_months_can_be_chosen(tmp_path):
    path = write(tmp_path, field("2018-01-01", "2018-02-01", "2018-03-01"))
    found = read_xco2_field(path, months=["2018-03", "2018-02", "2019-01"])
    np.testing.assert_allclose(found.values[:, 0, 2], [401, 402], rtol=1e-6)
    with pytest.raises(InputError, match="found 2018-01 to 2018-03"):
        read_xco2_field(path, months=["2019-01"])


def test_the_named_variable_is_taken_among_several(tmp_path):
    dataset = field("2018-01-01")
    dataset["error"] = dataset["tcco2"] * 0 + 1
    dataset["prior"] = dataset["tcco2"] - 3
    found = read_xco2_field(write(tmp_path, dataset))
    assert found.values[0, 0, 2] == 400


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(("first", "other"), "several variables hold"), ((), "no variable holds")],
)
def test_none_or_several_are_refused(tmp_path, names, sentence):
    dataset = field("2018-01-01", name="methane") * 0 + 1850
    for name in names:
        dataset[name] = dataset["methane"] - 1450
    with pytest.raises(InputError, match=f"{sentence}.*methane"):
        read_xco2_field(write(tmp_path, dataset))
