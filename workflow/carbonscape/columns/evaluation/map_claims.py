"""Claims of the XCO2 paper about figures 12 to 14: how a run's own answer is found and judged.

Every number comes from the rows of XCO2_TOTALS that the evaluations of these figures write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from carbonscape.columns.evaluation.places import HOTSPOTS
from carbonscape.columns.evaluation.verdicts import (
    NOTHING,
    REACH_MAP,
    Interval,
    beyond,
    near_reported,
)
from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNTESTABLE, Outcome

#: The least correlation of two patterns that count as alike, and the least share that is "most".
ALIKE, MOST = 0.8, 50.0

#: The years of the paper's maps.
PAPER_YEARS = tuple(str(year) for year in range(2015, 2022))


class Numbers(Protocol):
    """What finders ask of the results of a run."""

    @property
    def years(self) -> tuple[str, ...]:
        """Years of the maps."""

    def total(self, name: str) -> Interval | None:
        """Return a number of the maps, or None if there is none."""


Finder = Callable[[Numbers], Outcome]


def _found(run: Numbers, names: Sequence[str]) -> list[float]:
    """Return the numbers of some names; none if one is not there."""
    found = [run.total(name) for name in names]
    return [] if None in found else [one.value for one in found if one is not None]


def of_paper_years(find: Finder) -> Finder:
    """Return a finder whose verdict is given only of maps of the years of the paper's."""

    def checked(run: Numbers) -> Outcome:
        found = find(run)
        if found is NOTHING or run.years == PAPER_YEARS:
            return found
        return Outcome(found.run, verdict=UNTESTABLE)

    return checked


def _signs(names: Sequence[str], *, above: bool) -> Finder:
    """Return the function that finds in how many places a number has the claimed sign."""

    def find(run: Numbers) -> Outcome:
        values = _found(run, names)
        if not values:
            return NOTHING
        met = sum(value > 0 if above else value < 0 for value in values)
        text = ", ".join(f"{round(value, 2) + 0.0:+.2f}" for value in values)
        said = f"met at {met} of {len(values)} places"
        return Outcome(text, said, HOLDS if met == len(values) else FAILS)

    return find


def _limit(name: str, limit: float, *, above: bool, form: str = "+.2f") -> Finder:
    """Return the function that finds a number and judges it by a limit."""

    def find(run: Numbers) -> Outcome:
        found = run.total(name)
        if found is None:
            return NOTHING
        gap = f"{found.value - limit:+{form.lstrip('+')}}"
        return Outcome(f"{found.value:{form}}", gap, beyond(found, limit, above=above))

    return find


def _largest(run: Numbers) -> Outcome:
    """Return how far East Asia lies above the highest of the other places."""
    names = ("middle_east", "north_africa", "southern_north_america", "europe", "south_asia")
    values = _found(run, ["anomaly_east_asia", *(f"anomaly_{name}" for name in names)])
    if not values:
        return NOTHING
    first, others = values[0], dict(zip(names, values[1:], strict=True))
    highest = max(others, key=lambda name: others[name])
    gap = Interval(first - others[highest])
    text = f"{first:+.2f}; highest other: {highest.replace('_', ' ')} {others[highest]:+.2f}"
    return Outcome(text, gap.text(digits=2, signed=True), beyond(gap, 0.0, above=True))


def _eastern_china(run: Numbers) -> Outcome:
    """Return the mean anomaly of eastern China, which the paper has at 2 to 3 ppm."""
    found = run.total("anomaly_eastern_china")
    return near_reported(found, 2.0, 3.0, reach=REACH_MAP) if found else NOTHING


_HIGH = [f"anomaly_{name}" for name in ("middle_east", "north_africa", "southern_north_america")]
_LOW = [f"anomaly_{name}" for name in ("tibet", "eastern_canada", "southern_russia")]
_PLACES = [one.name for one in HOTSPOTS]

#: How the run's own answer to each claim is found, in the order of the reported values.
MAP_CLAIMS: dict[str, Finder] = {
    "xco2_anomaly_largest": of_paper_years(_largest),
    "xco2_anomaly_eastern_china": of_paper_years(_eastern_china),
    "xco2_anomaly_high": of_paper_years(_signs(_HIGH, above=True)),
    "xco2_anomaly_low": of_paper_years(_signs(_LOW, above=False)),
    "xco2_anomaly_south": of_paper_years(
        _limit("anomaly_south_negative", MOST, above=True, form=".0f")
    ),
    "xco2_anomaly_amazonia": of_paper_years(
        _limit("anomaly_amazonia_positive", 0.0, above=True, form=".0f")
    ),
    "xco2_anomaly_likeness": of_paper_years(
        _limit("anomaly_likeness", ALIKE, above=True, form=".2f")
    ),
    "xco2_hotspots": _signs([f"hotspot_anomaly_{name}" for name in _PLACES], above=True),
    "xco2_hotspots_above": _signs(
        [f"hotspot_above_surroundings_{name}" for name in _PLACES], above=True
    ),
    "xco2_low_eastern_canada": _limit("contrast_eastern_canada", 0.0, above=False),
    "xco2_low_papua_new_guinea": _limit("contrast_papua_new_guinea", 0.0, above=False),
    "xco2_detail": _limit("detail_ratio", 1.0, above=True, form=".2f"),
}
