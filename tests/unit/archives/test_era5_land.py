"""ERA5-Land: time stamps, signs, units and layouts, on files of a few numbers."""

from __future__ import annotations

import zipfile

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.core.errors import InputError

UNITS = {"t2m": "K", "d2m": "K", "tp": "m", "e": "m of water equivalent", "ssrd": "J m**-2"}
DAYS = ("2001-01-01", "2001-01-02", "2001-01-03")


def write(path, values, *, stamps=DAYS, lat=(10.0, 9.9), lon=(350.0, 350.1), units=None, **attrs):
    """A file in the CDS layout; each variable is given by one number a stamp."""
    stamps = np.array(stamps, dtype="datetime64[s]").astype(np.int64)
    shape = (len(stamps), len(lat), len(lon))
    dims = ("valid_time", "latitude", "longitude")
    dataset = xr.Dataset(
        {
            name: (
                dims,
                np.broadcast_to(np.reshape(numbers, (-1, 1, 1)), shape).astype(np.float32),
                {"units": (units or UNITS)[name]} | attrs,
            )
            for name, numbers in values.items()
        },
        coords={
            "valid_time": ("valid_time", stamps, {"units": "seconds since 1970-01-01"}),
            "latitude": list(lat),
            "longitude": list(lon),
            "number": 0,
            "expver": ("valid_time", ["0001"] * len(stamps)),
        },
    )
    dataset.to_netcdf(path)
    return path


def test_the_value_stamped_midnight_is_the_total_of_the_day_before(tmp_path):
    path = write(tmp_path / "a.nc", {"tp": [0.001, 0.002, 0.003]})
    with open_accumulation(path) as dataset:
        days = dataset["time"].values.astype("datetime64[D]").astype(str)
        rain = dict(zip(days, dataset["tp"].values[:, 0, 0], strict=True))
    assert rain == pytest.approx({"2000-12-31": 1, "2001-01-01": 2, "2001-01-02": 3})


def test_the_mean_of_a_day_stays_at_its_day(tmp_path):
    path = write(tmp_path / "a.nc", {"t2m": [280, 281, 282]})
    with open_state(path) as dataset:
        assert dataset["time"].values.astype("datetime64[D]").astype(str).tolist() == list(DAYS)
        assert dataset["time"].dtype == "datetime64[ns]"
        assert dataset["t2m"].values[:, 0, 0].tolist() == [280, 281, 282]
        assert dataset["t2m"].dtype == np.float32


def test_units_and_signs_of_totals(tmp_path):
    """-0.002 m evaporates 2 mm; 8.64 MJ a day is 100 W."""
    values = {"tp": [0.005] * 3, "e": [-0.002, 0.0001, 0.0], "ssrd": [8.64e6] * 3}
    with open_accumulation(write(tmp_path / "a.nc", values)) as dataset:
        check_range(dataset.load(), "a.nc")
        assert dataset["tp"].values[:, 0, 0] == pytest.approx([5, 5, 5])
        assert dataset["e"].values[:, 0, 0] == pytest.approx([2, -0.1, 0])
        assert dataset["ssrd"].values[:, 0, 0] == pytest.approx([100, 100, 100])
        units = {name: array.attrs["units"] for name, array in dataset.data_vars.items()}
    assert units == {"tp": "mm d-1", "e": "mm d-1", "ssrd": "W m-2"}


def test_axes_are_settled_and_slices_read(tmp_path):
    path = write(tmp_path / "a.nc", {"t2m": [280] * 3}, lat=(9.9, 10.0))
    with open_state(path) as dataset:
        assert dataset["lat"].values.tolist() == [10.0, 9.9]
        assert dataset["lon"].values.tolist() == [-10.0, -9.9]
        assert set(dataset.variables) == {"t2m", "time", "lat", "lon"}
        assert dataset.isel(lat=slice(1, 2), time=[0, 2]).load()["t2m"].shape == (2, 1, 2)


def test_the_sea_stays_missing(tmp_path):
    """The sea has no value on any day; a day without a value is a hole."""
    path = write(tmp_path / "a.nc", {"tp": [0, 0.001, 0]})
    with netCDF4.Dataset(path, "a") as file:
        file["tp"][:, 0, 1] = np.nan
    with open_accumulation(path) as dataset:
        loaded = check_range(dataset.load(), path)
        assert np.isnan(loaded["tp"].values).sum(axis=0).tolist() == [[0, 3], [0, 0]]


def test_packing_noise_becomes_zero_and_no_more_than_noise(tmp_path):
    """1e-9 m and 100 J below zero are noise; 1 mm below zero is not."""
    path = write(tmp_path / "a.nc", {"tp": [-1e-9, 0.001, 0], "ssrd": [-100, 1.5e7, 1.5e7]})
    with open_accumulation(path) as dataset:
        check_range(dataset.load(), path)
        assert dataset["tp"].values[0, 0, 0] == 0
        assert dataset["ssrd"].values[0, 0, 0] == 0
    path = write(tmp_path / "b.nc", {"tp": [0, -0.001, 0]})
    with open_accumulation(path) as dataset, pytest.raises(InputError, match="tp is -1 mm d-1 at"):
        check_range(dataset.load(), path)
    # Dew is real: a little evaporation below zero stays.
    path = write(tmp_path / "c.nc", {"e": [1e-5, 0, 0]})
    with open_accumulation(path) as dataset:
        assert dataset["e"].values[0, 0, 0] == pytest.approx(-0.01)


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("t2m", "degC", "K"),
        ("tp", "kg m-2 s-1", "m"),
        ("tp", "mm", "m"),
        ("ssrd", "W m-2", "J m"),
        ("e", "kg m-2", "m"),
    ],
)
def test_another_unit_is_refused(tmp_path, name, unit, expected):
    path = write(tmp_path / "a.nc", {name: [1.0] * 3}, units={name: unit})
    opener = open_state if name == "t2m" else open_accumulation
    with (
        pytest.raises(InputError, match=f"a.nc: {name} is in '{unit}', expected '{expected}"),
        opener(path),
    ):
        pass


@pytest.mark.parametrize("unit", ["J m**-2", "J m-2", "J m^-2", "J/m2"])
def test_spellings_of_a_unit_are_accepted(tmp_path, unit):
    path = write(tmp_path / "a.nc", {"ssrd": [8.64e6] * 3}, units={"ssrd": unit})
    with open_accumulation(path) as dataset:
        assert float(dataset["ssrd"][0, 0, 0]) == pytest.approx(100)


@pytest.mark.parametrize(
    ("name", "value"),
    [("t2m", 15.0), ("t2m", -32767.0), ("tp", 5.0), ("ssrd", 9e7), ("e", -3.0), ("d2m", np.inf)],
)
def test_an_impossible_value_is_refused_with_its_place(tmp_path, name, value):
    """Celsius, an undeclared fill, mm called m: what a wrong unit without a name looks like."""
    good = {"t2m": 280.0, "d2m": 280.0}.get(name, 0.0)
    path = write(tmp_path / "a.nc", {name: [good, value, good]})
    opener = open_state if name in ("t2m", "d2m") else open_accumulation
    day = "2001-01-02" if opener is open_state else "2001-01-01"
    where = rf"a\.nc: {name} is .* at time {day}, lat 10, lon -10, outside the possible"
    with opener(path) as dataset, pytest.raises(InputError, match=where):
        check_range(dataset.load(), path)


def test_hours_are_refused(tmp_path):
    hours = ("2001-01-01T00:00", "2001-01-01T01:00", "2001-01-01T02:00")
    path = write(tmp_path / "a.nc", {"tp": [0.001] * 3, "t2m": [280] * 3}, stamps=hours)
    for opener in (open_state, open_accumulation):
        with (
            pytest.raises(InputError, match="2 of 3 values are stamped within the day"),
            opener(path),
        ):
            pass


def test_monthly_means_are_no_days_and_days_no_monthly_means(tmp_path):
    months = ("2001-01-01", "2001-02-01", "2001-03-01")
    monthly = write(tmp_path / "a.nc", {"tp": [0.001] * 3, "t2m": [280] * 3}, stamps=months)
    daily = write(tmp_path / "b.nc", {"tp": [0.001] * 3, "t2m": [280] * 3})
    for opener in (open_state, open_accumulation):
        with pytest.raises(InputError, match="these are monthly means"), opener(monthly):
            pass
        with pytest.raises(InputError, match="not monthly means"), opener(daily, step="month"):
            pass
        with opener(monthly, step="month") as dataset:
            # Accumulations of monthly means are per day, in their own month: no shift.
            assert dataset["time"].values[0] == np.datetime64("2001-01-01")


def test_one_day_alone_is_a_day(tmp_path):
    path = write(tmp_path / "a.nc", {"tp": [0.001]}, stamps=("2002-01-01",))
    with open_accumulation(path) as dataset:
        assert dataset["time"].values[0] == np.datetime64("2001-12-31")


def test_era5_is_not_era5_land(tmp_path):
    """At 0.25 degrees the value stamped 00:00 is the total of one hour."""
    path = write(
        tmp_path / "a.nc", {"tp": [0.001] * 3}, GRIB_iDirectionIncrementInDegrees=np.float64(0.25)
    )
    with pytest.raises(InputError, match="grid of ERA5"), open_accumulation(path):
        pass


def test_means_of_the_day_are_no_accumulations(tmp_path):
    path = write(tmp_path / "a.nc", {"tp": [0.001] * 3}, GRIB_stepType="instant")
    with (
        pytest.raises(InputError, match="'instant', expected accumulations"),
        open_accumulation(path),
    ):
        pass


def test_the_wrong_kind_of_file_is_refused(tmp_path):
    path = write(tmp_path / "a.nc", {"t2m": [280] * 3})
    with (
        pytest.raises(InputError, match="none of tp, e, ssrd.*found: .*t2m"),
        open_accumulation(path),
    ):
        pass


def archive(path, *members):
    with zipfile.ZipFile(path, "w") as file:
        for member in members:
            file.write(member, member.name)
    return path


def test_members_of_an_archive_are_joined(tmp_path):
    """One in 0 to 360, one in -180 to 180 degrees, a third without a wanted variable."""
    path = archive(
        tmp_path / "accum.nc",
        write(tmp_path / "data_0.nc", {"tp": [0.001] * 3, "e": [-0.001] * 3}),
        write(tmp_path / "data_1.nc", {"ssrd": [8.64e6] * 3}, lon=(-10.0, -9.9)),
        write(tmp_path / "data_2.nc", {"t2m": [280] * 3}, lat=(50.0, 49.9)),
    )
    with open_accumulation(path) as dataset:
        loaded = check_range(dataset.load(), path)
    assert set(loaded.data_vars) == {"tp", "e", "ssrd"}
    assert float(loaded["ssrd"][2, 1, 1]) == pytest.approx(100)


def test_members_of_other_days_or_places_are_refused(tmp_path):
    first = write(tmp_path / "data_0.nc", {"tp": [0.001] * 3})
    later = ("2001-01-02", "2001-01-03", "2001-01-04")
    for number, options in enumerate(({"stamps": later}, {"lat": (10.1, 10.0)})):
        other = write(tmp_path / "data_1.nc", {"e": [0.0] * 3}, **options)
        path = archive(tmp_path / f"{number}.nc", first, other)
        with (
            pytest.raises(InputError, match="member data_1.nc: its (time|lat)"),
            open_accumulation(path),
        ):
            pass


def test_a_variable_in_two_members_is_refused(tmp_path):
    path = archive(
        tmp_path / "a.nc",
        write(tmp_path / "data_0.nc", {"tp": [0.001] * 3}),
        write(tmp_path / "data_1.nc", {"tp": [0.002] * 3}),
    )
    with pytest.raises(InputError, match="tp is in another member"), open_accumulation(path):
        pass


def test_the_old_layout_packed_in_integers(tmp_path):
    """netCDF-3, hours since 1900, int16 with scale and offset, fill -32767."""
    dims = ("time", "latitude", "longitude")
    values = np.array([[[280.5, np.nan]], [[281.25, 282.0]]])
    dataset = xr.Dataset(
        {"t2m": (dims, values, {"units": "K"})},
        coords={
            "time": (
                "time",
                np.array([885_360, 885_384], dtype=np.int32),  # 36,890 days are 101 years
                {"units": "hours since 1900-01-01 00:00:00.0", "calendar": "gregorian"},
            ),
            "latitude": np.array([10.0], dtype=np.float32),
            "longitude": np.array([359.8, 359.9], dtype=np.float32),
        },
    )
    packing = {"dtype": "int16", "scale_factor": 0.25, "add_offset": 280.0, "_FillValue": -32767}
    path = tmp_path / "old.nc"
    dataset.to_netcdf(path, format="NETCDF3_64BIT", encoding={"t2m": packing})
    with open_state(path) as opened:
        assert opened["lon"].values.tolist() == [-0.2, -0.1]
        assert opened["time"].values[1] == np.datetime64("2001-01-02")
        np.testing.assert_array_equal(opened["t2m"].values, values.astype(np.float32))
