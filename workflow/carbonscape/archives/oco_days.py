"""Days without granules of OCO-2 and OCO-3: what the instruments did not measure, and the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np

from carbonscape.core import findings

#: First and last days of the holes in the lists of GES DISC of OCO2_L2_Lite_FP 10r (from its
#: beginning) and 11.1r, and of OCO3_L2_Lite_FP 10.4r: every other day has a granule.
OUTAGES = {
    "oco2": (
        *(("2014-09-27", "2014-10-01"), ("2014-10-24", "2014-10-27"), ("2015-01-07", "2015-01-09")),
        *(("2015-01-18", "2015-01-24"), ("2015-04-21", "2015-05-06"), ("2015-09-29", "2015-10-06")),
        *(("2015-10-27", "2015-11-01"), ("2016-03-29", "2016-04-03"), ("2016-08-11", "2016-08-20")),
        *(("2016-12-31", "2016-12-31"), ("2017-02-22", "2017-02-27"), ("2017-07-31", "2017-09-18")),
        *(("2017-10-31", "2017-11-03"), ("2018-02-14", "2018-02-19"), ("2018-08-10", "2018-08-11")),
        *(("2018-11-11", "2018-11-16"), ("2018-12-04", "2018-12-04"), ("2019-03-05", "2019-03-10")),
        *(("2019-06-24", "2019-06-27"), ("2020-01-04", "2020-01-07"), ("2020-01-22", "2020-01-27")),
        *(("2020-11-19", "2020-11-19"), ("2021-02-02", "2021-02-07"), ("2021-09-13", "2021-09-14")),
        *(("2022-02-15", "2022-02-20"), ("2023-02-14", "2023-02-19")),
    ),
    "oco3": (
        *(("2020-01-25", "2020-01-26"), ("2020-02-04", "2020-02-07"), ("2020-06-02", "2020-06-02")),
        *(("2021-01-21", "2021-01-23"), ("2021-02-02", "2021-02-03"), ("2021-04-30", "2021-05-02")),
        *(("2021-07-29", "2021-08-06"), ("2021-09-01", "2021-09-01"), ("2021-10-04", "2021-10-04")),
        *(("2021-11-06", "2021-11-06"), ("2021-11-16", "2021-11-16"), ("2021-12-09", "2021-12-14")),
        *(("2022-01-08", "2022-01-12"), ("2022-02-06", "2022-02-08")),
    ),
}

#: First and last days of these lists: beyond them single days may be absent for good reasons.
LISTED = {"oco2": ("2014-09-06", "2023-06-30"), "oco3": ("2019-12-31", "2022-03-31")}

#: Days without a granule, beyond the lists, that are a hole.
_LONG = 7

#: Holes that a finding names one by one.
_SHOWN = 8


def report_absent_days(
    days: Sequence[dt.date],
    *,
    instrument: str,
    months: Sequence[str],
    every_days: int = 1,
    accept: bool = False,
) -> list[tuple[str, str]]:
    """State the days of a span that have no granule, known outages apart.

    Where granules come every n-th day only, as in a thinned archive, that is stated, and a hole is
    at least twice as long.

    Args:
        days: that have a granule, ascending.
        instrument: ``oco2`` or ``oco3``.
        months: of the span, YYYY-MM, in order.
        every_days: days from one granule of the archive to the next.
        accept: whether the configuration accepts it: then it is incomplete, no warning.

    Returns:
        First and last days of the holes, YYYY-MM-DD.
    """
    present = np.array(sorted(set(days)), dtype="datetime64[D]")
    start = np.datetime64(months[0], "D")
    end = (np.datetime64(months[-1], "M") + 1).astype("datetime64[D]")
    span = np.arange(start, end)
    # The lower quartile: few holes, however long, do not make an archive thin.
    steps = np.diff(present).astype(int)
    spacing = int(np.quantile(steps, 0.25, method="lower")) if steps.size else 1
    absent = span[~np.isin(span, present)]
    out = _days_of(OUTAGES.get(instrument, ()))
    holes = []
    for run in _runs(absent[~np.isin(absent, out)]):
        if run.size >= _shortest(run, spacing, instrument):
            holes.append((str(run[0]), str(run[-1])))
    empty = [month for month in months if not _has_day(month, present)]
    if holes or empty or spacing > every_days:
        thin = (
            f"granules of {np.isin(span, present).sum()} of {span.size} days, every {spacing} days"
        )
        text = _sentence(holes, empty, months, out, thin if spacing > every_days else "")
        state = findings.incomplete if accept else findings.warn
        state(f"xco2 of {instrument}", text, source=instrument, kind="variable")
    return holes


def _shortest(run: np.ndarray, spacing: int, instrument: str) -> int:
    """Return how many days in a row without a granule are a hole."""
    first, last = np.array(LISTED.get(instrument, ("NaT", "NaT")), dtype="datetime64[D]")
    known = spacing == 1 and first <= run[0] and run[-1] <= last
    return 1 if known else max(_LONG, 2 * spacing)


def _sentence(
    holes: Sequence[tuple[str, str]],
    empty: Sequence[str],
    months: Sequence[str],
    out: np.ndarray,
    thin: str,
) -> str:
    """Return what is absent, as a clause."""
    parts = [thin] if thin else []
    if empty:
        shut = [month for month in empty if month in {str(day)[:7] for day in out}]
        known = f" (an outage of the instrument falls in {', '.join(shut)})" if shut else ""
        parts.append(f"no granule at all in {', '.join(empty)}{known}")
    if holes:
        count = _days_of(holes).size
        shown = [first if first == last else f"{first} to {last}" for first, last in holes]
        more = f" and {len(shown) - _SHOWN} more holes" if len(shown) > _SHOWN else ""
        parts.append(
            f"no granule of {count} days between {months[0]} and {months[-1]} that are no known "
            f"outage: {', '.join(shown[:_SHOWN])}{more}"
        )
    return "; ".join(parts) + "; put the granules there, or take these months for what they are"


def _has_day(month: str, present: np.ndarray) -> bool:
    """Say whether one of some days lies in a month."""
    return bool((present.astype("datetime64[M]") == np.datetime64(month, "M")).any())


def _days_of(holes: Iterable[tuple[str, str]]) -> np.ndarray:
    """Return every day of some holes."""
    parts = [np.arange(np.datetime64(a), np.datetime64(b) + 1) for a, b in holes]
    return np.concatenate([np.empty(0, "datetime64[D]"), *parts])


def _runs(days: np.ndarray) -> list[np.ndarray]:
    """Return ascending days cut into runs without a gap."""
    if not days.size:
        return []
    return np.split(days, np.flatnonzero(np.diff(days) > np.timedelta64(1, "D")) + 1)
