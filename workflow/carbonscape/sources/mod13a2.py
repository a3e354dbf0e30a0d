"""Vegetation index of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE, LP_DAAC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MOD13A2.061 vegetation index, 16 days",
    use="predictor EVI of XCO2",
    service=EARTH_ENGINE,
    dataset="MODIS/061/MOD13A2",
    versions=("061",),
    files={
        "xco2_grid": Files(
            "xco2_grid/MOD13A2.061_%Y.nc",
            "columns.predictors",
            "modis_vegetation",
            "simulate_xco2_predictors",
            request=Cells("mod13a2"),
            cell_bytes=7,
            steps=12,
        )
    },
    variables=("EVI", "SummaryQA"),
    units="EVI 0.0001",
    licence=LP_DAAC,
    doi="10.5067/MODIS/MOD13A2.061",
    first="2000-02-18",
)
