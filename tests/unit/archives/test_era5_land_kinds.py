"""Kinds of files of ERA5-Land: statistic, time zone, step, grid, sea."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.era5_land import open_accumulation, open_state
from carbonscape.core.errors import InputError
from helpers import era5_made

REDUCED = (
    "2026-06-11T10:35 GRIB to CDM+CF via cfgrib-0.9.15.1 with {{}}\n"
    "earthkit.transforms.temporal.daily_reduce(2m_temperature_0, how={how}, "
    "**{{'time_shift': {{'hours': {hours}}}}})"
)


def refusal(path, opener=open_state, step="day"):
    with pytest.raises(InputError) as refused, opener(path, step=step):
        pass
    return str(refused.value)


@pytest.mark.parametrize("how", ["max", "min", "std"])
def test_another_statistic_is_refused_by_the_history(tmp_path, how):
    path = era5_made.write(tmp_path / "a.nc", "t2m", history=REDUCED.format(how=how, hours=0))
    assert f"a.nc: its values are the '{how}' of a day's hours by its history" in refusal(path)


@pytest.mark.parametrize(
    "marks",
    [
        {"history": "cdo -f nc daymax hourly.nc a.nc"},
        {"attrs": {"cell_methods": "area: mean time: maximum within days"}},
        {"attrs": {"GRIB_stepType": "max"}},
    ],
)
def test_other_marks_of_a_maximum_are_refused(tmp_path, marks):
    said = refusal(era5_made.write(tmp_path / "a.nc", "t2m", **marks))
    assert "its values are the 'max" in said
    assert "expected the mean (dataset derived-era5-land-daily-statistics" in said


@pytest.mark.parametrize(
    "marks",
    [
        {"history": REDUCED.format(how="mean", hours=0), "time_attrs": {"time_shift": "0 days"}},
        {"history": "cdo daymean hourly.nc a.nc", "attrs": {"cell_methods": "time: mean"}},
        {"attrs": {"GRIB_stepType": "instant"}},
    ],
)
def test_means_of_utc_days_are_read(tmp_path, marks):
    with open_state(era5_made.write(tmp_path / "a.nc", "t2m d2m", **marks)) as dataset:
        assert dataset.sizes["time"] == 30


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"time_attrs": {"time_shift": "0 days 05:00:00"}}, "5 hours before 00 UTC .* +5 hours"),
        ({"time_attrs": {"time_shift": "-1 days +20:00:00"}}, "4 hours after 00 UTC .* -4 hours"),
        ({"history": REDUCED.format(how="mean", hours=9)}, "9 hours before 00 UTC"),
    ],
)
def test_days_of_another_time_zone_are_refused(tmp_path, marks, words):
    path = era5_made.write(tmp_path / "a.nc", "t2m", **marks)
    with pytest.raises(InputError, match=words.replace("+", r"\+")), open_state(path):
        pass
    assert "request it with time_zone utc+00:00" in refusal(path)


def test_a_daily_statistic_is_no_total(tmp_path):
    history = REDUCED.format(how="mean", hours=0)
    path = era5_made.write(tmp_path / "a.nc", "tp", history=history)
    assert "its history says daily_reduce" in refusal(path, open_accumulation)


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        (48.5 - 0.25 * np.arange(4), 9.75 + 0.25 * np.arange(4), "0.25 degree grid of ERA5"),
        (48.2 - 0.25 * np.arange(4), 9.8 + 0.25 * np.arange(4), "0.25 degree grid of ERA5"),
        (54.903 - 0.1 * np.arange(4), era5_made.LON, "latitudes lie at 54.903, 54.803 ... 54.603"),
        (era5_made.LAT, 5.988 + 0.10001 * np.arange(4), "longitudes lie at 5.988, 6.08801"),
        (48.15 - 0.1 * np.arange(4), era5_made.LON, "expected the grid points of ERA5-Land"),
        (48.2 - 0.2 * np.arange(4), era5_made.LON, "at multiples of 0.1 degrees"),
    ],
)
@pytest.mark.parametrize(
    ("names", "opener"), [("t2m d2m", open_state), ("tp e ssrd", open_accumulation)]
)
def test_another_grid_is_refused_by_its_coordinates(tmp_path, lat, lon, words, names, opener):
    path = era5_made.write(tmp_path / "a.nc", names, lat=lat, lon=lon)
    assert words in refusal(path, opener)


def test_coordinates_in_single_precision_are_those_of_era5_land(tmp_path):
    lat, lon = era5_made.LAT.astype("f4"), (era5_made.LON + 300).astype("f4")
    with open_state(era5_made.write(tmp_path / "a.nc", "t2m", lat=lat, lon=lon)) as dataset:
        assert dataset["lat"].values.tolist() == [48.2, 48.1, 48.0, 47.9]
        np.testing.assert_allclose(dataset["lon"].values, era5_made.LON - 60, atol=1e-9)


def test_values_in_the_open_sea_are_refused(tmp_path):
    lat, lon = np.round(-40 - 0.1 * np.arange(5), 1), np.round(-20 + 0.1 * np.arange(5), 1)
    path = era5_made.write(tmp_path / "a.nc", "t2m", lat=lat, lon=lon)
    assert "t2m has values in the open sea (lat -40.2, lon -20 to -19.6)" in refusal(path)
    lat, lon = np.arange(90.0, -91.0, -5.0), np.arange(-180.0, 180.0, 5.0)
    path = era5_made.write(tmp_path / "b.nc", "t2m", days=2, lat=lat, lon=lon)
    assert "t2m has a value on 100% of the globe, expected the land alone" in refusal(path)


@pytest.mark.parametrize(
    ("hour", "history", "step", "words"),
    [
        (
            12,
            None,
            "month",
            "single hours, one a month (the first 2016-01-01T12:00), expected mont",
        ),
        (12, None, "day", "single hours, one a month (the first 2016-01-01T12:00), expected one v"),
        (0, '{"stream": ["oper"]}', "month", "single hours, one a month (the first 2016-01-01T00"),
        (0, None, "day", "these are monthly means, expected one value for every day"),
        (6, '{"stream": ["moda"]}', "day", "these are monthly means"),
        (0, '{"stream": ["mnth"]}', "month", "monthly means of one hour of the day"),
    ],
)
def test_hours_and_months_are_told_apart(tmp_path, hour, history, step, words):
    stamps = np.arange("2016-01", "2017-01", dtype="datetime64[M]").astype("datetime64[s]")
    stamps = stamps + np.timedelta64(hour, "h")
    path = era5_made.write(tmp_path / "a.nc", "t2m", stamps=stamps, history=history)
    assert words in refusal(path, step=step)


def test_a_variable_without_a_unit_is_refused(tmp_path):
    for names, opener, expected in (("t2m d2m", open_state, "K"), ("tp e", open_accumulation, "m")):
        last = names.split()[-1]
        path = era5_made.write(tmp_path / "a.nc", names, units={last: None})
        assert f"{last} states no unit, expected '{expected}" in refusal(path, opener)
