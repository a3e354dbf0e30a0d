"""Paired differences under resampled sites: by hand, against brute force, and under the null."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.evaluation import metrics
from carbonscape.fluxes.evaluation.difference_figures import DIFFERENCE_ROWS, figure_differences
from carbonscape.fluxes.evaluation.differences import (
    DIFFERENCES,
    INTERVALS,
    compare_settings,
    make_pairs,
    simultaneous,
)
from carbonscape.fluxes.evaluation.resampling import draw_sites, draw_splits, sum_by_site
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS

SHOWN = {"window": "jan_to_m", "pft": "igbp"}


def setting(model: str, *, window: str = "jan_to_m", pft: str = "igbp") -> Setting:
    return Setting(model, pft, window)


def table(observed: np.ndarray, predicted: np.ndarray, *, sites: int) -> pd.DataFrame:
    """Predictions of so many sites with equally many months each."""
    months = len(observed) // sites
    number = np.arange(len(observed))
    frame = pd.DataFrame({"site": [f"S{n // months:03d}" for n in number], "fold": 0})
    frame = frame.assign(year=2000 + number % months // 12, month=number % months % 12 + 1)
    frame = frame.assign(observed=observed, predicted=predicted, spread=np.nan)
    return PREDICTIONS.check(frame, "test")


def errors(rng: np.random.Generator, *, sites: int, months: int, of_site: float) -> np.ndarray:
    """Errors that share a part within each site."""
    return np.repeat(of_site * rng.normal(size=sites), months) + rng.normal(size=sites * months)


# --- scores of resampled sites -----------------------------------------------------------------


def test_scores_by_sums_are_those_of_the_drawn_pairs():
    rng = np.random.default_rng(1)
    observed = rng.gamma(2.0, 2.0, size=36) + 100
    predictions = {
        (split, setting(model)): table(observed, observed + rng.normal(size=36), sites=6)
        for split, model in itertools.product((0, 3), ("mlp", "lstm"))
    }
    weights = draw_sites(6, draws=20, seed=7)
    found = sum_by_site(predictions).scores(weights)
    for draw, counts in enumerate(weights.astype(int)):
        for column, model in enumerate(("mlp", "lstm")):
            for metric in ("r2", "rmse"):
                one = []
                for split in (0, 3):
                    frame = predictions[split, setting(model)]
                    drawn = np.repeat(np.arange(36).reshape(6, 6), counts, axis=0).ravel()
                    pairs = frame.iloc[drawn]
                    one.append(getattr(metrics, metric)(pairs["observed"], pairs["predicted"]))
                assert found[metric][draw, column] == pytest.approx(np.mean(one), abs=1e-9)


def test_draws_take_as_many_sites_and_hang_on_the_seed_alone():
    weights = draw_sites(50, draws=400, seed=3)
    assert set(weights.sum(axis=1)) == {50.0}
    assert np.array_equal(weights, draw_sites(50, draws=400, seed=3))
    assert not np.array_equal(weights, draw_sites(50, draws=400, seed=4))
    # A site is drawn once on average, with the variance 49 / 50 of a multinomial.
    assert weights.mean() == 1.0
    assert weights.var() == pytest.approx(0.98, rel=0.05)


def test_scores_of_drawn_splits_are_means_over_those_drawn():
    rng = np.random.default_rng(11)
    observed = rng.normal(size=36)
    predictions = {
        (split, setting("mlp")): table(observed, observed + scale * rng.normal(size=36), sites=6)
        for split, scale in enumerate((0.2, 0.5, 1.0))
    }
    sites, splits = draw_sites(6, draws=8, seed=7), draw_splits(3, draws=8, seed=7)
    together = sum_by_site(predictions).scores(sites, splits)
    alone = [sum_by_site({key: frame}).scores(sites) for key, frame in sorted(predictions.items())]
    for metric in ("r2", "rmse"):
        for draw, counts in enumerate(splits.astype(int)):
            drawn = [alone[split][metric][draw, 0] for split in np.repeat(range(3), counts)]
            assert together[metric][draw, 0] == pytest.approx(np.mean(drawn), abs=1e-12)


def test_draws_of_splits_take_as_many_and_hang_on_the_seed_alone():
    splits = draw_splits(3, draws=3000, seed=3)
    assert set(splits.sum(axis=1)) == {3.0}
    assert np.array_equal(splits, draw_splits(3, draws=3000, seed=3))
    assert not np.array_equal(splits, draw_splits(3, draws=3000, seed=4))
    assert splits.mean(axis=0) == pytest.approx([1, 1, 1], abs=0.06)
    # Drawn apart from the sites.
    together = np.corrcoef(splits[:, 0], draw_sites(3, draws=3000, seed=3)[:, 0])[0, 1]
    assert abs(together) < 0.08
    assert (draw_splits(1, draws=9, seed=3) == 1).all()


def test_intervals_hold_what_differs_between_splits():
    rng = np.random.default_rng(12)
    observed = rng.normal(size=480)
    tables = [
        {
            setting("mlp"): table(observed, observed + scale * rng.normal(size=480), sites=40),
            setting("lstm"): table(observed, observed + 0.5 * rng.normal(size=480), sites=40),
        }
        for scale in (0.3, 0.6, 0.9)
    ]

    def widths(taken: list[int]) -> np.ndarray:
        """Return the widths of mlp's interval and of the difference's, in R2 and RMSE."""
        run = {(at, key): frame for at, n in enumerate(taken) for key, frame in tables[n].items()}
        intervals, differences = compare_settings(run, **SHOWN, seed=1, draws=600)
        assert set(intervals["splits"]) == set(differences["splits"]) == {len(taken)}
        own = intervals.set_index("model").loc["mlp"]
        both = differences.set_index("metric").loc[["r2", "rmse"]]
        return np.array(
            [own[f"{name}_high"] - own[f"{name}_low"] for name in ("r2", "rmse")]
            + (both["high"] - both["low"]).tolist()
        )

    copies = widths([1, 1, 1])
    # Copies of a split add nothing to the choice of sites; splits that differ do.
    assert copies == pytest.approx(widths([1]), rel=1e-9)
    assert (widths([0, 1, 2]) > 1.5 * copies).all()


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(2)
    observed = rng.normal(size=24)
    first, second = (table(observed, rng.normal(size=24), sites=4) for _ in range(2))
    sums = [
        sum_by_site({(0, setting("mlp")): first, (0, setting("lstm")): other})
        for other in (second, second.iloc[::-1])
    ]
    assert np.array_equal(sums[0].errors, sums[1].errors)


def test_other_samples_are_refused():
    observed = np.arange(24.0)
    first = table(observed, observed + 1, sites=4)
    for other in (first.iloc[:-1], first.assign(observed=observed * 2)):
        with pytest.raises(ResultError, match="lstm-igbp-jan_to_m, split 0: 2[34] site-months"):
            sum_by_site({(0, setting("mlp")): first, (0, setting("lstm")): other})
    with pytest.raises(ResultError, match="no predictions of lstm-igbp-jan_to_m, split 1"):
        sum_by_site(
            {(0, setting("mlp")): first, (0, setting("lstm")): first, (1, setting("mlp")): first}
        )
    with pytest.raises(ResultError, match="two sites at least"):
        sum_by_site({(0, setting("mlp")): first.iloc[:6]})
    flat = first.assign(observed=2.0)
    with pytest.raises(ResultError, match="observations of all sites are equal"):
        compare_settings({(0, setting("mlp")): flat}, **SHOWN, seed=1, draws=9)


# --- intervals ---------------------------------------------------------------------------------


def test_simultaneous_intervals_by_hand():
    # Deviations from the estimates (0.5, 0): -1, 1, -1, 1 and 0, 2, 0, -2.
    drawn = np.array([[-0.5, 0.0], [1.5, 2.0], [-0.5, 0.0], [1.5, -2.0]])
    found = simultaneous(np.array([0.5, 0.0]), drawn, level=0.5)
    errors = np.array([np.sqrt(4 / 3), np.sqrt(8 / 3)])
    # Largest |t|: 0.866, 1.225, 0.866, 1.225; their median is the mean of the middle two.
    reach = (np.sqrt(3 / 4) + 2 / np.sqrt(8 / 3)) / 2
    assert found.high_simultaneous == pytest.approx([0.5, 0.0] + reach * errors)
    assert found.low_simultaneous == pytest.approx([0.5, 0.0] - reach * errors)
    # |t| of 0.433 and 0 are reached by all four draws.
    assert found.p_adjusted == pytest.approx([1.0, 1.0])
    assert found.low == pytest.approx(np.quantile(drawn, 0.25, axis=0))
    # An estimate of 1.1 has |t| 0.953: two of the draws about it reach so far.
    moved = simultaneous(np.array([1.1, 0.0]), drawn + np.array([0.6, 0.0]))
    assert moved.p_adjusted[0] == pytest.approx((1 + 2) / (1 + 4))


def test_equal_predictions_do_not_differ_and_do_not_disturb():
    rng = np.random.default_rng(3)
    observed = rng.normal(size=120)
    good = table(observed, observed + 0.3 * rng.normal(size=120), sites=20)
    bad = table(observed, observed + 0.9 * rng.normal(size=120), sites=20)
    two = {(0, setting("mlp")): good, (0, setting("lstm")): bad}
    three = two | {(0, setting("xgboost")): good}
    _, few = compare_settings(two, **SHOWN, seed=1, draws=300)
    _, more = compare_settings(three, **SHOWN, seed=1, draws=300)
    few, more = (t[t["metric"] == "r2"].set_index(["first", "second"]) for t in (few, more))
    same = more.loc[("xgboost", "mlp")]
    assert same[["difference", "low", "high"]].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert same["p_adjusted"] == 1.0
    assert not same["resolved"]
    # |t| of the pair with the good model is counted twice, and so changes nothing.
    columns = ["difference", "low", "high", "low_simultaneous", "high_simultaneous"]
    assert more.loc[("mlp", "lstm"), columns].tolist() == pytest.approx(
        few.loc[("mlp", "lstm"), columns].tolist(), abs=1e-7
    )
    assert few.loc[("mlp", "lstm"), "resolved"]
    assert few.loc[("mlp", "lstm"), "difference"] > 0


def test_a_lead_at_every_site_is_resolved_and_one_at_a_single_site_is_not():
    rng = np.random.default_rng(4)
    observed = np.tile(np.arange(12.0), 30)
    noise = rng.normal(size=360)
    # The same squared error in all: spread over sites, and at one site alone.
    alone = noise.copy()
    alone[:12] = np.sqrt(3 * np.sum(noise**2) / 12)
    _, found = compare_settings(
        {
            (0, setting("fluxformer")): table(observed, observed + noise, sites=30),
            (0, setting("lstm")): table(observed, observed + 2 * noise, sites=30),
            (0, setting("mlp")): table(observed, observed + alone, sites=30),
        },
        **SHOWN,
        seed=5,
        draws=1000,
    )
    found = found[found["metric"] == "r2"].set_index(["first", "second"])
    everywhere, once = found.loc[("lstm", "fluxformer")], found.loc[("mlp", "fluxformer")]
    assert everywhere["difference"] == pytest.approx(once["difference"], rel=0.05)
    assert everywhere["resolved"]
    assert everywhere["p_adjusted"] == pytest.approx(1 / 1001)
    assert not once["resolved"]
    assert set(found["comparisons"]) == {3}


def test_under_the_null_a_family_is_seldom_wrong():
    rng = np.random.default_rng(6)
    models = ("fluxformer", "lstm", "bilstm", "mlp", "random_forest")
    sites, months, repeats, wrong, alone = 40, 6, 80, 0, 0
    for repeat in range(repeats):
        observed = errors(rng, sites=sites, months=months, of_site=2.0)
        predictions = {
            (0, setting(model)): table(
                observed,
                observed + errors(rng, sites=sites, months=months, of_site=0.7),
                sites=sites,
            )
            for model in models
        }
        _, found = compare_settings(predictions, **SHOWN, seed=repeat, draws=200)
        found = found[found["metric"] == "r2"]
        wrong += found["resolved"].any()
        alone += ((found["low"] > 0) | (found["high"] < 0)).any()
    # One family in twenty should be wrong; without correction a quarter to a third would be.
    assert wrong / repeats < 0.12
    assert alone / repeats > 0.15


def test_intervals_are_of_the_mean_over_splits():
    rng = np.random.default_rng(8)
    observed = rng.normal(size=60)
    tables = {
        (split, setting("mlp")): table(observed, observed + rng.normal(size=60), sites=10)
        for split in (0, 1)
    }
    intervals, differences = compare_settings(tables, **SHOWN, seed=1, draws=200)
    assert INTERVALS.check(intervals, "test").equals(intervals)
    assert differences.empty
    row = intervals.iloc[0]
    single = [metrics.r2(t["observed"], t["predicted"]) for t in tables.values()]
    assert row["r2"] == pytest.approx(np.mean(single))
    assert row["r2_low"] < row["r2"] < row["r2_high"]
    assert row["rmse_low"] < row["rmse"] < row["rmse_high"]
    counts = ["sites", "samples", "splits", "draws"]
    assert row[counts].tolist() == [10, 60, 2, 200]
    again, _ = compare_settings(tables, **SHOWN, seed=1, draws=200)
    assert again.equals(intervals)
    assert not compare_settings(tables, **SHOWN, seed=2, draws=200)[0].equals(intervals)


# --- families ----------------------------------------------------------------------------------


def matrix() -> list[Setting]:
    """Two models in three windows and PFT settings, and an annual one."""
    found = [
        Setting(model, pft, window)
        for model in ("xgboost", "fluxformer")
        for pft in ("none", "igbp", "esa_cci")
        for window in ("jan_to_m", "1m", "12m_monthly")
    ]
    return [*found, Setting("blend", "igbp", "jan_to_m")]


def test_families_hold_what_they_say():
    pairs = [
        (pair.family, pair.first.name, pair.second.name) for pair in make_pairs(matrix(), **SHOWN)
    ]
    assert pairs == [
        ("model", "xgboost-igbp-jan_to_m", "fluxformer-igbp-jan_to_m"),
        ("model", "blend-igbp-jan_to_m", "fluxformer-igbp-jan_to_m"),
        ("model", "blend-igbp-jan_to_m", "xgboost-igbp-jan_to_m"),
        ("pft", "fluxformer-esa_cci-jan_to_m", "fluxformer-none-jan_to_m"),
        ("pft", "fluxformer-igbp-jan_to_m", "fluxformer-none-jan_to_m"),
        ("pft", "xgboost-esa_cci-jan_to_m", "xgboost-none-jan_to_m"),
        ("pft", "xgboost-igbp-jan_to_m", "xgboost-none-jan_to_m"),
        ("window", "fluxformer-igbp-1m", "fluxformer-igbp-jan_to_m"),
        ("window", "fluxformer-igbp-12m_monthly", "fluxformer-igbp-jan_to_m"),
        ("window", "xgboost-igbp-1m", "xgboost-igbp-jan_to_m"),
        ("window", "xgboost-igbp-12m_monthly", "xgboost-igbp-jan_to_m"),
    ]
    assert make_pairs([setting("mlp")], **SHOWN) == []
    # Without the reference there is nothing to compare a setting with.
    assert make_pairs([setting("mlp"), setting("mlp", pft="esa_cci")], **SHOWN) == []


def predictions_of(settings: list[Setting], *, best: str = "blend") -> dict:
    rng = np.random.default_rng(9)
    observed = rng.normal(size=180)
    return {
        (0, one): table(
            observed,
            observed + rng.normal(size=180) * (0.1 if one.model == best else 1.0),
            sites=30,
        )
        for one in settings
    }


def test_a_difference_names_what_differs_and_what_does_not():
    _, found = compare_settings(predictions_of(matrix()), **SHOWN, seed=1, draws=100)
    assert DIFFERENCES.check(found, "test").equals(found)
    assert set(found["metric"]) == {"r2", "rmse"}
    for family in ("model", "pft", "window"):
        rows = found[found["family"] == family]
        assert rows[family].isna().all()
        assert rows[[f for f in ("model", "pft", "window") if f != family]].notna().all(axis=None)
    lead = found[(found["first"] == "blend") & (found["second"] == "fluxformer")]
    lead = lead.set_index("metric")["difference"]
    assert lead["r2"] > 0 > lead["rmse"]


def test_windows_with_their_own_samples_are_not_compared():
    predictions = predictions_of(matrix())
    predictions = {
        key: frame.iloc[:174] if key[1].window == "1m" else frame
        for key, frame in predictions.items()
    }
    with pytest.raises(ResultError, match="xgboost-none-1m"):
        compare_settings(predictions, **SHOWN, seed=1, draws=50)
    intervals, found = compare_settings(
        predictions, **SHOWN, seed=1, draws=50, common_samples=False
    )
    assert set(found["family"]) == {"model", "pft"}
    assert intervals.groupby("window")["samples"].unique().map(list).to_dict() == {
        "jan_to_m": [180],
        "1m": [174],
        "12m_monthly": [180],
    }


def test_rows_of_the_figure_are_models_less_the_proposed_and_less_the_best():
    _, found = compare_settings(predictions_of(matrix()), **SHOWN, seed=1, draws=100)
    rows = figure_differences(found)
    assert DIFFERENCE_ROWS.check(rows, "test").equals(rows)
    best = rows[rows["panel"] == "best"].set_index("model")
    assert set(best["reference"]) == {"blend"}
    assert sorted(best.index) == ["fluxformer", "xgboost"]
    proposed = rows[rows["panel"] == "proposed"].set_index("model")
    assert sorted(proposed.index) == ["blend", "xgboost"]
    turned, straight = best.loc["fluxformer"], proposed.loc["blend"]
    assert turned["difference"] == -straight["difference"] < 0
    assert turned["low"] == -straight["high"]
    assert turned["high_simultaneous"] == -straight["low_simultaneous"]
    assert set(rows.loc[rows["panel"] == "window", "series"]) == {"1m", "12m_monthly"}
    _, found = compare_settings(
        predictions_of(matrix(), best="fluxformer"), **SHOWN, seed=1, draws=100
    )
    assert set(figure_differences(found)["panel"]) == {"proposed", "pft", "window"}
    assert figure_differences(found.iloc[:0]).empty
