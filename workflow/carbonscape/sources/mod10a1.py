"""Snow cover of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MOD10A1.061 snow cover, daily",
    use="predictor NDSI of XCO2",
    service=EARTH_ENGINE,
    dataset="MODIS/061/MOD10A1",
    versions=("061",),
    files={
        "xco2_grid": Files(
            "xco2_grid/MOD10A1.061_%Y.nc",
            "columns.predictors",
            "modis_surface",
            "simulate_xco2_predictors",
            request=Cells("mod10a1"),
            cell_bytes=14,
            steps=12,
        )
    },
    variables=("NDSI_Snow_Cover", "NDSI_Snow_Cover_Basic_QA", "NDSI"),
    units="snow cover in percent; NDSI 0.0001",
    doi="10.5067/MODIS/MOD10A1.061",
    first="2000-02-24",
)
