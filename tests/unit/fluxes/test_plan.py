"""What a run makes of a flux: where its weather comes from, with whom it shares predictors."""

from __future__ import annotations

from typing import Any

import yaml

from carbonscape.fluxes.plan import plan_fluxes, shared_features
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))


def plans(**keys: Any) -> dict:
    """Return the plans of two fluxes, of which the second differs in some keys."""
    config = {**CONFIG, "products": ["gpp", "reco"], "reco": {**CONFIG["gpp"], **keys}}
    return plan_fluxes(config, "results/run")


def test_the_source_of_the_weather_is_that_of_the_key() -> None:
    found = plans(weather_source="earthengine")
    assert (found["gpp"].weather, found["reco"].weather) == ("era5_land", "era5_land_8day")


def test_fluxes_share_predictors_where_the_weather_is_the_same() -> None:
    same = "results/run/gpp/features"
    assert shared_features(plans()) == {"gpp": same, "reco": same}
    other = shared_features(plans(weather_source="earthengine"))
    assert other == {"gpp": same, "reco": "results/run/reco/features"}
