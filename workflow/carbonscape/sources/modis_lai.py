"""Leaf area index and FPAR of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells, TowerPixels
from carbonscape.sources.services import EARTH_ENGINE, LP_DAAC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MOD15A2H.061 leaf area index and FPAR, 8 days",
    use="predictors LAI and FPAR of fluxes",
    service=EARTH_ENGINE,
    dataset="MODIS/061/MOD15A2H",
    versions=("061",),
    files={
        "grid": Files(
            "modis_lai/MOD15A2H.061_%Y.nc",
            "fluxes.grid",
            "modis_lai",
            "simulate_modis_lai",
            request=Cells("modis_lai"),
            maps_alone=True,
            cell_bytes=7,
            steps=46,
        ),
        "sites": Files(
            "modis_lai/sites_MOD15A2H.061_%Y.csv",
            "fluxes.predictors",
            "modis_lai",
            "simulate_modis_lai",
            request=TowerPixels("modis_lai"),
            megabytes=20,
            steps=46,
        ),
    },
    variables=("Lai_500m", "Fpar_500m", "FparLai_QC"),
    units="LAI 0.1 m2 m-2, FPAR 0.01; raw values above 100 are fill classes",
    licence=LP_DAAC,
    doi="10.5067/MODIS/MOD15A2H.061",
    first="2000-02-18",
    size="about 25 MB a composite of two bands on 0.1 degrees",
)
