"""Splits on which no choice was made: scored by themselves, beside the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.evaluation import metrics
from carbonscape.fluxes.evaluation.differences import compare_settings
from carbonscape.fluxes.evaluation.unseen import score_unseen
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS

SHOWN = {"window": "jan_to_m", "pft": "igbp"}
MODELS = ("lstm", "mlp")


def table(noise: float, *, seed: int) -> pd.DataFrame:
    random, sites, months = np.random.default_rng(seed), 8, 6
    observed = np.random.default_rng(0).gamma(2.0, 2.0, size=sites * months)
    frame = pd.DataFrame(
        {
            "site": np.repeat([f"S{number}" for number in range(sites)], months),
            "year": 2001,
            "month": np.tile(np.arange(1, months + 1), sites),
            "fold": 0,
            "observed": observed,
            "predicted": observed + noise * random.normal(size=len(observed)),
            "spread": np.nan,
        }
    )
    return PREDICTIONS.check(frame, "test")


def runs(splits: tuple[int, ...], noise: float) -> dict:
    return {
        (split, Setting(model, "igbp", "jan_to_m")): table(noise, seed=10 * split + number)
        for split in splits
        for number, model in enumerate(MODELS)
    }


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    seen = compare_settings(runs((0, 1), 0.5), seed=3, draws=200, **SHOWN)[0]
    return score_unseen(runs((3, 4), 2.0), seen, seed=3, draws=200, **SHOWN)


def test_each_split_is_scored_by_itself(scores: pd.DataFrame) -> None:
    assert scores[["split", "model"]].to_numpy().tolist() == [
        [3, "lstm"], [3, "mlp"], [4, "lstm"], [4, "mlp"],
    ]  # fmt: skip
    for (split, setting), rows in runs((3, 4), 2.0).items():
        row = scores[(scores["split"] == split) & (scores["model"] == setting.model)].iloc[0]
        observed, predicted = rows["observed"].to_numpy(), rows["predicted"].to_numpy()
        assert row["r2"] == pytest.approx(metrics.r2(observed, predicted))
        assert row["rmse"] == pytest.approx(metrics.rmse(observed, predicted))
        assert row["r2_low"] < row["r2"] < row["r2_high"]
        assert (row["samples"], row["sites"]) == (48, 8)


def test_the_other_splits_stand_beside_it(scores: pd.DataFrame) -> None:
    assert (scores["seen_splits"] == 2).all()
    for model in MODELS:
        others = [rows for key, rows in runs((0, 1), 0.5).items() if key[1].model == model]
        mean = np.mean([metrics.r2(rows["observed"], rows["predicted"]) for rows in others])
        rows = scores[scores["model"] == model]
        assert rows["seen_r2"].tolist() == pytest.approx([mean, mean])
        # Planted: the unseen splits are worse, and no mean knows of it.
        assert (rows["r2"] < rows["seen_r2"]).all()


def test_without_unseen_splits_the_table_is_empty() -> None:
    seen = compare_settings(runs((0,), 0.5), seed=3, draws=50, **SHOWN)[0]
    assert score_unseen({}, seen, seed=3, draws=50, **SHOWN).empty
