"""Night lights of VIIRS, Black Marble."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="VNP46A2 night lights, daily",
    use="predictor NTL of XCO2",
    service=EARTH_ENGINE,
    dataset="NASA/VIIRS/002/VNP46A2",
    versions=("002",),
    files={
        "xco2_grid": Files(
            "xco2_grid/VNP46A2_%Y.nc",
            "columns.vnp46a2",
            "night_lights",
            request=Cells("vnp46a2"),
            cell_bytes=7,
            steps=12,
        )
    },
    variables=("Gap_Filled_DNB_BRDF_Corrected_NTL",),
    units="nW cm-2 sr-1",
    first="2012-01-19",
)
