"""Scores of seven site-months, and the tables of a small matrix of experiments."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.evaluation.crossval import (
    climate_cycles,
    mean_seasonal_cycle,
    score_predictions,
    summarise_splits,
    with_site_classes,
)
from carbonscape.fluxes.evaluation.crossval_tables import (
    SITE_SUMMARY,
    TABLE_CLIMATES,
    TABLE_S1,
    summarise_sites,
    table_s1,
    table_s2,
    table_s3,
)
from carbonscape.fluxes.settings import PAPER_WINDOWS, PFT_SETTINGS
from carbonscape.fluxes.tables import SCORES, SITE_SCORES

EXPERIMENT = {"split": 1, "window": "jan_to_m", "pft": "igbp", "model": "fluxformer"}

SITES = pd.DataFrame(
    [
        ("AA-Dry", -30.0, 10.0, "GRA", "BSh", "arid"),
        ("BB-Cold", 50.0, 20.0, "ENF", "Dfb", "continental"),
        ("CC-Never", 60.0, 20.0, "ENF", "Dfc", "continental"),
    ],
    columns=["site", "lat", "lon", "igbp", "koppen", "climate"],
)

#: site, year, month, fold, observed, predicted
PAIRS = pd.DataFrame(
    [
        ("AA-Dry", 2001, 1, 0, 1.0, 2.0),
        ("AA-Dry", 2002, 1, 0, 3.0, 4.0),
        ("AA-Dry", 2001, 2, 0, 8.0, 5.0),  # one year only: not in the mean seasonal cycle
        ("BB-Cold", 2001, 1, 1, 0.0, 0.0),
        ("BB-Cold", 2002, 1, 1, 2.0, 0.0),
        ("BB-Cold", 2001, 7, 1, 4.0, 6.0),
        ("BB-Cold", 2002, 7, 1, 6.0, 6.0),
    ],
    columns=["site", "year", "month", "fold", "observed", "predicted"],
).assign(spread=math.nan)


def scored(**changes):
    return score_predictions(PAIRS, SITES, **(EXPERIMENT | changes))


def cell(scores: pd.DataFrame, quantity: str, scope: str = "global", group: str = "all"):
    """The one row of a quantity, scope and group."""
    rows = scores[
        (scores["quantity"] == quantity) & (scores["scope"] == scope) & (scores["group"] == group)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_monthly_scores_pool_all_pairs():
    row = cell(scored()[0], "monthly")
    # Errors 1, 1, -3, 0, -2, 2, 0: squared 19; sum of squares 130, mean 24 / 7.
    assert row["r2"] == pytest.approx(1 - 19 / (130 - 24**2 / 7))
    assert row["rmse"] == pytest.approx(math.sqrt(19 / 7))
    assert row["mae"] == pytest.approx(9 / 7)
    assert row["bias"] == pytest.approx(-1 / 7)
    assert (row["samples"], row["sites"]) == (7, 2)
    assert dict(row[list(EXPERIMENT)]) == EXPERIMENT


def test_the_seasonal_cycle_needs_two_years_of_a_month():
    cycle = mean_seasonal_cycle(PAIRS)
    assert cycle.to_dict("list") == {
        "site": ["AA-Dry", "BB-Cold", "BB-Cold"],
        "month": [1, 1, 7],
        "years": [2, 2, 2],
        "observed": [2.0, 1.0, 5.0],
        "predicted": [3.0, 0.0, 6.0],
    }
    row = cell(scored()[0], "seasonal_cycle")
    assert row["r2"] == pytest.approx(1 - 3 / (26 / 3))
    assert row["bias"] == pytest.approx(1 / 3)
    assert (row["samples"], row["sites"]) == (3, 2)
    # With one year allowed, February of AA-Dry (8 against 5) joins.
    row = cell(scored(min_years=1)[0], "seasonal_cycle")
    assert (row["samples"], row["bias"]) == (4, pytest.approx(-2 / 4))


def test_the_cycle_of_a_climate_is_the_mean_of_its_sites_with_the_south_shifted():
    south = SITES.assign(climate="arid", lat=[-30.0, 50.0, 60.0])
    # January of AA-Dry (2 against 3) is July in the north, where BB-Cold has 5 against 6.
    cycle = with_site_classes(mean_seasonal_cycle(PAIRS), south, origin="x")
    assert climate_cycles(cycle).to_dict("list") == {
        "climate": ["arid", "arid"],
        "month": [1, 7],
        "observed": [1.0, 3.5],
        "predicted": [0.0, 4.5],
    }
    row = cell(score_predictions(PAIRS, south, **EXPERIMENT)[0], "climate_cycle", "climate", "arid")
    assert row["r2"] == pytest.approx(1 - 2 / (2 * 1.25**2))
    assert (row["samples"], row["sites"]) == (2, 2)


def test_site_means_give_every_site_one_pair():
    row = cell(scored()[0], "site_mean")
    # AA-Dry 4 against 11 / 3, BB-Cold 3 against 3.
    assert row["r2"] == pytest.approx(1 - (1 / 9) / (1 / 2))
    assert (row["samples"], row["sites"]) == (2, 2)


def test_seasons_need_three_months_and_years_ten():
    # December 2000 to February 2001 is one winter; of spring a month is missing.
    months = [(2000, 12), (2001, 1), (2001, 2), (2001, 3), (2001, 5)]
    rows = [("AA-Dry", y, m, 0, float(at), float(at) + 3) for at, (y, m) in enumerate(months)]
    table = pd.DataFrame(rows, columns=PAIRS.columns[:-1]).assign(spread=math.nan)
    scores = score_predictions(table, SITES, **EXPERIMENT)[0]
    winter = cell(scores, "season")
    assert (winter["samples"], winter["bias"]) == (1, pytest.approx(3))
    assert "year" not in set(scores["quantity"])
    for last, years in ((9, 0), (10, 1)):
        rows = [("AA-Dry", 2001, m, 0, float(m), float(m) - 1) for m in range(1, last + 1)]
        table = pd.DataFrame(rows, columns=PAIRS.columns[:-1]).assign(spread=math.nan)
        scores = score_predictions(table, SITES, **EXPERIMENT)[0]
        assert len(scores[(scores["quantity"] == "year") & (scores["scope"] == "global")]) == years
    assert cell(scores, "year")["bias"] == pytest.approx(-1)


def test_anomalies_are_from_each_own_seasonal_cycle():
    row = cell(scored()[0], "anomaly")
    # Observed -1, +1 three times; predicted -1, +1 at AA-Dry and 0 elsewhere: squared error 4 of 6.
    assert row["r2"] == pytest.approx(1 - 4 / 6)
    assert row["bias"] == pytest.approx(0.0)
    assert (row["samples"], row["sites"]) == (6, 2)


def test_groups_hold_their_own_pairs():
    scores = scored()[0]
    january = cell(scores, "monthly", "month", "1")
    # Observed 1, 3, 0, 2 (mean 1.5, spread 5), errors 1, 1, 0, -2.
    assert january["r2"] == pytest.approx(1 - 6 / 5)
    arid = cell(scores, "monthly", "climate", "arid")
    # Observed 1, 3, 8 (mean 4, spread 26), errors 1, 1, -3.
    assert arid["r2"] == pytest.approx(1 - 11 / 26)
    assert arid["sites"] == 1
    assert cell(scores, "monthly", "igbp", "ENF")["samples"] == 4
    assert cell(scores, "seasonal_cycle", "climate", "arid").isna()["r2"]


def test_groups_are_complete_and_in_order():
    scores = scored()[0]
    monthly = scores[scores["quantity"] == "monthly"]
    groups = list(zip(monthly["scope"], monthly["group"], strict=True))
    assert groups == [
        ("global", "all"),
        ("climate", "arid"),
        ("climate", "continental"),
        ("igbp", "ENF"),
        ("igbp", "GRA"),
        ("month", "1"),
        ("month", "2"),
        ("month", "7"),
    ]
    cycles = scores[scores["quantity"] == "climate_cycle"]
    assert set(zip(cycles["scope"], cycles["group"], strict=True)) == {
        ("climate", "arid"),
        ("climate", "continental"),
    }
    others = scores[~scores["quantity"].isin(["monthly", "climate_cycle"])]
    assert set(others["scope"]) == {"global", "climate", "igbp"}
    assert scores["quantity"].unique().tolist() == [
        "monthly",
        "seasonal_cycle",
        "site_mean",
        "anomaly",
        "climate_cycle",
    ]


def test_site_scores_are_of_a_site_alone():
    site_scores = scored()[1].set_index("site")
    assert site_scores.index.tolist() == ["AA-Dry", "BB-Cold"]
    assert site_scores.loc["AA-Dry", "r2"] == pytest.approx(1 - 11 / 26)
    assert site_scores.loc["BB-Cold", "bias"] == pytest.approx(0.0)
    assert site_scores["samples"].tolist() == [3, 4]


def test_a_class_outside_the_known_ones_is_still_scored():
    strange = SITES.assign(climate=["arid", "lunar", "lunar"])
    scores, _ = score_predictions(PAIRS, strange, **EXPERIMENT)
    assert cell(scores, "monthly", "climate", "lunar")["samples"] == 4


def test_a_run_without_repeated_months_has_no_seasonal_cycle():
    one_year = PAIRS[PAIRS["year"] == 2001]
    scores, _ = score_predictions(one_year, SITES, **EXPERIMENT)
    assert set(scores["quantity"]) == {"monthly", "site_mean"}


def test_unknown_sites_and_empty_predictions_are_refused():
    with pytest.raises(ResultError, match=r"site BB-Cold \(1 in all\) is not in the table"):
        score_predictions(PAIRS, SITES.iloc[[0]], **EXPERIMENT)
    with pytest.raises(ResultError, match="has no rows"):
        score_predictions(PAIRS.iloc[:0], SITES, **EXPERIMENT)
    with pytest.raises(ResultError, match="share one key"):
        score_predictions(pd.concat([PAIRS, PAIRS.iloc[[3]]]), SITES, **EXPERIMENT)


def small_matrix() -> pd.DataFrame:
    """Three splits of one experiment, with the last R2 of the polar class without a value."""
    rows = []
    for split, (r2, rmse) in enumerate([(0.7, 2.0), (0.75, 1.9), (0.8, 2.1)]):
        for quantity in ("monthly", "seasonal_cycle"):
            for scope, group in (("global", "all"), ("climate", "arid"), ("climate", "polar")):
                shift = {"all": 0.0, "arid": -0.5, "polar": 0.1}[group]
                shift += 0.05 if quantity == "seasonal_cycle" else 0.0
                lost = group == "polar" and split == 2
                rows.append(
                    EXPERIMENT
                    | {"split": split, "quantity": quantity, "scope": scope, "group": group}
                    | {"samples": 100 + split, "sites": 9, "rmse": rmse, "mae": 1.0, "bias": 0.0}
                    | {"r2": math.nan if lost else r2 + shift}
                )
    return SCORES.check(pd.DataFrame(rows), "test")


def test_splits_are_averaged_and_their_range_kept():
    summary = summarise_splits(small_matrix())
    row = summary[(summary["quantity"] == "monthly") & (summary["group"] == "all")].iloc[0]
    assert row[["r2", "r2_min", "r2_max"]].tolist() == pytest.approx([0.75, 0.7, 0.8])
    assert row[["rmse", "rmse_min", "rmse_max"]].tolist() == pytest.approx([2.0, 1.9, 2.1])
    assert row[["splits", "samples", "sites"]].tolist() == [3, 100, 9]


PAPER_MODELS = ["fluxformer", "lstm", "bilstm", "mlp", "random_forest", "xgboost"]


def rows_of(table: pd.DataFrame, **chosen: str) -> pd.DataFrame:
    """The rows of a table with the chosen values."""
    for name, value in chosen.items():
        table = table[table[name] == value]
    return table.reset_index(drop=True)


def test_table_s1_lists_the_papers_whole_matrix():
    table = table_s1(small_matrix())
    assert TABLE_S1.check(table, "test").equals(table)
    assert len(table) == 6 * 4 * 4
    assert table["model"].drop_duplicates().tolist() == PAPER_MODELS
    assert table["pft"].tolist()[:16:4] == list(PFT_SETTINGS)
    assert table["window"].tolist()[:4] == list(PAPER_WINDOWS)
    run = rows_of(table, model="fluxformer", pft="igbp", window="jan_to_m")
    assert run[["r2", "rmse", "splits"]].values.tolist() == [["0.750", "2.000", 3]]
    ranges = ["r2_min", "r2_max", "rmse_min", "rmse_max"]
    assert run.loc[0, ranges].tolist() == ["0.700", "0.800", "1.900", "2.100"]
    others = table[table["splits"] == 0]
    assert len(others) == 95
    assert set(others["r2"]) == set(others["rmse"]) == {"not run"}
    assert others[ranges].isna().all(axis=None)


def test_what_else_was_run_follows_the_papers_matrix_in_order():
    extra = [
        ("my_model", "1m", "none"),
        ("climatology", "jan_to_m", "igbp"),
        ("fluxformer", "12m_monthly", "igbp"),
        ("blend", "jan_to_m", "igbp"),
        ("blend", "jan_to_m", "none"),
    ]
    scores = pd.concat(
        small_matrix().assign(model=model, window=window, pft=pft) for model, window, pft in extra
    )
    table = table_s1(scores)
    assert len(table) == 96 + 5
    assert set(table.iloc[:96]["r2"]) == {"not run"}
    tail = table.iloc[96:][["model", "window", "pft"]].apply(tuple, axis=1).tolist()
    assert tail == [extra[2], extra[4], extra[3], extra[1], extra[0]]
    assert set(table.iloc[96:]["r2"]) == {"0.750"}
    climates = table_s2(scores)
    assert len(climates) == 24 + 3
    # The control window and 1m have no place in a table of January to month M.
    assert climates.iloc[24:]["model"].tolist() == ["blend", "blend", "climatology"]


def test_tables_s2_and_s3_tell_not_run_from_undefined():
    table = table_s2(small_matrix())
    assert TABLE_CLIMATES.check(table, "test").equals(table)
    assert len(table) == 6 * 4
    run = rows_of(table, model="fluxformer", pft="igbp").iloc[0]
    assert run["arid"] == "0.250 (0.200 to 0.300)"
    # The split without a value does not count.
    assert run["polar"] == "0.825 (0.800 to 0.850)"
    assert run["tropical"] == "undefined"  # run, but no tropical site
    other = rows_of(table, model="mlp", pft="igbp").iloc[0]
    assert other[["arid", "tropical"]].tolist() == ["not run", "not run"]
    cycle = rows_of(table_s3(small_matrix()), model="fluxformer", pft="igbp")
    assert cycle.loc[0, "arid"] == "0.300 (0.250 to 0.350)"
    assert set(table_s2(small_matrix(), window="12m")["arid"]) == {"not run"}


def test_one_split_has_no_range_in_tables_s2_and_s3():
    scores = small_matrix()
    table = table_s2(scores[scores["split"] == 2])
    run = rows_of(table, model="fluxformer", pft="igbp")
    assert run.loc[0, "arid"] == "0.300"
    assert run.loc[0, "polar"] == "undefined"


def site_scores(*rows) -> pd.DataFrame:
    """Site scores from (split, model, site, samples, r2, rmse, bias)."""
    names = ["split", "model", "site", "samples", "r2", "rmse", "bias"]
    table = pd.DataFrame(rows, columns=names)
    return SITE_SCORES.check(table.assign(window="jan_to_m", pft="igbp", mae=1.0), "test")


def test_sites_are_summed_up_by_median_and_the_worst_tenth():
    one = [(0, "mlp", f"S{n}", 24, 1 - n / 10, float(n), float((-1) ** n * n)) for n in range(1, 6)]
    few = (0, "mlp", "Few", 11, -9.0, 90.0, 90.0)  # fewer than twelve months
    two = (1, "mlp", "S1", 24, 0.1, 5.0, -1.0)
    other = (0, "fluxformer", "S1", 12, None, 2.0, 0.5)  # observations that do not vary
    table = summarise_sites(site_scores(*one, few, two, other))
    assert SITE_SUMMARY.check(table, "test").equals(table)
    assert table["model"].tolist() == ["fluxformer", "mlp"]
    assert pd.isna(table.loc[0, "r2_median"])
    assert table.loc[0, "rmse_median"] == 2.0
    row = table.loc[1]
    assert (row["splits"], row["sites"]) == (2, 1)
    # Split 0: RMSE 1 to 5, median 3 and 90th percentile 4.6; split 1 has one site.
    assert row["rmse_median"] == pytest.approx((3 + 5) / 2)
    assert row["rmse_p90"] == pytest.approx((4.6 + 5) / 2)
    assert row["abs_bias_median"] == pytest.approx((3 + 1) / 2)
    # R2 0.5 to 0.9: median 0.7 and 10th percentile 0.54.
    assert row["r2_median"] == pytest.approx((0.7 + 0.1) / 2)
    assert row["r2_p10"] == pytest.approx((0.54 + 0.1) / 2)
    assert summarise_sites(site_scores(*one, few), min_samples=11).loc[0, "sites"] == 6
    assert summarise_sites(site_scores(few)).empty
