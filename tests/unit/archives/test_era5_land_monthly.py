"""Monthly ERA5-Land: months, areas and variables that a file lacks (layouts: test_xco2_readers)."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.era5_land_monthly import MONTHLY_VARIABLES, open_monthly
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from helpers import era5_made

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
