"""Scores of a few samples of XCO2, what of them is trend, and the tables made of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.crossval import (
    Cell,
    CrossvalNumbers,
    crossval_numbers,
    parse_cell,
    score_predictions,
    table4,
    validation_table,
)
from carbonscape.columns.evaluation.skill import decimal_year, density, skill
from carbonscape.columns.tables import SKILL
from carbonscape.core.errors import ResultError
from carbonscape.evaluation import metrics
from carbonscape.evaluation.seasons import season_of
from helpers import guards

CONTINENTS_FILE = guards.PROJECT / "resources" / "continents" / "continents.nc"
SHOWN = {"time_input": "none", "model": "at_bilstm"}
CELL = Cell("sample", "none", "at_bilstm")

#: lat, lon, year, month, instrument, tropomi, observed, predicted: Germany, Kenya, the open sea.
ROWS = [
    (50.0, 10.0, 2015, 1, "oco2", "climatology", 400.0, 401.0),
    (50.0, 10.0, 2016, 1, "oco2", "climatology", 404.0, 404.0),
    (50.0, 10.0, 2020, 7, "oco3", "observed", 410.0, 411.0),
    (0.0, 37.0, 2020, 7, "oco3", "observed", 412.0, 410.0),
    (-40.0, -130.0, 2020, 12, "oco3", "observed", 414.0, 414.0),
]


def predictions(error: float = 0.0, rows=ROWS) -> pd.DataFrame:
    """Out-of-fold predictions, all wrong by so much more."""
    names = ["lat", "lon", "year", "month", "instrument", "tropomi", "observed", "predicted"]
    table = pd.DataFrame(rows, columns=names)
    table["predicted"] += error
    return table.assign(sample=range(len(table)), count=5, fold=0, spread=np.nan)


def scores_of(table: pd.DataFrame, scope: str, group: str) -> pd.Series:
    """The one row of a scope and group."""
    rows = table[(table["scope"] == scope) & (table["group"] == group)]
    assert len(rows) == 1
    return rows.iloc[0]


# --- what is trend -----------------------------------------------------------------------------


def test_a_line_through_the_observations_takes_its_share():
    # Mean 2, SST 8; line 0.2 + 1.2 t = 0.2, 1.4, 2.6, 3.8: residuals -0.2, 0.6, -0.6, 0.2, SSE 0.8.
    time, observed = [0.0, 1, 2, 3], [0.0, 2, 2, 4]
    predicted = [0.0, 1, 2, 4]  # SSE 1
    found = metrics.trend_scores(observed, predicted, time=time)
    assert found["r2_trend"] == pytest.approx(1 - 0.8 / 8)
    assert found["trend_share"] == pytest.approx(0.9 / (1 - 1 / 8))
    assert found["r2_detrended"] == pytest.approx(1 - 1 / 0.8)


def test_who_knows_only_the_line_has_no_detrended_skill():
    time, observed = np.arange(8.0), np.array([1.0, -1, 1, -1, 1, -1, 1, -1]) + 2 * np.arange(8)
    slope, intercept = metrics.regression(time, observed)
    found = metrics.trend_scores(observed, slope * time + intercept, time=time)
    assert found["r2_detrended"] == pytest.approx(0.0)
    assert found["trend_share"] == pytest.approx(1.0)
    assert found["r2_trend"] > 0.9


def test_without_time_or_spread_there_is_no_trend():
    def names(found):
        return [name for name, value in found.items() if np.isnan(value)]

    every = ["r2_trend", "trend_share", "r2_detrended"]
    assert names(metrics.trend_scores([1.0, 2], [1.0, 2], time=[5.0, 5])) == every
    assert names(metrics.trend_scores([2.0, 2], [1.0, 2], time=[5.0, 6])) == every
    # A perfect line leaves nothing; a share of a negative R2 says nothing.
    found = metrics.trend_scores([1.0, 2, 3], [1.0, 2, 3], time=[2015.04, 2015.12, 2015.2])
    assert names(found) == ["r2_detrended"]
    assert names(metrics.trend_scores([1.0, 2, 1], [9.0, 9, 9], time=[1.0, 2, 4])) == [
        "trend_share"
    ]


def test_weights_decide_on_the_line():
    time, observed, predicted = [0.0, 1, 2, 7], [0.0, 2, 1, 9], [0.0, 1, 2, 5]
    doubled = metrics.trend_scores(
        [*observed, 1.0], [*predicted, 2.0], time=[*time, 2.0], weights=[1, 1, 1, 1, 1]
    )
    weighted = metrics.trend_scores(observed, predicted, time=time, weights=[1, 1, 2, 1])
    assert weighted == pytest.approx(doubled)
    assert weighted != pytest.approx(metrics.trend_scores(observed, predicted, time=time))


def test_a_regression_is_that_of_predictions_on_observations():
    assert metrics.regression([400.0, 402], [401.0, 402]) == pytest.approx((0.5, 201.0))
    assert np.isnan(metrics.regression([400.0, 400], [401.0, 402])).all()
    slope = metrics.regression([0.0, 1, 1], [0.0, 1, 3], weights=[1, 1, 0])[0]
    assert slope == pytest.approx(1.0)


def test_skill_has_the_columns_of_the_contract():
    found = skill([1.0, 2], [1.0, 2], year=[2015, 2015], month=[1, 2])
    assert set(found) == {column.name for column in SKILL}
    assert decimal_year(2015, 12) == pytest.approx(2015 + 11.5 / 12)


# --- scores ------------------------------------------------------------------------------------


def test_scores_by_group():
    table = score_predictions(
        predictions(), CELL, continents=np.array(["Europe", "Europe", "Europe", "Africa", "none"])
    )
    every = scores_of(table, "global", "all")
    assert (every["samples"], every["bias"]) == (5, pytest.approx(0.0))
    assert every["rmse"] == pytest.approx(np.sqrt(6 / 5))
    # Squares about the mean 408: 64 + 16 + 4 + 16 + 36.
    assert every["r2"] == pytest.approx(1 - 6 / 136)
    assert scores_of(table, "season", "DJF")["samples"] == 3
    assert scores_of(table, "season", "JJA")["bias"] == pytest.approx(-0.5)
    assert scores_of(table, "continent", "Africa")["mae"] == pytest.approx(2.0)
    assert np.isnan(scores_of(table, "continent", "Africa")["r2"])
    assert scores_of(table, "continent", "none")["samples"] == 1
    assert scores_of(table, "instrument", "oco3")["samples"] == 3
    assert scores_of(table, "tropomi", "climatology")["samples"] == 2
    assert scores_of(table, "year", "2020")["samples"] == 3
    order = [(row["scope"], row["group"]) for _, row in table.iterrows()]
    assert order[:5] == [("global", "all"), ("season", "DJF"), ("season", "JJA"),
                         ("continent", "Africa"), ("continent", "Europe")]  # fmt: skip


def test_the_path_tells_what_was_predicted():
    assert parse_cell("a/crossval/spatial/random_forest-year_fraction.parquet") == Cell(
        "spatial", "year_fraction", "random_forest"
    )
    with pytest.raises(ValueError, match="unpack"):
        parse_cell("a/spatial/at_bilstm.parquet")


def experiments() -> list[tuple[Cell, pd.DataFrame]]:
    """The network between the two baselines, and a scheme without a baseline."""
    return [
        (CELL, predictions()),
        (Cell("sample", "none", "latitude_month_year"), predictions(0.1)),
        (Cell("sample", "none", "growth_persistence"), predictions(3.0)),
        (Cell("spatial", "none", "at_bilstm"), predictions()),
    ]


def numbers_of(*more: tuple[Cell, pd.DataFrame], shown=SHOWN) -> CrossvalNumbers:
    return crossval_numbers(
        iter([*experiments(), *more]), continents_path=CONTINENTS_FILE, shown=shown
    )


def test_every_model_stands_beside_the_better_baseline():
    numbers = numbers_of()
    rows = numbers.validation.set_index(["scheme", "model"])
    network = rows.loc[("sample", "at_bilstm")]
    assert network["baseline"] == "latitude_month_year"
    assert network["baseline_rmse"] == pytest.approx(np.sqrt(6 / 5 + 0.01))
    assert network["skill"] == pytest.approx(1 - (6 / 5) / (6 / 5 + 0.01))
    assert network["beats_baseline"]
    # A baseline is compared with the other one.
    assert rows.loc[("sample", "latitude_month_year"), "baseline"] == "growth_persistence"
    assert not rows.loc[("sample", "growth_persistence"), "beats_baseline"]
    alone = rows.loc[("spatial", "at_bilstm")]
    assert alone["baseline"] == "none"
    assert not alone["beats_baseline"]
    assert np.isnan(alone["baseline_rmse"])


def test_table_4_has_the_continents_and_both_baselines():
    numbers = numbers_of()
    table = numbers.table4
    # Germany is Europe, Kenya Africa, and the South Pacific is on no continent.
    assert table["continent"].tolist() == ["Africa"] * 3 + ["Europe"] * 3
    assert table["model"].tolist()[:3] == [
        "at_bilstm", "latitude_month_year", "growth_persistence"
    ]  # fmt: skip
    assert table["bias"].tolist()[:3] == pytest.approx([-2.0, -1.9, 1.0])
    assert table["samples"].tolist() == [1, 1, 1, 3, 3, 3]


def test_a_baseline_stands_in_table_4_once():
    again = (Cell("sample", "year_fraction", "latitude_month_year"), predictions(9.0))
    scores = numbers_of(again).scores
    assert len(table4(scores, shown=SHOWN)) == 6
    # With another shown time input, the baselines are those that were run so, or the first.
    table = table4(scores, shown={"time_input": "year_fraction", "model": "at_bilstm"})
    assert set(zip(table["model"], table["time_input"], strict=True)) == {
        ("latitude_month_year", "year_fraction"), ("growth_persistence", "none")
    }  # fmt: skip


def test_models_of_other_samples_are_not_compared():
    scores = pd.concat(
        [
            score_predictions(predictions(), CELL, continents=np.array(["Europe"] * 5)),
            score_predictions(
                predictions(rows=ROWS[:3]),
                Cell("sample", "none", "mlp"),
                continents=np.array(["Europe"] * 3),
            ),
        ]
    )
    with pytest.raises(ResultError, match="different numbers of samples"):
        validation_table(scores)


# --- figure 5 ----------------------------------------------------------------------------------


def test_bins_hold_their_lower_edge_and_shares_add_up():
    table = density([400.0, 400.49, 400.5, 401.0], [400.0, 400.2, 400.1, 399.99])
    assert table.to_numpy().tolist() == [
        [400.25, 400.25, 0.5], [400.75, 400.25, 0.25], [401.25, 399.75, 0.25]
    ]  # fmt: skip


def test_figure_5_is_by_season_and_of_the_shown_setting():
    numbers = numbers_of()
    bins, scores = numbers.fig05, numbers.fig05_scores
    assert scores["season"].tolist() == ["DJF", "JJA"]
    djf = scores.iloc[0]
    # 400 was predicted 401, 404 404 and 414 414; the mean of the observed is 406.
    observed, predicted = np.array([400.0, 404, 414]), np.array([401.0, 404, 414])
    slope = np.sum((observed - 406) * predicted) / np.sum((observed - 406) ** 2)
    assert djf["slope"] == pytest.approx(slope)
    assert djf["intercept"] == pytest.approx(predicted.mean() - slope * 406)
    assert bins.groupby("season")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    with pytest.raises(ResultError, match=r"xco2\.figures\.model"):
        numbers_of(shown={"time_input": "none", "model": "lstm"})
    only_spatial = crossval_numbers(experiments()[3:], continents_path=CONTINENTS_FILE, shown=SHOWN)
    assert only_spatial.fig05.empty
    assert only_spatial.fig05_scores.empty
    assert only_spatial.table4.empty


def test_seasons_have_northern_names():
    assert season_of([12, 1, 2, 3, 6, 9, 11]).tolist() == [
        "DJF", "DJF", "DJF", "MAM", "JJA", "SON", "SON"
    ]  # fmt: skip
