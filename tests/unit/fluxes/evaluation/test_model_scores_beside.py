"""What stands beside the scores: the spread of members, hold-out schemes, and costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.evaluation.costs import COSTS_AND_SCORES, figure_costs, gather_costs
from carbonscape.fluxes.evaluation.holdouts import (
    HOLDOUT_ROWS,
    HOLDOUT_SCORES,
    compare_holdouts,
    figure_holdouts,
)
from carbonscape.fluxes.evaluation.spread import SPREAD, cover_of_spread, summarise_spread
from carbonscape.fluxes.tables import COSTS, PREDICTIONS, SCORES

CELL = {"window": "jan_to_m", "pft": "igbp", "model": "fluxformer"}


# --- spread ------------------------------------------------------------------------------------


def with_spread(errors, spreads) -> pd.DataFrame:
    """Predictions at two sites with such errors and spreads."""
    number = np.arange(len(errors))
    frame = pd.DataFrame(
        {"site": np.where(number % 2, "A", "B"), "year": 2000 + number, "month": 1}
    )
    frame = frame.assign(fold=0, observed=1.0, predicted=1.0 + np.asarray(errors), spread=spreads)
    return PREDICTIONS.check(frame, "test")


def test_cover_by_hand():
    # |error| over spread: 0.5, 1, 1.5, 2, 4.
    found = cover_of_spread(with_spread([0.5, -2, 3, -6, 16], [1, 2, 2, 3, 4]), origin="here")
    assert found["spread"] == pytest.approx(12 / 5)
    assert found["rmse"] == pytest.approx(np.sqrt((0.25 + 4 + 9 + 36 + 256) / 5))
    assert (found["within_1"], found["within_2"]) == (2 / 5, 4 / 5)
    # 0.683 of five errors are four of them: the factor is the fourth ratio.
    assert found["factor"] == 2.0
    # Ranks of the spreads 1, 2.5, 2.5, 4, 5 and of the errors 1 to 5.
    assert found["rank_correlation"] == pytest.approx(9.5 / np.sqrt(9.5 * 10))
    assert (found["samples"], found["sites"]) == (5, 2)


def test_gaussian_errors_are_covered_as_the_table_says():
    rng = np.random.default_rng(1)
    spread = rng.uniform(0.5, 2, size=40_000)
    frame = with_spread(np.zeros(10), np.ones(10)).iloc[[0] * len(spread)]
    frame = frame.assign(year=np.arange(len(spread)), spread=spread)
    frame["predicted"] = frame["observed"] + spread * rng.normal(size=len(spread))
    found = cover_of_spread(frame, origin="here")
    assert found["within_1"] == pytest.approx(0.683, abs=0.01)
    assert found["within_2"] == pytest.approx(0.954, abs=0.01)
    assert found["factor"] == pytest.approx(1.0, abs=0.02)
    assert 0.3 < found["rank_correlation"] < 0.6
    # Members that agree twice as much as they should.
    narrow = cover_of_spread(frame.assign(spread=spread / 2), origin="here")
    assert narrow["factor"] == pytest.approx(2 * found["factor"])


def test_a_spread_of_zero_covers_only_an_error_of_zero():
    found = cover_of_spread(with_spread([0, 0, 0, 1], [0, 0, 0, 0]), origin="here")
    assert found["within_1"] == 0.75
    assert found["factor"] == 0.0
    assert np.isnan(found["rank_correlation"])
    found = cover_of_spread(with_spread([0, 1, 1, 1], [0, 0, 0, 1]), origin="here")
    assert np.isnan(found["factor"]), "no factor makes zero cover one"


def test_members_everywhere_or_nowhere():
    assert cover_of_spread(with_spread([1, 2], [np.nan, np.nan]), origin="here") is None
    with pytest.raises(ResultError, match="here: 1 of 2 predictions have no spread"):
        cover_of_spread(with_spread([1, 2], [np.nan, 1]), origin="here")
    with pytest.raises(ResultError, match="1 a negative one"):
        cover_of_spread(with_spread([1, 2], [-1, 1]), origin="here")


def test_spreads_are_averaged_over_splits():
    found = [
        CELL | {"split": split} | cover_of_spread(with_spread([1, error], [1, 2]), origin="here")
        for split, error in ((0, 2), (1, 8))
    ]
    table = summarise_spread(found)
    assert SPREAD.check(table, "test").equals(table)
    assert table.loc[0, ["splits", "samples", "sites"]].tolist() == [2, 2, 2]
    assert table.loc[0, "within_1"] == (1.0 + 0.5) / 2
    assert table.loc[0, "factor"] == (1.0 + 4.0) / 2
    assert summarise_spread([]).empty


# --- hold-out schemes --------------------------------------------------------------------------


def scores(*rows, **changes) -> pd.DataFrame:
    """Scores from (split, scope, group, r2, rmse, bias)."""
    table = pd.DataFrame(rows, columns=["split", "scope", "group", "r2", "rmse", "bias"])
    table = table.assign(**(CELL | {"quantity": "monthly", "samples": 99, "sites": 9} | changes))
    return SCORES.check(table.assign(mae=1.0), "test")


RANDOM_SPLITS = scores(
    (0, "global", "all", 0.8, 2.0, 0.1),
    (1, "global", "all", 0.6, 3.0, 0.3),
    (0, "climate", "arid", 0.5, 1.0, 0.0),
    (0, "igbp", "GRA", 0.5, 1.0, 0.0),
)


def test_schemes_stand_beside_the_mean_of_the_random_splits():
    harder = scores((0, "global", "all", 0.4, 4.0, 0.5), (0, "climate", "polar", None, 1.0, 0.0))
    table = compare_holdouts([("climate", harder), ("spatial", harder)], RANDOM_SPLITS)
    assert HOLDOUT_SCORES.check(table, "test").equals(table)
    assert table["scheme"].tolist() == ["spatial", "spatial", "climate", "climate"]
    row = table.iloc[0]
    assert row[["r2", "rmse", "bias", "random_splits"]].tolist() == [0.4, 4.0, 0.5, 2]
    random = row[["r2_random", "rmse_random", "bias_random"]].tolist()
    assert random == pytest.approx([0.7, 2.5, 0.2])
    polar = table.iloc[1]
    assert (polar["group"], polar["random_splits"]) == ("polar", 0)
    assert pd.isna(polar["r2_random"])
    assert pd.isna(polar["r2"])


def test_schemes_on_other_samples_and_unknown_ones_are_refused():
    harder = scores((0, "global", "all", 0.4, 4.0, 0.5), samples=98)
    with pytest.raises(ResultError, match="scheme spatial, jan_to_m-igbp-fluxformer: 98 samples"):
        compare_holdouts([("spatial", harder)], RANDOM_SPLITS)
    with pytest.raises(ResultError, match="no hold-out scheme is called 'lunar'"):
        compare_holdouts([("lunar", harder)], RANDOM_SPLITS)


def test_the_figure_has_random_splits_as_a_scheme():
    harder = scores((0, "global", "all", 0.4, 4.0, 0.5), (0, "climate", "arid", 0.1, 1.0, 0.0))
    table = compare_holdouts([("spatial", harder), ("climate", harder)], RANDOM_SPLITS)
    rows = figure_holdouts(table, window="jan_to_m", pft="igbp")
    assert HOLDOUT_ROWS.check(rows, "test").equals(rows)
    assert rows["scheme"].tolist() == ["sites"] * 2 + ["spatial"] * 2 + ["climate"] * 2
    assert rows["r2"].tolist() == pytest.approx([0.7, 0.5, 0.4, 0.1, 0.4, 0.1])
    assert figure_holdouts(table, window="1m", pft="igbp").empty
    assert compare_holdouts([], RANDOM_SPLITS).empty


# --- costs -------------------------------------------------------------------------------------


def cost(model: str, training: float, prediction: float, *, pft: str = "igbp", predicted=500):
    row = {"window": "jan_to_m", "pft": pft, "model": model, "models": 60, "members": 3}
    row |= {
        "samples": 4000,
        "search_core_s": 0.0,
        "training_core_s": training,
        "prediction_core_s": prediction,
    }
    return COSTS.check(pd.DataFrame([row | {"predicted": predicted}]), "test")


def test_costs_are_means_over_splits_and_per_thousand_samples():
    found = gather_costs(
        [
            (0, cost("xgboost", 1.0, 0.0)),
            (0, cost("fluxformer", 100.0, 1.0)),
            (1, cost("fluxformer", 300.0, 2.0)),
            (0, cost("fluxformer", 9.0, 9.0, pft="none", predicted=0)),
        ],
        RANDOM_SPLITS,
    )
    assert COSTS_AND_SCORES.check(found, "test").equals(found)
    # In the order of PFT settings, then of models.
    assert found["model"].tolist() == ["fluxformer", "fluxformer", "xgboost"]
    assert pd.isna(found.loc[0, "prediction_core_s"])
    row = found.loc[1]
    assert row[["splits", "models", "members"]].tolist() == [2, 60, 3]
    assert row["training_core_s"] == 200.0
    assert row["prediction_core_s"] == pytest.approx((2.0 + 4.0) / 2)
    assert (row["r2"], row["rmse"]) == pytest.approx((0.7, 2.5))
    assert pd.isna(found.loc[2, "r2"])
    shown = figure_costs(found, window="jan_to_m", pft="igbp")
    assert shown["model"].tolist() == ["fluxformer", "xgboost"]
    assert gather_costs([], RANDOM_SPLITS).empty
