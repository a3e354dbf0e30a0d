"""Gridded XCO2 of others: names, units, axes, masks, months."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.xco2_fields import read_xco2_field, read_xco2_fields
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.promises import cites

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
    cites(
        "CAMS EGG4 (ZIP or netCDF, `tcco2`)",
    )
    path = write(tmp_path, field("2018-01-01", "2018-02-01"), zipped=zipped)
    found = read_xco2_field(path)
    assert found.dims == ("time", "lat", "lon")
    assert found["lat"].values.tolist() == [60, 0, -60]
    assert found["lon"].values.tolist() == [-180, -90, 0, 90]
    expected = 401 + 0.2 + np.array([0.02, 0.03, 0.0, 0.01])
    np.testing.assert_allclose(found.values[1, 2], expected, rtol=1e-6)
    assert (found.dtype, found.attrs["units"]) == (np.float32, "ppm")


def test_packed_values_and_mole_fractions_come_in_ppm(tmp_path):
    cites(
        "any regular netCDF grid with one variable of 360 to 450 ppm, or mol/mol",
    )
    dataset = field("2018-01-01") * 1e-6
    path = write(tmp_path, dataset, dtype="i2", scale_factor=1e-9, add_offset=4e-4, _FillValue=-1)
    found = read_xco2_field(path)
    np.testing.assert_allclose(found.values[0, 1], [400.12, 400.13, 400.1, 400.11], atol=0.001)


def test_days_are_averaged_to_months_and_the_mask_is_kept(tmp_path):
    cites(
        "monthly means, ppm, the product's own mask",
    )
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
    cites(
        "no such variable, or several of which none is called `tcco2` or `xco2`",
    )
    dataset = field("2018-01-01", name="methane") * 0 + 1850
    for name in names:
        dataset[name] = dataset["methane"] - 1450
    with pytest.raises(InputError, match=f"{sentence}.*methane"):
        read_xco2_field(write(tmp_path, dataset))


def described(tmp_path, *, factor=1.0, name="tcco2", **attributes):
    """Write a month of a variable with some attributes; values of 400 ppm times a factor."""
    dataset = field("2018-01-01", name=name) * factor
    dataset[name].attrs = attributes
    return write(tmp_path, dataset)


@pytest.mark.parametrize(
    ("units", "factor"),
    [
        *(("ppm", 1.0), ("ppmv", 1.0), ("1e-6", 1.0), ("umol mol-1", 1.0), ("µmol/mol", 1.0)),
        *(("1e-6 mol mol-1", 1.0), ("mol mol-1", 1e-6), ("mol/mol", 1e-6), ("mol mol**-1", 1e-6)),
        *(("mol CO2/mol dry", 1e-6), ("1", 1e-6), ("1", 1.0), ("", 1.0)),
    ],
)
def test_mole_fractions_are_known_by_their_units(tmp_path, units, factor):
    with findings.collected() as found:
        mean = read_xco2_field(described(tmp_path, factor=factor, units=units))
    assert mean.values[0, 0, 2] == pytest.approx(400)
    assert found == []


@pytest.mark.parametrize("units", ["DU", "K", "kg m-2", "ppb", "kg kg-1", "mol m-2", "%", "hPa"])
@pytest.mark.parametrize("name", ["tcco2", "value"])
def test_values_in_another_unit_are_no_xco2(tmp_path, units, name):
    cites(
        "values of XCO2 in another unit (DU, K, kg m-2)",
    )
    path = described(tmp_path, name=name, units=units)
    with pytest.raises(InputError, match="no variable holds values of XCO2") as refusal:
        read_xco2_field(path)
    assert f"{name} is in {units!r}" in str(refusal.value)


@pytest.mark.parametrize(("units", "factor"), [("ppm", 1e-6), ("mol mol-1", 1.0)])
def test_a_unit_that_contradicts_the_values_is_refused(tmp_path, units, factor):
    with pytest.raises(InputError, match=f"tcco2 is in '{units}', and its values would be"):
        read_xco2_field(described(tmp_path, factor=factor, units=units))


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("gtco3", {}),
        ("co2", {"long_name": "CO2 mole fraction at the surface"}),
        ("co2", {"standard_name": "mole_fraction_of_carbon_dioxide_in_air"}),
        ("co2", {"long_name": "CO2 in the lowest model level"}),
        ("co2_flask", {}),
        ("value", {"long_name": "Total column ozone"}),
        ("xch4", {}),
        ("xco", {"long_name": "column-averaged carbon monoxide"}),
        ("xco2_prior", {}),
        ("xco2", {"long_name": "a priori XCO2"}),
        ("xco2_std", {}),
        ("co2_flux", {}),
    ],
)
def test_values_under_the_name_of_something_else_are_no_xco2(tmp_path, name, attributes):
    cites(
        "or under the name of something else (ozone, carbon dioxide at the surface, a "
        "prior, an error)",
    )
    path = described(tmp_path, name=name, units="ppm", **attributes)
    with pytest.raises(InputError, match=f"no variable holds values of XCO2.*{name} is "):
        read_xco2_field(path)


@pytest.mark.parametrize(
    ("name", "attributes", "told"),
    [
        ("tcco2", {"long_name": "CO2 column-mean molar fraction"}, True),
        ("XCO2", {"long_name": "Bias-corrected XCO2 on X2007 scale"}, True),
        ("co2", {"standard_name": "dry_atmosphere_mole_fraction_of_carbon_dioxide"}, True),
        ("co2", {"long_name": "column CO2 from the surface to the top, pressure-weighted"}, True),
        ("co2", {"long_name": "CO2 mixing ratio"}, False),
        ("value", {}, False),
        ("xco2", {"long_name": "CO2 over the land surface"}, False),
    ],
)
def test_what_does_not_say_that_it_is_a_column_is_taken_with_a_word(
    tmp_path, name, attributes, told
):
    cites(
        "A variable that says neither is taken for XCO2 with a warning",
    )
    path = described(tmp_path, name=name, units="ppm", **attributes)
    with findings.collected() as found:
        assert read_xco2_field(path).values[0, 0, 2] == 400
    assert [one.outcome for one in found] == ([] if told else ["warning"])


def test_a_missing_value_that_is_not_declared_is_no_xco2(tmp_path):
    cites(
        "months beyond 300 to 600 ppm",
    )
    dataset = field("2018-01-01")
    dataset["tcco2"].values[0, 1, 1] = 9999.0
    with pytest.raises(InputError, match=r"tcco2 is 9999 ppm in 1 cells of 2018-01.*300 to 600"):
        read_xco2_field(write(tmp_path, dataset))


def test_a_file_of_another_year_than_its_name_says_is_refused(tmp_path):
    cites(
        "a file without a month of the year that its name states",
    )
    path = write(tmp_path, field("2018-01-01"))
    other = path.rename(tmp_path / "egg4_2016.nc")
    with pytest.raises(InputError, match="its name says 2016, but it holds 2018-01 to 2018-01"):
        read_xco2_field(other)


def test_months_that_no_file_holds_are_stated(tmp_path):
    cites(
        "a month of the run that no file holds, of a year that has one, is a warning; it "
        "is compared with nothing.",
    )
    months = [f"2018-{number:02d}" for number in (1, 2, 3)]
    path = write(tmp_path, field("2018-01-01", "2018-03-01"))
    with findings.collected() as found:
        (only,) = read_xco2_fields([path], months=months)
    assert only.sizes["time"] == 2
    used, absent = found
    assert (used.item, used.outcome) == (str(path), "used")
    assert (absent.outcome, absent.source) == ("warning", "egg4")
    assert absent.reason == "no file holds 2018-02: these months are compared with nothing"
    with findings.collected() as found:
        list(read_xco2_fields([path], months=["2019-01"]))
    assert [(one.outcome, one.reason) for one in found] == [
        ("left out", "it holds 2018-01 to 2018-03")
    ]
