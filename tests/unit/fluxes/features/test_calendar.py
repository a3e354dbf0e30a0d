"""The two calendars against MODIS composites counted by hand on a wall calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.calendar import (
    MODIS_8DAY,
    MONTHLY,
    Calendar,
    days_in_month,
    get_calendar,
)

#: Steps (from 0) whose composites each month owns: day of year 1 + 8 x step, counted by hand.
COMMON_YEAR = {
    1: [0, 1, 2, 3],  # 1, 9, 17, 25 January
    2: [4, 5, 6, 7],
    3: [8, 9, 10, 11],
    4: [12, 13, 14],  # day 97 is 7 April, day 113 is 23 April
    5: [15, 16, 17],  # 18 starts on 25 May and belongs to no month
    6: [19, 20, 21, 22],
    7: [23, 24, 25, 26],
    8: [27, 28, 29, 30],
    9: [31, 32, 33, 34],
    10: [35, 36, 37],
    11: [38, 39, 40],  # 41 starts on 25 November and belongs to no month
    12: [42, 43, 44, 45],
}
LEAP_YEAR = COMMON_YEAR | {
    4: [12, 13, 14],  # 15 starts on 30 April and belongs to no month
    5: [16, 17, 18],
    10: [35, 36, 37],  # 38 starts on 31 October and belongs to no month
    11: [39, 40, 41],
}


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize(
    ("year", "expected"), [(2001, COMMON_YEAR), (2004, LEAP_YEAR), (2000, LEAP_YEAR)]
)
def test_steps_of_a_month_are_its_first_composites(year, expected, month):
    assert list(MODIS_8DAY.steps_of_month(year, month)) == expected[month]


def test_owned_steps_are_the_minimum_over_common_and_leap_years():
    def starting(year: int, month: int) -> int:
        days = (dt.date(year, 1, 1) + dt.timedelta(days=8 * step) for step in range(46))
        return sum(day.month == month for day in days)

    for month in range(1, 13):
        assert MODIS_8DAY.owned[month - 1] == min(starting(year, month) for year in (2003, 2004))


def test_january_to_month_lengths_are_those_of_the_paper():
    assert MODIS_8DAY.window_lengths() == (4, 8, 12, 15, 18, 22, 26, 30, 34, 37, 40, 44)
    assert MONTHLY.window_lengths() == tuple(range(1, 13))


def test_modis_composites_start_every_eight_days_and_anew_in_january():
    starts = MODIS_8DAY.starts(2001)
    assert len(starts) == MODIS_8DAY.steps_per_year == 46
    assert starts[:2] == [dt.date(2001, 1, 1), dt.date(2001, 1, 9)]
    assert starts[-1] == dt.date(2001, 12, 27)  # day of year 361
    assert MODIS_8DAY.starts(2004)[-1] == dt.date(2004, 12, 26)


@pytest.mark.parametrize(("year", "total", "last"), [(2001, 365, 5), (2004, 366, 6)])
def test_modis_steps_have_eight_days_but_the_last(year, total, last):
    days = MODIS_8DAY.days(year)
    assert sum(days) == total
    assert days == [8] * 45 + [last]


def test_monthly_steps_are_the_months():
    assert MONTHLY.days(2001) == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert sum(MONTHLY.days(2004)) == 366
    assert MONTHLY.starts(2004)[1] == dt.date(2004, 2, 1)
    assert [list(MONTHLY.steps_of_month(2004, m)) for m in (1, 2, 12)] == [[0], [1], [11]]


def test_days_in_month_knows_the_rules_of_leap_years():
    assert [days_in_month(year, 2) for year in (1900, 2000, 2001, 2004)] == [28, 29, 28, 29]
    assert days_in_month(2001, 12) == 31


def test_calendars_are_found_by_name():
    assert get_calendar("monthly") is MONTHLY
    assert get_calendar("modis_8day") is MODIS_8DAY
    assert isinstance(MONTHLY, Calendar)


def test_unknown_calendar_is_refused():
    with pytest.raises(ConfigError, match="'weekly'; choose one of monthly, modis_8day"):
        get_calendar("weekly")
