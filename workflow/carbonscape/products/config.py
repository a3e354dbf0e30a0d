"""The configuration as a whole: its schema, then what each product's wing knows of its section."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from carbonscape.core.config import check_schema
from carbonscape.products.registry import get_product


def check_config(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse a configuration with unknown keys, impossible values or contradictions.

    Raises:
        ConfigError: names every offending key with its path, what was found and what is
            allowed.
    """
    validator = check_schema(config, schema)
    for name in config["products"]:
        # By name: what products of all wings share knows no wing.
        wing = importlib.import_module(f"carbonscape.{get_product(name).wing}.config")
        wing.check_section(config, name, validator)
