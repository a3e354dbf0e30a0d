"""What the configuration says of inputs: names of sources and towers, and paths.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.sources.registry import source_names

#: Identifiers of towers: country and three letters or digits.
_SITE = re.compile(r"[A-Z]{2}-[A-Za-z0-9]{3}")

_A_TOWER = "the identifier of a tower, such as US-Ha1"


def check_accepted(inputs: Mapping[str, Sequence[str]]) -> None:
    """Refuse a name under ``inputs`` that is none of a source or a tower: it would do nothing.

    Args:
        inputs: the section ``inputs`` of the configuration.

    Raises:
        ConfigError: names the key, what was found and what is possible.
    """
    known = source_names()
    a_source = f"the name of a source ({', '.join(known)})"
    for key, is_known, expected in (
        ("accept_incomplete", known.__contains__, a_source),
        (
            "accept_implausible",
            lambda name: name in known or _SITE.fullmatch(name),
            f"{_A_TOWER}, or {a_source}",
        ),
        ("leave_out_towers", _SITE.fullmatch, _A_TOWER),
    ):
        for name in inputs[key]:
            if not is_known(name):
                raise ConfigError(
                    f"config key 'inputs.{key}': found {name!r}, expected {expected}."
                )


def check_paths(config: Mapping[str, Any]) -> None:
    """Refuse braces in the paths of a configuration: Snakemake takes them for wildcards.

    Raises:
        ConfigError: names the key and the path.
    """
    paths = {key: config[key] for key in ("results", "raw", "towers")}
    paths |= {f"tower_files.{key}": path for key, path in config["tower_files"].items()}
    for key, path in paths.items():
        if path and set(path) & set("{}"):
            raise ConfigError(
                f"config key '{key}': found {path!r}, expected a path without braces, which "
                "Snakemake takes for wildcards; rename the folder, or link to it under another "
                "name."
            )


def refuse_braces(paths: Iterable[str]) -> None:
    """Refuse native files with braces in their names, which no rule could name.

    Raises:
        InputError: names the first such file.
    """
    for path in paths:
        if set(path) & set("{}"):
            raise InputError(
                f"{path}: the name holds a brace, which Snakemake takes for a wildcard; rename "
                "the file or its folder."
            )
