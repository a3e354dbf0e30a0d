"""Claims about products at the towers, put to made-up scores."""

from __future__ import annotations

import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.core.tables import read_table
from carbonscape.evaluation.scorecards import FAILS, HOLDS, REPORTED, UNRESOLVED, Outcome
from carbonscape.fluxes.evaluation.map_evidence import NOTHING, OWN
from carbonscape.fluxes.evaluation.paper_products import OTHERS
from carbonscape.fluxes.evaluation.tower_claims import TOWER_CLAIMS
from helpers.claim_numbers import each, evidence, scores


def found(name: str, **tables: pd.DataFrame) -> Outcome:
    """Return what a claim finds."""
    return TOWER_CLAIMS[name](evidence(**tables))


def verdict(name: str, **tables: pd.DataFrame) -> str:
    """Return the verdict on a claim."""
    return found(name, **tables).verdict


def test_the_map_at_towers() -> None:
    arid = each(0.6, own=0.85, nies=0.9)
    table = scores(each(0.7, own=0.8), arid=arid)
    for name in ("towers_monthly", "towers_cycle", "towers_arid", "towers_arid_second"):
        assert verdict(name, fig15=table) == HOLDS
    assert found("towers_arid", fig15=table).run == "0.85 (0.84 to 0.86)"
    assert verdict("towers_arid_nies", fig15=table) == FAILS
    assert found("towers_arid_nies", fig15=table).difference == "+0.03"
    unseen = table.assign(series="out_of_fold", r2=0.5, r2_low=0.4, r2_high=0.6)
    both = pd.concat([table, unseen])
    assert found("towers_arid", fig15=both).run.endswith("not trained on 0.50 (0.40 to 0.60)")
    wide = scores(each(0.7, own=0.8), arid=arid, half=0.1)
    assert verdict("towers_monthly", fig15=wide) == UNRESOLVED
    assert verdict("towers_arid_second", fig15=wide) == UNRESOLVED
    behind = scores(each(0.7, own=0.6), arid=each(0.6, own=0.95, nies=0.9))
    assert verdict("towers_monthly", fig15=behind) == FAILS
    assert verdict("towers_arid_second", fig15=behind) == FAILS
    alone = table[table["product"] == OWN]
    assert verdict("towers_monthly", fig15=alone) == NOTHING.verdict


def pairs(gap: float, *, half: float) -> pd.DataFrame:
    """Return differences of every pair of products, the paper's map ahead by as much."""
    rows = [
        {"product": OWN, "other": other, "series": "published", "quantity": quantity}
        | {"climate": climate, "r2": gap, "r2_low": gap - half, "r2_high": gap + half}
        for other in OTHERS
        for quantity in ("monthly", "seasonal_cycle")
        for climate in ("all", *CLIMATES)
    ]
    return pd.DataFrame(rows)


def test_paired_differences_decide_what_the_intervals_of_both_do_not() -> None:
    wide = scores(each(0.7, own=0.8), arid=each(0.6), half=0.1)
    assert verdict("towers_monthly", fig15=wide) == UNRESOLVED
    ahead = {"fig15": wide, "fig15_differences": pairs(0.1, half=0.02)}
    assert verdict("towers_monthly", **ahead) == HOLDS
    assert "+0.10 (+0.08 to +0.12)" in found("towers_monthly", **ahead).run
    level = {"fig15": wide, "fig15_differences": pairs(0.1, half=0.2)}
    assert verdict("towers_monthly", **level) == UNRESOLVED


@pytest.mark.parametrize(("name", "value"), [("towers_arid", 0.85), ("towers_arid_nies", 0.87)])
def test_numbers_are_those_of_the_reported_values(project, name, value) -> None:
    reported = read_table(project / "resources" / "reported_values.csv", REPORTED)
    assert float(reported.set_index("id").loc[name, "reported"]) == value
    assert found(name, fig15=scores(each(value), arid=each(value))).difference in ("+0.00", "-0.00")
