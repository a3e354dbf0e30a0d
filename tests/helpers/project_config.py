"""The configuration files of the project and every key of their schema."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from snakemake.utils import update_config

from carbonscape.products.config import read_schema
from carbonscape.products.registry import get_product, product_names
from helpers import guards

CONFIG = guards.PROJECT / "config"
SCHEMA_FILE = guards.PROJECT / "workflow" / "schemas" / "config.schema.yaml"
SCHEMA = read_schema(SCHEMA_FILE)
FILES = sorted(path.name for path in CONFIG.glob("*.yaml"))
#: Fluxes whose section has the form of that of GPP, and may be left out.
OTHER_FLUXES = {
    name for name in product_names() if get_product(name).wing == "fluxes" and name != "gpp"
}

Path_ = tuple[str, ...]


@cache
def _loaded(name: str) -> dict[str, Any]:
    """Return a configuration file laid over the defaults by Snakemake itself; not to be changed.

    Reading a file takes longer than any check of it, and there are two thousand checks.
    """
    merged = yaml.safe_load((CONFIG / "config.yaml").read_text(encoding="utf-8"))
    update_config(merged, yaml.safe_load((CONFIG / name).read_text(encoding="utf-8")))
    return merged


def load(name: str) -> dict[str, Any]:
    """Return a configuration file laid over the defaults, which a test may change."""
    return copy.deepcopy(_loaded(name))


def walk(part: dict[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Yield every part of the schema with its path, sections before their keys.

    Of the fluxes, which all have the same section, only GPP.
    """
    yield path, part
    for key, below in part.get("properties", {}).items():
        if path or key not in OTHER_FLUXES:
            yield from walk(below, (*path, key))


SECTIONS = {path: part for path, part in walk(SCHEMA) if "properties" in part}
LEAVES = {path: part for path, part in walk(SCHEMA) if "properties" not in part}
