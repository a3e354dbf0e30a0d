"""Where the weather comes from: what the configuration accepts, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from carbonscape.core.errors import ConfigError
from carbonscape.products.config import check_config, complete_config, read_schema
from helpers import guards

CONFIG = guards.PROJECT / "config"
SCHEMA = read_schema(guards.PROJECT / "workflow" / "schemas" / "config.schema.yaml")


def load(name: str, **keys: Any) -> dict[str, Any]:
    """Return a configuration file laid over the defaults, with some keys of gpp set."""
    merged = yaml.safe_load((CONFIG / "config.yaml").read_text(encoding="utf-8"))
    update_config(merged, yaml.safe_load((CONFIG / name).read_text(encoding="utf-8")))
    merged["gpp"] |= keys
    return complete_config({**merged, "towers": "somewhere"})


def refusal(config: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        check_config(config, SCHEMA)
    return str(caught.value)


def test_real_weather_comes_from_either_service() -> None:
    for source in ("cds", "earthengine"):
        check_config(load("config.yaml", weather_source=source), SCHEMA)
    assert load("config.yaml")["gpp"]["weather_source"] == "cds"


def test_another_flux_follows_unless_it_says_otherwise() -> None:
    config = load("config.yaml", weather_source="earthengine") | {"products": ["gpp", "reco"]}
    assert complete_config(config)["reco"]["weather_source"] == "earthengine"
    config["reco"] = {"weather_source": "cds"}
    assert complete_config(config)["reco"]["weather_source"] == "cds"


def test_simulated_weather_is_daily() -> None:
    check_config(load("tiny.yaml"), SCHEMA)
    assert refusal(load("tiny.yaml", weather_source="earthengine")) == (
        "config key 'gpp.weather_source' is earthengine, but the simulated archive has the daily "
        "files of the Climate Data Store alone: set it to cds, or 'archive' to real."
    )


def test_the_weather_of_columns_as_well() -> None:
    for source in ("cds", "earthengine"):
        config = load("config.yaml")
        config["xco2"]["weather_source"] = source
        check_config(config, SCHEMA)
    config = load("tiny.yaml")
    config["xco2"]["weather_source"] = "earthengine"
    assert refusal(config) == (
        "config key 'xco2.weather_source' is earthengine, but the simulated archive has the files "
        "of the Climate Data Store alone: set it to cds, or 'archive' to real."
    )


def test_no_other_service_has_it() -> None:
    said = refusal(load("config.yaml", weather_source="ecmwf"))
    assert said.startswith("config key 'gpp.weather_source' (")
    assert "cds, earthengine" in said
