"""The products of others in the configuration: which are known, and of which flux they are."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.periods import periods
from carbonscape.products.config import check_config, complete_config, read_schema
from helpers import guards

SCHEMA = read_schema(guards.PROJECT / "workflow" / "schemas" / "config.schema.yaml")
CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))


def with_others(names: list[str], **more: Any) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG) | {"towers": "somewhere"} | more
    config["gpp"]["other_products"] = names
    return complete_config(config)


def test_the_key_names_the_products_that_can_be_read() -> None:
    schema = SCHEMA["properties"]["gpp"]["properties"]["other_products"]
    assert schema["items"]["enum"] == list(GPP_PRODUCTS) == CONFIG["gpp"]["other_products"]
    check_config(with_others([]), SCHEMA)
    with pytest.raises(ConfigError, match=r"gpp.other_products.*'modis'"):
        check_config(with_others(["modis"]), SCHEMA)


def test_other_fluxes_have_none_and_may_name_none() -> None:
    config = with_others(["nies"], products=["gpp", "reco"])
    assert config["reco"]["other_products"] == []
    check_config(config, SCHEMA)
    config["reco"]["other_products"] = ["nies"]
    with pytest.raises(ConfigError, match=r"'reco.other_products': found nies, expected \[\]"):
        check_config(config, SCHEMA)


def test_files_are_asked_for_in_the_years_of_the_maps_that_a_product_covers() -> None:
    found = periods(with_others(["vpm_gpp", "metaflux"])["gpp"])
    assert (found["vpm_gpp"][0], found["vpm_gpp"][-1]) == ("2001-01", "2016-12")
    assert (found["metaflux"][0], found["metaflux"][-1]) == ("2001-01", "2020-12")
    assert found["fluxcom"] == []
    section = with_others(["vpm_gpp"])["gpp"]
    section["product"]["models"] = []
    assert periods(section)["vpm_gpp"] == []
