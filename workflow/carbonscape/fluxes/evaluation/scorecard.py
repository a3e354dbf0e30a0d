"""The scorecard of a flux: how the run's own value of what the paper reports is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from carbonscape.evaluation.scorecards import NOT_RUN, number
from carbonscape.fluxes.settings import PFT_SETTINGS
from carbonscape.models.registry import models_of
from carbonscape.products.map_name import MapName

#: PFT setting of the map whose totals the paper gives: "we will exclusively use the
#: ESA-CCI-derived GPP product" (end of section 4.2).
PAPER_MAP = "esa_cci"


@dataclass(frozen=True)
class RunResults:
    """What the scorecard is computed from.

    Attributes:
        counts: site-months after each step of quality control.
        n_sites: towers.
        scores: cross-validated scores.
        pft: the setting that stands for "with PFT" in the cross-validation: the one that the
            figures show. Maps have the setting of the paper's comparison of products.
        growth: mean and growth of the annual totals of each product; None without maps.
    """

    counts: pd.DataFrame
    n_sites: int
    scores: pd.DataFrame
    pft: str = "igbp"
    growth: pd.DataFrame | None = None

    def total(self, column: str, pft: str) -> float | None:
        """Return a number of FluxFormer's map of a PFT setting, or None if the run made none."""
        if self.growth is None:
            return None
        rows = self.growth[self.growth["product"] == MapName("fluxformer", pft).name]
        return float(rows[column].iloc[0]) if len(rows) else None

    def count(self, step: str) -> str:
        """Return the site-months left after a filter step."""
        rows = self.counts.loc[self.counts["step"] == step, "rows"]
        return str(int(rows.iloc[0])) if len(rows) else NOT_RUN

    def r2(
        self,
        *,
        window: str = "jan_to_m",
        pft: str | None = None,
        model: str = "fluxformer",
        quantity: str = "monthly",
        scope: str = "global",
        group: str = "all",
    ) -> float | None:
        """Return R2, the mean over site splits, or None if the run has no such score."""
        wanted = {
            "window": window,
            "pft": pft or self.pft,
            "model": model,
            "quantity": quantity,
            "scope": scope,
            "group": group,
        }
        chosen = pd.Series(True, index=self.scores.index)
        for column, value in wanted.items():
            chosen &= self.scores[column] == value
        values = self.scores.loc[chosen, "r2"].dropna()
        return float(values.mean()) if len(values) else None


def _pft_gain(run: RunResults) -> str:
    """Return what PFT adds to FluxFormer's R2."""
    with_pft, without = run.r2(), run.r2(pft="none")
    if with_pft is None or without is None:
        return NOT_RUN
    return number(with_pft - without, digits=3, signed=True)


def _first_model(run: RunResults) -> str:
    """Return the paper's model with the highest R2, and how far ahead of the next it is.

    The claim is about six models: others of the run do not count.
    """
    models = [name for name, entry in models_of("fluxes").items() if entry.role == "paper"]
    found = {name: run.r2(model=name) for name in models if run.r2(model=name) is not None}
    if len(found) < 2:
        return NOT_RUN
    ranked = sorted(found, key=lambda name: found[name], reverse=True)
    ahead = found[ranked[0]] - found[ranked[1]]
    return f"{ranked[0]} ({found[ranked[0]]:.3f}; {ahead:.3f} ahead of {ranked[1]})"


def _shortest_window(run: RunResults) -> str:
    """Return the fixed window with the lowest R2 of FluxFormer, if at least two were run."""
    found = {w: run.r2(window=w) for w in ("1m", "6m", "12m") if run.r2(window=w) is not None}
    if len(found) < 2:
        return NOT_RUN
    return min(found, key=lambda name: found[name])


def _total(column: str, *, digits: int, signed: bool = False) -> Callable[[RunResults], str]:
    """Return the function that finds a number of the annual totals of FluxFormer's map.

    The paper compares the map with ESA-CCI "exclusively" (end of its section 4.2). A run that has
    FluxFormer's maps of other settings alone did not run what is reported, and names them.
    """

    def find(run: RunResults) -> str:
        named = {pft: run.total(column, pft) for pft in (PAPER_MAP, *PFT_SETTINGS)}
        texts = {
            pft: number(value, digits=digits, signed=signed)
            for pft, value in named.items()
            if value is not None
        }
        if not texts:
            return NOT_RUN
        if PAPER_MAP in texts:
            return f"{texts[PAPER_MAP]} (map with {PAPER_MAP})"
        others = ", ".join(f"{pft}: {text}" for pft, text in texts.items())
        return f"{NOT_RUN} (maps with {others})"

    return find


def _cycle(climate: str) -> Callable[[RunResults], str]:
    """Return the function that finds R2 of FluxFormer's mean seasonal cycle in a climate.

    The paper's numbers are of several PFT settings (a range over all in arid, IGBP and ESA-CCI
    together in polar climates), and it does not say whether the cycle is that of each site or
    the mean of a climate, of which the second gives far higher R2. Both are given.
    """
    wanted = ("igbp_esa_cci",) if climate == "polar" else PFT_SETTINGS

    def readings(run: RunResults, settings: tuple[str, ...]) -> str:
        parts, found_in = [], []
        for quantity, of in (("seasonal_cycle", "sites"), ("climate_cycle", "climate")):
            found = {
                pft: run.r2(quantity=quantity, scope="climate", group=climate, pft=pft)
                for pft in settings
            }
            values = [value for value in found.values() if value is not None]
            found_in += [p for p, v in found.items() if v is not None and p not in found_in]
            if values:
                ends = dict.fromkeys((f"{min(values):.3f}", f"{max(values):.3f}"))
                parts.append(f"{of} {' to '.join(ends)}")
        return f"{', '.join(parts)} ({', '.join(found_in)})" if parts else ""

    def find(run: RunResults) -> str:
        if text := readings(run, wanted):
            return text
        other = readings(run, PFT_SETTINGS)
        return f"{NOT_RUN} (other settings: {other})" if other else NOT_RUN

    return find


#: How the run's own value of each reported quantity is found.
FINDERS: dict[str, Callable[[RunResults], str]] = {
    "qualified_months": lambda run: run.count("qualified"),
    "samples": lambda run: run.count("fences"),
    "sites": lambda run: str(run.n_sites),
    "cv_r2": lambda run: number(run.r2(), digits=3),
    "first_model": _first_model,
    "pft_gain": _pft_gain,
    "shortest_window": _shortest_window,
    **{
        f"cycle_{climate}": _cycle(climate)
        for climate in ("tropical", "temperate", "continental", "arid", "polar")
    },
    "global_total": _total("total", digits=1),
    "global_growth": _total("growth", digits=2, signed=True),
}
