"""Names of cross-validation results."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.fluxes.settings import CROSSVAL_SCHEMES, Setting, parse_experiment, split_of


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_says_which_experiment_it_holds(kind):
    path = kind("results/towers/gpp/crossval/split_12/random_forest-igbp_esa_cci-jan_to_m.parquet")
    assert parse_experiment(path) == {
        "split": 12,
        "window": "jan_to_m",
        "pft": "igbp_esa_cci",
        "model": "random_forest",
    }


@pytest.mark.parametrize("scheme", ["split_3", *CROSSVAL_SCHEMES])
@pytest.mark.parametrize("ending", ["parquet", "run.json", "cost.csv"])
def test_a_path_says_which_scheme_and_setting_it_holds(scheme, ending):
    found = Setting.parse(f"results/x/crossval/{scheme}/mlp-none-12m_monthly.{ending}")
    assert found == (scheme, Setting(model="mlp", pft="none", window="12m_monthly"))
    assert found[1].name == "mlp-none-12m_monthly"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("split_0/mlp-igbp.parquet", "not enough values"),
        ("split_0/a-b-c-d.parquet", "too many values"),
        ("split_x/climatology-none-6m.parquet", "invalid literal"),
        ("climatology-none-6m.parquet", "is no random split of the sites"),
        ("spatial/climatology-none-6m.parquet", "is no random split of the sites"),
    ],
)
def test_another_pattern_is_an_error(path, message):
    with pytest.raises(ValueError, match=message):
        parse_experiment(path)


def test_another_pattern_is_no_setting():
    with pytest.raises(ValueError, match="not enough values"):
        Setting.parse("split_0/folds.json")


def test_a_scheme_says_its_number():
    assert split_of("split_12") == 12
