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

#: Days of year of the composites that each month owns, counted by hand.
DAYS = {
    1: [1, 9, 17, 25],
    2: [33, 41, 49, 57],
    3: [65, 73, 81, 89],
    4: [97, 105, 113],  # 121 is 1 May, but 30 April in leap years: no month owns it
    5: [129, 137, 145],
    6: [153, 161, 169, 177],
    7: [185, 193, 201, 209],
    8: [217, 225, 233, 241],
    9: [249, 257, 265, 273],
    10: [281, 289, 297],  # 305 is 1 November, but 31 October in leap years: no month owns it
    11: [313, 321, 329],
    12: [337, 345, 353, 361],
}


@pytest.mark.parametrize("month", range(1, 13))
def test_steps_of_a_month_are_the_same_composites_in_every_year(month):
    assert [1 + 8 * step for step in MODIS_8DAY.steps_of_month(month)] == DAYS[month]
    for year in (2000, 2001, 2004, 2100):  # the last one is no leap year
        starts = MODIS_8DAY.starts(year)
        assert {starts[step].month for step in MODIS_8DAY.steps_of_month(month)} == {month}


def test_no_month_owns_the_composites_that_change_their_month_in_leap_years():
    def month_of(step: int, year: int) -> int:
        return (dt.date(year, 1, 1) + dt.timedelta(days=8 * step)).month

    moved = [step for step in range(46) if month_of(step, 2003) != month_of(step, 2004)]
    assert [1 + 8 * step for step in moved] == [121, 305]
    owned = [step for month in range(1, 13) for step in MODIS_8DAY.steps_of_month(month)]
    assert sorted([*owned, *moved]) == list(range(46))


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
    assert [list(MONTHLY.steps_of_month(m)) for m in (1, 2, 12)] == [[0], [1], [11]]


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
