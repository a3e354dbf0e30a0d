"""Claims about totals and growth of products, put to made-up numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from carbonscape.core.tables import read_table
from carbonscape.evaluation.scorecards import FAILS, HOLDS, REPORTED, UNRESOLVED, Outcome
from carbonscape.fluxes.evaluation.growth_claims import GROWTH_CLAIMS
from carbonscape.fluxes.evaluation.map_evidence import OWN
from helpers.claim_numbers import each, evidence, growths


def found(name: str, **tables: pd.DataFrame) -> Outcome:
    """Return what a claim finds."""
    return GROWTH_CLAIMS[name](evidence(**tables))


def verdict(name: str, **tables: pd.DataFrame) -> str:
    """Return the verdict on a claim."""
    return found(name, **tables).verdict


GROWTH = each(0.3, own=0.21, fluxcom=0.01, nies=0.38, metaflux=0.03, lue_ssvc=0.6, vpm_gpp=0.7)


def test_totals_of_all_products() -> None:
    assert verdict("totals", fig16a_growth=growths(GROWTH)) == HOLDS
    assert verdict("totals", fig16a_growth=growths({OWN: 0.2})) == UNRESOLVED
    high = found("totals", fig16a_growth=growths({"nies": 0.2, OWN: 0.1}, total=150.0))
    assert (high.verdict, high.difference) == (FAILS, f"{OWN} +5.0, nies +5.0")


def test_growth_of_products() -> None:
    table = growths(GROWTH)
    names = [name for name in GROWTH_CLAIMS if name.startswith("growth")]
    assert len(names) == 7
    assert {verdict(name, fig16a_growth=table) for name in names} == {HOLDS}
    wide = growths(GROWTH, half=0.5)
    assert {verdict(name, fig16a_growth=wide) for name in names} == {UNRESOLVED}
    table = growths(GROWTH | {"metaflux": 0.5, OWN: -0.2, "vpm_gpp": 0.1})
    failing = [name for name in names if verdict(name, fig16a_growth=table) == FAILS]
    assert set(failing) == set(names) - {"growth_nies", "growth_nirv"}
    short = table.assign(growth_low=float("nan"), growth_high=float("nan"))
    assert verdict("growth_nies", fig16a_growth=short) == UNRESOLVED, "too few years"
    assert found("growth_nies", fig16a_growth=short).run == "+0.38"


@pytest.mark.parametrize(
    ("name", "value"), [("growth_metaflux", 0.03), ("growth_nies", 0.38), ("growth_nirv", 0.3)]
)
def test_numbers_are_those_of_the_reported_values(project, name, value) -> None:
    reported = read_table(project / "resources" / "reported_values.csv", REPORTED)
    assert float(reported.set_index("id").loc[name, "reported"]) == value
    assert found(name, fig16a_growth=growths(each(value))).difference in ("+0.00", "-0.00")
