"""Unseen splits: by hand beside the means of the others, and refused in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.evaluation import metrics
from carbonscape.fluxes.evaluation.crossval import score_predictions
from carbonscape.fluxes.evaluation.differences import compare_settings
from carbonscape.fluxes.evaluation.unseen import score_unseen
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS

MLP, LSTM = (Setting(model, "igbp", "jan_to_m") for model in ("mlp", "lstm"))
OPTIONS = {"window": "jan_to_m", "pft": "igbp", "seed": 1, "draws": 200, "common_samples": True}
SITES = pd.DataFrame({"site": [f"S{n:02d}" for n in range(10)], "lat": 50.0, "lon": 8.0})
SITES = SITES.assign(igbp="ENF", koppen="Dfb", climate="continental")


def predictions(rng: np.random.Generator, scale: float) -> pd.DataFrame:
    """Predictions of ten sites with a year each; errors of this size."""
    number = np.arange(120)
    frame = pd.DataFrame({"site": [f"S{n // 12:02d}" for n in number], "fold": 0, "year": 2000})
    frame = frame.assign(month=number % 12 + 1, observed=np.sin(number) * 5, spread=np.nan)
    frame["predicted"] = frame["observed"] + scale * rng.normal(size=120)
    return PREDICTIONS.check(frame, "test")


def run(seed: int = 1) -> tuple[dict, pd.DataFrame]:
    """Return predictions of the splits 0 and 1 by two models, and their scores."""
    rng = np.random.default_rng(seed)
    tables = {
        (split, setting): predictions(rng, 1 + split) for split in (0, 1) for setting in (MLP, LSTM)
    }
    scores = [
        score_predictions(table, SITES, split=split, min_years=1, **setting._asdict())[0]
        for (split, setting), table in tables.items()
    ]
    return tables, pd.concat(scores, ignore_index=True)


def test_the_mean_of_the_others_stands_beside():
    tables, scores = run()
    unseen = {(7, MLP): predictions(np.random.default_rng(8), 2.0)}
    unseen[7, LSTM] = predictions(np.random.default_rng(9), 3.0)
    found = score_unseen(unseen, scores, **OPTIONS).set_index("model")
    assert found["split"].tolist() == [7, 7]
    for setting in (MLP, LSTM):
        row = found.loc[setting.model]
        for name in ("r2", "rmse"):
            metric = getattr(metrics, name)
            own = metric(unseen[7, setting]["observed"], unseen[7, setting]["predicted"])
            others = [
                metric(table["observed"], table["predicted"])
                for (_, other), table in tables.items()
                if other == setting
            ]
            assert row[name] == pytest.approx(own)
            assert row[f"{name}_splits"] == pytest.approx(np.mean(others))
            assert row[f"{name}_difference"] == pytest.approx(own - np.mean(others))
            assert row[f"{name}_low"] < own < row[f"{name}_high"]
        assert (row["splits"], row["sites"], row["samples"]) == (2, 10, 120)


def test_two_unseen_splits_are_not_averaged_either():
    _, scores = run()
    both = {(n, MLP): predictions(np.random.default_rng(n), n / 4) for n in (7, 8)}
    found = score_unseen(both, scores, **OPTIONS)
    for n in (7, 8):
        alone = score_unseen({(n, MLP): both[n, MLP]}, scores, **OPTIONS)
        rows = found[found["split"] == n].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, alone)


def test_intervals_are_those_of_sites_alone():
    _, scores = run()
    unseen = {(7, MLP): predictions(np.random.default_rng(8), 2.0)}
    found = score_unseen(unseen, scores, **OPTIONS).iloc[0]
    alone = compare_settings(unseen, **OPTIONS)[0].iloc[0]
    for name in ("r2_low", "r2_high", "rmse_low", "rmse_high"):
        assert found[name] == alone[name]


def test_an_unseen_split_among_the_scores_is_refused():
    tables, scores = run()
    with pytest.raises(ResultError, match="hold split 1, which is unseen"):
        score_unseen({(1, MLP): tables[1, MLP]}, scores, **OPTIONS)


def test_a_setting_without_other_scores_is_refused():
    tables, scores = run()
    scores = scores[scores["model"] != "lstm"]
    with pytest.raises(ResultError, match="lstm-igbp-jan_to_m has split 7, which is unseen, but"):
        score_unseen({(7, LSTM): tables[0, LSTM]}, scores, **OPTIONS)
