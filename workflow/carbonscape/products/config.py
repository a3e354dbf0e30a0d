"""The configuration as a whole: its schema, then what each product's wing knows of its section."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from carbonscape.core.config import check_schema, load_schema
from carbonscape.core.region import check_region, with_numbers
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
    return completed


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


def _wing_of(name: str) -> ModuleType:
    """Return the module that knows the sections of a product's wing.

    By name: what products of all wings share knows no wing.
    """
    return importlib.import_module(f"carbonscape.{get_product(name).wing}.config")
