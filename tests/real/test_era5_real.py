"""The ERA5 reader on real files of the Climate Data Store, old and new."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core.errors import InputError
from helpers.era5_files import edited, of_utc_days, on_land_grid


@pytest.fixture(scope="module")
def era5(shared):
    return shared / "data" / "era5"


@pytest.fixture(scope="module")
def more(shared):
    return shared / "data" / "more"


LISETH = "LisethMarinero_Proyecto"
PHTZONE = "Phtzone_SGU25_MHHTH"
ANNA = "annajohnson58_Wildfire-Prediction-Project"
JUNJIE = "Junjiecheng2024_fire_risk_predictor"
SUN = "amun0905_Solar-suitability-analysis-Indonesia/data_0.nc"
OLD = "ecmwf_earthkit-data/era5_2t_1.nc"
DERIVED = "prasannakanti_Data_Grid/ERA5.nc"
STATIONS = "Ouranosinc_xclim-testdata/daily_surface_cancities_1990-1993.nc"
SOIL = "rafaelmenesesw-cpu_Geomodelagem/slt.area-subset.-1.75.-48.7.-2.25.-49.2.nc"

#: What each opener makes of each file: variables, first time, north-west corner.
READ = [
    (f"{LISETH}/data_1.nc", open_state, "day", "t2m d2m sp u10 v10", "2025-10-16", 14, -90),
    (f"{LISETH}/data_1.nc", open_accumulation, "day", "tp ssrd", "2025-10-15", 14, -90),
    # A ZIP archive with a .nc name.
    (f"{LISETH}/reanalysis-era5-land_2025_10_12.nc", open_state, "day", "t2m d2m sp",
     "2025-10-12", 14, -90),
    (f"{LISETH}/reanalysis-era5-land_2025_10_12.nc", open_accumulation, "day", "tp",
     "2025-10-11", 14, -90),
    (f"{ANNA}/data_stream-moda.nc", open_state, "month", "t2m u10 v10", "2024-01-01", 11, 74.5),
    (f"{ANNA}/data_stream-moda.nc", open_accumulation, "month", "tp", "2024-01-01", 11, 74.5),
    ("rafaelmenesesw-cpu_Geomodelagem/data_stream-moda.nc", open_accumulation, "month", "tp",
     "2025-02-01", -1.8, -49.2),
]  # fmt: skip

#: Layouts that are real in ERA5 (0.25 degrees), read from grid points of ERA5-Land.
AS_LAND = [
    (f"{PHTZONE}/data_stream-moda_stepType-avgua.nc", open_state, "t2m", "2005-01-01"),
    # Stamped 06:00 of the first of the month.
    (f"{PHTZONE}/data_stream-moda_stepType-avgad.nc", open_accumulation, "tp", "2005-01-01"),
    ("ggstarling_trabalho11/data_0.nc", open_state, "t2m", "1940-01-01"),
    # Whole numbers YYYYMMDD on a dimension called date.
    ("marygan_Final-Project/data_1.nc", open_state, "t2m d2m v10", "1984-01-01"),
    ("marygan_Final-Project/data_1.nc", open_accumulation, "tp", "1984-01-01"),
]

_ERA5 = "0.25 degree grid of ERA5"

#: What is refused, and with which words.
REFUSED = [
    (f"{PHTZONE}/data_stream-moda_stepType-avgua.nc", open_state, "month", _ERA5),
    (f"{PHTZONE}/data_stream-moda_stepType-avgad.nc", open_accumulation, "month", _ERA5),
    ("ggstarling_trabalho11/data_0.nc", open_state, "month", _ERA5),
    ("marygan_Final-Project/data_1.nc", open_accumulation, "month", _ERA5),
    (SUN, open_accumulation, "day", "23 of 24 values are stamped within the day"),
    (SUN, open_state, "day", "none of t2m, d2m, sp, u10, v10 is in this file .found: .*ssrd"),
    (f"{JUNJIE}/data_stream-oper_stepType-accum.nc", open_accumulation, "day",
     "366 of 732 values are stamped within the day .the first 2024-01-01T12:00"),
    (f"{JUNJIE}/data_stream-oper_stepType-instant.nc", open_state, "day", "366 of 732 values"),
    ("AliciaXia222_Capstone-Team-Climate-Trace/download.nc", open_state, "day",
     "1 of 1 values are stamped within the day .the first 2023-04-22T03:00"),
    (OLD, open_state, "day", "the first 2021-03-01T12:00"),
    (OLD, open_state, "month", "not monthly means"),
    (f"{PHTZONE}/data_stream-moda_stepType-avgua.nc", open_state, "day", "monthly means"),
    (f"{PHTZONE}/data_stream-moda_stepType-avgad.nc", open_accumulation, "day", "monthly means"),
    (f"{ANNA}/data_stream-mnth.nc", open_accumulation, "month", "one hour of the day"),
    (f"{ANNA}/data_stream-mnth.nc", open_state, "day", "one hour of the day"),
    ("rafaelmenesesw-cpu_Geomodelagem/data_stream-moda.nc", open_accumulation, "day",
     "monthly means"),
    (DERIVED, open_state, "month", "t2m is in 'deg C', expected 'K'"),
    (DERIVED, open_accumulation, "month", "tp is in 'kg/m2/s', expected 'm'"),
    (STATIONS, open_state, "day", "none of t2m, d2m, sp, u10, v10 is in this file .found: .*tas"),
    (f"{LISETH}/data_0.nc", open_state, "day", "found: .*stl1"),
    (f"{LISETH}/data_2.nc", open_accumulation, "day", "found: .*snowc"),
    (SOIL, open_state, "day", "found: slt"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "opener", "step", "names", "first", "lat", "lon"), READ)
def test_real_files_are_read(era5, name, opener, step, names, first, lat, lon):
    with opener(era5 / name, step=step) as dataset:
        assert list(dataset.data_vars) == names.split()
        assert dataset["time"].values[0] == np.datetime64(first)
        assert (dataset["lat"].values[0], dataset["lon"].values[0]) == (lat, lon)
        assert (np.diff(dataset["lat"]) < 0).all()
        assert (np.diff(dataset["lon"]) > 0).all()
        loaded = check_range(dataset.load(), name)
        assert all(array.notnull().any() for array in loaded.data_vars.values())


@pytest.mark.parametrize(("name", "opener", "names", "first"), AS_LAND)
def test_real_layouts_of_months_are_read(era5, tmp_path, name, opener, names, first):
    path = edited(era5 / name, tmp_path / "a.nc", on_land_grid)
    with opener(path, step="month") as dataset:
        assert list(dataset.data_vars) == names.split()
        assert dataset["time"].values[0] == np.datetime64(first)
        with xr.open_dataset(era5 / name, decode_times=False) as raw:
            expected = raw[names.split()[0]].values * (1000 if names == "tp" else 1)
        loaded = check_range(dataset.load(), name)
        np.testing.assert_allclose(loaded[names.split()[0]], expected, rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize(("name", "opener", "step", "message"), REFUSED)
def test_real_files_of_another_kind_are_refused(era5, name, opener, step, message):
    with pytest.raises(InputError, match=message), opener(era5 / name, step=step):
        pass


def test_every_real_file_is_named_above(era5):
    named = {entry[0] for entry in (*READ, *REFUSED)} | {OLD.replace("_1", "_2")}
    assert {str(path.relative_to(era5)) for path in era5.glob("*/*.nc")} == named


def test_midnight_holds_the_total_of_the_day_before(era5, tmp_path):
    """Real hourly sunshine over Indonesia on 10 July 2023, in MJ m-2.

    The value rises from 1 to 14.5 during the day, while the one stamped 00:00 is a full day's
    15.6: it cannot be the beginning of the day that it is stamped with.
    """
    with xr.open_dataset(era5 / SUN, decode_times=False) as hours:
        means = hours["ssrd"].mean(["latitude", "longitude"]).values / 1e6
        assert (np.diff(means[1:]) >= -1e-6).all()
        assert means[[0, 1, 23]] == pytest.approx([15.56, 1.01, 14.53], abs=0.01)
        hours.isel(valid_time=[0]).to_netcdf(tmp_path / "midnight.nc")
    with open_accumulation(tmp_path / "midnight.nc") as dataset:
        assert dataset["time"].values.astype("datetime64[D]").astype(str).tolist() == ["2023-07-09"]
        loaded = check_range(dataset.load(), "midnight.nc")
        assert float(loaded["ssrd"].mean()) == pytest.approx(15.56e6 / 86_400, rel=1e-3)


def test_values_are_those_of_the_file(era5):
    """Rain of ERA5-Land, in m in the file and mm d-1 here, at one node and on the whole grid."""
    path = era5 / LISETH / "data_1.nc"
    with xr.open_dataset(path) as raw, open_accumulation(path) as dataset:
        np.testing.assert_allclose(
            dataset["tp"].values, np.maximum(raw["tp"].values * 1000, 0), rtol=1e-6
        )
        np.testing.assert_allclose(dataset["ssrd"].values, raw["ssrd"].values / 86_400, rtol=1e-6)


def test_the_hours_of_era5_are_not_taken_for_days(era5, tmp_path):
    """The 00:00 values of real ERA5 (0.25 degrees) look like daily totals, but are hours."""
    with xr.open_dataset(
        era5 / JUNJIE / "data_stream-oper_stepType-accum.nc", decode_times=False
    ) as raw:
        raw.isel(valid_time=slice(0, None, 2)).to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match="grid of ERA5"), open_accumulation(tmp_path / "a.nc"):
        pass


def test_a_global_file_from_0_to_360_is_turned(era5):
    """Real ERA5 of one hour: Greenwich is the first column of the file, the middle one here."""
    path = era5 / "AliciaXia222_Capstone-Team-Climate-Trace" / "download.nc"
    with xr.open_dataset(path) as raw, open_netcdf(path) as (opened,):
        dataset = normalise_axes(opened)
        assert dataset["lon"].values[[0, 720, -1]].tolist() == [-180, 0, 179.75]
        values = dataset["t2m"].isel(time=0, lat=slice(300, 310)).values
        expected = np.roll(raw["t2m"].isel(valid_time=0).values[300:310], 720, axis=1)
        np.testing.assert_array_equal(values, expected)


def test_the_old_layout_is_unpacked(era5):
    """netCDF-3, int16 packed, hours since 1900, longitudes 0 to 340."""
    with xr.open_dataset(era5 / OLD) as raw, open_netcdf(era5 / OLD) as (opened,):
        dataset = normalise_axes(opened)
        assert dataset["time"].values[0] == raw["time"].values[0]
        assert dataset["lon"].values.tolist() == list(range(-180, 180, 20))
        np.testing.assert_array_equal(
            dataset["t2m"].values[0], np.roll(raw["t2m"].values[0], 9, axis=1)
        )


def test_the_real_old_file_cut_short_is_refused(era5, tmp_path):
    """Its last cells would read as zeros, that is as 265.9 K, without a word of the library."""
    (tmp_path / "a.nc").write_bytes((era5 / OLD).read_bytes()[:-100])
    with (
        pytest.raises(InputError, match="cut short: 1408 bytes, expected 15"),
        open_netcdf(tmp_path / "a.nc"),
    ):
        pass


@pytest.mark.parametrize(
    "name", [f"{LISETH}/data_1.nc", f"{LISETH}/reanalysis-era5-land_2025_10_12.nc", SUN]
)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_real_new_files_cut_short_are_refused(era5, tmp_path, name, share):
    content = (era5 / name).read_bytes()
    (tmp_path / "a.nc").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="cut short"), open_state(tmp_path / "a.nc"):
        pass


def test_a_real_pair_stamped_six_hours_apart_is_joined_by_its_months(era5, tmp_path):
    """The monthly ZIP of the Climate Data Store: t2m stamped 00:00, tp stamped 06:00."""
    names = [f"data_stream-moda_stepType-{kind}.nc" for kind in ("avgua", "avgad")]
    for name in names:
        edited(era5 / PHTZONE / name, tmp_path / name, on_land_grid)
    with zipfile.ZipFile(tmp_path / "monthly.nc", "w") as archive:
        for name in names:
            archive.write(tmp_path / name, name)
    with (
        open_state(tmp_path / "monthly.nc", step="month") as state,
        open_accumulation(tmp_path / "monthly.nc", step="month") as totals,
    ):
        np.testing.assert_array_equal(state["time"].values, totals["time"].values)
        assert totals.sizes["time"] == 240
        # Vietnam is wet: 4 to 6 mm a day over the years.
        assert 3 < float(totals["tp"].mean()) < 8


DAILY = "era5_daily_statistics"
ZONE = "its days begin 5 hours before 00 UTC .time_shift .5 hours"
LATITUDES = "latitudes lie at 54.903, 54.803 ... 47.302, expected the grid points of ERA5-Land"

#: Daily statistics, hours and months of ../shared/data/more, and what is wrong with each.
MORE_REFUSED = [
    (f"{DAILY}/VPD_TRIAL/tmax.nc", open_state, "day", "its values are the 'max' of a day's hours"),
    (f"{DAILY}/VPD_TRIAL/tmin.nc", open_state, "day", "its values are the 'min' of a day's hours"),
    (f"{DAILY}/VPD_TRIAL/2m_temperature_0_daily-mean.nc", open_state, "day", ZONE),
    (f"{DAILY}/VPD_TRIAL/2m_dewpoint_temperature_0_daily-mean.nc", open_state, "day", ZONE),
    (f"{DAILY}/crate/2m_temperature_0_daily-mean.nc", open_state, "day", LATITUDES),
    (f"{DAILY}/crate/surface_pressure_0_daily-mean.nc", open_state, "day", LATITUDES),
    (f"{DAILY}/crate/10m_u_component_of_wind_0_daily-mean.nc", open_state, "day", LATITUDES),
    (f"{DAILY}/crate/10m_v_component_of_wind_0_daily-mean.nc", open_state, "day", LATITUDES),
    (f"{DAILY}/arazig/2m_temperature_0_daily-mean.nc", open_state, "day", _ERA5),
    (f"{DAILY}/arazig/10m_v_component_of_wind_0_daily-mean.nc", open_state, "day", _ERA5),
    (f"{DAILY}/arazig/10m_u_component_of_wind_stream-oper_daily-mean.nc", open_state, "day", _ERA5),
    (f"{DAILY}/arazig/total_precipitation_0_daily-mean.nc", open_accumulation, "day",
     "its history says daily_reduce"),
    ("era5_hourly/eric157/data_stream-oper_stepType-accum.nc", open_accumulation, "month",
     "these are single hours, one a month .the first 2014-01-01T12:00., expected monthly means"),
    ("era5_hourly/eric157/data_stream-oper_stepType-accum.nc", open_accumulation, "day",
     "these are single hours, one a month .the first 2014-01-01T12:00., expected one value for"),
    ("era5_hourly/eric157/data_stream-oper_stepType-max.nc", open_state, "day", "found: .*mn2t"),
    ("era5_hourly/eric157/data_stream-oper_stepType-instant.nc", open_state, "month",
     "single hours, one a month"),
    ("era5_hourly/zampy/era5-land_air_temperature_2020-1.nc", open_state, "day", "3 of 4 values"),
    ("era5_hourly/zampy/era5-land_dewpoint_temperature_2020-1.nc", open_state, "day", "3 of 4"),
    ("era5_hourly/zampy/era5_eastward_component_of_wind_2020-1.nc", open_state, "day", "3 of 4"),
    ("era5_hourly/zampy/era5_northward_component_of_wind_2020-1.nc", open_state, "day", "3 of 4"),
    ("era5_hourly/zampy/era5_surface_pressure_2020-1.nc", open_state, "day", "3 of 4 values"),
    ("era5_hourly/zampy/era5_surface_solar_radiation_downwards_2020-1.nc", open_accumulation,
     "day", "3 of 4 values are stamped within the day"),
    ("era5_hourly/zampy/era5_surface_thermal_radiation_downwards_2020-1.nc", open_accumulation,
     "day", "found: .*strd"),
    ("era5_hourly/zampy/era5_total_precipitation_2020-1.nc", open_accumulation, "day",
     "found: .*mtpr"),
    ("era5_hourly/zampy/cams_co2_concentration_2020_01_01-2020_02_15.nc", open_state, "day",
     "found: co2"),
    ("era5_monthly/leticiagoncalves/uenf_test.nc", open_state, "month", "not monthly means"),
    ("era5_monthly/anafrodrigues95/data_stream-moda.nc", open_state, "day", "monthly means"),
]  # fmt: skip

#: Monthly means of ERA5-Land near Belem: variables, month, mean.
MORE_READ = [
    ("era5_monthly/anafrodrigues95/data_stream-moda.nc", open_state, "t2m", "2025-01"),
    ("era5_monthly/anafrodrigues95/data_stream-moda.nc", open_accumulation, "tp", "2025-01"),
    ("era5_monthly/leticiagoncalves/data_stream-moda.nc", open_state, "t2m", "2025-03"),
]


@pytest.mark.parametrize(("name", "opener", "step", "message"), MORE_REFUSED)
def test_other_statistics_zones_and_grids_are_refused(more, name, opener, step, message):
    with pytest.raises(InputError, match=message), opener(more / name, step=step):
        pass


@pytest.mark.parametrize(("name", "opener", "variable", "month"), MORE_READ)
def test_single_months_are_read(more, name, opener, variable, month):
    with opener(more / name, step="month") as dataset:
        loaded = check_range(dataset.load(), name)
    assert dataset["time"].values.astype("datetime64[M]").astype(str).tolist() == [month]
    low, high = {"t2m": (298, 302), "tp": (3, 20)}[variable]
    assert low < float(loaded[variable].mean()) < high


def test_every_file_of_more_is_named_above(more):
    named = {entry[0] for entry in (*MORE_REFUSED, *MORE_READ)}
    found = {str(path.relative_to(more)) for path in more.glob("era5_*/*/*.nc")}
    assert found == named


def test_daily_statistics_of_utc_days_are_read(more, tmp_path):
    """The layout of derived-era5-land-daily-statistics: one variable a file, counted in days."""
    folder = more / DAILY / "VPD_TRIAL"
    found = {}
    for name, file in (("t2m", "2m_temperature"), ("d2m", "2m_dewpoint_temperature")):
        source = folder / f"{file}_0_daily-mean.nc"
        path = edited(source, tmp_path / f"{name}.nc", of_utc_days)
        with open_state(path) as dataset, xr.open_dataset(source, decode_times=False) as raw:
            assert list(dataset.data_vars) == [name]
            days = dataset["time"].values.astype("datetime64[D]")
            found[name] = check_range(dataset.load(), path)[name]
            np.testing.assert_array_equal(found[name], raw[name])
        assert (days[0], days[-1], days.size) == (
            np.datetime64("2020-01-01"), np.datetime64("2020-01-31"), 31
        )  # fmt: skip
        assert found[name]["lat"].values[[0, -1]].tolist() == [29.8, 21.5]
    # The dew point lies below the temperature everywhere, by 4.2 K in the median.
    difference = found["t2m"].values - found["d2m"].values
    assert np.nanmin(difference) > 0
    assert np.nanmedian(difference) == pytest.approx(4.17, abs=0.01)


def test_daily_maxima_under_the_name_of_means_differ_by_five_kelvin(more):
    """Why the history is read: name, attributes and unit of the variable are those of the mean."""
    folder = more / DAILY / "VPD_TRIAL"
    with (
        xr.open_dataset(folder / "tmax.nc") as high,
        xr.open_dataset(folder / "2m_temperature_0_daily-mean.nc") as mean,
    ):
        assert high["t2m"].attrs == mean["t2m"].attrs
        assert float((high["t2m"] - mean["t2m"]).mean()) == pytest.approx(5.11, abs=0.01)
