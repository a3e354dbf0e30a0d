"""Scorecards: what a paper reports beside what the run finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.products.product import Product

#: What a cell of a table reads when the run did not compute it.
NOT_RUN = "not run"

#: What a run says about a reported value or claim. Nothing about the Earth can be tested on a
#: simulated one, nor what a run has not computed.
HOLDS, FAILS = "holds", "fails"
UNRESOLVED, UNTESTABLE = "not resolved", "untestable here"
VERDICTS = (HOLDS, FAILS, UNRESOLVED, UNTESTABLE)


@dataclass(frozen=True)
class Outcome:
    """What comes out of a run about a reported value or claim.

    Attributes:
        run: the run's value.
        difference: how far it is from what is reported, or by how much the first of what is
            compared is ahead, with its interval; "" for neither.
        verdict: one of ``VERDICTS``; "" where none is given.
    """

    run: str
    difference: str = ""
    verdict: str = ""


REPORTED = TableSchema(
    "reported values",
    (
        Column("id", "text", "name under which the run's own value is computed"),
        Column("quantity", "text", "what is reported"),
        Column("reported", "text", "the paper's value or claim"),
        Column("source", "text", "where the paper says so"),
        Column("explained_by", "text", "deviations that bear on it", missing=True),
    ),
    key=("id",),
)


SCORECARD = TableSchema(
    "scorecard",
    (
        *REPORTED.columns[:3],
        Column("run", "text", f"this run's value, or '{NOT_RUN}'; in brackets its 95 % interval"),
        Column(
            "difference",
            "text",
            "difference from the reported value, or between what is compared, with its 95 % "
            "interval over sites (and splits, where there are several) or years; of a claim about "
            "several places in how many of them it is met",
            missing=True,
        ),
        Column("verdict", "text", ", ".join(VERDICTS), missing=True),
        *REPORTED.columns[3:],
    ),
    key=("id",),
)

Run = TypeVar("Run")


def number(value: float | None, *, digits: int, signed: bool = False) -> str:
    """Return a number with some decimals, or 'not run' for none."""
    if value is None or np.isnan(value):
        return NOT_RUN
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"


def build_scorecard(
    reported: pd.DataFrame,
    run: Run,
    finders: Mapping[str, Callable[[Run], str | Outcome]],
    product: Product,
    *,
    simulated: bool = False,
) -> pd.DataFrame:
    """Put the run's own value beside every reported one (SCORECARD).

    Args:
        reported: table of REPORTED.
        run: results of the run. If it has ``setting(id)``, that says what made its value of a
            quantity (model and inputs, "" for none), which is added to the quantity's name.
        finders: how the run's value of each reported quantity is found, by id.
        product: what the paper maps; it names the table of reported values.
        simulated: whether the Earth is a simulated one, on which no verdict is given.

    Raises:
        ResultError: nothing computes one of the reported quantities.
    """
    unknown = sorted(set(reported["id"]) - set(finders))
    if unknown:
        raise ResultError(
            f"resources/{product.reported}: nothing computes {', '.join(unknown)}; the scorecard "
            f"knows {', '.join(finders)}."
        )
    found = [finders[name](run) for name in reported["id"]]
    found = [one if isinstance(one, Outcome) else Outcome(one) for one in found]
    verdicts = [UNTESTABLE if simulated and one.verdict else one.verdict for one in found]
    made = [getattr(run, "setting", lambda name: "")(name) for name in reported["id"]]
    quantity = [
        f"{text} ({setting})" if setting else text
        for text, setting in zip(reported["quantity"], made, strict=True)
    ]
    columns = {
        "run": [one.run for one in found],
        "difference": [one.difference or None for one in found],
        "verdict": [verdict or None for verdict in verdicts],
    }
    return reported.assign(quantity=quantity, **columns)[SCORECARD.names]
