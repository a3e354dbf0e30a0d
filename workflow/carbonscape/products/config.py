"""The configuration as a whole: its schema, then what each product's wing knows of its section."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from carbonscape.core.config import check_schema, load_schema
from carbonscape.core.errors import CarbonscapeError
from carbonscape.core.region import check_region, with_numbers
from carbonscape.core.years import are_years, check_years
from carbonscape.products.registry import get_product, product_names


def read_schema(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the schema of the configuration, with a section for each product that there is.

    Fluxes that the file does not list share the definition ``flux``.
    """
    names = product_names()
    fluxes = [name for name in names if get_product(name).wing == "fluxes"]
    schema = load_schema(path, dict.fromkeys(fluxes, "flux"))
    schema["properties"]["products"]["items"]["enum"] = names
    return schema


def complete_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration with the sections of its products complete.

    Raises:
        ConfigError: there is no such product.
    """
    completed = {**config, **with_numbers(config)}
    products = config.get("products")
    # What is no list, or no section, is refused by the schema.
    for name in products if isinstance(products, list) else ():
        if name in product_names() and isinstance(config.get(name, {}), Mapping):
            completed |= _wing_of(name).complete_section(config, name)
    if are_years(completed.get("years")):
        for name in products if isinstance(products, list) else ():
            completed |= _within_years(completed, name)
    return completed


def _within_years(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the key ``years`` changes for a product; nothing of what the schema refuses."""
    try:
        return _wing_module(name, "map_years").within_years(config, name)
    except (CarbonscapeError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def check_config(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse a configuration with unknown keys, impossible values or contradictions.

    Raises:
        ConfigError: names every offending key with its path, what was found and what is
            allowed.
    """
    validator = check_schema(config, schema)
    for name in config["products"]:
        _wing_of(name).check_section(config, name, validator)
    cells = {f"{name}.grid.cell": config[name]["grid"]["cell"] for name in config["products"]}
    check_region(config["region"], cells)
    mapping = {name: _wing_module(name, "map_years") for name in config["products"]}
    spans = {name: module.mapped_years(config[name]) for name, module in mapping.items()}
    check_years(
        config["years"],
        {name: span for name, span in spans.items() if span},
        {name: module.YEAR_KEYS for name, module in mapping.items()},
    )


def _wing_of(name: str) -> ModuleType:
    """Return the module that knows the sections of a product's wing."""
    return _wing_module(name, "config")


def _wing_module(name: str, module: str) -> ModuleType:
    """Return a module of a product's wing.

    By name: what products of all wings share knows no wing.
    """
    return importlib.import_module(f"carbonscape.{get_product(name).wing}.{module}")
