"""Blends of models: means, spreads and costs by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.tables import COSTS, PREDICTIONS
from carbonscape.fluxes.training.blend import blend_costs, blend_predictions, blend_runs


def table(predicted, spread) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": ["AA", "AA", "BB"],
            "year": 2001,
            "month": [1, 2, 1],
            "fold": [0, 0, 1],
            "observed": [1.0, 2.0, 3.0],
            "predicted": np.array(predicted, dtype=float),
            "spread": np.array(spread, dtype=float),
        }
    )


NETWORKS = table([2.0, 5.0, -1.0], [1.0, 3.0, 0.0])
TREES = table([4.0, 5.0, 3.0], [np.nan] * 3)


def test_the_mean_and_the_total_variance_by_hand():
    found = blend_predictions({"a": NETWORKS, "b": TREES})
    assert found["predicted"].tolist() == [3.0, 5.0, 1.0]
    # Half the variance of the networks, and the variance of 2 and 4, of 5 and 5, of -1 and 3.
    np.testing.assert_allclose(found["spread"], np.sqrt([0.5 + 2.0, 4.5 + 0.0, 0.0 + 8.0]))
    for column in ("site", "year", "month", "fold", "observed"):
        assert found[column].tolist() == NETWORKS[column].tolist()


def test_the_spread_is_that_of_a_draw_of_part_and_member():
    # Parts differ with a variance of 0.5, members of each of 20 with one of 2: 2.5 together, and
    # a twentieth of 2, which the means of parts share with their members.
    random = np.random.default_rng(0)
    offsets = random.normal(scale=np.sqrt(0.5), size=(3, 1, 3, 120))
    members = offsets + random.normal(scale=np.sqrt(2.0), size=(3, 20, 3, 120))
    squares = []
    for draw in np.moveaxis(members, -1, 0):  # part, member, sample
        parts = {
            str(number): table(values.mean(axis=0), values.std(axis=0, ddof=1))
            for number, values in enumerate(draw)
        }
        found = blend_predictions(parts)
        np.testing.assert_allclose(found["predicted"], draw.reshape(60, 3).mean(axis=0))
        squares.append(found["spread"] ** 2)
    assert np.mean(squares) == pytest.approx(2.6, abs=0.12)


def test_a_blend_is_kept_like_every_prediction(tmp_path):
    write_table(TREES, tmp_path / "trees.parquet", PREDICTIONS)
    trees = read_table(tmp_path / "trees.parquet", PREDICTIONS)
    blended = blend_predictions({"a": NETWORKS.sample(frac=1, random_state=0).sort_index(),
                                 "b": trees})  # fmt: skip
    write_table(blended, tmp_path / "blend.parquet", PREDICTIONS)
    assert len(read_table(tmp_path / "blend.parquet", PREDICTIONS)) == 3


@pytest.mark.parametrize(
    "other",
    [
        TREES.iloc[:2],
        TREES.iloc[::-1],
        TREES.assign(site=["AA", "AA", "CC"]),
        TREES.assign(fold=[0, 1, 1]),
        TREES.assign(observed=[1.0, 2.0, 3.5]),
    ],
)
def test_parts_on_other_samples_folds_or_observations_are_refused(other):
    message = "^b.parquet and a.parquet hold other samples, folds or observations than each other"
    with pytest.raises(ResultError, match=message):
        blend_predictions({"a.parquet": NETWORKS, "b.parquet": other})


def test_costs_are_those_of_the_parts_together():
    costs = pd.DataFrame(
        {
            "window": "jan_to_m", "pft": "igbp", "model": ["fluxformer_annual", "xgboost_annual"],
            "models": [5, 5], "members": [3, 1], "samples": [400, 400],
            "training_core_s": [90.0, 2.5], "prediction_core_s": [0.5, 0.25],
            "predicted": [100, 100],
        }
    )  # fmt: skip
    found = blend_costs([costs.iloc[:1], costs.iloc[1:]], model="blend", window="jan_to_m")
    assert COSTS.check(found, "costs").to_dict("records") == [
        {
            "window": "jan_to_m", "pft": "igbp", "model": "blend", "models": 10, "members": 2,
            "samples": 800, "training_core_s": 92.5, "prediction_core_s": 0.75, "predicted": 100,
        }
    ]  # fmt: skip


def run(model: str, **changes) -> dict:
    return {
        "seed": 42,
        "config": {"model": model, "pft": "igbp"},
        "inputs": {"samples.parquet": "0f", "folds.json": "1e"},
        "chosen": [],
        "warnings": [],
        **changes,
    }


def test_the_record_of_a_blend_loses_nothing_of_its_parts():
    parts = [
        run("annual", chosen=[{"fold": 0, "rmse": 1.5}], warnings=["b: no class"]),
        run("trees", warnings=["a: constant"], inputs={"series.nc": "2d"}),
    ]
    record = blend_runs(parts, {"model": "blend", "pft": "igbp"})
    assert record["config"] == {
        "model": "blend", "pft": "igbp", "parts": [part["config"] for part in parts],
    }  # fmt: skip
    assert record["inputs"] == {"samples.parquet": "0f", "folds.json": "1e", "series.nc": "2d"}
    assert record["chosen"] == [{"model": "annual", "fold": 0, "rmse": 1.5}]
    assert record["warnings"] == ["a: constant", "b: no class"]
    assert record["seed"] == 42
    json.dumps(record, allow_nan=False)
