"""What the maps of a run say: numbers by map, and how claims about their order are judged.

A claim about maps is about those very maps. Where a table gives an interval over sites or years, it
decides; where it gives none, a difference must be larger than a margin, below which another seed or
a rounding could turn it: such a claim is not resolved.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import hypot, isfinite
from pathlib import Path

import pandas as pd

from carbonscape.core.errors import InputError, ResultError
from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    NOT_RUN,
    UNRESOLVED,
    UNTESTABLE,
    Outcome,
    number,
)
from carbonscape.fluxes.evaluation.evidence import Interval
from carbonscape.fluxes.settings import PFT_SETTINGS
from carbonscape.products.map_name import MapName

#: PFT setting of the map whose numbers the paper gives beside other products: "we will exclusively
#: use the ESA-CCI-derived GPP product" (end of section 4.2). The setting of figures has no part.
PAPER_PFT = "esa_cci"

#: The paper's map.
OWN = MapName("fluxformer", PAPER_PFT).name

#: Maps of the paper's model by PFT setting (figures 7 to 10).
SETTINGS = {pft: MapName("fluxformer", pft).name for pft in PFT_SETTINGS}

#: Columns that claims read of each table. Further ones are of no concern here.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "fig08_climates": ("product", "climate", "r"),
    "fig09_spread": ("product", "group", "median", "common_median", "total_spread"),
    "fig10_climates": ("quantity", "climate", "esa_cci", "igbp", "difference"),
    "fig12_latitude": ("product", "south", "north", "area", "total"),
    "fig12_regions": ("product", "abbreviation", "total", "mean"),
    "fig13_variability": ("product", "group", "common_median"),
    "fig14_climates": ("product", "climate", "r"),
    "fig15": ("product", "series", "quantity", "climate", "r2", "r2_low", "r2_high"),
    "fig15_differences": (
        *("product", "other", "series", "quantity", "climate", "r2", "r2_low", "r2_high"),
    ),
    "fig16a_growth": ("product", "total", "growth", "growth_low", "growth_high"),
    "region_means": ("figure", "variable", "name", "region", "group", "mean", "common_mean"),
}


@dataclass(frozen=True)
class Margin:
    """A difference that counts: so large, or so large a share of the larger of both values."""

    absolute: float = 0.0
    share: float = 0.0

    def of(self, *values: float) -> float:
        """Return the difference that counts between values."""
        return max(self.absolute, self.share * max(map(abs, values), default=0.0))


@dataclass(frozen=True)
class MapEvidence:
    """The numbers of the figures of maps and products.

    Attributes:
        tables: by the name of the table; those that a run lacks are absent.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def values(
        self, table: str, column: str, by: str = "product", **where: str
    ) -> dict[str, float]:
        """Return a column of some rows of a table by another; {} without the table."""
        found = self.tables.get(table)
        if found is None:
            return {}
        for name, value in where.items():
            found = found[found[name] == value]
        pairs = zip(found[by].astype(str), found[column].astype(float), strict=True)
        return {name: value for name, value in pairs if isfinite(value)}

    def intervals(self, table: str, column: str, **where: str) -> dict[str, Interval]:
        """Return a column with its interval, ``<column>_low`` and ``<column>_high``, by product.

        A product without an interval, as in too few years, is left out.
        """
        value, low, high = (
            self.values(table, name, **where)
            for name in (column, f"{column}_low", f"{column}_high")
        )
        return {
            name: Interval(one, low[name], high[name])
            for name, one in value.items()
            if name in low and name in high
        }

    def paired(self, table: str, column: str, **where: str) -> dict[tuple[str, str], Interval]:
        """Return the differences of a table of pairs with their intervals, both ways round.

        Args:
            table: with the columns ``product`` and ``other``, which is subtracted.
            column: the difference; ``<column>_low`` and ``<column>_high`` are its interval.
            where: values of other columns.
        """
        found = self.tables.get(table)
        if found is None:
            return {}
        for name, value in where.items():
            found = found[found[name] == value]
        differences = {}
        names = ["product", "other", column, f"{column}_low", f"{column}_high"]
        for one, other, *numbers in found[names].itertuples(index=False):
            if all(map(isfinite, numbers)):
                value, low, high = numbers
                differences[one, other] = Interval(value, low, high)
                differences[other, one] = Interval(-value, -high, -low)
        return differences

    def in_region(
        self, figure: str, variable: str, region: str, group: str = "all"
    ) -> dict[str, float]:
        """Return the means of a figure's maps over a region, by map or kind of cover.

        They are over the cells that every map of the figure has, on which alone maps compare.

        Args:
            figure, variable, region, group: as in REGION_MEANS.
        """
        where = {"figure": figure, "variable": variable, "region": region, "group": group}
        return self.values("region_means", "common_mean", "name", **where)


def read_map_tables(paths: Iterable[str | os.PathLike[str]], flux: str) -> MapEvidence:
    """Read the tables of figures that claims are put to.

    Args:
        paths: CSV files ``<flux>_<table>.csv`` of the tables of ``COLUMNS``; others are of no
            concern.
        flux: name of the flux.

    Raises:
        InputError: a file is absent or cannot be read.
        ResultError: a table lacks a column that claims read.
    """
    tables = {}
    for path in paths:
        name = Path(path).stem.removeprefix(f"{flux}_")
        if name not in COLUMNS:
            continue
        try:
            table = pd.read_csv(path, keep_default_na=False, na_values=[""])
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: cannot be read as a table ({error}); delete it and run again."
            ) from error
        absent = [column for column in COLUMNS[name] if column not in table.columns]
        if absent:
            raise ResultError(
                f"{path}: has no column {', '.join(absent)} (found "
                f"{', '.join(map(str, table.columns))}); it was made by another version of the "
                "workflow: delete it and run again."
            )
        tables[name] = table
    return MapEvidence(tables)


Claim = Callable[[MapEvidence], Outcome]

#: How often a claim is met, in words that are no verdict: on a simulated Earth there is none.
_WORDS = {HOLDS: "as claimed", FAILS: "otherwise", UNRESOLVED: "undecided"}

NOTHING = Outcome(NOT_RUN, verdict=UNTESTABLE)


def judge(gap: float, margin: float) -> str:
    """Judge by how much something is ahead, where no interval is known."""
    if gap > margin:
        return HOLDS
    return FAILS if gap < -margin else UNRESOLVED


def minus(one: Interval, other: Interval) -> Interval:
    """Return a difference with the interval that follows from those of both, taken as independent.

    Both are over the same sites or years, and so usually rise and fall together: the interval is
    wider than that of paired draws would be, and what it resolves is resolved.

    Source: Zou and Donner (2008, doi 10.1002/sim.3095), equation for unequal ends.
    """
    value = one.value - other.value
    return Interval(
        value,
        value - hypot(one.value - one.low, other.high - other.value),
        value + hypot(one.high - one.value, other.value - other.low),
    )


def partly(verdict: str, found: Collection[str], wanted: Collection[str]) -> str:
    """Return a verdict on all of several things of which the run has only some.

    That those agree with the claim resolves nothing.
    """
    return UNRESOLVED if verdict == HOLDS and len(found) < len(wanted) else verdict


def listed(values: Mapping[str, float], *, digits: int, signed: bool = False) -> str:
    """Return ``name value`` of each."""
    return ", ".join(
        f"{name} {number(value, digits=digits, signed=signed)}" for name, value in values.items()
    )


def among(values: Mapping[str, float], wanted: Sequence[str]) -> str:
    """Return `` (3 of 4)`` where some of the wanted are absent, else nothing."""
    found = sum(name in values for name in wanted)
    return f" ({found} of {len(wanted)})" if found < len(wanted) else ""


def extreme(
    values: Mapping[str, float],
    named: Collection[str],
    wanted: Sequence[str],
    *,
    lowest: bool,
    margin: Margin,
    digits: int = 3,
) -> Outcome:
    """Judge the claim that some of several values are the lowest (or highest) of all.

    Args:
        values: by name; further names than ``wanted`` are of no concern.
        named: those that are said to be so.
        wanted: all that are compared.
        lowest: whether they are said to be the lowest, else the highest.
        margin: a difference that counts.
        digits: decimals that are shown.
    """
    found = {name: values[name] for name in wanted if name in values}
    inside = {name: value for name, value in found.items() if name in named}
    outside = {name: value for name, value in found.items() if name not in named}
    if not inside or not outside:
        return NOTHING
    sign = -1 if lowest else 1
    ranked = dict(sorted(found.items(), key=lambda item: sign * item[1], reverse=True))
    last = min(inside, key=lambda name: sign * inside[name])
    next_best = max(outside, key=lambda name: sign * outside[name])
    gap = sign * (found[last] - found[next_best])
    verdict = judge(gap, margin.of(found[last], found[next_best]))
    return Outcome(
        listed(ranked, digits=digits) + among(found, wanted),
        f"{last} minus {next_best} {number(sign * gap, digits=digits, signed=True)}",
        partly(verdict, found, wanted),
    )


def every(outcomes: Mapping[str, Outcome], wanted: Collection[str]) -> Outcome:
    """Return the outcome of a claim that has to hold in each of several places.

    Of each place the difference is shown, which is shorter than the values, else the values.

    Args:
        outcomes: by place, such as the abbreviation of a region.
        wanted: all places; without an outcome in some, a claim is not resolved.
    """
    run = {name: one for name, one in outcomes.items() if one.verdict != UNTESTABLE}
    if not run:
        return NOTHING
    verdicts = [one.verdict for one in run.values()]
    seen = [verdict for verdict in (HOLDS, FAILS, UNRESOLVED) if verdict in verdicts]
    counts = [f"{_WORDS[one]} in {verdicts.count(one)} of {len(wanted)}" for one in seen]
    worst = next(verdict for verdict in (FAILS, UNRESOLVED, HOLDS) if verdict in seen)
    text = "; ".join(f"{name}: {one.difference or one.run}" for name, one in run.items())
    return Outcome(text, ", ".join(counts), partly(worst, run, wanted))


def anywhere(outcomes: Mapping[str, Outcome], wanted: Collection[str]) -> Outcome:
    """Return the outcome of a claim that has to hold in one of several places.

    It fails where it fails in all of them.
    """
    found = every(outcomes, wanted)
    verdicts = [one.verdict for one in outcomes.values() if one.verdict != UNTESTABLE]
    if not verdicts:
        return found
    best = next(verdict for verdict in (HOLDS, UNRESOLVED, FAILS) if verdict in verdicts)
    if best == FAILS and len(verdicts) < len(wanted):
        best = UNRESOLVED
    return Outcome(found.run, found.difference, best)


def ahead(one: float | None, other: float | None, *, margin: Margin, digits: int = 3) -> Outcome:
    """Judge the claim that one number is above another."""
    if one is None or other is None:
        return NOTHING
    verdict = judge(one - other, margin.of(one, other))
    text = f"{number(one, digits=digits)} against {number(other, digits=digits)}"
    return Outcome(text, number(one - other, digits=digits, signed=True), verdict)


def of_own_map(claim: Callable[[MapEvidence, str], Outcome]) -> Claim:
    """Return a claim about the paper's map, FluxFormer with ESA-CCI.

    What a run that has FluxFormer's maps of other settings alone finds for the first of them is
    shown, but not judged: it did not run what is reported.

    Args:
        claim: what a map, named ``<model>-<pft>``, is put to.
    """

    def find(evidence: MapEvidence) -> Outcome:
        found = claim(evidence, OWN)
        if found is not NOTHING:
            return found
        for pft, name in SETTINGS.items():
            found = NOTHING if name == OWN else claim(evidence, name)
            if found is not NOTHING:
                return Outcome(f"{NOT_RUN} (map with {pft}: {found.run})", verdict=UNTESTABLE)
        return NOTHING

    return find


def own_claim(claim: Callable[..., Outcome], **how: object) -> Claim:
    """Return a claim about the paper's map: ``claim(evidence, map, **how)``."""
    return of_own_map(partial(claim, **how))
