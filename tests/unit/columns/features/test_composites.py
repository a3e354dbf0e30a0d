"""Monthly composites of the predictors of XCO2: a year of small files with known answers."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.features import composite_files
from carbonscape.columns.features.composites import (
    UNITS,
    XCO2_VARIABLES,
    CompositeOptions,
    median_of,
)
from carbonscape.core.errors import ConfigError
from carbonscape.core.grid import Grid
from helpers.composite_year import (
    GRID,
    NAN,
    OPTIONS,
    YEAR,
    compose,
    days_of,
    refused,
    series,
)
from helpers.xco2_raw import write, write_weather


def test_the_layout(composites):
    assert [str(v) for v in composites["variable"].values] == list(XCO2_VARIABLES)
    assert composites["time"].values.astype("M8[M]").astype(str).tolist() == YEAR
    np.testing.assert_array_equal(composites["lat"], GRID.lat)
    np.testing.assert_array_equal(composites["lon"], GRID.lon)
    for name in XCO2_VARIABLES:
        assert composites[name].dims == ("time", "lat", "lon")
        assert composites[name].dtype == np.float32
        assert composites[name].attrs["units"] == UNITS[name]
    assert " ".join(XCO2_VARIABLES) == (
        "GPP EVI LST VCF NDSI LUCC NTL SO2 NO2 CO SP E WIND_V WIND_U PRE TEMP"
    )


def test_gpp_is_the_mean_of_what_starts_in_the_month(composites):
    """December has days 337, 345, 353 (1 each) and 361 (150 over five days: 3): mean 1.5.

    Day 33 (2 February) was not retrieved; it leaves the mean of the other three.
    """
    np.testing.assert_allclose(series(composites, "GPP"), [1] * 11 + [1.5])


def test_evi_is_the_largest_of_the_month(composites):
    """Days 1 and 17 start in January, 353 (cloudy) in December after 337."""
    evi = series(composites, "EVI")
    np.testing.assert_allclose(evi[[0, 1, 11]], [0.017, 0.049, 0.337], rtol=1e-6)


def test_temperature_is_the_mean_of_the_good_days(composites):
    """Odd days of January: 1, 3, ... 31, mean 16; of February 1, ... 27, mean 14."""
    np.testing.assert_allclose(series(composites, "LST")[:2], [296, 294], rtol=1e-6)


def test_snow_is_the_largest_of_the_month_and_missing_in_the_polar_night(composites):
    np.testing.assert_allclose(series(composites, "NDSI")[[0, 1, 5]], [0.31, 0.28, NAN], rtol=1e-6)


def test_annual_values_stand_for_every_month(composites):
    assert set(series(composites, "VCF")) == {40}
    assert set(series(composites, "LUCC")) == {12}
    assert set(series(composites, "LUCC", 0, 0)) == {17}


def test_lights(composites):
    np.testing.assert_array_equal(series(composites, "NTL"), [1, 0] + [2] * 9 + [NAN])
    # -67.5 lies beyond what the product covers, 67.5 does not.
    assert set(series(composites, "NTL", 3)) == {0}
    assert composites["lights_assumed"].values.tolist() == [0, 0, 0, 1]


def test_gases_begin_with_their_first_complete_month(composites):
    so2 = series(composites, "SO2")
    assert np.isnan(so2[:2]).all()
    np.testing.assert_allclose(so2[2:], np.arange(2, 12) * 1e-5, rtol=1e-6)
    np.testing.assert_allclose(series(composites, "NO2"), np.arange(12) * 1e-5, rtol=1e-6)


def test_weather_lies_between_the_nodes(files, tmp_path):
    """Nodes at 90, 0, -90: the row at 22.5 N is three quarters the equator, one the pole."""
    rows = np.broadcast_to(np.array([270.0, 290.0, 310.0])[:, None], (12, 3, 4))
    weather = write_weather(tmp_path / "w.nc", YEAR, t2m=rows)
    changed = dataclasses.replace(files, weather=str(weather))
    result = compose(tmp_path / "a.nc", changed)
    np.testing.assert_allclose(result["TEMP"][0, :, 0], [275, 285, 295, 305], rtol=1e-6)
    cell = result.isel(time=6, lat=2, lon=5)
    found = [float(cell[name]) for name in ("SP", "E", "WIND_V", "WIND_U", "PRE")]
    np.testing.assert_allclose(found, [90_000, 1, -2, 1, 2], rtol=1e-6)


def test_weather_goes_around_missing_nodes_and_longitudes_close(files, tmp_path):
    """The southern rows use the equator alone; 157.5 E to 180 to 157.5 W is no edge.

    Values are 0, 90, 180, 270 at the same longitudes: at 202.5 E (157.5 W) 202.5 is exact.
    """
    field = np.broadcast_to(200 + np.array([0.0, 90.0, 180.0, 270.0]) / 10, (12, 3, 4)).copy()
    field[:, 2] = NAN
    weather = write_weather(tmp_path / "w.nc", YEAR, t2m=field)
    changed = dataclasses.replace(files, weather=str(weather))
    row = compose(tmp_path / "a.nc", changed)["TEMP"].values[0, 2]
    expected = 200 + np.array([20.25, 24.75, 20.25, 6.75, 2.25, 6.75, 11.25, 15.75]) / 1
    np.testing.assert_allclose(row, expected, rtol=1e-6)


def test_land_has_a_temperature_and_is_no_water(composites, files, tmp_path):
    """The sea of ERA5-Land reaches no row alone here: row 3 has the equator's nodes beside it."""
    land = composites["land"].values
    assert land[0, 0] == 0
    assert land.sum() == 31
    northern = np.full((12, 3, 4), 280.0)
    northern[:, 1:] = NAN
    weather = write_weather(tmp_path / "w.nc", YEAR, t2m=northern)
    changed = dataclasses.replace(files, weather=str(weather))
    land = compose(tmp_path / "a.nc", changed, accept=["vcmslcfg"])["land"].values
    assert land.sum(axis=1).tolist() == [7, 8, 0, 0]


def test_land_is_that_of_any_month_and_weather_that_of_its_own(files, tmp_path):
    """Temperature rises by a degree a month and is missing in the last."""
    field = np.broadcast_to((270.0 + np.arange(12))[:, None, None], (12, 3, 4)).copy()
    field[11] = NAN
    weather = write_weather(tmp_path / "w.nc", YEAR, t2m=field)
    changed = dataclasses.replace(files, weather=str(weather))
    refused(tmp_path, "there is no value in 2019-12 on land that has one in other months", changed)
    result = compose(tmp_path / "a.nc", changed, accept=["era5_land_monthly"])
    np.testing.assert_allclose(series(result, "TEMP"), [*range(270, 281), NAN])
    assert result["land"].values.sum() == 31


def test_the_median_is_that_of_the_land_that_is_observed(files, tmp_path):
    """Tree cover 1 to 31 cell by cell, but of water (200): the median is 16."""
    path = write(tmp_path / "v.nc", days_of([65]), lat=GRID.lat, lon=GRID.lon,
                 Percent_Tree_Cover=("u1", np.r_[200, 1:32].reshape(4, 8)))  # fmt: skip
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, vcf=str(path)))
    median = result["median"].sel(variable="VCF").values
    assert set(median) == {16}
    # Lights of December were not observed, but for the 8 cells beyond the product.
    assert result["median"].sel(variable="NTL").values.tolist() == [1, 0] + [2] * 9 + [0]
    assert np.isnan(result["median"].sel(variable="SO2").values[:2]).all()
    assert set(result["median"].sel(variable="LUCC").values) == {12}


def test_the_median_of_codes_is_a_code():
    values = np.array([5, NAN, 12, 5, 12], "f4")
    assert median_of(values) == 8.5
    assert median_of(values, code=True) == 5
    assert np.isnan(median_of(np.array([NAN], "f4")))


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        # Confidence 3 is everywhere in the file.
        ({"gpp_confidence": 1}, "GPP", [NAN, NAN]),
        # Nights are 20 K colder and never cloudy: mean 260 + 16, and 260 + 14.5.
        ({"lst": "night"}, "LST", [276, 274.5]),
        ({"lst": "mean"}, "LST", [286, 284.25]),
        ({"ndsi": "raw"}, "NDSI", [-0.01, -0.01]),
    ],
)
def test_options_change_the_answer(files, tmp_path, changes, name, expected):
    options = dataclasses.replace(OPTIONS, **changes)
    # Where no pixel is good enough, every month is without GPP.
    result = compose(
        tmp_path / "a.nc", files, options=options, months=YEAR[:2], accept=["mod17a2h"]
    )
    np.testing.assert_allclose(series(result, name), expected, rtol=1e-6)


def test_the_other_lights(files, tmp_path):
    path = write(tmp_path / "l.nc", ["2019-01-01"], lat=GRID.lat, lon=GRID.lon,
                 Gap_Filled_DNB_BRDF_Corrected_NTL=("f4", 7))  # fmt: skip
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, lights=str(path)),
                     options=dataclasses.replace(OPTIONS, ntl="vnp46a2"),
                     accept=["vnp46a2"])  # fmt: skip
    np.testing.assert_array_equal(series(result, "NTL"), [7] + [NAN] * 11)
    assert result["lights_assumed"].values.tolist() == [0, 0, 0, 0]


def test_bands_do_not_change_the_file(files, composites, tmp_path, monkeypatch):
    """Four bands of one row, instead of one of four."""
    monkeypatch.setattr(composite_files, "ROWS_PER_BAND", 1)
    xr.testing.assert_identical(compose(tmp_path / "a.nc", files), composites)


def test_a_year_without_gases_and_some_months_alone(files, tmp_path):
    few = dataclasses.replace(files, gases=())
    result = compose(tmp_path / "a.nc", few, months=["2019-10", "2019-12"])
    assert np.isnan(result["CO"]).all()
    assert result["time"].values.astype("M8[M]").astype(str).tolist() == ["2019-10", "2019-12"]
    np.testing.assert_allclose(series(result, "GPP"), [1, 1.5])


def test_the_same_input_gives_the_same_bytes(files, tmp_path):
    for name in "ab":
        compose(tmp_path / f"{name}.nc", files)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_another_grid_is_refused(tmp_path, files):
    refused(tmp_path, "gpp.nc: lat has 4 values from 67.5 to -67.5, expected 6 cell centres.*"
            "'xco2.grid.cell' is 30", files, grid=Grid(30))  # fmt: skip


def test_another_year_is_refused(tmp_path, files):
    refused(tmp_path, "gpp.nc: an image is of 2019-01-01, expected the year 2018", files,
            year=2018, months=["2018-01"])  # fmt: skip
    refused(tmp_path, "found the months 2018-12, 2019-01, expected", files, error=ConfigError,
            months=["2018-12", "2019-01"])  # fmt: skip


def test_a_gas_beyond_its_limits_is_refused(tmp_path, files):
    path = write(tmp_path / "S5P_L3_CO_2019.nc", ["2019-01-01"], lat=GRID.lat, lon=GRID.lon,
                 CO_column_number_density=("f4", -34.43), images=("u2", 1))  # fmt: skip
    refused(tmp_path, "CO_column_number_density is -34.43 mol m-2 in 32 of 32 cells",
            dataclasses.replace(files, gases=[str(path)]), months=YEAR[:1])  # fmt: skip


def test_the_same_gas_twice_is_refused(tmp_path, files):
    twice = dataclasses.replace(files, gases=[files.gases[0], files.gases[0]])
    refused(tmp_path, "there is another file of SO2 in 2019", twice)


def test_a_file_cut_short_is_refused(tmp_path, files):
    path = tmp_path / "ndsi.nc"
    with open(files.ndsi, "rb") as stream:
        path.write_bytes(stream.read())
    os.truncate(path, path.stat().st_size - 100)
    refused(tmp_path, "ndsi.nc: .*cut short", dataclasses.replace(files, ndsi=str(path)))


def test_a_missing_quality_layer_is_refused(tmp_path, files):
    path = write(tmp_path / "l.nc", days_of([1]), lat=GRID.lat, lon=GRID.lon,
                 LST_Day_1km=("u2", 15000))  # fmt: skip
    refused(tmp_path, "l.nc: no variable QC_Day; found LST_Day_1km",
            dataclasses.replace(files, lst=str(path)))  # fmt: skip


def test_weather_without_land_is_refused(tmp_path, files):
    weather = write_weather(tmp_path / "w.nc", YEAR, t2m=NAN)
    refused(tmp_path, "t2m has no value on any cell", dataclasses.replace(files,
            weather=str(weather)))  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lst": "noon"}, "'xco2.features.lst': found 'noon', expected one of day, night, mean"),
        ({"gpp_confidence": 5}, "expected one of 0, 1, 2, 3"),
        ({"tropomi_first_month": {"so2": "2019-01", "no2": "2018-07"}}, "first_month.co'"),
        ({"tropomi_first_month": {"so2": "2019-13", "no2": "a", "co": "b"}}, "found '2019-13'"),
    ],
)
def test_options_are_checked(changes, message):
    with pytest.raises(ConfigError, match=message):
        CompositeOptions(**changes)
