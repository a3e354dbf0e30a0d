"""Which map of a run is compared with the one that the authors of the paper published.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from carbonscape.fluxes.plan import FluxPlan
from carbonscape.products.map_name import MapName


def maps_beside_authors(plan: FluxPlan) -> list[str]:
    """Return the map that is compared with the authors' own, or nothing without theirs.

    It is that of the first model with ESA-CCI, as the authors' product (the GPP paper, section
    4.2), where the run makes it, and else the first of those that figures show. A simulated Earth
    has no map of theirs.
    """
    real = plan.config["archive"] == "real"
    if not (real and plan.maps and plan.section["authors_map"]):
        return []
    alike = [name for name in plan.compared_maps if MapName.parse(name).variant == "esa_cci"]
    return (alike or plan.shown_maps)[:1]
