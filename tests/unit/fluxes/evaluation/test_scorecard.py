"""The scorecard: the run's own value of everything that the paper reports."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import read_table
from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    NOT_RUN,
    REPORTED,
    SCORECARD,
    UNRESOLVED,
    UNTESTABLE,
    VERDICTS,
    Outcome,
    build_scorecard,
)
from carbonscape.fluxes.evaluation.evidence import Evidence
from carbonscape.fluxes.evaluation.scorecard import FINDERS, RunResults
from carbonscape.fluxes.quality.towers import PAPER_ROWS
from carbonscape.fluxes.settings import Setting
from carbonscape.products.registry import get_product
from helpers import guards

REPORTED_FILE = guards.PROJECT / "resources" / "reported_values.csv"
DEVIATIONS_FILE = guards.PROJECT / "docs" / "deviations.md"

COUNTS = pd.DataFrame(
    {"step": ["all", "qualified", "fences"], "rows": [20000, 12000, 10500], "sites": [9, 8, 7]}
)


def months() -> pd.DataFrame:
    """Return two years of predictions at a tower of every climate, all half a unit too high."""
    keys = pd.MultiIndex.from_product([sites()["site"], [2004, 2005], range(1, 13)])
    table = keys.to_frame(index=False, name=["site", "year", "month"])
    table["fold"] = table["site"].str[1:].astype(int) % 5
    table["observed"] = table["month"] * 1.0
    table["predicted"] = table["observed"] + 0.5
    table["spread"] = np.nan
    return table


def sites() -> pd.DataFrame:
    """Return two towers of each climate."""
    return pd.DataFrame(
        {
            "site": [f"S{i}" for i in range(10)],
            "lat": 50.0,
            "lon": 8.0,
            "igbp": "DBF",
            "koppen": "Cfb",
            "climate": [*CLIMATES, *CLIMATES],
        }
    )


def results(*settings: Setting, n_sites: int = 7, **changes: Any) -> RunResults:
    """Return the results of a run with these settings."""
    predictions = {(0, setting): months() for setting in settings}
    evidence = Evidence(predictions, sites(), seed=1, draws=50)
    return RunResults(**{"counts": COUNTS, "n_sites": n_sites, "evidence": evidence, **changes})


FIRST = Setting("fluxformer", "igbp", "jan_to_m")


def found(name: str, run: RunResults) -> Outcome:
    """Return what a run finds about a reported quantity."""
    return FINDERS[name](run)


def card_of(reported: pd.DataFrame, run: RunResults, **how: Any) -> pd.DataFrame:
    """Return the scorecard of a run."""
    return build_scorecard(reported, run, FINDERS, get_product("gpp"), **how)


# --- counts ------------------------------------------------------------------------------------


def test_counts_are_those_of_their_steps() -> None:
    assert found("qualified_months", results()) == Outcome("12000", "-94", FAILS)
    assert found("samples", results()) == Outcome("10500", "-13", FAILS)
    assert found("sites", results(n_sites=206)) == Outcome("206", "", HOLDS)


def test_a_step_that_was_left_out_is_not_run() -> None:
    run = results(counts=COUNTS.iloc[:2])
    assert found("samples", run).run == NOT_RUN == "not run"


def test_the_steps_are_those_of_quality_control() -> None:
    reported = read_table(REPORTED_FILE, REPORTED).set_index("id")["reported"]
    assert float(reported["qualified_months"]) == PAPER_ROWS["qualified"]
    assert float(reported["samples"]) == PAPER_ROWS["fences"]


# --- scores ------------------------------------------------------------------------------------


def test_with_pft_means_the_setting_that_the_figures_show() -> None:
    both = FIRST._replace(pft="igbp_esa_cci")
    # Twelve months 1 to 12 have a variance of 143/12; an offset of 0.5 leaves 1 - 0.25 / that.
    expected = f"{1 - 0.25 * 12 / 143:.3f}"
    assert found("cv_r2", results(both, pft="igbp_esa_cci")).run.startswith(
        f"igbp_esa_cci {expected} ("
    )
    assert found("cv_r2", results(both)).run == NOT_RUN


def test_totals_are_those_of_the_map_with_esa_cci_whatever_the_figures_show() -> None:
    run = results()
    assert found("global_total", run).run == NOT_RUN, "a run without maps"
    growth = pd.DataFrame(
        {"product": ["fluxformer-igbp_esa_cci", "xgboost-esa_cci"], "total": [99.04, 98.0],
         "growth": [0.5, 0.6], "growth_low": [0.4, 0.5], "growth_high": [0.6, 0.7]}
    )  # fmt: skip
    others = dataclasses.replace(run, growth=growth, pft="igbp_esa_cci")
    assert found("global_total", others).run == "not run (maps with igbp_esa_cci: 99.0)"
    assert found("global_growth", others).run == "not run (maps with igbp_esa_cci: +0.50)"
    growth.loc[2] = ["fluxformer-esa_cci", 131.26, 0.21, 0.15, 0.27]
    both = dataclasses.replace(others, growth=growth)
    assert found("global_total", both) == Outcome("131.3 (map with esa_cci)", "", HOLDS)
    parts = dataclasses.replace(both, growth=growth.assign(vegetated_total=[90.0, 80.0, 118.44]))
    said = "131.3 (map with esa_cci; over the vegetated part of cells 118.4)"
    assert found("global_total", parts) == Outcome(said, "", HOLDS)
    unknown = dataclasses.replace(both, growth=growth.assign(vegetated_total=np.nan))
    assert found("global_total", unknown) == found("global_total", both)
    expected = "+0.21 (+0.15 to +0.27) (map with esa_cci)"
    assert found("global_growth", both) == Outcome(expected, "", HOLDS)
    growth.loc[2, "growth_high"] = 0.9
    assert found("global_growth", both).verdict == UNRESOLVED, "almost any growth would agree"
    growth.loc[2, ["growth_low", "growth_high"]] = np.nan
    short = Outcome("+0.21 (map with esa_cci)", "", UNRESOLVED)
    assert found("global_growth", both) == short, "too few years for an interval"
    growth.loc[2] = ["fluxformer-esa_cci", 151.0, 0.5, 0.4, 0.6]
    assert found("global_total", both) == Outcome("151.0 (map with esa_cci)", "+6.0", FAILS)
    assert found("global_growth", both).difference == "+0.29"
    assert found("global_growth", both).verdict == FAILS
    growth = growth[growth["product"] == "xgboost-esa_cci"]
    assert found("global_total", dataclasses.replace(run, growth=growth)).run == NOT_RUN


# --- the table ---------------------------------------------------------------------------------


def test_the_scorecard_keeps_what_is_reported_and_adds_the_run() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    card = SCORECARD.check(card_of(reported, results(FIRST)), "x")
    assert card["id"].tolist() == reported["id"].tolist()
    kept = ["quantity", "reported", "source", "explained_by"]
    assert card[kept].equals(reported[kept])
    runs = card.set_index("id")["run"]
    assert runs["samples"] == "10500"
    assert set(card["verdict"]) <= set(VERDICTS)
    assert (card.loc[card["run"] == NOT_RUN, "verdict"] == UNTESTABLE).all()
    assert len(set(card["verdict"])) > 2


def test_nothing_is_tested_on_a_simulated_earth() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    run = results(FIRST)
    real, simulated = card_of(reported, run), card_of(reported, run, simulated=True)
    assert simulated["run"].equals(real["run"])
    assert set(simulated["verdict"]) == {UNTESTABLE}


def test_an_unknown_quantity_is_refused() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    reported.loc[0, "id"] = "cv_r3"
    with pytest.raises(ResultError, match="nothing computes cv_r3; the scorecard knows") as caught:
        card_of(reported, results())
    assert "resources/reported_values.csv" in str(caught.value)
    assert "cv_r2" in str(caught.value)


def test_every_reported_value_has_a_finder_and_every_finder_is_used() -> None:
    assert read_table(REPORTED_FILE, REPORTED)["id"].tolist() == list(FINDERS)


def test_deviations_of_the_scorecard_are_explained() -> None:
    numbers = set(re.findall(r"^\| (D\d+) \|", DEVIATIONS_FILE.read_text(encoding="utf-8"), re.M))
    assert len(numbers) > 10
    for cited in read_table(REPORTED_FILE, REPORTED)["explained_by"].dropna():
        assert set(cited.split()) <= numbers
