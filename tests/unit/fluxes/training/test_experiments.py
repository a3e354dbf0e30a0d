"""Which cross-validations a configuration asks for."""

from __future__ import annotations

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.experiments import cells, experiment_paths, holdout_cells
from carbonscape.models.registry import MODELS, models_of, parts_of, threads_of

CROSSVAL = {
    "models": ["lstm", "fluxformer_annual", "blend"],
    "pfts": ["none", "igbp"],
    "windows": ["6m", "jan_to_m", "12m_monthly"],
    "holdouts": {"schemes": ["spatial"], "models": ["blend", "climatology"]},
}
OPTIONS = {"blend": {"parts": ["xgboost_annual", "fluxformer_annual"]}}


def test_yearly_models_have_cells_of_january_to_month_alone():
    assert cells(CROSSVAL) == [
        "6m-none-lstm",
        "jan_to_m-none-lstm",
        "12m_monthly-none-lstm",
        "6m-igbp-lstm",
        "jan_to_m-igbp-lstm",
        "12m_monthly-igbp-lstm",
        "jan_to_m-none-fluxformer_annual",
        "jan_to_m-igbp-fluxformer_annual",
        "jan_to_m-none-blend",
        "jan_to_m-igbp-blend",
    ]
    assert cells(CROSSVAL | {"windows": ["12m"], "models": ["blend"]}) == []


def test_an_unknown_model_is_refused():
    with pytest.raises(ConfigError, match="no model is called 'lsmt'"):
        cells(CROSSVAL | {"models": ["lsmt"]})


def test_holdouts_show_one_window_and_one_pft_setting():
    assert holdout_cells(CROSSVAL, window="jan_to_m", pft="igbp") == [
        "jan_to_m-igbp-blend",
        "jan_to_m-igbp-climatology",
    ]
    assert holdout_cells(CROSSVAL, window="6m", pft="none") == ["6m-none-climatology"]


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
    }


def test_paths_of_results_run_through_the_cells_of_each_scheme():
    assert experiment_paths("r/crossval", ["split_0", "climate"], ["6m-none-mlp", "x-y-z"]) == [
        "r/crossval/split_0/6m-none-mlp",
        "r/crossval/split_0/x-y-z",
        "r/crossval/climate/6m-none-mlp",
        "r/crossval/climate/x-y-z",
    ]


def test_which_models_are_the_papers():
    models = models_of("fluxes").items()
    roles = {role: [n for n, e in models if e.role == role] for role in
             ("paper", "beyond", "baseline")}  # fmt: skip
    assert roles == {
        "paper": ["fluxformer", "lstm", "bilstm", "mlp", "random_forest", "xgboost"],
        "beyond": ["fluxformer_annual", "xgboost_annual", "blend"],
        "baseline": ["linear_regression", "climatology"],
    }
    assert [name for name, entry in MODELS.items() if entry.yearly] == roles["beyond"]
    assert [name for name, entry in MODELS.items() if entry.kind == "blend"] == ["blend"]


def test_which_models_make_xco2():
    assert {name: entry.role for name, entry in models_of("columns").items()} == {
        "lstm": "paper",
        "mlp": "paper",
        "random_forest": "paper",
        "xgboost": "paper",
        "at_bilstm": "paper",
        "latitude_month_year": "baseline",
        "growth_persistence": "baseline",
    }
