"""The products of others: their steps, counted on the calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonscape.archives.gpp_products import (
    GPP_PRODUCTS,
    PERIODS,
    STEPS,
    days_by_month,
    days_in_month,
    get_gpp_product,
    step_of,
    step_starts,
)
from carbonscape.core.errors import InputError


@pytest.mark.parametrize(("step", "count"), [("month", 12), ("dekad", 36), ("8day", 46)])
@pytest.mark.parametrize("year", [2016, 2017])
def test_steps_cover_every_day_of_the_year_once(step, count, year):
    covered = days_by_month(step, year)
    assert len(covered) == len(step_starts(step, year)) == count
    for month in range(1, 13):
        assert sum(days.get(month, 0) for days in covered) == days_in_month(year, month)


def test_the_last_steps_are_as_long_as_the_calendar_leaves_them():
    assert days_by_month("8day", 2016)[-1] == {12: 6}
    assert days_by_month("8day", 2017)[-1] == {12: 5}
    assert days_by_month("8day", 2017)[3] == {1: 7, 2: 1}  # 25 January to 1 February
    thirds = days_by_month("dekad", 2017)[2::3]
    assert [sum(days.values()) for days in thirds] == [
        11,
        8,
        11,
        10,
        11,
        10,
        11,
        11,
        10,
        11,
        10,
        11,
    ]


def test_a_stamp_within_a_step_belongs_to_it():
    assert step_of("month", dt.date(2016, 3, 15)) == 2
    assert step_of("dekad", dt.date(2016, 2, 29)) == 5
    assert step_of("dekad", dt.date(2016, 2, 20)) == 4
    assert step_of("8day", dt.date(2016, 1, 9)) == 1
    assert step_of("8day", dt.date(2016, 12, 31)) == 45


def test_every_product_is_described_by_known_words():
    assert [product.label for product in GPP_PRODUCTS.values()] == [
        "FluxCom", "NIES", "MetaFlux", "NIRv-GPP", "LUE-SSVC", "LUE-VPM",
    ]  # fmt: skip
    for name, product in GPP_PRODUCTS.items():
        assert product.name == name
        assert product.step in STEPS
        assert product.per in PERIODS
        assert product.first < 2016 <= product.last


def test_an_unknown_product_is_refused_with_those_that_there_are():
    assert get_gpp_product("nies").step == "dekad"
    with pytest.raises(InputError, match="'modis'.*fluxcom, nies"):
        get_gpp_product("modis")
