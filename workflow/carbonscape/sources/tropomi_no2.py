"""Columns of NO2 seen by TROPOMI."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="TROPOMI NO2, L3 OFFL",
    use="predictor NO2 of XCO2",
    service=EARTH_ENGINE,
    dataset="COPERNICUS/S5P/OFFL/L3_NO2",
    files={
        "xco2_grid": Files(
            "xco2_grid/S5P_L3_NO2_%Y.nc",
            "columns.no2",
            "tropomi_gases",
            "simulate_xco2_predictors",
            request=Cells("no2"),
            cell_bytes=7,
            steps=12,
        )
    },
    variables=("tropospheric_NO2_column_number_density",),
    units="mol m-2",
    first="2018-06-28",
)
