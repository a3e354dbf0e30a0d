"""The scorecard: what the paper reports beside what this run finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.scorecards import NOT_RUN, SCORECARD
from carbonscape.models.registry import models_of


@dataclass(frozen=True)
class RunResults:
    """What the scorecard is computed from.

    Attributes:
        counts: site-months after each step of quality control.
        n_sites: towers.
        scores: cross-validated scores.
        pft: the setting that stands for "with PFT": the one that the figures show.
        growth: mean and growth of the annual totals of each product; None without maps.
    """

    counts: pd.DataFrame
    n_sites: int
    scores: pd.DataFrame
    pft: str = "igbp"
    growth: pd.DataFrame | None = None

    def total(self, column: str) -> float | None:
        """Return a number of FluxFormer's map, or None if the run made none."""
        if self.growth is None:
            return None
        rows = self.growth[self.growth["product"] == f"fluxformer-{self.pft}"]
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


def _number(value: float | None, *, signed: bool = False) -> str:
    """Return a number with three decimals, or 'not run'."""
    if value is None:
        return NOT_RUN
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def _pft_gain(run: RunResults) -> str:
    """Return what PFT adds to FluxFormer's R2."""
    with_pft, without = run.r2(), run.r2(pft="none")
    if with_pft is None or without is None:
        return NOT_RUN
    return _number(with_pft - without, signed=True)


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
    return f"{ranked[0]} ({_number(found[ranked[0]])}; {ahead:.3f} ahead of {ranked[1]})"


def _shortest_window(run: RunResults) -> str:
    """Return the fixed window with the lowest R2 of FluxFormer, if at least two were run."""
    found = {w: run.r2(window=w) for w in ("1m", "6m", "12m") if run.r2(window=w) is not None}
    if len(found) < 2:
        return NOT_RUN
    return min(found, key=lambda name: found[name])


def _total(column: str, *, signed: bool = False) -> Callable[[RunResults], str]:
    """Return the function that finds a number of the annual totals of FluxFormer's map."""

    def find(run: RunResults) -> str:
        value = run.total(column)
        if value is None or pd.isna(value):
            return NOT_RUN
        return f"{value:+.2f}" if signed else f"{value:.1f}"

    return find


def _cycle(climate: str) -> Callable[[RunResults], str]:
    """Return the function that finds R2 of FluxFormer's mean seasonal cycle in a climate."""
    return lambda run: _number(run.r2(quantity="seasonal_cycle", scope="climate", group=climate))


#: How the run's own value of each reported quantity is found.
FINDERS: dict[str, Callable[[RunResults], str]] = {
    "qualified_months": lambda run: run.count("qualified"),
    "samples": lambda run: run.count("fences"),
    "sites": lambda run: str(run.n_sites),
    "cv_r2": lambda run: _number(run.r2()),
    "first_model": _first_model,
    "pft_gain": _pft_gain,
    "shortest_window": _shortest_window,
    **{
        f"cycle_{climate}": _cycle(climate)
        for climate in ("tropical", "temperate", "continental", "arid", "polar")
    },
    "global_gpp": _total("gpp"),
    "global_growth": _total("growth", signed=True),
}


def build_scorecard(reported: pd.DataFrame, run: RunResults) -> pd.DataFrame:
    """Put the run's own value beside every reported one (SCORECARD).

    Args:
        reported: table of REPORTED.
        run: results of the run.

    Raises:
        ResultError: nothing computes one of the reported quantities.
    """
    unknown = sorted(set(reported["id"]) - set(FINDERS))
    if unknown:
        raise ResultError(
            f"resources/reported_values.csv: nothing computes {', '.join(unknown)}; the scorecard "
            f"knows {', '.join(FINDERS)}."
        )
    return reported.assign(run=[FINDERS[name](run) for name in reported["id"]])[SCORECARD.names]
