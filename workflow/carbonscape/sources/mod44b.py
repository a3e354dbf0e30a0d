"""Tree cover of MODIS."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE, LP_DAAC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MOD44B.061 tree cover, yearly",
    use="predictor VCF of XCO2",
    service=EARTH_ENGINE,
    dataset="MODIS/061/MOD44B",
    versions=("061",),
    files={
        "xco2_grid": Files(
            "xco2_grid/MOD44B.061_%Y.nc",
            "columns.predictors",
            "modis_surface",
            "simulate_xco2_predictors",
            request=Cells("mod44b"),
            cell_bytes=7,
        )
    },
    variables=("Percent_Tree_Cover",),
    units="percent; 200 water, 253 fill",
    licence=LP_DAAC,
    doi="10.5067/MODIS/MOD44B.061",
    first="2000-03-05",
)
