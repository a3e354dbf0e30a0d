"""Monthly ERA5-Land: layouts, and months, areas and variables that a file lacks."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.era5_land_monthly import MONTHLY_VARIABLES, open_monthly
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from helpers import era5_made
from helpers.xco2_raw import write_cells, write_weather

NAN = np.nan
NAMES = "t2m sp u10 v10 tp e"


def write(path, months=range(1, 13), **changes):
    stamps = np.array([f"2016-{month:02d}-01" for month in months], dtype="datetime64[D]")
    return era5_made.write(path, NAMES, stamps=stamps, **changes)


def read(path, **options):
    with open_monthly(path, year=2016, **options) as weather:
        for month in weather.months:
            weather.values(month, slice(None))


def refused(path, message, **options):
    with pytest.raises(InputError, match=message):
        read(path, **options)


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ([1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12], "absent: 2016-07 .t2m, sp, u10, v10, tp, e.; requ"),
        ([1, 2, 5, 6, 7, 8, 9], "absent: 2016-03 to 2016-04, 2016-10 to 2016-12 .t2m"),
    ],
)
def test_absent_months_are_refused_by_name(tmp_path, months, words):
    path = write(tmp_path / "a.nc", months)
    refused(path, f"a.nc: these months are {words}")
    refused(path, "name era5_land_monthly in the config key 'inputs.accept_incomplete'")


def test_only_the_months_that_a_run_needs_count(tmp_path):
    path = write(tmp_path / "a.nc", [10, 11, 12])
    with open_monthly(path, year=2016, months=["2016-10", "2016-12"]) as weather:
        assert not np.isnan(weather.values("2016-12", slice(None))).any()
    refused(path, "absent: 2016-09 .t2m", months=["2016-09", "2016-10"])


def test_the_key_states_absent_months_and_leaves_them(tmp_path):
    path = write(tmp_path / "a.nc", [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12])
    with (
        findings.collected() as found,
        open_monthly(path, year=2016, accept=["era5_land_monthly"]) as weather,
    ):
        assert np.isnan(weather.values("2016-07", slice(None))).all()
        assert not np.isnan(weather.values("2016-08", slice(None))).any()
    assert [(entry.outcome, entry.source) for entry in found] == [
        ("incomplete", "era5_land_monthly"),
        ("used", "era5_land_monthly"),
    ]
    assert "2016-07" in found[0].reason


def test_an_area_is_refused_where_the_globe_is_needed(tmp_path):
    words = "the area is 48.2 to 47.9 degrees north and 9.9 to 10.2 degrees east, expected the glo"
    refused(write(tmp_path / "a.nc"), words, grid=Grid(10.0))


def emptied(month):
    """Return a change that leaves no value in a month."""

    def change(values):
        values = values.copy()
        values[month - 1] = np.nan
        return values

    return change


@pytest.mark.parametrize(
    ("month", "names", "words"),
    [
        (7, NAMES, "there is no value in 2016-07 on land that has one in other months"),
        (1, NAMES, "there is no value in 2016-01 on land that has one in other months"),
        (7, "t2m", "t2m has no value in 2016-07 where other variables have some|t2m has no value"),
        (7, "tp e", "e, tp has no value in 2016-07 where other variables have some"),
    ],
)
def test_a_month_without_a_value_is_refused(tmp_path, month, names, words):
    path = write(tmp_path / "a.nc", **dict.fromkeys(names.split(), emptied(month)))
    refused(path, words)


def test_the_sea_is_no_absent_month(tmp_path):
    """A band of grid points without land has no value in any month."""

    def sea(values):
        values = values.copy()
        values[:, :2] = np.nan
        return values

    path = write(tmp_path / "a.nc", **dict.fromkeys(NAMES.split(), sea))
    with open_monthly(path, year=2016) as weather:
        for rows in (slice(0, 2), slice(0, 4), slice(2, 4)):
            for month in weather.months:
                found = weather.values(month, rows)
                assert found.shape == (rows.stop - rows.start, 4, len(MONTHLY_VARIABLES))
    assert not np.isnan(found).any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tp": lambda v: v * 0 + 0.06}, "the mean of tp .mm d-1. is 60 in 2016-01, expected 0 to"),
        ({"e": lambda v: v * 0 + 0.002}, "the sign was turned"),
        ({"e": lambda v: v * 0 - 0.03}, "e is 30 mm d-1 .* for the mean of a month"),
        ({"u10": 15.0, "v10": 15.0}, "the mean speed of the wind"),
    ],
)
def test_totals_of_a_month_and_turned_signs_are_refused(tmp_path, changes, words):
    path = write(tmp_path / "a.nc", **changes)
    refused(path, words)
    with (
        findings.collected() as found,
        open_monthly(path, year=2016, accept_implausible=["era5_land_monthly"]) as weather,
    ):
        if "e is" in words:
            with pytest.raises(InputError, match="e is 30"):
                weather.values("2016-05", slice(None))
        else:
            weather.values("2016-05", slice(None))
            assert found[1].outcome == "warning"


# Layouts: a ZIP of two members, and the cells of the fetch step.


def equal(found, expected):
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))


YEAR = [f"2015-{month:02d}" for month in range(1, 13)]


def test_weather_is_joined_by_month_and_turned(tmp_path):
    temperature = np.broadcast_to([280.0, 281.0, 282.0, 283.0], (12, 3, 4))
    path = write_weather(tmp_path / "a.nc", YEAR, t2m=temperature)
    with open_monthly(path, year=2015) as weather:
        assert weather.months == tuple(YEAR)
        assert weather.lon.tolist() == [-180, -90, 0, 90]
        values = weather.values("2015-05", slice(1, 2))
    assert values.shape == (1, 4, 6)
    equal(values[0, 0], [90000, 1, -2, 1, 2, 282])  # sp, e, v10, u10, tp, t2m
    equal(values[0, :, 5], [282, 283, 280, 281])


def test_rain_below_zero_is_noise(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR, tp=-1e-9)
    with open_monthly(path, year=2015) as weather:
        equal(weather.values("2015-01", slice(None))[..., 4], np.zeros((3, 4)))


def test_a_month_that_one_member_lacks_is_missing(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR, months_of_totals=YEAR[:6])
    with (
        pytest.raises(
            InputError, match=r"months are absent: 2015-07 to 2015-12 \(tp, e\); request"
        ),
        open_monthly(path, year=2015),
    ):
        pass
    with open_monthly(path, year=2015, months=YEAR[:6]) as weather:
        assert not np.isnan(weather.values("2015-06", slice(0, 1))).any()
    with (
        findings.collected() as found,
        open_monthly(path, year=2015, accept=["era5_land_monthly"]) as weather,
    ):
        row = weather.values("2015-07", slice(0, 1))[0, 0]
    equal(row, [90000, NAN, -2, 1, NAN, 280])
    assert found[0].outcome == "incomplete"
    assert "2015-07 to 2015-12 (tp, e)" in found[0].reason


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ("e",)}, "no variable e; found tp; request all six"),
        ({"day": 2}, "not monthly means .stamped on the first"),
        ({"history": '{"stream": ["mnth"]}'}, "one hour of the day .stream mnth"),
        ({"lat_of_totals": (80, 0, -80)}, "accumulations lie on 3 lats from 80 to -80"),
    ],
)
def test_other_weather_is_refused(tmp_path, changes, message):
    path = write_weather(tmp_path / "a.nc", YEAR, **changes)
    with pytest.raises(InputError, match=message), open_monthly(path, year=2015):
        pass


def test_weather_of_another_year_is_refused(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR)
    with (
        pytest.raises(InputError, match="2015-01 to 2015-12, expected those of 2016"),
        open_monthly(path, year=2016),
    ):
        pass


def test_impossible_weather_is_refused(tmp_path):
    path = write_weather(tmp_path / "a.nc", YEAR, t2m=15.0)
    with open_monthly(path, year=2015) as weather, pytest.raises(InputError, match="t2m is 15 K"):
        weather.values("2015-01", slice(None))


def cells(folder, **changes):
    """Write two months of weather on eight cells."""
    lat, lon = np.array([45.0, -45.0]), np.array([-135.0, -45.0, 45.0, 135.0])
    return write_cells(folder / "cells.nc", ["2015-03", "2015-12"], lat=lat, lon=lon, **changes)


def test_weather_on_cells_is_read_as_it_is(tmp_path):
    sea = np.full((2, 2, 4), 281.0)
    sea[:, 1, 2] = NAN
    path = cells(tmp_path, t2m=sea)
    with open_monthly(path, year=2015, accept=["era5_land_monthly_ee"]) as weather:
        assert weather.months == ("2015-03", "2015-12")
        assert weather.lat.tolist() == [45, -45]
        found = weather.values("2015-12", slice(0, 2))
        none = weather.values("2015-04", slice(0, 2))
    assert found.shape == (2, 4, 6)
    equal(found[0, 0], [90_000, 1.5, -2, 3, 2, 281])
    assert np.isnan(found[1, 2, 5])
    assert np.isnan(none).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tp": None}, "no variable tp, of which the fetch step writes sp, e, v10"),
        ({"units": {"tp": "m"}}, r"tp is in 'm', expected 'mm d-1' as the fetch step writes it"),
        ({"stamp": "-02"}, "a month is stamped 2015-03-02T00:00, expected its first day"),
    ],
)
def test_other_weather_on_cells_is_refused(tmp_path, changes, message):
    with (
        pytest.raises(InputError, match=message),
        open_monthly(cells(tmp_path, **changes), year=2015),
    ):
        pass


def test_weather_on_cells_of_another_year_is_refused(tmp_path):
    path = cells(tmp_path)
    with pytest.raises(InputError, match="expected those of 2016"), open_monthly(path, year=2016):
        pass


def test_impossible_weather_on_cells_is_refused(tmp_path):
    with (
        open_monthly(cells(tmp_path, sp=15.0), year=2015, months=["2015-03"]) as weather,
        pytest.raises(InputError, match="sp is 15 Pa"),
    ):
        weather.values("2015-03", slice(0, 2))
