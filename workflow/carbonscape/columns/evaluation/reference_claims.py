"""Rows of the scorecard of XCO2 on what stands beside the product: studies, kernels, a step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from carbonscape.columns.evaluation.instrument_step import told
from carbonscape.columns.evaluation.table5 import studies_below
from carbonscape.columns.evaluation.verdicts import (
    NOTHING,
    REACH_PPM,
    ROUNDING,
    Interval,
    SiteDraws,
    numbers_near,
)
from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNRESOLVED, UNTESTABLE, Outcome
from carbonscape.products.map_name import MapName

#: Ways of telling the step, as the scorecard calls them.
_WAYS = {
    "overlap": "same cells and months",
    "egg4": "against CAMS-EGG4",
    "growth": "growth of the soundings",
    "tccon": "at TCCON sites",
}


@dataclass(frozen=True)
class ReferenceResults:
    """What these rows are computed from.

    Attributes:
        shown: time_input and model of the figures.
        table5: XCO2_TABLE5.
        kernels: XCO2_KERNEL_SCORES.
        step: XCO2_STEP.
        draws: pairs with TCCON, from which intervals over sites are drawn.
        reported: what is reported, by id.
    """

    shown: Mapping[str, str]
    table5: pd.DataFrame
    kernels: pd.DataFrame
    step: pd.DataFrame
    draws: SiteDraws
    reported: Mapping[str, str]

    @property
    def product(self) -> str:
        """Name of the product shown."""
        return MapName(self.shown["model"], self.shown["time_input"]).name

    def setting(self, name: str) -> str:
        """Return the model and time input behind a quantity, "" for the soundings' own."""
        if name != "xco2_table5_below":
            return ""
        return f"{self.shown['model']}, time input {self.shown['time_input']}"

    def numbers(self, name: str) -> list[float]:
        """Return the numbers that are reported."""
        return [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", self.reported[name])]


def _below(run: ReferenceResults) -> Outcome:
    """Return how many published studies are below the product, and the range over its sites."""
    rows = run.table5[run.table5["study"] == run.product]
    if rows.empty:
        return NOTHING
    found, reported = int(rows["better"].iloc[0]), int(run.numbers("xco2_table5_below")[0])
    drawn = run.draws.score(run.product, "rmse")
    said = "" if found == reported else f"{found - reported:+d}"
    if drawn is None or not drawn.known:
        return Outcome(str(found), said, HOLDS if found == reported else FAILS)
    published = run.table5[run.table5["samples"] == 0]
    low, high = (studies_below(published, end) for end in (drawn.low, drawn.high))
    text = f"{found} ({low} to {high})"
    if low == high == reported:
        return Outcome(text, said, HOLDS)
    return Outcome(text, said, UNRESOLVED if low <= reported <= high else FAILS)


def _kernels(run: ReferenceResults) -> Outcome:
    """Return bias and spread of OCO-2 against TCCON with kernels; of plain pairs no verdict."""
    table = run.kernels[run.kernels["instrument"] == "oco2"].set_index("comparison")
    name = next((name for name in ("kernels", "plain") if name in table.index), None)
    if name is None or pd.isna(table.loc[name, "spread"]):
        return NOTHING
    row = table.loc[name]
    found = [float(row["bias"]), float(row["spread"])]
    text = f"{found[0]:+.2f} ± {found[1]:.2f}"
    if name == "plain":
        return Outcome(f"{text} without kernels", verdict=UNTESTABLE)
    text += f" ({int(row['overpasses'])} overpasses)"
    return numbers_near(text, found, run.numbers("xco2_oco_kernels"), [REACH_PPM] * 2, "+.2f")


def _step(run: ReferenceResults) -> Outcome:
    """Return the step that the first way that tells one finds; it holds within the reported."""
    row = told(run.step)
    if row is None:
        return Outcome("cannot be told", verdict=UNTESTABLE)
    found = Interval(float(row["step"]), float(row["low"]), float(row["high"]))
    text = f"{found.text(digits=2, signed=True)}, {_WAYS[str(row.name)]}"
    limit = run.numbers("xco2_instrument_step")[0] + ROUNDING
    nearest = min(max(found.value, -limit + ROUNDING), limit - ROUNDING)
    said = found.less(nearest).text(digits=2, signed=True)
    if found.low > limit or found.high < -limit:
        return Outcome(text, said, FAILS)
    inside = -limit <= found.low and found.high <= limit
    return Outcome(text, said, HOLDS if inside else UNRESOLVED)


#: How the run's own value of each reported quantity is found.
REFERENCE_FINDERS: dict[str, Callable[[ReferenceResults], Outcome]] = {
    "xco2_table5_below": _below,
    "xco2_oco_kernels": _kernels,
    "xco2_instrument_step": _step,
}
