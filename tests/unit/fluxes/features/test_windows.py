"""Which steps a window reads, counted by hand for both calendars."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.calendar import MODIS_8DAY, MONTHLY
from carbonscape.fluxes.features.windows import (
    NO_STEP,
    gather,
    get_window,
    longest_window,
    month_steps,
    window_index,
)
from carbonscape.fluxes.settings import PAPER_WINDOWS, WINDOWS


def steps(calendar, window, year, month):
    """Steps of a window, counted from the first step of the year 2000."""
    origin = 2000 * calendar.steps_per_year
    return [step - origin for step in month_steps(calendar, get_window(window), year, month)]


def index(calendar, window, pairs, *, first_year=2000, years=3):
    table = np.array(pairs)
    return window_index(
        calendar,
        get_window(window),
        table[:, 0],
        table[:, 1],
        first_year=first_year,
        n_steps=years * calendar.steps_per_year,
    ).tolist()


def test_monthly_windows_by_hand():
    # January 2000 is month 0, March 2001 is month 14.
    assert steps(MONTHLY, "1m", 2001, 3) == [14]
    assert steps(MONTHLY, "jan_to_m", 2001, 3) == [12, 13, 14]
    assert steps(MONTHLY, "jan_to_m", 2001, 1) == [12]
    assert steps(MONTHLY, "6m", 2001, 3) == [9, 10, 11, 12, 13, 14]
    assert steps(MONTHLY, "12m", 2001, 3) == list(range(3, 15))
    assert steps(MONTHLY, "12m", 2001, 12) == list(range(12, 24))


def test_modis_windows_skip_the_composites_of_days_121_and_305():
    assert steps(MODIS_8DAY, "jan_to_m", 2001, 6) == [46 + s for s in range(23) if s != 15]
    owned = [46 + s for s in range(46) if s not in (15, 38)]
    assert steps(MODIS_8DAY, "jan_to_m", 2001, 12) == owned


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("month", range(1, 13))
def test_a_place_of_a_window_is_one_day_of_year_in_leap_years_too(window, month):
    found = {
        tuple(step % 46 for step in steps(MODIS_8DAY, window, year, month))
        for year in range(2000, 2010)
    }
    assert len(found) == 1


@pytest.mark.parametrize("year", [2001, 2004])
def test_modis_january_to_month_has_the_lengths_of_the_paper(year):
    lengths = [len(steps(MODIS_8DAY, "jan_to_m", year, month)) for month in range(1, 13)]
    assert lengths == [4, 8, 12, 15, 18, 22, 26, 30, 34, 37, 40, 44]


@pytest.mark.parametrize(("window", "length"), [("6m", 22), ("12m", 44)])
def test_modis_windows_of_fixed_months_have_one_length_in_every_year(window, length):
    found = {
        len(set(steps(MODIS_8DAY, window, year, month)))
        for year in range(2000, 2010)
        for month in range(1, 13)
    }
    assert found == {length}


def test_modis_six_months_across_a_leap_new_year_by_hand():
    # October to December 2000, a leap year, then January to March 2001.
    autumn = [35, 36, 37, 39, 40, 41, 42, 43, 44, 45]  # 38 starts on 31 October
    assert steps(MODIS_8DAY, "6m", 2001, 3) == autumn + [46 + s for s in range(12)]


@pytest.mark.parametrize("calendar", [MONTHLY, MODIS_8DAY])
@pytest.mark.parametrize("window", WINDOWS)
def test_windows_are_in_time_order_and_end_with_the_month(calendar, window):
    for month in range(1, 13):
        found = steps(calendar, window, 2001, month)
        own = [calendar.steps_per_year + s for s in calendar.steps_of_month(month)]
        assert found == sorted(set(found))
        if get_window(window).ahead == 0:
            assert found[-len(own) :] == own
        else:
            assert set(own) < set(found)


def test_the_centred_window_reads_six_months_before_and_five_after():
    # March 2001 is month 14.
    assert steps(MONTHLY, "12m_centred", 2001, 3) == list(range(8, 20))
    # From September 2000 to August 2001, of which January to August own 30 composites.
    found = steps(MODIS_8DAY, "12m_centred", 2001, 3)
    assert [s for s in found if s >= 46] == steps(MODIS_8DAY, "jan_to_m", 2001, 8)
    assert len(found) == 44


def test_a_centred_window_repeats_the_last_step_of_the_series():
    # The series end with month 35, December 2002.
    assert index(MONTHLY, "12m_centred", [(2002, 10), (2002, 12)]) == [
        [27, 28, 29, 30, 31, 32, 33, 34, 35, 35, 35, 35],
        [29, 30, 31, 32, 33, 34, 35, 35, 35, 35, 35, 35],
    ]
    # What lies before the series, and a month that they do not hold, is no step.
    assert index(MONTHLY, "12m_centred", [(2000, 3)]) == [[NO_STEP] * 4 + list(range(8))]
    assert index(MONTHLY, "12m_centred", [(2003, 1)])[0][6:] == [NO_STEP] * 6


def test_january_to_month_and_the_control_have_monthly_models():
    assert [w for w in WINDOWS if get_window(w).monthly_models] == ["jan_to_m", "12m_monthly"]
    assert [get_window(w).months for w in WINDOWS] == [None, 1, 6, 12, 12, 12]
    assert [w for w in WINDOWS if get_window(w).ahead] == ["12m_centred"]
    assert WINDOWS[:4] == PAPER_WINDOWS
    assert [w for w in PAPER_WINDOWS if get_window(w).monthly_models] == ["jan_to_m"]


@pytest.mark.parametrize("calendar", [MONTHLY, MODIS_8DAY])
def test_the_control_reads_what_twelve_months_read(calendar):
    for month in range(1, 13):
        control = steps(calendar, "12m_monthly", 2001, month)
        assert control == steps(calendar, "12m", 2001, month)
        assert len(control) == {MONTHLY: 12, MODIS_8DAY: 44}[calendar]
    assert steps(calendar, "12m_monthly", 2001, 12) == steps(calendar, "jan_to_m", 2001, 12)


def test_index_counts_from_the_first_year_of_the_series():
    assert index(MONTHLY, "1m", [(2000, 1), (2001, 3)]) == [[0], [14]]
    assert index(MONTHLY, "1m", [(2000, 1), (2001, 3)], first_year=1999) == [[12], [26]]


def test_index_before_the_first_year_is_no_step():
    assert index(MONTHLY, "6m", [(2000, 2)]) == [[NO_STEP] * 4 + [0, 1]]
    assert index(MONTHLY, "12m", [(2000, 12)]) == [list(range(12))]


def test_index_after_the_last_step_is_no_step():
    assert index(MONTHLY, "1m", [(2003, 1), (2002, 12)]) == [[NO_STEP], [35]]


def test_shorter_windows_repeat_their_oldest_step_on_the_left():
    assert index(MONTHLY, "jan_to_m", [(2000, 1), (2001, 3), (2000, 2)]) == [
        [0, 0, 0],
        [12, 13, 14],
        [0, 0, 1],
    ]
    # A MODIS April owns three steps, a June four.
    assert index(MODIS_8DAY, "1m", [(2000, 4), (2001, 6)]) == [
        [12, 12, 13, 14],
        [46 + 19, 46 + 20, 46 + 21, 46 + 22],
    ]


def test_a_window_of_one_model_has_one_length_whichever_months_are_asked_for():
    # April owns three steps, but the model of the window 1m reads four in other months.
    assert index(MODIS_8DAY, "1m", [(2000, 4)]) == [[12, 12, 13, 14]]
    lengths = {name: longest_window(MODIS_8DAY, get_window(name)) for name in ("1m", "6m", "12m")}
    assert lengths == {"1m": 4, "6m": 22, "12m": 44}
    assert len(index(MODIS_8DAY, "jan_to_m", [(2001, 4)])[0]) == 15  # a model each month


@pytest.mark.parametrize(("window", "length"), [("6m", 6), ("jan_to_m", 0)])
def test_index_of_no_samples_is_empty(window, length):
    none = np.array([], dtype=int)
    found = window_index(MONTHLY, get_window(window), none, none, first_year=2000, n_steps=12)
    assert found.shape == (0, length)


def test_gather_takes_the_steps_of_the_right_site():
    series = np.array(
        [[[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]], [[10.0, 10.5], [11, 11.5], [12, 12.5]]]
    )
    found = gather(series, np.array([1, 0]), np.array([[0, 2], [NO_STEP, 1]]))
    np.testing.assert_array_equal(
        found, [[[10.0, 10.5], [12.0, 12.5]], [[np.nan, np.nan], [1.0, 1.5]]]
    )
    assert not np.isnan(series).any()


def test_unknown_window_is_refused():
    with pytest.raises(
        ConfigError, match="'3m'; choose one of jan_to_m, 1m, 6m, 12m, 12m_monthly, 12m_centred\\."
    ):
        get_window("3m")
