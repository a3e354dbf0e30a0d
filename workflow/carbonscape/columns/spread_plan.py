"""Which map of XCO2 has a spread, and the files of the networks that give it.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.models.registry import get_model


def has_spread(section: Mapping[str, Any], model: str, time_input: str) -> bool:
    """Say whether a map has a spread: the one that figures show, if its model is a network.

    Args:
        section: ``xco2`` of the configuration.
        model, time_input: of the map.
    """
    shown = section["figures"]
    return (
        section["product"]["spread"]["members"] > 0
        and (model, time_input) == (shown["model"], shown["time_input"])
        and get_model(model).kind == "network"
    )


def spread_files(
    section: Mapping[str, Any], root: str, model: str, time_input: str, ending: str
) -> list[str]:
    """Return the file of the networks behind a map's spread; none where it has no spread.

    Args:
        section: ``xco2`` of the configuration.
        root: folder of the results of XCO2.
        model, time_input: of the map.
        ending: ``members.zip``, ``members.run.json`` or ``spread.json``.
    """
    made = has_spread(section, model, time_input)
    return [f"{root}/models/{model}-{time_input}.{ending}"] if made else []
