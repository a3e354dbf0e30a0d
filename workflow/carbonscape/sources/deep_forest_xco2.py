"""Columns of carbon dioxide of Zhang et al. 2023, by a deep forest."""

from __future__ import annotations

from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="XCO2 by deep forest of Zhang et al. 2023, 0.1 degrees",
    use="comparison of maps of XCO2",
    # No archive is known that delivers it: the article says where the authors keep it.
    service=Service("the authors", "https://doi.org/{path}"),
    dataset="10.1016/j.envint.2023.108057",
    files={
        "files": Files(
            "deep_forest_xco2/*.nc",
            "columns.deep_forest_xco2",
            "xco2_products",
            found=r".*\.(nc|nc4|zip)",
        )
    },
    units="ppm",
    doi="10.1016/j.envint.2023.108057",
    first="2014",
    last="2020-12-31",
)
