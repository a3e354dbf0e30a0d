"""The configuration of models: what their options, windows and candidates may be together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from carbonscape.core.config import document
from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.settings import CROSSVAL_SCHEMES
from carbonscape.models.registry import models_of
from carbonscape.products.config import check_config, read_schema
from helpers import guards

SCHEMA = read_schema(guards.PROJECT / "workflow" / "schemas" / "config.schema.yaml")
MODELS = models_of("fluxes")
DEFAULTS = yaml.safe_load(
    (guards.PROJECT / "config" / "config.yaml").read_text(encoding="utf-8")
) | {"towers": "somewhere"}
GPP = SCHEMA["properties"]["gpp"]["properties"]
CANDIDATES = "gpp.crossval.search.candidates"


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the defaults with one key set."""
    config = copy.deepcopy(DEFAULTS)
    part = config
    *above, last = path.split(".")
    for key in above:
        part = part[key]
    part[last] = value
    return config


def refusal(config: dict[str, Any]) -> str:
    """Return the sentence with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        check_config(config, SCHEMA)
    return str(caught.value)


# --- one list, several places ------------------------------------------------------------------


def test_models_of_the_schema_are_those_of_the_registry() -> None:
    names = list(MODELS)
    assert list(GPP["models"]["properties"]) == names
    assert list(DEFAULTS["gpp"]["models"]) == names
    assert DEFAULTS["gpp"]["crossval"]["models"] == names
    crossval = GPP["crossval"]["properties"]
    lists = {
        "crossval": crossval["models"],
        "holdouts": crossval["holdouts"]["properties"]["models"],
        "product": GPP["product"]["properties"]["models"],
    }
    for name, part in lists.items():
        assert part["items"]["enum"] == names, name
    searched = crossval["search"]["properties"]["candidates"]["propertyNames"]["enum"]
    # What has no option has no candidate either; a blend is made of what others predict.
    assert searched == [n for n in names if n not in ("blend", "climatology")]


def test_schemes_of_the_schema_are_those_of_the_library() -> None:
    schemes = GPP["crossval"]["properties"]["holdouts"]["properties"]["schemes"]
    assert schemes["items"]["enum"] == list(CROSSVAL_SCHEMES)


# --- options of a model ------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["fluxformer", "fluxformer_annual"])
def test_width_is_a_multiple_of_heads(model: str) -> None:
    message = refusal(changed(f"gpp.models.{model}.heads", 7))
    assert message == (
        f"config key 'gpp.models.{model}.width' (64) must be a multiple of 'heads' (7)."
    )
    check_config(changed(f"gpp.models.{model}.heads", 16), SCHEMA)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("model", ["fluxformer", "fluxformer_annual", "lstm"])
def test_a_number_that_is_none_is_refused(model: str, value: float) -> None:
    key = f"gpp.models.{model}.learning_rate"
    assert f"'{key}': found {value}" in refusal(changed(key, value))


@pytest.mark.parametrize(
    "parts",
    [["lstm"], ["lstm", "lstm"], ["lstm", "blend"], ["lstm", "lsmt"], ["lstm", "mlp@3m"],
     ["mlp", "fluxformer_annual@12m"], ["lstm", "at_bilstm"]],
)  # fmt: skip
def test_a_blend_has_different_parts_that_are_trained(parts: list[str]) -> None:
    assert refusal(changed("gpp.models.blend.parts", parts)).startswith(
        "config key 'gpp.models.blend.parts"
    )


def test_a_part_of_a_blend_may_read_a_window_of_its_own() -> None:
    parts = ["fluxformer_annual", "extra_trees@12m", "extra_trees"]
    check_config(changed("gpp.models.blend.parts", parts), SCHEMA)


# --- windows of a product ----------------------------------------------------------------------


@pytest.mark.parametrize("model", ["fluxformer_annual", "xgboost_annual", "blend"])
@pytest.mark.parametrize("window", ["1m", "6m", "12m", "12m_monthly"])
def test_maps_of_a_yearly_model_read_from_january(model: str, window: str) -> None:
    config = changed("gpp.product.window", window)
    config["gpp"]["product"]["models"] = ["climatology", model]
    assert refusal(config) == (
        f"config key 'gpp.product.models': {model} reads the year from January on, but "
        f"'gpp.product.window' is {window}; set it to jan_to_m or take the model out."
    )
    config["gpp"]["product"]["models"] = ["climatology"]
    check_config(config, SCHEMA)
    check_config(changed("gpp.product.models", ["climatology", model]), SCHEMA)


# --- candidates of a search --------------------------------------------------------------------


def candidates(model: str, *changes: Any) -> dict[str, Any]:
    """Return a configuration with candidates of one model."""
    return changed(CANDIDATES, {model: list(changes)})


def test_candidates_that_change_options_are_accepted() -> None:
    check_config(candidates("lstm", {}, {"epochs": 9}, {"width": 32, "dropout": 0}), SCHEMA)
    check_config(candidates("random_forest", {"trees": 5}), SCHEMA)
    # A width that only suits other heads is accepted with them.
    check_config(candidates("fluxformer_annual", {"width": 30, "heads": 5}), SCHEMA)


def test_an_unknown_option_of_a_candidate_is_named_with_its_place() -> None:
    message = refusal(candidates("lstm", {"epochs": 9}, {"epoch": 9}))
    assert message.startswith(
        f"config key '{CANDIDATES}.lstm', entry 2: config key 'gpp.models.lstm.epoch' is unknown "
        "(did you mean 'epochs'?); keys allowed here: "
    )


@pytest.mark.parametrize(
    ("model", "changes", "sentence"),
    [
        ("lstm", {"epochs": 0}, ": found 0, expected at least 1."),
        ("xgboost_annual", {"subsample": "half"}, ": found 'half', expected a value of type"),
        ("fluxformer_annual", {"schedule": "cosine"}, ": found 'cosine', expected one of"),
    ],
)
def test_an_impossible_value_of_a_candidate_is_named_with_its_place(
    model: str, changes: dict[str, Any], sentence: str
) -> None:
    (option,) = changes
    message = refusal(candidates(model, changes))
    assert message.startswith(
        f"config key '{CANDIDATES}.{model}', entry 1: config key 'gpp.models.{model}.{option}' ("
    )
    assert sentence in message


def test_options_of_a_candidate_fit_together() -> None:
    message = refusal(candidates("fluxformer_annual", {"heads": 7}))
    assert message == (
        f"config key '{CANDIDATES}.fluxformer_annual', entry 1: config key "
        "'gpp.models.fluxformer_annual.width' (64) must be a multiple of 'heads' (7)."
    )


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_candidate_without_a_number_is_refused(value: float) -> None:
    message = refusal(candidates("mlp", {}, {"learning_rate": value}))
    assert message == (
        f"config key '{CANDIDATES}.mlp.1.learning_rate': found {value}, expected a finite number."
    )


@pytest.mark.parametrize("model", ["blend", "climatology", "lsmt"])
def test_models_without_options_to_choose_have_no_candidates(model: str) -> None:
    message = refusal(candidates(model, {}))
    assert message.startswith(f"config key '{CANDIDATES}'")
    assert f"found '{model}', expected one of fluxformer, lstm" in message


def test_a_list_of_candidates_is_not_empty() -> None:
    assert f"'{CANDIDATES}.lstm'" in refusal(candidates("lstm"))


# --- the table of keys -------------------------------------------------------------------------


def test_a_long_list_stays_on_its_line_of_the_table() -> None:
    table = document(SCHEMA, DEFAULTS)
    (row,) = [line for line in table.splitlines() if line.startswith("| `gpp.crossval.models`")]
    assert f"| `[{', '.join(MODELS)}]` |" in row
    assert all(line.startswith("|") for line in table.splitlines())
