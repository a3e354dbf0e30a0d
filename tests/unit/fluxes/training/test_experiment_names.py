"""Names of cross-validation results."""

from __future__ import annotations

from pathlib import Path

import pytest
from carbonscape.fluxes.training.names import parse_cell, parse_experiment

from carbonscape.fluxes.settings import CROSSVAL_SCHEMES


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_says_which_experiment_it_holds(kind):
    path = kind("results/towers/gpp/crossval/split_12/jan_to_m-igbp_esa_cci-random_forest.parquet")
    assert parse_experiment(path) == {
        "split": 12,
        "window": "jan_to_m",
        "pft": "igbp_esa_cci",
        "model": "random_forest",
    }


@pytest.mark.parametrize("scheme", ["split_3", *CROSSVAL_SCHEMES])
@pytest.mark.parametrize("ending", ["parquet", "run.json", "cost.csv"])
def test_a_path_says_which_scheme_and_cell_it_holds(scheme, ending):
    found = parse_cell(f"results/x/crossval/{scheme}/12m_monthly-none-mlp.{ending}")
    assert found == (scheme, {"window": "12m_monthly", "pft": "none", "model": "mlp"})


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("split_0/jan_to_m-igbp.parquet", "not enough values"),
        ("split_0/a-b-c-d.parquet", "too many values"),
        ("split_x/6m-none-climatology.parquet", "invalid literal"),
        ("6m-none-climatology.parquet", "is not in the folder of a split"),
        ("spatial/6m-none-climatology.parquet", "is not in the folder of a split"),
    ],
)
def test_another_pattern_is_an_error(path, message):
    with pytest.raises(ValueError, match=message):
        parse_experiment(path)


def test_another_pattern_is_no_cell():
    with pytest.raises(ValueError, match="not enough values"):
        parse_cell("split_0/folds.json")
