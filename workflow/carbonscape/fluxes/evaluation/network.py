"""What the networks of a flux are built for, read from the configuration alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.archives.esa_cci_pft import PFT_CLASSES
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.features.windows import get_window, longest_window
from carbonscape.models.entry import Shape

_CLASSES = {"esa_cci": len(PFT_CLASSES), "igbp": len(IGBP_CLASSES)}


def network_shape(section: Mapping[str, Any], figures: Mapping[str, Any]) -> Shape:
    """Return the shape of the network of the maps; of monthly ones that of the longest window.

    A run without maps shows the setting of its figures.

    Args:
        section: the product's section of the configuration.
        figures: the section ``figures``: window and pft.
    """
    features, product = section["features"], section["product"]
    if not product["models"]:
        product = {"window": figures["window"], "pfts": [figures["pft"]]}
    calendar = get_calendar(features["step"])
    return Shape(
        steps=longest_window(calendar, get_window(product["window"])),
        variables=len(features["variables"]),
        classes={source: _CLASSES[source] for source in sources_of(product["pfts"][0])},
    )
