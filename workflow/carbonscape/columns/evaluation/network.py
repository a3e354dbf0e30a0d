"""What the networks of a column are built for, read from the configuration alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.columns.features.composites import XCO2_VARIABLES
from carbonscape.models.entry import Shape


def network_shape(section: Mapping[str, Any], figures: Mapping[str, Any]) -> Shape:
    """Return the shape of the network of the figures.

    Args:
        section: the product's section of the configuration.
        figures: not read: a column has figures of its own.
    """
    del figures
    timed = section["figures"]["time_input"] == "year_fraction"
    return Shape(section["features"]["steps"], len(XCO2_VARIABLES) + timed, {})
