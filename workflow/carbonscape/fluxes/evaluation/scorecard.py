"""The scorecard of a flux: how the run's own value of what the paper reports is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite

import pandas as pd

from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    NOT_RUN,
    UNRESOLVED,
    UNTESTABLE,
    Outcome,
    number,
)
from carbonscape.fluxes.evaluation.claims import CLAIMS, Question, within
from carbonscape.fluxes.evaluation.evidence import Evidence, Interval
from carbonscape.fluxes.evaluation.map_claims import MAP_CLAIMS
from carbonscape.fluxes.evaluation.map_evidence import PAPER_PFT, MapEvidence
from carbonscape.fluxes.evaluation.product_claims import PRODUCT_CLAIMS
from carbonscape.fluxes.quality.towers import PAPER_ROWS
from carbonscape.fluxes.settings import PFT_SETTINGS
from carbonscape.products.map_name import MapName

#: Towers of the paper, its range of global totals (PgC yr-1) and its growth (PgC yr-2).
_SITES, _TOTALS, _GROWTH = 206, (120.0, 145.0), 0.21


@dataclass(frozen=True)
class RunResults:
    """What the scorecard is computed from.

    Attributes:
        counts: site-months after each step of quality control.
        n_sites: towers.
        evidence: the cross-validation over random site splits.
        pft: the setting that stands for "with PFT" in the cross-validation: the one that the
            figures show. Maps have the setting of the paper's comparison of products.
        growth: mean and growth of the annual totals of each product; None without maps.
        maps: tables of the figures of maps and products; those that the run lacks are absent.
    """

    counts: pd.DataFrame
    n_sites: int
    evidence: Evidence
    pft: str = "igbp"
    growth: pd.DataFrame | None = None
    maps: MapEvidence = field(default_factory=MapEvidence)

    def total(self, column: str, pft: str) -> float | None:
        """Return a number of FluxFormer's map of a PFT setting, or None if the run made none."""
        if self.growth is None or column not in self.growth:
            return None
        rows = self.growth[self.growth["product"] == MapName("fluxformer", pft).name]
        return float(rows[column].iloc[0]) if len(rows) else None

    def count(self, step: str) -> Outcome:
        """Return the site-months left after a filter step, beside those of the paper."""
        rows = self.counts.loc[self.counts["step"] == step, "rows"]
        return _count(int(rows.iloc[0]), PAPER_ROWS[step]) if len(rows) else _NOTHING


_NOTHING = Outcome(NOT_RUN, verdict=UNTESTABLE)


def _count(found: int, reported: float) -> Outcome:
    """Return a number of things beside that of the paper, which it reaches or not."""
    if found == reported:
        return Outcome(str(found), verdict=HOLDS)
    return Outcome(str(found), f"{found - int(reported):+d}", FAILS)


def _total(
    column: str, low: float, high: float, *, digits: int, signed: bool = False
) -> Callable[[RunResults], Outcome]:
    """Return the function that finds a number of the annual totals of FluxFormer's map.

    The paper compares the map with ESA-CCI "exclusively" (end of its section 4.2). A run that has
    FluxFormer's maps of other settings alone did not run what is reported, and names them.
    """

    def find(run: RunResults) -> Outcome:
        named = {pft: run.total(column, pft) for pft in (PAPER_PFT, *PFT_SETTINGS)}
        found = {pft: value for pft, value in named.items() if value is not None}
        texts = {pft: number(value, digits=digits, signed=signed) for pft, value in found.items()}
        if not texts:
            return _NOTHING
        if PAPER_PFT not in texts:
            others = ", ".join(f"{pft}: {text}" for pft, text in texts.items())
            return Outcome(f"{NOT_RUN} (maps with {others})", verdict=UNTESTABLE)
        value = found[PAPER_PFT]
        nearest = min(max(value, low), high)
        verdict, said = HOLDS if value == nearest else FAILS, ""
        if column == "growth":
            interval = Interval(
                value, run.total("growth_low", PAPER_PFT), run.total("growth_high", PAPER_PFT)
            )
            verdict = within(interval, low, high) if isfinite(interval.low) else UNRESOLVED
            if isfinite(interval.low):
                said = f" ({interval.low:+.{digits}f} to {interval.high:+.{digits}f})"
        place = f"map with {PAPER_PFT}"
        vegetated = run.total("vegetated_total", PAPER_PFT) if column == "total" else None
        if vegetated is not None and isfinite(vegetated):
            # Totals of the paper are over whole cells.
            place += f"; over the vegetated part of cells {number(vegetated, digits=digits)}"
        return Outcome(
            f"{texts[PAPER_PFT]}{said} ({place})",
            "" if value == nearest else number(value - nearest, digits=digits, signed=True),
            verdict,
        )

    return find


def _claim(name: str) -> Callable[[RunResults], Outcome]:
    """Return the function that puts a claim to the run's cross-validation."""
    return lambda run: CLAIMS[name](Question(run.evidence, run.pft))


def _map_claim(name: str) -> Callable[[RunResults], Outcome]:
    """Return the function that puts a claim to the figures of maps and products."""
    claim = (MAP_CLAIMS | PRODUCT_CLAIMS)[name]
    return lambda run: claim(run.maps)


#: How the run's own value of each reported quantity is found.
FINDERS: dict[str, Callable[[RunResults], Outcome]] = {
    "qualified_months": lambda run: run.count("qualified"),
    "samples": lambda run: run.count("fences"),
    "sites": lambda run: _count(run.n_sites, _SITES),
    **{name: _claim(name) for name in CLAIMS},
    "global_total": _total("total", *_TOTALS, digits=1),
    "global_growth": _total("growth", _GROWTH, _GROWTH, digits=2, signed=True),
    **{name: _map_claim(name) for name in (*MAP_CLAIMS, *PRODUCT_CLAIMS)},
}
