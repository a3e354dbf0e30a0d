"""What the configuration says of inputs: names of sources and towers, and paths.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.core.plain_files import no_file, require_file
from carbonscape.sources.path_names import why_unusable
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
    """Refuse paths of a configuration that no rule could name, or where no folder can be.

    Raises:
        ConfigError: names the key and the path.
    """
    paths = {key: config[key] for key in ("results", "raw", "towers")}
    paths |= {f"tower_files.{key}": path for key, path in config["tower_files"].items()}
    paths |= {
        f"{name}.authors_map": config[name]["authors_map"]
        for name in config["products"]
        if "authors_map" in config.get(name, {})
    }
    for key, path in paths.items():
        why = why_unusable(path or "")
        if why:
            raise ConfigError(
                f"config key '{key}': found {_short(path)}, expected a path without {why}; rename "
                "the folder, or link to it under another name."
            )
    _require_folder(f"{config['results']}/{config['run']}", key="results", written=True)
    if config["archive"] == "real":
        _require_folder(config["raw"], key="raw", written=config["fetch"]["download"])


def _short(path: str) -> str:
    """Return a path for a message."""
    return repr(path if len(path) <= 100 else f"{path[:100]}...")


def _require_folder(folder: str, *, key: str, written: bool) -> None:
    """Refuse a folder in whose place, or in that of one above it, something else stands.

    Args:
        folder: which may be absent.
        key: of the configuration.
        written: whether files will be written below it.
    """
    there = Path(folder)
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not there.is_dir():
        found = no_file(there) or "this is a file"
        found = found.removeprefix("this is ").removesuffix(", expected a file")
        raise ConfigError(
            f"config key '{key}': {there} is {found}, expected a folder; take it away, or give "
            "another folder."
        )
    if written and not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(
            f"config key '{key}': nobody may write to the folder {there}, or not you; make it "
            "writable (it may be on a disk that is mounted read-only), or give another folder."
        )


def refuse_unusable(paths: Iterable[str]) -> None:
    """Refuse native files that no rule could name, and what is there and is no file.

    Raises:
        InputError: names the first path that holds such signs, or under which a folder, a link
            that leads nowhere or in a circle, a pipe, a socket or a device stands.
    """
    for path in paths:
        if why := why_unusable(path):
            raise InputError(f"{path!r}: the name holds {why}; rename the file or its folder.")
        if not os.path.isfile(path) and no_file(path) != "no such file":
            require_file(path)
