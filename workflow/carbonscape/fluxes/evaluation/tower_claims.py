"""The paper's claims about products at the towers (section 4.3, figure 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from carbonscape.core.classes import CLIMATES
from carbonscape.evaluation.scorecards import Outcome, number
from carbonscape.fluxes.evaluation.claims import above, all_of, within
from carbonscape.fluxes.evaluation.evidence import Interval
from carbonscape.fluxes.evaluation.map_evidence import (
    NOTHING,
    Claim,
    MapEvidence,
    among,
    every,
    listed,
    minus,
    own_claim,
    partly,
)
from carbonscape.fluxes.evaluation.paper_products import OTHERS, only


@dataclass(frozen=True)
class AtTowers:
    """R2 of products at the same tower months.

    Attributes:
        scores: by product.
        differences: by pair of products, the first minus the second, over the same draws of sites.
    """

    scores: Mapping[str, Interval]
    differences: Mapping[tuple[str, str], Interval] = field(default_factory=dict)

    def gap(self, one: str, other: str) -> Interval:
        """Return R2 of one product minus that of another.

        Where no paired difference is known, with the interval that follows from those of both.
        """
        paired = self.differences.get((one, other))
        return paired or minus(self.scores[one], self.scores[other])


def _at_towers(
    evidence: MapEvidence, quantity: str, climate: str, series: str = "published"
) -> AtTowers:
    """Return R2 of the products of the paper at the towers of a climate, and its differences."""
    where = {"series": series, "quantity": quantity, "climate": climate}
    return AtTowers(
        evidence.intervals("fig15", "r2", **where),
        evidence.paired("fig15_differences", "r2", **where),
    )


def best_at_towers(towers: AtTowers, own: str, wanted: Sequence[str], *, place: int = 1) -> Outcome:
    """Judge whether a product is the first (or second) of several at the towers."""
    found = towers.scores
    found = {name: found[name] for name in wanted if name in found}
    if own not in found or len(found) < 2:
        return NOTHING
    ranked = sorted(found, key=lambda name: found[name].value, reverse=True)
    better, worse = ranked[: place - 1], [name for name in ranked if name != own][place - 1 :]
    gaps = [towers.gap(own, name) for name in worse]
    gaps += [towers.gap(name, own) for name in better if name != own]
    text = ", ".join(f"{name} {found[name].value:.2f}" for name in ranked[:3])
    if own not in ranked[:3]:
        text += f"; {own} {found[own].value:.2f}, number {ranked.index(own) + 1}"
    rival = next(name for name in ranked if name != own)
    return Outcome(
        text + among(found, wanted),
        f"{own} minus {rival} {towers.gap(own, rival).text(digits=2, signed=True)}",
        partly(all_of([above(gap) for gap in gaps]), found, wanted),
    )


def _best_everywhere(evidence: MapEvidence, own: str, *, quantity: str) -> Outcome:
    """Judge whether FluxFormer is first in every climate but the arid one, and over all."""
    climates = ("all", *(name for name in CLIMATES if name != "arid"))
    found = {
        climate: best_at_towers(_at_towers(evidence, quantity, climate), own, (own, *OTHERS))
        for climate in climates
    }
    return every(found, climates)


def _arid(evidence: MapEvidence, name: str, *, reported: float) -> Outcome:
    """Judge R2 of a product at arid towers."""
    score = _at_towers(evidence, "monthly", "arid").scores.get(name)
    if score is None:
        return NOTHING
    text = score.text(digits=2)
    unseen = _at_towers(evidence, "monthly", "arid", "out_of_fold").scores.get(name)
    if unseen is not None:
        text += f"; towers not trained on {unseen.text(digits=2)}"
    difference = number(score.value - reported, digits=2, signed=True)
    return Outcome(text, difference, within(score, reported, reported))


def _arid_second(evidence: MapEvidence, own: str) -> Outcome:
    """Judge whether FluxFormer is second to NIES at arid towers."""
    towers = _at_towers(evidence, "monthly", "arid")
    found = towers.scores
    if "nies" not in found or own not in found:
        return NOTHING
    wanted = (own, *OTHERS)
    pair = best_at_towers(towers, "nies", ("nies", own))
    others = tuple(name for name in wanted if name != "nies")
    rest = best_at_towers(towers, own, others)
    verdicts = [one.verdict for one in (pair, rest) if one is not NOTHING]
    ranked = sorted(only({name: one.value for name, one in found.items()}, wanted).items(),
                    key=lambda item: item[1], reverse=True)  # fmt: skip
    there = [name for name, _ in ranked]
    return Outcome(
        listed(dict(ranked[:3]), digits=2) + among(dict(ranked), wanted),
        pair.difference,
        partly(all_of(verdicts), there, wanted),
    )


#: What the towers say about each claim, by the id of the reported value.
TOWER_CLAIMS: dict[str, Claim] = {
    "towers_monthly": own_claim(_best_everywhere, quantity="monthly"),
    "towers_cycle": own_claim(_best_everywhere, quantity="seasonal_cycle"),
    "towers_arid": own_claim(_arid, reported=0.85),
    "towers_arid_nies": partial(_arid, name="nies", reported=0.87),
    "towers_arid_second": own_claim(_arid_second),
}
