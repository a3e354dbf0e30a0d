"""Gross primary productivity of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE, LP_DAAC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MOD17A2H.006 gross primary productivity, 8 days",
    use="predictor GPP of XCO2",
    service=EARTH_ENGINE,
    # Version 061 of Earth Engine begins in 2021.
    dataset="MODIS/006/MOD17A2H",
    versions=("006",),
    files={
        "xco2_grid": Files(
            "xco2_grid/MOD17A2H.006_%Y.nc",
            "columns.predictors",
            "modis_vegetation",
            "simulate_xco2_predictors",
            request=Cells("mod17a2h"),
            cell_bytes=7,
            steps=12,
        )
    },
    variables=("Gpp", "Psn_QC"),
    units="0.0001 kgC m-2 a composite",
    licence=LP_DAAC,
    doi="10.5067/MODIS/MOD17A2H.006",
    first="2000-02-18",
    last="2023-02-10",
)
