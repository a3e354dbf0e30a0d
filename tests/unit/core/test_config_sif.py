"""The months of fluorescence: what the configuration accepts, and how it refuses the rest."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from carbonscape.core.errors import ConfigError
from carbonscape.core.months import months_between
from carbonscape.products.config import check_config, read_schema
from helpers import guards

CONFIG = guards.PROJECT / "config"
SCHEMA = read_schema(guards.PROJECT / "workflow" / "schemas" / "config.schema.yaml")


def load(name: str = "config.yaml") -> dict[str, Any]:
    """Return a configuration file laid over the defaults by Snakemake itself."""
    merged = yaml.safe_load((CONFIG / "config.yaml").read_text(encoding="utf-8"))
    update_config(merged, yaml.safe_load((CONFIG / name).read_text(encoding="utf-8")))
    return {**merged, "towers": "somewhere"}


def with_sif(config: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """Return a configuration with some keys of gpp.sif set."""
    changed = copy.deepcopy(load() if config is None else config)
    changed["gpp"]["sif"] |= keys
    return changed


def refusal(config: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        check_config(config, SCHEMA)
    return str(caught.value)


def test_the_defaults_are_the_months_of_the_real_sensor() -> None:
    sif = load()["gpp"]["sif"]
    months = months_between(sif["first_month"], sif["last_month"])
    assert (months[0], months[-1], len(months)) == ("2018-05", "2019-12", 20)
    assert (sif["max_cloud_fraction"], sif["min_count"], sif["min_months"]) == (0.2, 3, 12)


def test_the_tiny_earth_has_a_sensor_before_the_real_one() -> None:
    sif = load("tiny.yaml")["gpp"]["sif"]
    assert sif["first_month"] < "2018-05"
    check_config(load("tiny.yaml"), SCHEMA)


@pytest.mark.parametrize("month", ["2018-13", "2018-00", "2018-5", "2018", "2018-05-01", 2018])
def test_a_month_is_a_year_and_a_month(month: Any) -> None:
    assert refusal(with_sif(first_month=month)).startswith("config key 'gpp.sif.first_month' (")


def test_months_in_reverse_order() -> None:
    assert refusal(with_sif(first_month="2019-02", last_month="2018-11")) == (
        "config key 'gpp.sif.last_month' (2018-11) lies before 'gpp.sif.first_month' (2019-02)."
    )
    # Refused where there are no maps, too.
    config = with_sif(first_month="2019-02", last_month="2018-11")
    config["gpp"]["product"]["models"] = []
    assert "lies before" in refusal(config)


@pytest.mark.parametrize(
    ("first", "last"), [("2018-05", "2021-01"), ("2000-12", "2019-12"), ("1999-01", "2030-12")]
)
def test_months_that_the_maps_do_not_have(first: str, last: str) -> None:
    assert refusal(with_sif(first_month=first, last_month=last)) == (
        f"config keys 'gpp.sif.first_month' and 'last_month' ({first} to {last}) reach beyond "
        "'gpp.product' (2001 to 2020)."
    )


def test_the_first_and_last_month_of_the_maps_are_accepted() -> None:
    check_config(with_sif(first_month="2001-01", last_month="2020-12"), SCHEMA)


def test_more_months_than_there_are_cannot_be_asked_for() -> None:
    assert refusal(with_sif(min_months=21)) == (
        "config key 'gpp.sif.min_months' (21) is more than the 20 months from "
        "'gpp.sif.first_month' to 'last_month' (2018-05 to 2019-12): no cell would have a "
        "correlation."
    )
    check_config(with_sif(min_months=20), SCHEMA)


def test_a_run_without_maps_need_not_have_the_months() -> None:
    config = with_sif(first_month="1999-01", last_month="2030-12")
    config["gpp"]["product"]["models"] = []
    check_config(config, SCHEMA)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("every_days", 0, "at least 1"),
        ("every_days", 29, "at most 28"),  # a month would be without a file
        ("max_cloud_fraction", 0, "more than 0"),
        ("max_cloud_fraction", 0.9, "at most 0.8"),  # the archive has none cloudier
        ("min_count", 0, "at least 1"),
        ("min_months", 2, "at least 3"),  # two points always lie on a line
    ],
)
def test_impossible_values(key: str, value: float, allowed: str) -> None:
    assert refusal(with_sif(**{key: value})).endswith(f"found {value}, expected {allowed}.")
