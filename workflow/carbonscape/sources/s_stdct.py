"""Columns of carbon dioxide of the fusion S-STDCT."""

from __future__ import annotations

from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="S-STDCT of Wang et al. 2023, daily, 0.25 degrees",
    use="comparison of maps of XCO2",
    # No archive is known that delivers it: the article says where the authors keep it.
    service=Service("the authors", "https://doi.org/{path}"),
    dataset="10.5194/essd-15-3597-2023",
    files={
        "files": Files(
            "s_stdct/*.nc",
            "columns.s_stdct",
            "xco2_products",
            found=r".*\.(nc|nc4|zip)",
        )
    },
    units="ppm",
    doi="10.5194/essd-15-3597-2023",
    first="2010",
    last="2020-12-31",
)
