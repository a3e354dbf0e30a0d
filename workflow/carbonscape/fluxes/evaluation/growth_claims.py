"""The paper's claims about global totals of products and their growth (section 4.3, figure 16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNRESOLVED, Outcome, number
from carbonscape.fluxes.evaluation.claims import above, all_of, within
from carbonscape.fluxes.evaluation.evidence import Interval
from carbonscape.fluxes.evaluation.map_evidence import (
    NOTHING,
    Claim,
    MapEvidence,
    among,
    listed,
    minus,
    partly,
)
from carbonscape.fluxes.evaluation.paper_products import ALL, DATA_DRIVEN, LIGHT_USE, WITH_CO2, only

#: Range of annual totals (PgC yr-1).
TOTALS = (120.0, 145.0)


def _all_totals(evidence: MapEvidence) -> Outcome:
    """Judge whether the mean totals of all products are in the paper's range."""
    totals = only(evidence.values("fig16a_growth", "total"))
    if not totals:
        return NOTHING
    outside = {name: one for name, one in totals.items() if not TOTALS[0] <= one <= TOTALS[1]}
    far = {name: one - min(max(one, TOTALS[0]), TOTALS[1]) for name, one in outside.items()}
    return Outcome(
        listed(totals, digits=1) + among(totals, ALL),
        listed(far, digits=1, signed=True),
        partly(FAILS if outside else HOLDS, totals, ALL),
    )


def _growth(name: str, reported: float) -> Claim:
    """Return the claim that a product of others grows so much."""

    def find(evidence: MapEvidence) -> Outcome:
        value = evidence.values("fig16a_growth", "growth").get(name)
        if value is None:
            return NOTHING
        difference = number(value - reported, digits=2, signed=True)
        found = evidence.intervals("fig16a_growth", "growth").get(name)
        if found is None:
            return Outcome(number(value, digits=2, signed=True), difference, UNRESOLVED)
        text = found.text(digits=2, signed=True)
        return Outcome(text, difference, within(found, reported, reported))

    return find


def _growths(evidence: MapEvidence, names: Sequence[str]) -> dict[str, Interval]:
    """Return the growth of some products that have an interval, in their order."""
    found = evidence.intervals("fig16a_growth", "growth")
    return {name: found[name] for name in names if name in found}


def _faster(groups: Callable[[Mapping[str, Interval]], Sequence[tuple[str, str]]],
            wanted: Sequence[str]) -> Claim:  # fmt: skip
    """Return the claim that the first of each pair of products grows faster than the second."""

    def find(evidence: MapEvidence) -> Outcome:
        found = _growths(evidence, wanted)
        pairs = [pair for pair in groups(found) if set(pair) <= set(found)]
        if not pairs:
            return NOTHING
        gaps = {pair: minus(found[pair[0]], found[pair[1]]) for pair in pairs}
        least = min(gaps, key=lambda pair: gaps[pair].value)
        text = listed({name: one.value for name, one in found.items()}, digits=2, signed=True)
        return Outcome(
            text + among(found, wanted),
            f"{least[0]} minus {least[1]} {gaps[least].text(digits=2, signed=True)}",
            partly(all_of([above(gap) for gap in gaps.values()]), found, wanted),
        )

    return find


def _positive(evidence: MapEvidence) -> Outcome:
    """Judge whether all data-driven products but FluxCom grow."""
    found = _growths(evidence, WITH_CO2)
    if not found:
        return NOTHING
    text = ", ".join(f"{name} {one.text(digits=2, signed=True)}" for name, one in found.items())
    verdict = all_of([above(one) for one in found.values()])
    return Outcome(text, verdict=partly(verdict, found, WITH_CO2))


#: What the totals say about each claim, by the id of the reported value.
GROWTH_CLAIMS: dict[str, Claim] = {
    "totals": _all_totals,
    "growth_metaflux": _growth("metaflux", 0.03),
    "growth_nies": _growth("nies", 0.38),
    "growth_nirv": _growth("nirv_gpp", 0.30),
    "growth_light_use": _faster(
        lambda found: [(one, other) for one in LIGHT_USE for other in DATA_DRIVEN],
        (*LIGHT_USE, *DATA_DRIVEN),
    ),
    "growth_largest": _faster(
        lambda found: [("nies", other) for other in WITH_CO2 if other != "nies"], WITH_CO2
    ),
    "growth_smallest": _faster(
        lambda found: [(one, "metaflux") for one in WITH_CO2 if one != "metaflux"], WITH_CO2
    ),
    "growth_positive": _positive,
}
