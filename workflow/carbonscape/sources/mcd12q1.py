"""Land-cover classes of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells, TowerPixels
from carbonscape.sources.services import EARTH_ENGINE, LP_DAAC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MCD12Q1.061 IGBP classes, yearly",
    use="land cover of fluxes (17 classes); predictor LUCC of XCO2",
    service=EARTH_ENGINE,
    dataset="MODIS/061/MCD12Q1",
    versions=("061",),
    files={
        "grid": Files(
            "mcd12q1/MCD12Q1.061_%Y.nc",
            "fluxes.cover",
            "mcd12q1",
            "simulate_land_cover",
            request=Cells("mcd12q1"),
            cell_bytes=4,
        ),
        "sites": Files(
            "mcd12q1/sites_MCD12Q1.061_%Y.csv",
            "fluxes.cover",
            "mcd12q1",
            "simulate_land_cover",
            request=TowerPixels("mcd12q1"),
            megabytes=0.1,
        ),
        "xco2_grid": Files(
            "xco2_grid/MCD12Q1.061_%Y.nc",
            "columns.predictors",
            "modis_surface",
            "simulate_xco2_predictors",
            request=Cells("mcd12q1"),
            cell_bytes=4,
        ),
    },
    variables=("LC_Type1",),
    units="classes 1 to 17, water 17",
    licence=LP_DAAC,
    doi="10.5067/MODIS/MCD12Q1.061",
    first="2001-01-01",
)
