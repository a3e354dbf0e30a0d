"""Verdicts on the paper's claims: what decides them, and that no verdict goes beyond the run."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.tables import read_table
from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    NOT_RUN,
    REPORTED,
    UNRESOLVED,
    UNTESTABLE,
)
from carbonscape.fluxes.evaluation import claims
from carbonscape.fluxes.evaluation.claims import CLAIMS, PAPER_MODELS, Question
from carbonscape.fluxes.evaluation.evidence import Evidence, Interval
from carbonscape.fluxes.settings import Setting
from helpers import guards

NUMBER = 60


def towers() -> pd.DataFrame:
    """Return towers in two climates."""
    return pd.DataFrame(
        {
            "site": [f"S{i:02d}" for i in range(NUMBER)],
            "lat": 50.0,
            "lon": 8.0,
            "igbp": "DBF",
            "koppen": "Cfb",
            "climate": ["arid" if i % 2 else "tropical" for i in range(NUMBER)],
        }
    )


def table(error: float, *, seed: int, arid: float | None = None) -> pd.DataFrame:
    """Return predictions with normal errors, of another size at arid sites."""
    months = pd.MultiIndex.from_product([towers()["site"], [2004, 2005], range(1, 13)])
    found = months.to_frame(index=False, name=["site", "year", "month"])
    number = found["site"].str[1:].astype(int)
    found["fold"] = number % 5
    found["observed"] = 4 + 2 * np.cos((found["month"] - 7) / 6 * np.pi) + number % 3
    size = np.where((number % 2 == 1) & (arid is not None), arid or 0, error)
    found["predicted"] = (
        found["observed"] + np.random.default_rng(seed).normal(0, 1, len(found)) * size
    )
    found["spread"] = np.nan
    return found


def asked(errors: dict[tuple[str, str, str], float | tuple[float, float]]) -> Question:
    """Return the evidence of settings (model, pft, window) with these errors."""
    predictions = {}
    for at, (setting, error) in enumerate(errors.items()):
        everywhere, arid = error if isinstance(error, tuple) else (error, None)
        predictions[0, Setting(*setting)] = table(everywhere, seed=at, arid=arid)
    return Question(Evidence(predictions, towers(), seed=1, draws=300), "igbp")


def six(first: float, others: float, *, pft: str = "igbp", window: str = "jan_to_m") -> dict:
    """Return the errors of the paper's six models, FluxFormer first."""
    return {
        (model, pft, window): first if model == "fluxformer" else others for model in PAPER_MODELS
    }


def verdict(name: str, errors: dict) -> str:
    """Return the verdict on a claim."""
    return CLAIMS[name](asked(errors)).verdict


# --- intervals and ranges ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((0.70, 0.76), HOLDS),
        ((0.735, 0.80), HOLDS),
        ((0.736, 0.80), FAILS),
        ((0.60, 0.724), FAILS),
        ((0.60, 0.80), UNRESOLVED),
        ((-5.0, 0.9), UNRESOLVED),
    ],
)
def test_a_number_holds_where_a_narrow_interval_meets_the_range(ends, expected):
    assert claims.within(Interval(sum(ends) / 2, *ends), 0.73, 0.73) == expected


def test_a_limit_is_passed_by_a_whole_interval():
    assert claims.above(Interval(0.2, 0.01, 0.3)) == HOLDS
    assert claims.above(Interval(0.2, -0.01, 0.3)) == UNRESOLVED
    assert claims.above(Interval(-0.2, -0.3, -0.01)) == FAILS
    assert claims.above(Interval(0.97, 0.951, 0.98), 0.95) == HOLDS


def test_one_part_that_fails_is_enough():
    assert claims.all_of([HOLDS, UNRESOLVED, FAILS]) == FAILS
    assert claims.all_of([HOLDS, UNRESOLVED]) == UNRESOLVED
    assert claims.all_of([HOLDS, HOLDS]) == HOLDS


# --- claims -----------------------------------------------------------------------------------


def test_the_first_model_must_be_resolved_from_all_others():
    assert verdict("first_model", six(0.5, 1.0)) == HOLDS
    assert verdict("first_model", six(1.0, 1.0)) == UNRESOLVED
    assert verdict("first_model", six(1.0, 0.5)) == FAILS
    # One that is better is enough.
    assert verdict("first_model", {**six(0.5, 1.0), ("lstm", "igbp", "jan_to_m"): 0.2}) == FAILS


def test_being_ahead_of_some_of_the_models_proves_nothing():
    some = {key: error for key, error in six(0.5, 1.0).items() if key[0] in ("fluxformer", "mlp")}
    found = CLAIMS["first_model"](asked(some))
    assert found.verdict == UNRESOLVED
    assert "(2 of 6 models)" in found.run
    assert found.difference.startswith("fluxformer minus mlp +")
    some["mlp", "igbp", "jan_to_m"] = 0.1
    assert verdict("first_model", some) == FAILS, "being behind one does"
    one = {("fluxformer", "igbp", "jan_to_m"): 0.5}
    assert CLAIMS["first_model"](asked(one)).run == NOT_RUN


def test_a_climate_counts_its_own_sites():
    errors = {
        (model, "igbp", "jan_to_m"): (0.5, 0.2) if model == "bilstm" else (0.5, 1.0)
        for model in PAPER_MODELS
    }
    assert verdict("monthly_first_arid", errors) == HOLDS
    assert verdict("monthly_first_tropical", errors) == UNRESOLVED
    assert verdict("monthly_first_polar", errors) == UNTESTABLE, "no site"


def test_the_gain_of_pft_has_a_size():
    def gain(with_pft: float, without: float, **_: float) -> str:
        both = six(with_pft, with_pft) | six(without, without, pft="none")
        return verdict("pft_gain", both)

    # SST / n is about 2.67: errors of 0.5 and 0.57 differ by 0.028 in R2, of 1.0 by 0.28.
    assert gain(0.5, 0.57) in (HOLDS, UNRESOLVED)
    assert gain(0.5, 1.0) == FAILS, "far more than reported"
    assert gain(0.5, 0.5) in (FAILS, UNRESOLVED)
    assert gain(0.57, 0.5) == FAILS, "a loss"


def test_windows():
    errors = {
        (model, "igbp", window): error
        for model in PAPER_MODELS
        for window, error in (("1m", 1.0), ("6m", 0.5), ("12m", 0.6), ("jan_to_m", 0.3))
    }
    assert verdict("shortest_window", errors) == HOLDS
    assert verdict("window_12m", errors) == HOLDS
    assert verdict("varied_window", errors) == HOLDS
    swapped = {
        (model, pft, {"1m": "12m", "12m": "1m"}.get(window, window)): error
        for (model, pft, window), error in errors.items()
    }
    assert verdict("shortest_window", swapped) == FAILS
    longer = {key: (0.3 if key[2] == "12m" else error) for key, error in errors.items()}
    assert verdict("window_12m", longer) == FAILS
    without = {key: error for key, error in errors.items() if key[2] != "12m"}
    assert verdict("shortest_window", without) == UNRESOLVED, "half of the comparisons"
    assert verdict("window_12m", without) == UNTESTABLE


def test_two_sources_of_land_cover():
    both = six(0.2, 0.2, pft="esa_cci") | six(0.2, 0.2)
    found = CLAIMS["pft_sources"](asked(both))
    assert found.verdict == HOLDS
    assert found.run == "6 of 6 comparisons; R² in table S1"
    assert verdict("pft_sources", six(0.5, 0.5, pft="esa_cci") | six(0.5, 1.0)) == FAILS
    arid = {("bilstm", "esa_cci", "jan_to_m"): (1.0, 0.3), ("bilstm", "igbp", "jan_to_m"): 1.0}
    assert verdict("esa_arid", arid) == HOLDS
    assert verdict("esa_tropical", arid) == UNTESTABLE


def test_seasonal_cycles_are_judged_in_both_readings():
    every = {("fluxformer", pft, "jan_to_m"): 0.1 for pft in ("none", "igbp")}
    assert verdict("cycle_tropical", every) == HOLDS
    assert verdict("climate_cycle_tropical", every) == HOLDS
    # Errors that differ from site to site leave the mean over sites as it is.
    noisy = dict.fromkeys(every, 2.0)
    assert verdict("cycle_tropical", noisy) == FAILS
    assert verdict("climate_cycle_tropical", noisy) in (HOLDS, UNRESOLVED)
    found = CLAIMS["cycle_tropical"](asked(noisy))
    assert re.fullmatch(r"none [-\d.]+ \(.*\), igbp [-\d.]+ \(.*\)", found.run)
    assert float(found.difference) < 0
    poor = {("mlp", "igbp", "jan_to_m"): (0.1, 6.0)}
    assert verdict("cycle_arid_others", poor) == HOLDS
    assert verdict("cycle_arid_others", {("mlp", "igbp", "jan_to_m"): 0.1}) == FAILS


def test_a_run_without_a_setting_does_not_judge_it():
    other = asked({("climatology", "none", "jan_to_m"): 1.0})
    for name, claim in CLAIMS.items():
        found = claim(other)
        assert (found.run, found.verdict) == (NOT_RUN, UNTESTABLE), name


def test_the_ranges_are_those_of_the_reported_values():
    reported = read_table(guards.PROJECT / "resources" / "reported_values.csv", REPORTED)
    text = reported.set_index("id")["reported"]
    for name, numbers in {
        "cv_r2": ["0.73"],
        "pft_gain": ["0.02", "0.05"],
        "pft_gain_fixed": ["0.03", "0.06"],
        "pft_gain_networks": ["0.01"],
        "pft_sources": [f"{claims.SIMILAR}"],
        "cycle_tropical": ["0.95"],
        "cycle_arid": ["0.14", "0.61"],
        "cycle_polar": ["0.91"],
        "cycle_polar_lstm": ["0.92"],
    }.items():
        assert re.findall(r"\d\.\d+", text[name]) == numbers
    assert set(CLAIMS) <= set(text.index)
