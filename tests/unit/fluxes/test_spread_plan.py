"""Which maps have a spread, and from which files."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes import spread_plan as spreads
from carbonscape.fluxes.config import _check_members
from carbonscape.fluxes.plan import plan_fluxes
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))


def plan(**product: Any) -> Any:
    """Return the plan of GPP with some keys of its product."""
    section = {**CONFIG["gpp"], "product": {**CONFIG["gpp"]["product"], **product}}
    return plan_fluxes({**CONFIG, "products": ["gpp"], "gpp": section}, "results/run")["gpp"]


def test_every_number_of_epochs_has_a_file() -> None:
    found = plan(spread_epochs=[4, 2])
    root = "results/run/gpp"
    name = "fluxformer-esa_cci-jan_to_m"
    assert spreads.member_files(found, "fluxformer", "esa_cci") == [
        f"{root}/models/{name}.epochs2.zip",
        f"{root}/models/{name}.epochs4.zip",
    ]
    assert spreads.member_runs(found, "fluxformer", "esa_cci") == [
        f"{root}/models/{name}.members.run.json"
    ]
    assert spreads.member_predictions(found, "fluxformer", "esa_cci") == [
        f"{root}/crossval/split_0/{name}.members.parquet"
    ]
    assert spreads.own_predictions(found, "fluxformer", "esa_cci").endswith(f"{name}.parquet")
    assert len(spreads.member_files(plan(), "fluxformer", "esa_cci")) == 5


def test_maps_that_only_compare_settings_are_not_calibrated() -> None:
    found = plan(pfts=["esa_cci"], compared_pfts=["none"])
    assert spreads.calibration_files(found, "fluxformer", "esa_cci")
    assert spreads.calibration_files(found, "fluxformer", "none") == []
    assert spreads.member_files(found, "fluxformer", "none")
    assert spreads.spread_maps(found) == ["fluxformer-none", "fluxformer-esa_cci"]


def test_only_networks_vary_of_a_blend() -> None:
    found = plan(models=["blend", "random_forest"], spread_models=["blend"], spread_epochs=[2, 4])
    parts = spreads.part_predictions(found, "blend", "igbp")
    assert [path.rpartition("/")[2] for path in parts] == [
        "fluxformer_annual-igbp-jan_to_m.parquet", "extra_trees-igbp-12m.parquet",
    ]  # fmt: skip
    assert [one.model for one in spreads.member_settings(found, "blend", "igbp")] == [
        "fluxformer_annual"
    ]
    assert spreads.member_files(found, "random_forest", "igbp") == []
    assert spreads.epochs_of_map(found, "random_forest", "igbp") == []
    assert spreads.epochs_of_map(found, "blend", "igbp") == [2, 4]
    assert spreads.part_predictions(found, "random_forest", "igbp") == []


def test_without_numbers_of_epochs_no_map_has_a_spread() -> None:
    found = plan(spread_epochs=[])
    assert spreads.member_files(found, "fluxformer", "esa_cci") == []
    assert spreads.calibration_files(found, "fluxformer", "esa_cci") == []
    assert spreads.spread_maps(found) == spreads.spread_maps(plan(models=[])) == []


def test_a_single_number_of_epochs_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'gpp\.product\.spread_epochs': found 150 alone"):
        _check_members({"product": {"spread_epochs": [150]}}, "gpp")
