"""What Earth Engine has of a collection, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine import session
from carbonscape.fetch.earth_engine.catalogue import Catalogue, Span, lacking
from carbonscape.fetch.retry import Policy
from helpers.earth_engine_server import EarthEngine
from helpers.earth_engine_server_archive import starts


@pytest.fixture
def catalogue(engine: EarthEngine, patient: Policy) -> Catalogue:
    """A collection of composites."""
    session.start(engine.address, policy=patient)
    return Catalogue("MODIS/061/MOD15A2H", policy=patient, label="file.nc")


def test_a_step_for_each_composite(catalogue: Catalogue) -> None:
    spans = catalogue.spans(2019, step="image", most=1)
    assert [span.time for span in spans] == starts("MODIS/061/MOD15A2H", 2019)
    assert {span.end - span.first for span in spans} == {dt.timedelta(days=1)}
    assert spans[-1].time == dt.date(2019, 12, 27)


def test_a_step_for_each_month_that_has_images(catalogue: Catalogue) -> None:
    spans = catalogue.spans(2019, step="month", most=5)
    assert [(span.time.month, span.images) for span in spans] == [(1, 2), (6, 1), (12, 2)]
    assert spans[-1].end == dt.date(2020, 1, 1)


def test_a_step_for_the_year(engine: EarthEngine, catalogue: Catalogue, patient: Policy) -> None:
    trees = Catalogue("MODIS/061/MOD44B", policy=patient, label="file.nc")
    (span,) = trees.spans(2019, step="year", most=1)
    assert (span.time, span.end) == (dt.date(2019, 1, 1), dt.date(2020, 1, 1))


def test_two_versions_side_by_side_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(
        DownloadError, match="MOD15A2H has 2 images of 2019-01, expected 1 at most; .*two versions"
    ):
        catalogue.spans(2019, step="month", most=1)
    with pytest.raises(DownloadError, match="has 5 images of 2019, expected 1 at most"):
        catalogue.spans(2019, step="year", most=1)


def test_two_composites_of_one_day_are_refused(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = dt.date(2019, 1, 9)
    monkeypatch.setattr(catalogue, "starts", lambda first, end: [day, day])
    with pytest.raises(DownloadError, match="has 2 images of 2019, expected 1 at most"):
        catalogue.spans(2019, step="image", most=1)


def test_another_calendar_is_refused(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "starts", lambda first, end: [dt.date(2019, 1, 5)])
    with pytest.raises(DownloadError, match="starts on 2019-01-05, expected day 1, 9, ... 361"):
        catalogue.spans(2019, step="image", most=1)


def test_steps_of_eight_days_are_complete(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [dt.date(2019, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    monkeypatch.setattr(catalogue, "starts", lambda first, end: days)
    spans = catalogue.spans(2019, step="8 days", most=8)
    assert len(spans) == 46
    assert (spans[-1].first, spans[-1].end, spans[-1].images) == (
        dt.date(2019, 12, 27), dt.date(2020, 1, 1), 5,
    )  # fmt: skip
    # A year that has just begun: what is not complete is left out.
    monkeypatch.setattr(catalogue, "starts", lambda first, end: days[:20])
    assert len(catalogue.spans(2019, step="8 days", most=8)) == 2
    for faulty in (days[:3] + days[4:], [*days, days[9]]):
        monkeypatch.setattr(catalogue, "starts", lambda first, end, faulty=faulty: sorted(faulty))
        with pytest.raises(
            DownloadError, match=r"has [79] images of the 8 days from 2019-01-0[19]"
        ):
            catalogue.spans(2019, step="8 days", most=8)


def test_what_the_archive_lacks_between_its_images() -> None:
    def spans(*days: str) -> list[Span]:
        return [
            Span(day, day, day + dt.timedelta(days=1), 1)
            for day in map(dt.date.fromisoformat, days)
        ]

    some = spans("2019-01-01", "2019-01-17", "2019-02-02")
    assert lacking(some, step="image") == ["2019-01-09", "2019-01-25"]
    months = spans("2019-02-01", "2019-04-01")
    # What comes after the last image may come yet.
    assert lacking(months, step="month") == ["2019-01-01", "2019-03-01"]
    assert lacking(some, step="8 days") == lacking(some, step="year") == []
