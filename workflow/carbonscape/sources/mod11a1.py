"""Temperature of the land surface of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE, LP_DAAC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MOD11A1.061 land-surface temperature, daily",
    use="predictor LST of XCO2",
    service=EARTH_ENGINE,
    dataset="MODIS/061/MOD11A1",
    versions=("061",),
    files={
        "xco2_grid": Files(
            "xco2_grid/MOD11A1.061_%Y.nc",
            "columns.predictors",
            "modis_surface",
            "simulate_xco2_predictors",
            request=Cells("mod11a1"),
            cell_bytes=14,
            steps=12,
        )
    },
    variables=("LST_Day_1km", "QC_Day", "LST_Night_1km", "QC_Night"),
    units="0.02 K",
    licence=LP_DAAC,
    doi="10.5067/MODIS/MOD11A1.061",
    first="2000-02-24",
)
