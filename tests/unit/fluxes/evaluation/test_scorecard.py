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
from carbonscape.evaluation.scorecards import NOT_RUN, REPORTED, SCORECARD, build_scorecard
from carbonscape.fluxes.evaluation.crossval import score_predictions
from carbonscape.fluxes.evaluation.scorecard import FINDERS, RunResults
from carbonscape.fluxes.quality.towers import PAPER_ROWS
from carbonscape.fluxes.tables import SCORES
from carbonscape.products.registry import get_product
from helpers import guards

REPORTED_FILE = guards.PROJECT / "resources" / "reported_values.csv"
DEVIATIONS_FILE = guards.PROJECT / "docs" / "deviations.md"

COUNTS = pd.DataFrame(
    {"step": ["all", "qualified", "fences"], "rows": [20000, 12000, 10500], "sites": [9, 8, 7]}
)


def score(r2: float | None, **changes: Any) -> dict[str, Any]:
    """Return one row of scores; by default that of the paper's headline."""
    row = {
        "split": 0,
        "window": "jan_to_m",
        "pft": "igbp",
        "model": "fluxformer",
        "quantity": "monthly",
        "scope": "global",
        "group": "all",
        "samples": 10,
        "sites": 3,
        "r2": np.nan if r2 is None else r2,
        "rmse": 1.0,
        "mae": 1.0,
        "bias": 0.0,
    }
    return {**row, **changes}


def results(*rows: dict[str, Any], n_sites: int = 7) -> RunResults:
    """Return the results of a run from rows of scores."""
    return RunResults(
        counts=COUNTS, n_sites=n_sites, scores=pd.DataFrame(rows, columns=SCORES.names)
    )


def found(name: str, *rows: dict[str, Any]) -> str:
    """Return the run's value of one reported quantity."""
    return FINDERS[name](results(*rows))


def card_of(reported: pd.DataFrame, run: RunResults) -> pd.DataFrame:
    """Return the scorecard of a run."""
    return build_scorecard(reported, run, FINDERS, get_product("gpp"))


def cycle(r2: float, climate: str, **changes: Any) -> dict[str, Any]:
    """Return a score of the mean seasonal cycle."""
    changes = {"quantity": "seasonal_cycle", "scope": "climate", "group": climate, **changes}
    return score(r2, **changes)


# --- counts ------------------------------------------------------------------------------------


def test_counts_are_those_of_their_steps() -> None:
    assert found("qualified_months") == "12000"
    assert found("samples") == "10500"
    assert FINDERS["sites"](results(n_sites=206)) == "206"


def test_a_step_that_was_left_out_is_not_run() -> None:
    run = RunResults(counts=COUNTS.iloc[:2], n_sites=1, scores=results().scores)
    assert FINDERS["samples"](run) == NOT_RUN == "not run"


def test_the_steps_are_those_of_quality_control() -> None:
    reported = read_table(REPORTED_FILE, REPORTED).set_index("id")["reported"]
    assert float(reported["qualified_months"]) == PAPER_ROWS["qualified"]
    assert float(reported["samples"]) == PAPER_ROWS["fences"]


# --- scores ------------------------------------------------------------------------------------


def test_r2_is_the_mean_over_splits_of_the_headline_alone() -> None:
    others = [
        score(0.1, model="random_forest"),
        score(0.2, window="1m"),
        score(0.3, pft="none"),
        score(0.4, quantity="anomaly"),
        score(0.5, scope="climate", group="arid"),
    ]
    assert found("cv_r2", score(0.70, split=0), score(0.7345, split=1), *others) == "0.717"
    assert found("cv_r2", *others) == NOT_RUN
    assert found("cv_r2", score(None)) == NOT_RUN
    assert found("cv_r2", score(-1.23456)) == "-1.235"


def test_the_gain_of_pft_has_its_sign() -> None:
    assert found("pft_gain", score(0.75), score(0.7, pft="none")) == "+0.050"
    assert found("pft_gain", score(0.7), score(0.75, pft="none")) == "-0.050"
    assert found("pft_gain", score(0.75)) == NOT_RUN
    assert found("pft_gain", score(0.7, pft="none")) == NOT_RUN


def test_the_first_model_and_its_lead() -> None:
    rows = [
        score(0.5, model="climatology"),
        score(0.71, model="fluxformer"),
        score(0.74, model="random_forest"),
        # Neither another window nor another PFT setting counts.
        score(0.99, model="fluxformer", window="12m"),
        score(0.98, model="climatology", pft="none"),
        # The claim is about the paper's six models.
        score(0.97, model="blend"),
        score(0.96, model="fluxformer_annual"),
    ]
    assert found("first_model", *rows) == "random_forest (0.740; 0.030 ahead of fluxformer)"
    assert found("first_model", rows[0], rows[3]) == NOT_RUN, "there is nothing to compare with"


def test_the_first_model_is_that_of_the_mean_over_splits() -> None:
    rows = [
        score(0.9, split=0, model="fluxformer"),
        score(0.1, split=1, model="fluxformer"),
        score(0.6, split=0, model="random_forest"),
        score(0.6, split=1, model="random_forest"),
    ]
    assert found("first_model", *rows) == "random_forest (0.600; 0.100 ahead of fluxformer)"


def test_the_worst_fixed_window() -> None:
    rows = [score(0.1), score(0.5, window="1m"), score(0.4, window="6m"), score(0.6, window="12m")]
    assert found("shortest_window", *rows) == "6m", "January to the month is no fixed window"
    assert found("shortest_window", rows[0], rows[1]) == NOT_RUN
    assert found("shortest_window", rows[1], score(0.2, window="6m", pft="none")) == NOT_RUN


@pytest.mark.parametrize("climate", CLIMATES)
def test_the_seasonal_cycle_of_a_climate(climate: str) -> None:
    other = next(name for name in CLIMATES if name != climate)
    rows = [
        cycle(0.5, other),
        cycle(0.3, climate, model="random_forest"),
        cycle(0.2, climate, quantity="monthly"),
        cycle(0.1, climate, scope="igbp"),
    ]
    both = "igbp_esa_cci"
    ours = [
        cycle(0.95, climate, pft=both),
        cycle(0.99, climate, pft=both, quantity="climate_cycle"),
    ]
    assert found(f"cycle_{climate}", *ours, *rows) == f"sites 0.950, climate 0.990 ({both})"
    assert found(f"cycle_{climate}", *rows) == NOT_RUN


def test_the_cycle_is_a_range_over_pft_settings_where_the_paper_gives_one() -> None:
    def all_settings(climate: str) -> list[dict[str, Any]]:
        return [
            cycle(value + lift, climate, pft=pft, quantity=quantity)
            for pft, value in (("igbp", 0.61), ("none", 0.14))
            for quantity, lift in (("seasonal_cycle", 0.0), ("climate_cycle", 0.3))
        ]

    expected = "sites 0.140 to 0.610, climate 0.440 to 0.910 (none, igbp)"
    assert found("cycle_arid", *all_settings("arid")) == expected
    # In polar climates the paper's number is that of both sources together.
    other = found("cycle_polar", *all_settings("polar"))
    assert other == f"not run (other settings: {expected})"
    with_both = cycle(0.9, "polar", pft="igbp_esa_cci")
    assert found("cycle_polar", with_both, *all_settings("polar")) == "sites 0.900 (igbp_esa_cci)"


def test_the_finders_read_scores_as_they_are_made() -> None:
    sites = pd.DataFrame(
        {
            "site": [f"S{i}" for i in range(5)],
            "lat": 50.0,
            "lon": 8.0,
            "igbp": "DBF",
            "koppen": "Cfb",
            "climate": CLIMATES,
        }
    )
    months = pd.MultiIndex.from_product([sites["site"], [2004, 2005], range(1, 13)])
    predictions = months.to_frame(index=False, name=["site", "year", "month"])
    predictions["fold"] = predictions["site"].str[1:].astype(int)
    predictions["observed"] = predictions["month"] * 1.0
    predictions["predicted"] = predictions["observed"] + 0.5
    predictions["spread"] = np.nan
    parts = [
        score_predictions(predictions, sites, split=0, window=window, pft=pft, model=model)[0]
        for window, pft, model in (
            ("jan_to_m", "igbp", "fluxformer"),
            ("jan_to_m", "none", "fluxformer"),
            ("jan_to_m", "igbp", "random_forest"),
            ("1m", "igbp", "fluxformer"),
            ("6m", "igbp", "fluxformer"),
            ("jan_to_m", "igbp_esa_cci", "fluxformer"),
        )
    ]
    growth = pd.DataFrame(
        {"product": ["fluxformer-none", "fluxformer-igbp", "fluxformer-esa_cci"],
         "total": [99.0, 98.0, 131.26], "growth": [0.5, 0.6, -0.314]}
    )  # fmt: skip
    run = RunResults(
        counts=COUNTS, n_sites=5, scores=pd.concat(parts, ignore_index=True), growth=growth
    )
    card = card_of(read_table(REPORTED_FILE, REPORTED), run).set_index("id")["run"]
    assert not [name for name in card.index if card[name] == NOT_RUN]
    # Twelve months 1 to 12 have a variance of 143/12; an offset of 0.5 leaves 1 - 0.25 / that.
    assert card["global_total"] == "131.3 (map with esa_cci)"
    assert card["global_growth"] == "-0.31 (map with esa_cci)"
    assert card["cv_r2"] == f"{1 - 0.25 * 12 / 143:.3f}" == "0.979"
    assert card["cycle_arid"] == "sites 0.979, climate 0.979 (none, igbp, igbp_esa_cci)"
    assert card["cycle_polar"] == "sites 0.979, climate 0.979 (igbp_esa_cci)"


def test_with_pft_means_the_setting_that_the_figures_show() -> None:
    rows = [score(0.7, pft="igbp_esa_cci"), score(0.5, pft="none")]
    both = RunResults(
        counts=COUNTS, n_sites=7, scores=pd.DataFrame(rows, columns=SCORES.names),
        pft="igbp_esa_cci",
    )  # fmt: skip
    assert FINDERS["cv_r2"](both) == "0.700"
    assert FINDERS["pft_gain"](both) == "+0.200"
    assert FINDERS["cv_r2"](results(*rows)) == NOT_RUN


def test_totals_are_those_of_the_map_with_esa_cci_whatever_the_figures_show() -> None:
    run = results()
    assert FINDERS["global_total"](run) == NOT_RUN, "a run without maps"
    growth = pd.DataFrame(
        {"product": ["fluxformer-igbp_esa_cci", "xgboost-esa_cci"], "total": [99.04, 98.0],
         "growth": [0.5, 0.6]}
    )  # fmt: skip
    others = dataclasses.replace(run, growth=growth, pft="igbp_esa_cci")
    assert FINDERS["global_total"](others) == "not run (maps with igbp_esa_cci: 99.0)"
    assert FINDERS["global_growth"](others) == "not run (maps with igbp_esa_cci: +0.50)"
    growth.loc[2] = ["fluxformer-esa_cci", 131.26, 0.21]
    both = dataclasses.replace(others, growth=growth)
    assert FINDERS["global_total"](both) == "131.3 (map with esa_cci)"
    growth = growth[growth["product"] == "xgboost-esa_cci"]
    assert FINDERS["global_total"](dataclasses.replace(run, growth=growth)) == NOT_RUN


# --- the table ---------------------------------------------------------------------------------


def test_the_scorecard_keeps_what_is_reported_and_adds_the_run() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    card = SCORECARD.check(card_of(reported, results(score(0.72))), "x")
    assert card["id"].tolist() == reported["id"].tolist()
    assert card[["quantity", "reported", "source"]].equals(
        reported[["quantity", "reported", "source"]]
    )
    runs = card.set_index("id")["run"]
    assert runs["cv_r2"] == "0.720"
    assert runs["samples"] == "10500"
    assert (runs.drop(["cv_r2", "samples", "qualified_months", "sites"]) == NOT_RUN).all()


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
