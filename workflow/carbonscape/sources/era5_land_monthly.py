"""Monthly weather of ERA5-Land."""

from __future__ import annotations

from carbonscape.sources.requests import CdsRequest
from carbonscape.sources.services import CLIMATE_DATA_STORE
from carbonscape.sources.source import Files, Source

_VARIABLES = (
    "surface_pressure",
    "total_evaporation",
    "10m_u_component_of_wind",
    "10m_v_component_of_wind",
    "total_precipitation",
    "2m_temperature",
)

SOURCE = Source(
    title="ERA5-Land monthly means",
    use="predictors SP, E, wind, precipitation and temperature of XCO2",
    service=CLIMATE_DATA_STORE,
    dataset="reanalysis-era5-land-monthly-means",
    files={
        "year": Files(
            "era5_land_monthly/era5_land_monthly_%Y.nc",
            "columns.era5_land_monthly",
            "era5_land_monthly",
            "simulate_era5_land_monthly",
            request=CdsRequest(
                "reanalysis-era5-land-monthly-means",
                {
                    "product_type": ("monthly_averaged_reanalysis",),
                    "variable": _VARIABLES,
                    "time": ("00:00",),
                    "data_format": "netcdf",
                    "download_format": "unarchived",
                },
                names=("sp", "e", "u10", "v10", "tp", "t2m"),
                times=1,
            ),
            # Six variables, twelve months, 0.85 bytes a node as in era5_land.
            megabytes=6 * 12 * 1801 * 3600 * 0.85e-6,
        )
    },
    variables=_VARIABLES,
    units="Pa, m of water a day (negative for evaporation), m s-1, m a day, K",
    doi="10.24381/cds.68d2bb30",
    first="1950-02",
    size="26 MB a month and variable",
)
