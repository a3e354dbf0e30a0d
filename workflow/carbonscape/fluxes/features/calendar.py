"""Calendars: how a year is cut into steps, and which steps a calendar month owns.

Two calendars share one interface: the MODIS 8-day calendar of the gridded experiment and the
monthly calendar of tower tables. A month owns the same steps in every year, so that a place of
a window means the same season in a leap year and in a common one.
"""

from __future__ import annotations

import calendar as _calendar
import datetime as dt
from dataclasses import dataclass
from itertools import accumulate

from carbonscape.core.errors import ConfigError

#: Steps of the 8-day calendar owned by January to December: the smallest number of MODIS
#: composites that start in the month over all years. Accumulated they give the paper's "four
#: records in January to 44 records in December" (section 3.1; deviation D1).
MODIS_OWNED = (4, 4, 4, 3, 3, 4, 4, 4, 4, 3, 3, 4)

#: Days of year of the two composites that no month owns: the only ones that start in another month
#: in leap years (30 April, 31 October) than in common years (1 May, 1 November).
MODIS_UNOWNED_DAYS = (121, 305)


@dataclass(frozen=True)
class Calendar:
    """One way of cutting a year into steps.

    Attributes:
        name: ``monthly`` or ``modis_8day``.
        steps_per_year: steps in every year (12 or 46).
        owned: steps owned by each month, January first.
        unowned: steps of the year, from 0, that no month owns; none lies within a month's steps.
    """

    name: str
    steps_per_year: int
    owned: tuple[int, ...]
    unowned: tuple[int, ...] = ()

    def starts(self, year: int) -> list[dt.date]:
        """Return the first day of every step of ``year``.

        MODIS composites start on day of year 1, 9, ... 361 and begin anew each January, so
        the last one of a year is cut to five days (six in leap years).
        """
        if self.name == "monthly":
            return [dt.date(year, month, 1) for month in range(1, 13)]
        first = dt.date(year, 1, 1)
        return [first + dt.timedelta(days=8 * step) for step in range(self.steps_per_year)]

    def days(self, year: int) -> list[int]:
        """Return the number of days in every step of ``year``."""
        edges = [*self.starts(year), dt.date(year + 1, 1, 1)]
        return [(after - before).days for before, after in zip(edges, edges[1:], strict=False)]

    def steps_of_month(self, month: int) -> range:
        """Return the steps (numbered from 0 within the year) that a month owns in every year.

        On the 8-day calendar these are the composites that start in the month, without those of
        days 121 and 305 (``MODIS_UNOWNED_DAYS``).
        """
        owned = [step for step in range(self.steps_per_year) if step not in self.unowned]
        first = owned[sum(self.owned[: month - 1])]
        return range(first, first + self.owned[month - 1])

    def window_lengths(self) -> tuple[int, ...]:
        """Return the steps from January to the end of each month: 4, 8, 12, ... 44 for MODIS."""
        return tuple(accumulate(self.owned))


MONTHLY = Calendar("monthly", 12, (1,) * 12)
MODIS_8DAY = Calendar(
    "modis_8day", 46, MODIS_OWNED, tuple((day - 1) // 8 for day in MODIS_UNOWNED_DAYS)
)
_CALENDARS = {calendar.name: calendar for calendar in (MONTHLY, MODIS_8DAY)}


def get_calendar(name: str) -> Calendar:
    """Return the calendar of that name.

    Raises:
        ConfigError: there is no such calendar.
    """
    if name not in _CALENDARS:
        raise ConfigError(
            f"config key 'features.step': no calendar is called '{name}'; "
            f"choose one of {', '.join(_CALENDARS)}."
        )
    return _CALENDARS[name]


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a calendar month."""
    return _calendar.monthrange(year, month)[1]
