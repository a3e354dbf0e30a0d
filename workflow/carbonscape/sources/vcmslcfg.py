"""Night lights of VIIRS, monthly."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="VCMSLCFG night lights, monthly",
    use="predictor NTL of XCO2",
    service=EARTH_ENGINE,
    dataset="NOAA/VIIRS/DNB/MONTHLY_V1/VCMSLCFG",
    versions=("V1",),
    files={
        "xco2_grid": Files(
            "xco2_grid/VCMSLCFG_%Y.nc",
            "columns.vcmslcfg",
            "night_lights",
            "simulate_xco2_predictors",
            request=Cells("vcmslcfg"),
            cell_bytes=7,
            steps=12,
        )
    },
    variables=("avg_rad", "cf_cvg"),
    units="nW cm-2 sr-1; 65 S to 75 N",
    first="2014-01-01",
)
