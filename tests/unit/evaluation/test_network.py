"""What networks are built for, from the configuration alone."""

from __future__ import annotations

import yaml

from carbonscape.columns.evaluation.network import network_shape as column_shape
from carbonscape.fluxes.evaluation.network import network_shape as flux_shape
from carbonscape.models.entry import Shape
from helpers.source_tree import PROJECT

CONFIG = yaml.safe_load((PROJECT / "config" / "config.yaml").read_text(encoding="utf-8"))


def test_the_papers_networks() -> None:
    assert flux_shape(CONFIG["gpp"], CONFIG["figures"]) == Shape(44, 7, {"esa_cci": 14})
    assert column_shape(CONFIG["xco2"], CONFIG["figures"]) == Shape(3, 16, {})


def test_the_time_as_an_input_is_one_more_variable() -> None:
    section = CONFIG["xco2"] | {
        "figures": CONFIG["xco2"]["figures"] | {"time_input": "year_fraction"}
    }
    assert column_shape(section, {}) == Shape(3, 17, {})


def test_a_run_without_maps_shows_the_setting_of_its_figures() -> None:
    section = CONFIG["gpp"] | {"product": {"models": []}}
    figures = {"window": "6m", "pft": "igbp"}
    assert flux_shape(section, figures) == Shape(22, 7, {"igbp": 17})
