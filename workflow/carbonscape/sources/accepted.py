"""What the configuration accepts of inputs: names that must be those of sources or towers.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from carbonscape.core.errors import ConfigError
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
