"""Files of a configuration as they are written: keys that stand twice in one place.

YAML and JSON let the last of them win without a word. Snakemake has read the files by then, and
hands out their values alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import partial
from typing import Any

import yaml

from carbonscape.core.errors import ConfigError
from carbonscape.core.limits import RECORD_BYTES
from carbonscape.core.plain_files import read_limited


def check_config_files(paths: Iterable[str | os.PathLike[str]]) -> None:
    """Refuse a file of the configuration in which a key stands twice in one place.

    Args:
        paths: the files that Snakemake has read; those that are not there are passed over.

    Raises:
        ConfigError: names the file, the key and both lines.
    """
    for path in dict.fromkeys(map(str, paths)):
        if not os.path.isfile(path):
            continue
        text = read_limited(path, RECORD_BYTES, remedy="give another file").decode("utf-8-sig")
        try:
            json.loads(text, object_pairs_hook=partial(_object, path=path))
        except ValueError:
            _check_yaml(text, path)


def _object(pairs: list[tuple[str, Any]], *, path: str) -> dict[str, Any]:
    """Return an object of JSON; refuse a key that stands there twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ConfigError(f"{path}: the key '{key}' stands twice in one place; keep one.")
        found[key] = value
    return found


def _check_yaml(text: str, path: str) -> None:
    """Refuse YAML in which a key stands twice in one place."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return  # Snakemake has read it: what it cannot read, it has said.
    waiting, seen = [(root, "")], set()
    while waiting:
        node, inside = waiting.pop()
        # An alias is the node that its anchor names.
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(part, inside) for part in node.value]
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                name = f"{inside}{key.value}" if isinstance(key.value, str) else inside
                line = key.start_mark.line + 1
                if name in lines and key.tag != "tag:yaml.org,2002:merge":
                    raise ConfigError(
                        f"{path}: the key '{name}' stands twice, in the lines {lines[name]} and "
                        f"{line}, of which the last alone would count; keep one of them."
                    )
                lines[name] = line
                waiting.append((value, f"{name}."))
