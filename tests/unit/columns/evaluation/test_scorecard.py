"""The scorecard of XCO2: the run's own value of everything that the paper reports."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.continents import CONTINENTS
from carbonscape.columns.evaluation.places import ANOMALY_PLACES, HOTSPOTS, PARTS
from carbonscape.columns.evaluation.scorecard import XCO2_FINDERS, XCO2Results, xco2_scorecard
from carbonscape.columns.evaluation.verdicts import NOTHING, SiteDraws
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import read_table
from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    REPORTED,
    SCORECARD,
    UNRESOLVED,
    UNTESTABLE,
    build_scorecard,
)
from carbonscape.products.registry import get_product
from helpers import guards

REPORTED_FILE = guards.PROJECT / "resources" / "reported_values_xco2.csv"
SHOWN = {"model": "at_bilstm", "time_input": "none"}


def scores(**changes) -> pd.DataFrame:
    """Seasons and continents of the shown setting."""
    rows = [
        {"scope": "season", "group": group, "r2": r2, "rmse": rmse, "mae": mae, "bias": 0.0}
        for group, r2, rmse, mae in (("DJF", 0.81, 1.09, 0.7), ("JJA", 0.9, 1.0, 0.73))
    ]
    rows += [
        {"scope": "continent", "group": name, "r2": 0.7, "rmse": 1.2, "mae": 0.8, "bias": 0.0514}
        for name in CONTINENTS
    ]
    table = pd.DataFrame(rows).assign(scheme="sample", samples=9, **SHOWN)
    return table.assign(**changes)


def map_numbers() -> pd.DataFrame:
    """Numbers of figures 12 to 14, all 0.5."""
    names = [f"anomaly_{one.name}" for one in ANOMALY_PLACES]
    names += ["anomaly_south_negative", "anomaly_amazonia_positive", "anomaly_likeness"]
    names += [f"hotspot_{kind}_{one.name}" for kind in ("anomaly", "above_surroundings")
              for one in HOTSPOTS]  # fmt: skip
    names += [*(f"contrast_{one.name}" for one in PARTS), "detail_ratio"]
    return pd.DataFrame({"name": names, "value": 0.5})


def everything() -> XCO2Results:
    """A run that has all that the paper reports."""
    others = [scores(model="mlp", rmse=9.0), scores(scheme="spatial", rmse=8.0)]
    named = {"subset": "all", "r2": 0.9, "rmse": 1.5, "mae": 1.2}
    tccon = pd.DataFrame(
        [
            {"product": "at_bilstm-none", "samples": 1432, **named},
            {"product": "oco", "samples": 578, **named, "r2": 0.8},
            {"product": "at_bilstm-none", "samples": 500, **named, "subset": "oco_months"},
        ]
    )
    sites = pd.DataFrame(
        {
            "product": ["at_bilstm-none"] * 3 + ["oco"],
            "bias": [0.4, -0.41, 0.1, 9.0],
            "r2": [0.88, 0.95, np.nan, 0.1],
            "rmse": [1.0, 2.0, 3.0, 9.0],
            "mae": [0.5, 1.46, 1.0, 9.0],
        }
    )
    names = ["mean", "spread", "growth", "growth_dry_belt", "southern_minimum", "increase",
             "last_step", "last_year"]  # fmt: skip
    totals = pd.DataFrame({"name": names, "value": [406.9, 0.8, 2.32, 2.5, 404.02, 14.16, 3, 414]})
    totals = pd.concat([totals, map_numbers()], ignore_index=True)
    totals = totals.assign(low=np.nan, high=np.nan)
    totals.loc[totals["name"] == "growth", ["low", "high"]] = [2.25, 2.39]
    years = [str(year) for year in range(2015, 2022)]
    annual = pd.DataFrame({"continent": [*CONTINENTS, "Global"]})
    for number, year in enumerate(years):
        annual[year] = 400.0 + 2 * number + np.arange(7)[::-1] * 0.1
    annual["increase"] = 12.0
    return XCO2Results(pd.concat([scores(), *others]), SHOWN, tccon, sites, totals, annual)


def test_every_reported_value_has_its_own() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    assert list(reported["id"]) == list(XCO2_FINDERS)
    card = build_scorecard(reported, everything(), XCO2_FINDERS, get_product("xco2"))
    assert list(card.columns) == SCORECARD.names
    run = card.set_index("id")["run"]
    assert not [name for name in run.index if "not run" in run[name] or "nan" in run[name]]
    expected = {
        "xco2_season_r2": "0.81 (DJF)",
        "xco2_season_rmse": "1.09 (DJF)",
        "xco2_season_mae": "0.73 (JJA)",
        "xco2_worst_season": "DJF",
        "xco2_cv_oceania": "0.70, 1.20, 0.80, +0.051",
        "xco2_tccon_samples": "1432",
        "xco2_tccon_rmse": "1.50",
        "xco2_tccon_oco_samples": "578",
        "xco2_tccon_oco_r2": "0.80",
        "xco2_tccon_near": "67 % (2 of 3)",
        "xco2_site_r2": "0.88",
        "xco2_site_mae": "1.46",
        "xco2_series_rmse": "2.00",
        "xco2_mean": "406.90 ± 0.80",
        "xco2_growth": "2.32 (2.25 to 2.39)",
        "xco2_last_step": "+3.00",
        "xco2_lowest_continent": "Oceania",
    }
    assert {name: run[name] for name in expected} == expected
    assert run["xco2_annual_africa"].startswith("400.60, 402.60")
    assert run["xco2_annual_africa"].endswith("412.60, +12.00")


def test_every_row_of_a_model_names_it_and_its_time_input() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    card = build_scorecard(reported, everything(), XCO2_FINDERS, get_product("xco2"))
    for name, before, after in zip(card["id"], reported["quantity"], card["quantity"], strict=True):
        made_by = "" if "_oco_" in name else " (at_bilstm, time input none)"
        assert after == before + made_by


def test_rows_say_no_more_than_the_paper() -> None:
    reported = read_table(REPORTED_FILE, REPORTED).set_index("id")
    assert reported.loc["xco2_tccon_oco_r2", "reported"].count("0.9") == 2
    assert "ambiguous in the paper" in reported.loc["xco2_tccon_oco_r2", "quantity"]
    assert "neither how cells are weighted nor what ± is" in reported.loc["xco2_mean", "quantity"]


def test_what_was_not_run_says_so() -> None:
    nothing = XCO2Results(scores().iloc[:0], SHOWN)
    assert {find(nothing) for find in XCO2_FINDERS.values()} == {NOTHING}


def test_other_years_are_named() -> None:
    run = everything()
    short = run.annual[["continent", "2016", "2017", "increase"]]
    run = XCO2Results(run.scores, SHOWN, annual=short)
    found = XCO2_FINDERS["xco2_annual_global"](run)
    assert (found.run, found.verdict) == ("2016 to 2017: 402.00, 404.00, +12.00", UNTESTABLE)
    increase = XCO2_FINDERS["xco2_increase"](
        XCO2Results(run.scores, SHOWN, totals=everything().totals)
    )
    assert (increase.run, increase.verdict) == ("14.16", UNTESTABLE)


def test_the_tables_of_the_paper_agree_with_themselves() -> None:
    reported = read_table(REPORTED_FILE, REPORTED).set_index("id")["reported"]
    for name in (*CONTINENTS, "Global"):
        values = [float(v) for v in reported[f"xco2_annual_{name.lower().replace(' ', '_')}"]
                  .split(", ")]  # fmt: skip
        assert len(values) == 8
        assert values[6] - values[0] == pytest.approx(values[7], abs=0.011)


def test_an_unknown_quantity_is_refused() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    reported = reported.assign(id=["xco2_new", *reported["id"][1:]])
    with pytest.raises(ResultError, match=r"reported_values_xco2\.csv: nothing computes xco2_new"):
        build_scorecard(reported, everything(), XCO2_FINDERS, get_product("xco2"))


def test_differences_and_verdicts_by_hand() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    card = xco2_scorecard(reported, everything(), get_product("xco2"), simulated=False)
    found = card.fillna("").set_index("id")[["difference", "verdict"]].agg(tuple, axis=1)
    expected = {
        "xco2_season_r2": ("+0.00", UNRESOLVED),
        "xco2_worst_season": ("+0.09", HOLDS),
        "xco2_tccon_samples": ("", HOLDS),
        "xco2_tccon_rmse": ("-0.04", HOLDS),
        "xco2_tccon_oco_r2": ("-0.11", FAILS),
        "xco2_tccon_near": ("-1 percentage points", FAILS),
        "xco2_site_mae": ("+0.00; met at 2 of 3 sites", UNRESOLVED),
        "xco2_series_rmse": ("+0.53", FAILS),
        "xco2_cv_africa": ("-0.10, +0.18, +0.10, +0.06", FAILS),
        "xco2_growth": ("+0.00 (-0.07 to +0.07)", HOLDS),
        "xco2_last_step": ("+0.00", HOLDS),
        "xco2_lowest_continent": ("met in 7 of 7 years", HOLDS),
    }
    assert {name: found[name] for name in expected} == expected
    assert found["xco2_annual_oceania"][1] == FAILS
    simulated = xco2_scorecard(reported, everything(), get_product("xco2"), simulated=True)
    assert set(simulated["verdict"]) == {UNTESTABLE}


def test_scores_against_tccon_have_the_interval_of_sites() -> None:
    # Absolute errors of 1, 2 and 3 ppm: a draw of three sites may be of one alone.
    pairs = pd.DataFrame(
        {"product": "at_bilstm-none", "site": list("xyz"), "observed": [400.0, 401.0, 402.0],
         "predicted": [401.0, 403.0, 405.0]}
    )  # fmt: skip
    tccon = everything().tccon.assign(mae=2.0)
    run = XCO2Results(scores(), SHOWN, tccon, draws=SiteDraws(pairs, seed=1))
    found = XCO2_FINDERS["xco2_tccon_mae"](run)
    assert found.run == "2.00 (1.00 to 3.00)"
    assert found.difference == "+0.78 (-0.22 to +1.78)"
    assert found.verdict == UNRESOLVED


def test_the_published_setting_comes_first_where_another_is_shown() -> None:
    reported = read_table(REPORTED_FILE, REPORTED)
    run = everything()
    other = scores(time_input="background_anomaly", rmse=0.5)
    own = run.tccon[run.tccon["product"] == "at_bilstm-none"]
    tccon = pd.concat([run.tccon, own.assign(product="at_bilstm-background_anomaly", rmse=0.74)])
    shown = {"model": "at_bilstm", "time_input": "background_anomaly"}
    run = XCO2Results(pd.concat([run.scores, other]), shown, tccon)
    card = xco2_scorecard(reported, run, get_product("xco2"), simulated=False)
    SCORECARD.check(card, "scorecard")
    table = card.set_index("id")
    first = [name for name in card["id"] if name.endswith("_published")]
    assert first == list(card["id"][: len(first)])
    assert "xco2_site_r2_published" not in first  # no site was scored
    assert "xco2_tccon_oco_r2_published" not in first  # soundings have no setting
    for name, value, setting in (
        ("xco2_tccon_rmse_published", "1.50", "(at_bilstm, time input none)"),
        ("xco2_tccon_rmse", "0.74", "(at_bilstm, time input background_anomaly)"),
    ):
        assert table.loc[name, "run"] == value
        assert table.loc[name, "quantity"].endswith(setting)
