"""The sources that there are: one module each, imported by name and only when used."""

from __future__ import annotations

import importlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from carbonscape.core.errors import ConfigError
from carbonscape.sources.source import Source

_FOLDER = Path(__file__).parent


@cache
def source_names() -> tuple[str, ...]:
    """Return the names of all sources, sorted: those of the modules here that make one."""
    return tuple(
        sorted(
            path.stem
            for path in _FOLDER.glob("*.py")
            if "\nSOURCE = " in path.read_text(encoding="utf-8")
        )
    )


@cache
def get_source(name: str) -> Source:
    """Return the source of that name.

    Raises:
        ConfigError: there is no such source.
    """
    if name not in source_names():
        raise ConfigError(f"no source is called '{name}'; there are {', '.join(source_names())}.")
    return replace(importlib.import_module(f"carbonscape.sources.{name}").SOURCE, name=name)
