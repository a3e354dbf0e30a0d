"""Monthly composites of the predictors of XCO2: a year of small files with known answers."""

from __future__ import annotations

import dataclasses
import os

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.features import composite_files
from carbonscape.columns.features.composite_files import write_composites
from carbonscape.columns.features.composites import (
    COVER_SHARES,
    SCREENED,
    UNITS,
    XCO2_VARIABLES,
    CompositeOptions,
    PredictorFiles,
    median_of,
)
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.core.grid import Grid
from helpers.xco2_raw import write, write_cells, write_weather

GRID = Grid(45)  # 4 x 8 cells, centres at 67.5, 22.5, -22.5, -67.5
NAN = np.nan
YEAR = [f"2019-{month:02d}" for month in range(1, 13)]
OPTIONS = CompositeOptions(
    tropomi_first_month={"so2": "2019-03", "no2": "2018-07", "co": "2018-07"}
)
FIRST = np.datetime64("2019-01-01")
NAMES = {
    "SO2": "SO2_column_number_density",
    "NO2": "tropospheric_NO2_column_number_density",
    "CO": "CO_column_number_density",
}


def days_of(numbers):
    """Return dates of days of the year 2019."""
    return [str(FIRST + number - 1) for number in numbers]


def column(values):
    """Return values of images as (time, 1, 1)."""
    return np.asarray(values)[:, None, None]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A year of all sources; every value is the same in all cells unless said."""
    folder = tmp_path_factory.mktemp("raw")

    def raw(name, days, **variables):
        path = write(folder / name, days, lat=GRID.lat, lon=GRID.lon, **variables)
        return str(path)

    gpp_days = np.arange(1, 362, 8)
    evi_days = np.arange(1, 354, 16)
    all_days = days_of(range(1, 366))
    month = np.array(all_days, "M8[M]").astype(int) % 12  # 0 to 11
    of_month = np.array([int(day[8:]) for day in all_days])
    # Temperature: 280 K + day of month; on even days the retrieval failed.
    temperature = (280 + of_month) * 50
    classes = np.full((4, 8), 12)
    classes[0, 0], classes[3] = 17, 15
    lights = np.array([1.0, -1.0] + [2.0] * 10)
    months = [f"{m}-01" for m in YEAR]
    gases = [
        raw(
            f"S5P_L3_{gas}_2019.nc",
            months,
            **{NAMES[gas]: ("f4", column(np.arange(12) * 1e-5)), "images": ("u2", 3)},
        )
        for gas in NAMES
    ]
    sea = np.full((12, 3, 4), 280.0)
    sea[:, 2] = NAN  # the south pole's nodes
    return PredictorFiles(
        # 10 a day for 8 days is 1 gC m-2 d-1; the composite of day 361 has five days.
        gpp=raw("gpp.nc", days_of(gpp_days), Gpp=("i2", column(np.where(gpp_days == 361, 150, 80))),
                Psn_QC=("u1", column(np.where(gpp_days == 33, 128, 96)))),
        evi=raw("evi.nc", days_of(evi_days), EVI=("i2", column(evi_days * 10)),
                SummaryQA=("i1", column(np.where(evi_days == 353, 3, 1)))),
        lst=raw("lst.nc", all_days, LST_Day_1km=("u2", column(temperature)),
                QC_Day=("u1", column(np.where(of_month % 2, 0, 2))),
                LST_Night_1km=("u2", column(temperature - 1000)), QC_Night=("u1", 0)),
        ndsi=raw("ndsi.nc", all_days, NDSI_Snow_Cover=("u1", column(of_month)),
                 NDSI_Snow_Cover_Basic_QA=("u1", column(np.where(month == 5, 211, 2))),
                 NDSI=("i2", column(-of_month * 100))),
        vcf=raw("vcf.nc", days_of([65]), Percent_Tree_Cover=("u1", 40)),
        igbp=raw("igbp.nc", days_of([1]), LC_Type1=("u1", classes)),
        lights=raw("lights.nc", months, avg_rad=("f4", column(lights)),
                   cf_cvg=("u2", column([1] * 11 + [0]))),
        weather=str(write_weather(folder / "weather.nc", YEAR, t2m=sea,
                                  sp=np.where(np.isnan(sea), NAN, 90_000))),
        gases=gases,
    )  # fmt: skip


def compose(path, files, *, year=2019, months=YEAR, grid=GRID, options=OPTIONS):
    """Write composites and return them."""
    write_composites(path, files=files, year=year, months=months, grid=grid, options=options)
    with xr.open_dataset(path) as dataset:
        return dataset.load()


@pytest.fixture(scope="module")
def composites(files, tmp_path_factory):
    return compose(tmp_path_factory.mktemp("out") / "2019.nc", files)


def series(composites, name, row=1, col=3):
    """Return the year of a cell."""
    return composites[name].values[:, row, col].astype(float)


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
    land = compose(tmp_path / "a.nc", changed)["land"].values
    assert land.sum(axis=1).tolist() == [7, 8, 0, 0]


def test_land_is_that_of_any_month_and_weather_that_of_its_own(files, tmp_path):
    """Temperature rises by a degree a month and is missing in the last."""
    field = np.broadcast_to((270.0 + np.arange(12))[:, None, None], (12, 3, 4)).copy()
    field[11] = NAN
    weather = write_weather(tmp_path / "w.nc", YEAR, t2m=field)
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, weather=str(weather)))
    np.testing.assert_allclose(series(result, "TEMP"), [*range(270, 281), NAN])
    assert result["land"].values.sum() == 31


def test_the_median_is_that_of_the_land_that_is_observed(files, tmp_path):
    """Tree cover 0 to 31 cell by cell: cell 0 is water, the median of 1 to 31 is 16."""
    path = write(tmp_path / "v.nc", days_of([65]), lat=GRID.lat, lon=GRID.lon,
                 Percent_Tree_Cover=("u1", np.arange(32).reshape(4, 8)))  # fmt: skip
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
    result = compose(tmp_path / "a.nc", files, options=options, months=YEAR[:2])
    np.testing.assert_allclose(series(result, name), expected, rtol=1e-6)


def test_the_other_lights(files, tmp_path):
    path = write(tmp_path / "l.nc", ["2019-01-01"], lat=GRID.lat, lon=GRID.lon,
                 Gap_Filled_DNB_BRDF_Corrected_NTL=("f4", 7))  # fmt: skip
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, lights=str(path)),
                     options=dataclasses.replace(OPTIONS, ntl="vnp46a2"))  # fmt: skip
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


def refused(tmp_path, message, files, *, error=InputError, **changes):
    """Assert that nothing is written, and why."""
    with pytest.raises(error, match=message):
        compose(tmp_path / "out" / "a.nc", files, **changes)
    assert not list(tmp_path.glob("out/*"))


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
            dataclasses.replace(files, gases=[str(path)]))  # fmt: skip


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


def test_quality_travels_with_the_values(composites):
    """GPP: four composites a month, in February one was not retrieved; LST: sixteen odd days."""
    assert series(composites, "GPP_images")[:2].tolist() == [4, 3]
    assert series(composites, "LST_images")[:2].tolist() == [16, 14]
    assert series(composites, "EVI_images")[[0, 11]].tolist() == [2, 1]
    assert series(composites, "NDSI_images")[[0, 5]].tolist() == [31, 0]
    assert series(composites, "NDSI_good_share")[[0, 5]].tolist() == [100, 0]
    assert series(composites, "NTL_images", 3).tolist() == [0] * 12  # beyond the product
    assert series(composites, "SO2_images")[:3].tolist() == [0, 0, 3]
    assert set(series(composites, "VCF_good_share")) == {100}
    for name in SCREENED:
        share, images = (composites[f"{name}_{what}"] for what in ("good_share", "images"))
        assert (share.dtype, images.dtype) == (np.uint8, np.uint16)
        assumed = composites["lights_assumed"] == 1 if name == "NTL" else False
        known = composites[name].notnull() & ~xr.DataArray(assumed)
        assert ((images > 0) == known).all(), name
        assert (share.where(known, 0) == share).all(), name


def test_shares_of_the_land_cover_stand_beside_its_class(composites):
    """A pixel is a cell here: water in the north-west, snow in the south, crops elsewhere."""
    found = {name: composites[name].values for name in COVER_SHARES}
    assert set(found["winner_share"].ravel()) == {100}
    assert found["land_share"].ravel().tolist() == [0] + [100] * 31
    assert found["vegetated_share"].ravel().tolist() == [0] + [100] * 23 + [0] * 8


def test_the_mean_of_both_overpasses_has_the_poorer_quality(files, tmp_path):
    options = dataclasses.replace(OPTIONS, lst="mean")
    result = compose(tmp_path / "a.nc", files, options=options, months=YEAR[:2])
    assert series(result, "LST_images").tolist() == [16, 14]  # of 31 nights and 16 days


def test_pixels_that_fill_cells_are_aggregated(files, tmp_path):
    """2 x 2 pixels of 10, 20, 30 percent and water: 20 percent of three quarters."""
    pixels = np.tile(np.array([[10, 20], [30, 200]]), (4, 8))
    lat, lon = 90 - 22.5 * (np.arange(8) + 0.5), -180 + 22.5 * (np.arange(16) + 0.5)
    path = write(tmp_path / "v.nc", days_of([65]), lat=lat, lon=lon,
                 Percent_Tree_Cover=("u1", pixels))  # fmt: skip
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, vcf=str(path)))
    assert set(result["VCF"].values.ravel()) == {20}
    assert set(result["VCF_good_share"].values.ravel()) == {75}


def test_another_confidence_than_the_file_was_screened_by_is_refused(files, tmp_path):
    path = write(tmp_path / "g.nc", ["2019-01-01"], lat=GRID.lat, lon=GRID.lon, gpp=("f4", 1),
                 gpp_good_share=("u1", 100), gpp_images=("u2", 4))  # fmt: skip
    with netCDF4.Dataset(path, "a") as file:
        file.screening = "confidence <= 3"
    changed = dataclasses.replace(files, gpp=str(path))
    np.testing.assert_array_equal(series(compose(tmp_path / "a.nc", changed), "GPP")[:2], [1, NAN])
    refused(tmp_path, "'screening' is 'confidence <= 3', expected 'confidence <= 1'.*gpp_confid",
            changed, options=dataclasses.replace(OPTIONS, gpp_confidence=1))  # fmt: skip


def test_an_absent_month_of_days_is_missing(tmp_path, files):
    with netCDF4.Dataset(files.evi) as file:
        assert file["EVI"].shape == (23, 4, 8)
    path = write(tmp_path / "e.nc", days_of([1]), lat=GRID.lat, lon=GRID.lon, EVI=("i2", 5000),
                 SummaryQA=("i1", 0))  # fmt: skip
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, evi=str(path)))
    np.testing.assert_array_equal(series(result, "EVI"), [0.5] + [NAN] * 11)


def test_weather_on_cells_is_interpolated_as_that_of_grid_points(files, composites, tmp_path):
    fine = Grid(22.5)
    north = np.where(fine.lat > -80, 0.0, NAN)[:, None]
    path = write_cells(
        tmp_path / "cells.nc", YEAR, lat=fine.lat, lon=fine.lon,
        t2m=280 + fine.lat[:, None] / 10 + north, sp=90_000 + north,
        tp=np.arange(12)[:, None, None] + north,
    )  # fmt: skip
    found = compose(tmp_path / "2019.nc", dataclasses.replace(files, weather=str(path)))
    # Centres of 45 degrees lie midway between those of 22.5 degrees.
    for row, lat in enumerate(GRID.lat):
        np.testing.assert_allclose(series(found, "TEMP", row), 280 + lat / 10, rtol=1e-6)
    np.testing.assert_allclose(series(found, "PRE"), np.arange(12))
    for name, value in {"SP": 90_000, "E": 1.5, "WIND_V": -2, "WIND_U": 3}.items():
        np.testing.assert_allclose(series(found, name), value)
        assert found[name].attrs == composites[name].attrs
    np.testing.assert_array_equal(found["GPP"], composites["GPP"])
