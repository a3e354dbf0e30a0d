"""Attributes by which archives and catalogues find a map: the ones of ACDD 1.3.

Source: Attribute Convention for Data Discovery 1.3 (ESIP). Left out on purpose are dates of
creation and change (equal inputs give equal bytes), vertical extents (maps have none), and what
only a publisher can say; a catalogue that takes the files in adds them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.grid import Grid
from carbonscape.core.own_grid import OwnGrid
from carbonscape.products.product import Product

#: The conventions that the files follow.
CONVENTIONS = "CF-1.11, ACDD-1.3"

#: Table of the standard names of the variables.
STANDARD_NAMES = "CF Standard Name Table v93"

#: Attributes that hold for the year of a file alone.
OF_ONE_YEAR = (
    "id",
    "time_coverage_start",
    "time_coverage_end",
    "time_coverage_duration",
    "time_coverage_resolution",
)

#: Attributes that tell one map from another, whoever made it.
_TELLING = (
    "title",
    "archive",
    "pft_setting",
    "window",
    "time_input",
    "seed",
    "model_sha256",
    "carbonscape_version",
    "carbonscape_commit",
)

#: Space of the identifiers: that of the addresses of the internet (RFC 9562), as names are made
#: to look like one.
_SPACE = uuid.NAMESPACE_URL


def extents(edges: Sequence[dt.date], grid: Grid | OwnGrid) -> dict[str, Any]:
    """Return where and when a file has values.

    Args:
        edges: the first day of each month, and the day after the last one.
        grid: of its cells, whose outer edges bound it; degrees.
    """
    (low, high), (west, east) = (_ends(bounds) for bounds in (grid.lat_bounds, grid.lon_bounds))
    corners = ((low, west), (low, east), (high, east), (high, west), (low, west))
    return {
        "time_coverage_start": edges[0].isoformat(),
        "time_coverage_end": (edges[-1] - dt.timedelta(days=1)).isoformat(),
        "time_coverage_duration": f"P{len(edges) - 1}M",
        "time_coverage_resolution": "P1M",
        "geospatial_lat_min": low,
        "geospatial_lat_max": high,
        "geospatial_lat_units": "degrees_north",
        "geospatial_lat_resolution": _cell(grid.lat_bounds),
        "geospatial_lon_min": west,
        "geospatial_lon_max": east,
        "geospatial_lon_units": "degrees_east",
        "geospatial_lon_resolution": _cell(grid.lon_bounds),
        # Latitude first, as the system says.
        "geospatial_bounds": "POLYGON (("
        + ", ".join(f"{lat:.10g} {lon:.10g}" for lat, lon in corners)
        + "))",
        "geospatial_bounds_crs": "EPSG:4326",
    }


def _ends(bounds: NDArray[np.float64]) -> tuple[float, float]:
    """Return the outer edges of (cell, 2) bounds, degrees."""
    return round(float(bounds.min()), 6), round(float(bounds.max()), 6)


def _cell(bounds: NDArray[np.float64]) -> float:
    """Return the size of the first of (cell, 2) bounds, degrees."""
    return round(float(abs(bounds[0, 1] - bounds[0, 0])), 6)


def discovery_attributes(
    product: Product,
    *,
    model: str,
    simulated: bool,
    version: str,
    publish: Mapping[str, Any],
) -> dict[str, str]:
    """Return what is said of a map besides its extents and its provenance.

    Args:
        product: what is mapped.
        model: the model's label.
        simulated: whether the Earth is a simulated one.
        version: of carbonscape.
        publish: the section of the configuration: ``creators``, ``license``, and perhaps ``doi``
            and ``acknowledgement``.
    """
    summary = (
        f"Monthly {product.long_name} of land cells, predicted by {model} trained on "
        f"{product.trained_on}, from {product.source}; one file a year. Variables beside it tell "
        "of its quality."
    )
    if simulated:
        summary += " The Earth of this run is SIMULATED: no value is about the real one."
    creators = publish.get("creators") or []
    affiliations = [one["affiliation"] for one in creators if one.get("affiliation")]
    found = {
        "summary": summary,
        "keywords": ", ".join(
            (product.long_name, product.label, "carbon cycle", "land", "monthly means")
        ),
        "cdm_data_type": "Grid",
        "processing_level": "4 (a model of observations of lower levels)",
        "standard_name_vocabulary": STANDARD_NAMES,
        "product_version": version,
        "license": str(publish["license"]),
        # Names hold commas, so that lists are parted by semicolons.
        "creator_name": "; ".join(one["name"] for one in creators),
        "creator_type": "; ".join("person" for _ in creators),
        "creator_url": "; ".join(one["orcid"] for one in creators if one.get("orcid")),
        "creator_institution": "; ".join(affiliations),
        "institution": "; ".join(dict.fromkeys(affiliations))
        or "made with carbonscape by whoever ran it",
        "acknowledgement": publish.get("acknowledgement") or "",
        "references": "; ".join(
            [product.references]
            + ([f"https://doi.org/{publish['doi']}"] if publish.get("doi") else [])
        ),
    }
    return {key: text for key, text in found.items() if text}


def identifier(product: str, year: int, attributes: Mapping[str, Any]) -> str:
    """Return what no other file of a map is called: the same of the same model and year.

    Args:
        product: name of the product.
        year: of the file.
        attributes: of the map; its model, settings, archive and version tell maps apart.
    """
    told = "/".join(f"{key}={attributes[key]}" for key in _TELLING if key in attributes)
    return f"urn:uuid:{uuid.uuid5(_SPACE, f'carbonscape/{product}/{year}/{told}')}"
