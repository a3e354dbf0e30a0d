"""Which map stands beside the authors' own, and where none does."""

from __future__ import annotations

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.authors import maps_beside_authors
from carbonscape.fluxes.plan import FluxPlan
from carbonscape.products.config import check_config, complete_config
from helpers.project_config import SCHEMA, load


def plan(config: dict, *, pfts=("igbp",), compared=("esa_cci",), archive="real", path="maps"):
    product = config["gpp"]["product"] | {"pfts": list(pfts), "compared_pfts": list(compared)}
    gpp = config["gpp"] | {"product": product, "authors_map": path}
    return FluxPlan(config | {"gpp": gpp, "archive": archive}, "gpp", "results/x")


def test_the_map_with_esa_cci_is_the_one_that_compares() -> None:
    config = load("config.yaml")
    assert maps_beside_authors(plan(config)) == ["fluxformer-esa_cci"]
    assert maps_beside_authors(plan(config, compared=())) == ["fluxformer-igbp"]


def test_without_their_files_or_on_a_simulated_earth_there_is_none() -> None:
    config = load("config.yaml")
    assert maps_beside_authors(plan(config, path=None)) == []
    assert maps_beside_authors(plan(config, archive="simulated")) == []


def test_another_flux_has_none_and_takes_none() -> None:
    config = load("config.yaml")
    both = config | {"products": ["gpp", "reco"], "gpp": config["gpp"] | {"authors_map": "maps"}}
    both = both | complete_config(both)
    assert both["reco"]["authors_map"] is None
    both["reco"]["authors_map"] = "maps"
    with pytest.raises(ConfigError, match=r"'reco\.authors_map': found 'maps', expected null"):
        check_config(both, SCHEMA)
