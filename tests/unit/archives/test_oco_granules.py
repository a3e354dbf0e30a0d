"""Granules by their names, and which of several serve a run."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonscape.archives.oco_granules import choose_granules, granule_date, granule_version
from carbonscape.core.errors import InputError
from helpers.lite_granules import granule_name


@pytest.mark.parametrize(
    ("build", "instrument", "version"),
    [
        ("B11014Ar", "oco2", "11r"),
        ("B11100Ar", "oco2", "11.1r"),
        ("B11210Ar", "oco2", "11.2r"),
        ("B10400Br", "oco3", "10.4r"),
        ("B11072Ar", "oco3", "11r"),
    ],
)
def test_names_tell_day_and_version(build, instrument, version):
    name = granule_name("2020-02-29", build=build, instrument=instrument)
    assert granule_version(name) == version
    assert granule_date(name) == dt.date(2020, 2, 29)


@pytest.mark.parametrize("name", ["oco2.nc4", "oco2_LtCO2_150231_B11014Ar_220101000000s.nc4"])
def test_other_names_are_refused(name):
    with pytest.raises(InputError, match="no name of an OCO Lite file"):
        granule_date(name)


MONTHS = ["2015-07", "2015-08"]


def chosen(*names, versions=("11r", "11.1r")):
    version, paths = choose_granules(names, versions, instrument="oco2", months=MONTHS)
    return version, [path.name for path in paths]


def test_of_two_granules_of_a_day_the_newest_is_taken_in_the_order_of_days():
    old = granule_name("2015-07-02", produced="220101000000")
    new = granule_name("2015-07-02", produced="220505000000")
    first = granule_name("2015-07-01", produced="230101000000")
    assert chosen(new, old, first) == ("11r", [first, new])


def test_the_neighbouring_days_are_taken_and_no_others():
    days = ["2015-06-29", "2015-06-30", "2015-07-01", "2015-08-31", "2015-09-01", "2015-09-02"]
    names = [granule_name(day) for day in days]
    assert chosen(*names)[1] == names[1:5]


def test_versions_are_never_mixed_and_the_fuller_one_wins():
    newer = [granule_name(day, build="B11100Ar") for day in ("2015-07-01", "2015-08-01")]
    older = [granule_name("2015-07-02"), granule_name("2015-07-03")]
    assert chosen(*newer, *older) == ("11.1r", newer)
    both = [*older, granule_name("2015-08-02")]
    assert chosen(*newer, *both) == ("11r", both)


def test_no_granule_of_a_version_is_refused_with_what_there_is():
    name = granule_name("2015-07-02", build="B10206Ar")
    with pytest.raises(InputError, match="found versions: 10r.*xco2.soundings.oco2.versions"):
        chosen(name, granule_name("2015-07-02", instrument="oco3"), "oco2_LtSIF_150701.nc4")
