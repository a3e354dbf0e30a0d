"""What Earth Engine has of a collection: its bands, and the images of a year.

Asked before the pixels are, since a band that was renamed or a product that moved would otherwise
show as an error in the middle of an expression.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ee

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.answers import ask
from carbonscape.fetch.retry import Policy

#: Days between the starts of 8-day composites, the first of which starts on 1 January.
_COMPOSITE = 8
_TIME = "system:time_start"


@dataclass(frozen=True)
class Span:
    """A step of a file.

    Attributes:
        time: date of the step in the file.
        first: first day on which its images start.
        end: the day after the last.
        images: how many images there are.
    """

    time: dt.date
    first: dt.date
    end: dt.date
    images: int


def lacking(spans: Sequence[Span], *, step: str) -> list[str]:
    """Return the steps of a year that the archive itself has not, though it has later ones.

    Args:
        spans: the steps that it has, by time.
        step: as of ``recipes.Recipe``; of years and of ``8 days`` there are no gaps.

    Returns:
        YYYY-MM-DD of each.
    """
    year, there = spans[0].time.year, {span.time for span in spans}
    steps = []
    if step == "month":
        steps = [dt.date(year, month, 1) for month in range(1, 13)]
    elif step == "image":
        steps = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(0, 361, _COMPOSITE)]
    return [f"{day}" for day in steps if day < spans[-1].time and day not in there]


class Catalogue:
    """One collection.

    Args:
        asset: its id.
        policy: bounds on attempts and time.
        label: what is fetched, for messages.
    """

    def __init__(self, asset: str, *, policy: Policy, label: str) -> None:
        self.asset, self.policy, self.label = asset, policy, label

    def starts(self, first: dt.date, end: dt.date) -> list[dt.date]:
        """Return the days on which images start, from ``first`` on and before ``end``, sorted."""
        images = ee.ImageCollection(self.asset).filterDate(first.isoformat(), end.isoformat())
        times = images.aggregate_array(_TIME)
        found = ask(times.getInfo, policy=self.policy, label=f"{self.label}: list of images")
        return sorted(map(_day, found or []))

    def ends(self) -> tuple[dt.date, dt.date]:
        """Return the days on which the first and the last image of all start."""
        images = ee.ImageCollection(self.asset)
        times = ee.List([images.aggregate_min(_TIME), images.aggregate_max(_TIME)])
        first, last = ask(times.getInfo, policy=self.policy, label=f"{self.label}: its span")
        return _day(first), _day(last)

    def require_bands(self, bands: tuple[str, ...], first: dt.date, end: dt.date) -> None:
        """Refuse a collection whose images have other bands.

        Raises:
            DownloadError: a band is absent, or the collection is.
        """
        images = ee.ImageCollection(self.asset).filterDate(first.isoformat(), end.isoformat())
        names = ee.Image(images.first()).bandNames()
        found = ask(names.getInfo, policy=self.policy, label=f"{self.label}: list of bands") or []
        absent = [band for band in bands if band not in found]
        if absent:
            raise DownloadError(
                f"{self.label}: images of {self.asset} have no band {', '.join(absent)} (they have "
                f"{', '.join(found)}); the archive has renamed it, or this is another version: "
                "`snakemake check_sources` compares the registry with the archive."
            )

    def spans(self, year: int, *, step: str, most: int) -> list[Span]:
        """Return the steps of a year that have images.

        Args:
            year: the year.
            step: as of ``recipes.Recipe``.
            most: images that a step may have at most.

        Raises:
            DownloadError: there is no image at all, more than a step may have, or one that starts
                where no composite does.
        """
        spans = []
        for time, first, end in _parts_of(year, step):
            starts = self.starts(first, end)
            if step == "image":
                spans += [self._composite(day) for day in dict.fromkeys(starts)]
                self._require_most(starts, len(set(starts)) * most, str(year))
            elif step == "8 days":
                spans = self._eight_days(year, starts)
            elif starts:
                self._require_most(starts, most, f"{first:%Y-%m}" if step == "month" else str(year))
                spans.append(Span(time, first, end, len(starts)))
        if not spans:
            raise DownloadError(
                f"{self.label}: {self.asset} has no image of {year}; docs/sources.md says when it "
                "begins and ends: leave the year out, or choose another version."
            )
        return spans

    def _eight_days(self, year: int, starts: list[dt.date]) -> list[Span]:
        """Return the steps of eight days (the last of a year is shorter) that are complete."""
        spans = []
        for number in range(0, 361, _COMPOSITE):
            first = dt.date(year, 1, 1) + dt.timedelta(days=number)
            end = min(first + dt.timedelta(days=_COMPOSITE), dt.date(year + 1, 1, 1))
            found = [day for day in starts if first <= day < end]
            days = (end - first).days
            if len(found) == days == len(set(found)):
                spans.append(Span(first, first, end, days))
            elif len(found) > days or any(day >= end for day in starts):
                raise DownloadError(
                    f"{self.label}: {self.asset} has {len(found)} images of the {days} days from "
                    f"{first} on, expected one a day; the archive has a gap: report it, or leave "
                    "the year out."
                )
        return spans

    def _composite(self, day: dt.date) -> Span:
        """Return the step of one 8-day composite."""
        if (day - dt.date(day.year, 1, 1)).days % _COMPOSITE:
            raise DownloadError(
                f"{self.label}: an image of {self.asset} starts on {day}, expected day 1, 9, ... "
                "361 of the year; is this a 4-day or another product?"
            )
        return Span(day, day, day + dt.timedelta(days=1), 1)

    def _require_most(self, starts: list[dt.date], most: int, when: str) -> None:
        """Refuse more images than a step can have."""
        if len(starts) > most:
            raise DownloadError(
                f"{self.label}: {self.asset} has {len(starts)} images of {when}, expected {most} "
                "at most; the archive may hold two versions of a day side by side: report it."
            )


def _day(milliseconds: float) -> dt.date:
    """Return the day of a time as Earth Engine counts it, since 1970."""
    return (dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=milliseconds)).date()


def _parts_of(year: int, step: str) -> list[tuple[dt.date, dt.date, dt.date]]:
    """Return time, first day and end of the parts in which images of a year are listed."""
    first, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    if step != "month":
        return [(first, first, end)]
    starts = [dt.date(year, month, 1) for month in range(1, 13)]
    return [(start, start, after) for start, after in zip(starts, [*starts[1:], end], strict=True)]
