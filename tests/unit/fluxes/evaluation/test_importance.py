"""The table of the importance of predictors."""

from __future__ import annotations

import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.evaluation.importance import importance_table, mean_weights

SETTING = {"model": "mlp", "window": "6m", "pft": "none"}


def run(**permuted: list[float]) -> dict:
    """A run.json whose error is 1 and with a predictor permuted what is given."""
    rows = [
        {"group": group, "repeat": number, "samples": 9, "rmse": 1.0, "permuted_rmse": value}
        for group, values in permuted.items()
        for number, value in enumerate(values)
    ]
    return {"importance": rows}


def test_weights_are_shares_of_the_growth_of_the_squared_error() -> None:
    # Squared errors grow by 3 and by 1; a predictor that only disturbs weighs nothing.
    table = importance_table([(SETTING, run(LAI=[2.0, 2.0], VPD=[2**0.5] * 2, TP=[0.9, 0.7]))])
    assert table["weight"].tolist() == pytest.approx([0.75, 0.25, 0.0])
    assert table["importance"].tolist() == pytest.approx([1.0, 2**0.5 - 1, -0.2])
    assert table[["low", "high"]].iloc[2].tolist() == pytest.approx([-0.3, -0.1])


def test_models_weigh_alike() -> None:
    other = {**SETTING, "model": "xgboost"}
    runs = [(SETTING, run(LAI=[2.0], VPD=[1.0])), (other, run(LAI=[1.0], VPD=[9.0]))]
    assert mean_weights(importance_table(runs)) == pytest.approx({"LAI": 0.5, "VPD": 0.5})


def test_where_nothing_helps_all_weigh_alike() -> None:
    table = importance_table([(SETTING, run(LAI=[1.0], VPD=[0.5]))])
    assert table["weight"].tolist() == [0.5, 0.5]


def test_a_run_without_permutations_is_refused() -> None:
    with pytest.raises(ResultError, match="mlp: found no 'importance'"):
        importance_table([(SETTING, {})])
