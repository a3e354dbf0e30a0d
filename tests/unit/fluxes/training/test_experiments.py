"""Which cross-validations a configuration asks for."""

from __future__ import annotations

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.plan import FluxPlan, matrix
from carbonscape.models.registry import MODELS, models_of, parts_of, threads_of

CROSSVAL = {
    "models": ["lstm", "fluxformer_annual", "blend"],
    "pfts": ["none", "igbp"],
    "windows": ["6m", "jan_to_m", "12m_monthly"],
    "holdouts": {"schemes": ["spatial"], "models": ["blend", "climatology"]},
}
OPTIONS = {"blend": {"parts": ["xgboost_annual", "fluxformer_annual"]}}


def plan(*, window="jan_to_m", pft="igbp", **changes) -> FluxPlan:
    """Return the plan of a flux of which only the cross-validation and the figures are given."""
    config = {
        "gpp": {"crossval": {**CROSSVAL, "splits": [0, 3], "unseen_splits": [], **changes}},
        "figures": {"window": window, "pft": pft},
    }
    return FluxPlan(config, "gpp", "r")


def test_yearly_models_have_cells_of_january_to_month_alone():
    assert [setting.name for setting in matrix(CROSSVAL)] == [
        "lstm-none-6m",
        "lstm-none-jan_to_m",
        "lstm-none-12m_monthly",
        "lstm-igbp-6m",
        "lstm-igbp-jan_to_m",
        "lstm-igbp-12m_monthly",
        "fluxformer_annual-none-jan_to_m",
        "fluxformer_annual-igbp-jan_to_m",
        "blend-none-jan_to_m",
        "blend-igbp-jan_to_m",
    ]
    assert matrix(CROSSVAL | {"windows": ["12m"], "models": ["blend"]}) == []


def test_an_unknown_model_is_refused():
    with pytest.raises(ConfigError, match="no model is called 'lsmt'"):
        matrix(CROSSVAL | {"models": ["lsmt"]})


def test_holdouts_show_one_window_and_one_pft_setting():
    assert [setting.name for setting in plan().held_out_settings] == [
        "blend-igbp-jan_to_m",
        "climatology-igbp-jan_to_m",
    ]
    found = plan(window="6m", pft="none").held_out_settings
    assert [setting.name for setting in found] == ["climatology-none-6m"]


def test_the_parts_of_a_blend_are_what_is_trained():
    assert parts_of("blend", OPTIONS) == ["xgboost_annual", "fluxformer_annual"]
    assert parts_of("lstm", OPTIONS) == ["lstm"]
    with pytest.raises(ConfigError, match="no model is called 'x'"):
        parts_of("x", OPTIONS)


def test_baselines_take_one_thread_and_others_one_a_task():
    assert {model: threads_of(model, 7) for model in MODELS} == {
        **dict.fromkeys(MODELS, 7),
        "linear_regression": 1,
        "climatology": 1,
        "latitude_month_year": 1,
        "growth_persistence": 1,
        "lasso_harmonics": 1,
    }


def test_paths_of_results_run_through_the_settings_of_each_scheme():
    small = plan(models=["mlp"], pfts=["none"], windows=["6m", "1m"])
    assert small.splits == ["split_0", "split_3"]
    assert small.schemes == ["split_0", "split_3", "spatial"]
    assert small.experiments() == [
        "r/gpp/crossval/split_0/mlp-none-6m.parquet",
        "r/gpp/crossval/split_0/mlp-none-1m.parquet",
        "r/gpp/crossval/split_3/mlp-none-6m.parquet",
        "r/gpp/crossval/split_3/mlp-none-1m.parquet",
    ]
    assert small.holdouts("run.json") == [
        "r/gpp/crossval/spatial/blend-igbp-jan_to_m.run.json",
        "r/gpp/crossval/spatial/climatology-igbp-jan_to_m.run.json",
    ]
    nothing = plan(holdouts={"schemes": ["spatial"], "models": []})
    assert nothing.holdouts() == []
    assert nothing.schemes == ["split_0", "split_3"]


def test_which_models_are_the_papers():
    models = models_of("fluxes").items()
    roles = {role: [n for n, e in models if e.role == role] for role in
             ("paper", "beyond", "baseline")}  # fmt: skip
    assert roles == {
        "paper": ["fluxformer", "lstm", "bilstm", "mlp", "random_forest", "xgboost"],
        "beyond": ["fluxformer_annual", "xgboost_annual", "extra_trees", "blend"],
        "baseline": ["linear_regression", "climatology"],
    }
    yearly = [name for name, entry in MODELS.items() if entry.yearly]
    assert yearly == [name for name in roles["beyond"] if name != "extra_trees"]
    assert [name for name, entry in MODELS.items() if entry.kind == "blend"] == ["blend"]


def test_which_models_make_xco2():
    assert {name: entry.role for name, entry in models_of("columns").items()} == {
        "lstm": "paper",
        "mlp": "paper",
        "random_forest": "paper",
        "xgboost": "paper",
        "at_bilstm": "paper",
        "extra_trees": "beyond",
        "latitude_month_year": "baseline",
        "growth_persistence": "baseline",
        "lasso_harmonics": "baseline",
    }
