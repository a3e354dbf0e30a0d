"""What a source promises of a year, and what a delivery lacks of it.

A gap in the middle of a delivery looks like clouds once it is filled; so what is absent is compared
with the source's own calendar before anything is filled. What the archive itself lacks counts as
delivered: the outages of the table below, and what the record of a file states, which the fetch
step writes from the archive's list of images (the netCDF attribute ``not_in_archive``, or the key
of that name in the receipt beside a table).
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import read_record

#: Attribute of a file, and key of a receipt: days that the archive's own list lacks.
RECORD = "not_in_archive"

#: Days that a month of daily images may lack before it counts as incomplete, as a share: single
#: days are lost in the archive as well.
LOST_DAYS = 0.25

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SHOWN = 12


def _days(first: str, last: str) -> frozenset[dt.date]:
    """Return the days from one to another."""
    start, stop = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return frozenset(start + dt.timedelta(days=n) for n in range((stop - start).days + 1))


#: Days on which MODIS on Terra recorded nothing, as far as is known: not compared with the archive
#: from where this was written. A gap beyond these needs the record of the fetch step, or the key.
TERRA_OUTAGES = (
    _days("2000-08-06", "2000-08-17")
    | _days("2001-06-15", "2001-07-02")
    | _days("2002-03-20", "2002-03-27")
    | _days("2016-02-19", "2016-02-27")
    | _days("2022-10-10", "2022-10-20")
)

#: Composites of eight days that no archive of Terra has, by their first day: 2001 day 169 and 177,
#: 2016 day 49.
TERRA_COMPOSITES = frozenset(map(dt.date.fromisoformat, ("2001-06-18", "2001-06-26", "2016-02-18")))


@dataclass(frozen=True)
class Promise:
    """The images that a source has of every year.

    Attributes:
        source: name in the registry.
        every: days from the start of one image to the next, counted anew each year; 0 for months.
        last: day of the year on which the last image starts.
        first: first day with an image.
        absent: first days of images that the archive itself lacks.
    """

    source: str
    every: int
    last: int = 366
    first: dt.date = dt.date(1, 1, 1)
    absent: frozenset[dt.date] = frozenset()

    def starts(self, year: int) -> list[dt.date]:
        """Return the first days of the images of a year, of those that there should be."""
        if self.every == 0:
            days = [dt.date(year, month, 1) for month in range(1, 13)]
        else:
            new_year = dt.date(year, 1, 1)
            all_days = (
                new_year + dt.timedelta(days=number) for number in range(0, self.last, self.every)
            )
            days = [day for day in all_days if day.year == year]
        return [day for day in days if day >= self.first and day not in self.absent]


_LAUNCH, _FIRST_DAYS = dt.date(2000, 2, 18), dt.date(2000, 2, 24)

PROMISES: Mapping[str, Promise] = {
    promise.source: promise
    for promise in (
        Promise("modis_lai", 8, 361, _LAUNCH, TERRA_COMPOSITES),
        Promise("mod17a2h", 8, 361, _LAUNCH, TERRA_COMPOSITES),
        Promise("mod13a2", 16, 353, _LAUNCH),
        Promise("mod11a1", 1, first=_FIRST_DAYS, absent=TERRA_OUTAGES),
        Promise("mod10a1", 1, first=_FIRST_DAYS, absent=TERRA_OUTAGES),
        Promise("vcmslcfg", 0, first=dt.date(2014, 1, 1)),
        Promise("vnp46a2", 1, first=dt.date(2012, 1, 19)),
        *(Promise(f"tropomi_{gas}", 0, first=dt.date(2018, 7, 1)) for gas in ("so2", "no2", "co")),
    )
}


def recorded(
    path: str | os.PathLike[str], attributes: Mapping[str, object] | None = None
) -> frozenset[dt.date]:
    """Return the days on which the archive itself had no image, by the record of a file.

    Args:
        path: the file; its receipt is ``PATH.receipt.json``.
        attributes: its global attributes.

    Raises:
        InputError: the receipt cannot be read.
    """
    texts = [str((attributes or {}).get(RECORD, ""))]
    receipt = Path(f"{path}.receipt.json")
    if receipt.is_file():
        try:
            record = read_record(receipt, remedy="delete it")
            if not isinstance(record, dict) or not isinstance(record.get("request") or {}, dict):
                raise ValueError("expected JSON with a 'request'")
            request = record.get("request") or {}
            texts += map(str, request.get(RECORD) or [])
        except (ValueError, TypeError) as error:
            raise InputError(
                f"{receipt}: this is no receipt of the fetch step ({error}); delete it."
            ) from error
    return frozenset(dt.date.fromisoformat(day) for text in texts for day in _DAY.findall(text))


def lacking(
    promise: Promise, found: Iterable[dt.date], *, months: Sequence[str], by_month: bool = False
) -> tuple[list[str], list[str]]:
    """Return what a delivery lacks of some months.

    Args:
        promise: what the source has.
        found: first days of the images that are there, or that the archive lacks.
        months: months of one year that are needed, YYYY-MM.
        by_month: whether ``found`` are months that were combined already, by their first day.

    Returns:
        What is absent: months (YYYY-MM) of months or of days, first days of composites; and the
        single days that are lost in months that are otherwise complete.
    """
    there = set(found)
    starts = promise.starts(int(months[0][:4]))
    absent, lost = [], []
    for month in months:
        expected = [day for day in starts if f"{day:%Y-%m}" == month]
        if by_month or promise.every == 0:
            known = any(f"{day:%Y-%m}" == month for day in there)
            absent += [month] if expected and not known else []
            continue
        gone = [day for day in expected if day not in there]
        if promise.every > 1:
            absent += [day.isoformat() for day in gone]
        elif len(gone) > LOST_DAYS * len(expected):
            absent.append(month + ("" if len(gone) == len(expected) else f" ({len(gone)} days)"))
        else:
            lost += [day.isoformat() for day in gone]
    return absent, lost


def require_delivery(
    promise: Promise,
    found: Iterable[dt.date],
    *,
    origin: str,
    months: Sequence[str],
    record: frozenset[dt.date] = frozenset(),
    by_month: bool = False,
    accept: bool = False,
) -> None:
    """Refuse a delivery that lacks what its source promises.

    Args:
        promise: what the source has.
        found: first days of the images that are there.
        origin: file, for messages.
        months: months of one year that are needed, YYYY-MM.
        record: as :func:`recorded` returns it.
        by_month: as of :func:`lacking`.
        accept: whether what is absent is stated as a finding instead.

    Raises:
        InputError: names what is absent, and the key that accepts it.
    """
    absent, lost = lacking(promise, {*found, *record}, months=months, by_month=by_month)
    if lost:
        findings.warn(
            origin, f"days without an image: {shown(lost)}", source=promise.source
        )  # fmt: skip
    refuse_absent(
        absent,
        what="no image of",
        origin=origin,
        source=promise.source,
        accept=accept,
    )


def refuse_absent(
    absent: Sequence[str], *, what: str, origin: str, source: str, accept: bool
) -> None:
    """Refuse, or state as accepted, what a delivery lacks.

    Raises:
        InputError: something is absent, and it is not accepted.
    """
    if not absent:
        return
    if accept:
        findings.incomplete(origin, f"{what} {shown(absent)}", source=source)
        return
    raise InputError(
        f"{origin}: {what} {shown(absent)}, which the source promises; fetch the file again, or "
        f"accept it by the config key 'inputs.accept_incomplete' (add {source!r}): what is absent "
        "is then filled by the gap rules."
    )


def shown(names: Sequence[str]) -> str:
    """Return names as one text, of many the first and how many more."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
