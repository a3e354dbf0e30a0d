"""Columns of CO seen by TROPOMI."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="TROPOMI CO, L3 OFFL",
    use="predictor CO of XCO2",
    service=EARTH_ENGINE,
    dataset="COPERNICUS/S5P/OFFL/L3_CO",
    files={
        "xco2_grid": Files(
            "xco2_grid/S5P_L3_CO_%Y.nc",
            "columns.co",
            "tropomi_gases",
            "simulate_xco2_predictors",
            request=Cells("co"),
            cell_bytes=7,
            steps=12,
        )
    },
    variables=("CO_column_number_density",),
    units="mol m-2",
    first="2018-06-28",
)
