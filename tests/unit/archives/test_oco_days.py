"""Days without granules: known outages, thinned archives, holes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from carbonscape.archives.oco_days import LISTED, OUTAGES, report_absent_days
from carbonscape.core import findings
from carbonscape.core.months import months_between
from helpers.promises import cites


def days(first: str, last: str, *, without: tuple = (), step: int = 1) -> list[dt.date]:
    span = np.arange(np.datetime64(first), np.datetime64(last) + 1, step)
    for start, end in without:
        span = span[(span < np.datetime64(start)) | (span > np.datetime64(end))]
    return [day.item() for day in span]


def report(present: list[dt.date], months: list[str], instrument: str = "oco2", **options):
    with findings.collected() as found:
        holes = report_absent_days(present, instrument=instrument, months=months, **options)
    return holes, found


@pytest.mark.parametrize(
    ("instrument", "first", "last"),
    [("oco2", "2014-12", "2019-12"), ("oco3", "2020-01", "2021-12")],
)
def test_an_archive_that_lacks_only_what_was_not_measured_is_whole(instrument, first, last):
    """The months of the paper."""
    cites(
        "every day but the outages that its lists show (OCO-2 from September 2014 to June "
        "2023, OCO-3 from 2020 to March 2022)",
    )
    months = months_between(first, last)
    present = days(f"{first}-01", f"{last}-31", without=OUTAGES[instrument])
    assert report(present, months, instrument)[0] == []


def test_a_single_absent_day_is_stated(caplog):
    present = days("2016-05-01", "2016-06-30", without=[("2016-05-20", "2016-05-20")])
    holes, (found,) = report(present, ["2016-05", "2016-06"])
    assert holes == [("2016-05-20", "2016-05-20")]
    assert (found.source, found.kind, found.outcome) == ("oco2", "variable", "warning")
    assert "no granule of 1 days between 2016-05 and 2016-06" in found.reason
    assert "2016-05-20" in found.reason


def test_months_without_any_granule_are_listed_and_outages_are_told_apart():
    cites(
        "Absent days, months without any, and an archive of every n-th day are a warning",
    )
    months = months_between("2017-06", "2017-09")
    present = days("2017-07-01", "2017-07-30") + days("2017-09-19", "2017-09-30")
    holes, (found,) = report(present, months)
    assert holes == [("2017-06-01", "2017-06-30")]
    assert (
        "no granule at all in 2017-06, 2017-08 (an outage of the instrument falls in 2017-08)"
        in (found.reason)
    )


def test_what_the_configuration_accepts_is_incomplete():
    cites(
        "`inputs.accept_incomplete` with the name of the instrument accepts them.",
    )
    present = days("2016-05-01", "2016-05-31")
    _, (found,) = report(present, ["2016-05", "2016-06"], accept=True)
    assert found.outcome == "incomplete"


@pytest.mark.parametrize("step", [5, 7])
def test_a_thinned_archive_has_no_holes_but_those_twice_as_long(step):
    present = days("2016-01-01", "2016-12-31", step=step)
    months = months_between("2016-01", "2016-12")
    assert report(present, months, every_days=step) == ([], [])
    holes, (found,) = report(present, months)
    assert holes == []
    assert f"granules of {len(present)} of 366 days, every {step} days" in found.reason
    fewer = [day for day in present if not dt.date(2016, 5, 3) <= day < dt.date(2016, 6, 3)]
    ((first, last),), _ = report(fewer, months)
    assert first <= "2016-05-08"
    assert last >= "2016-05-28"


def test_beyond_the_lists_only_a_week_is_a_hole():
    cites(
        "beyond the lists a week is.",
    )
    months = months_between("2024-01", "2024-03")
    assert months[0] > LISTED["oco2"][1][:7]
    short, long = ("2024-01-10", "2024-01-12"), ("2024-02-10", "2024-02-17")
    holes, _ = report(days("2024-01-01", "2024-03-31", without=(short, long)), months)
    assert holes == [long]


def test_many_holes_are_named_up_to_a_number():
    gone = tuple((f"2016-05-{day:02d}",) * 2 for day in range(2, 31, 3))
    _, (found,) = report(days("2016-05-01", "2016-05-31", without=gone), ["2016-05"])
    assert "no granule of 10 days" in found.reason
    assert "and 2 more holes" in found.reason
