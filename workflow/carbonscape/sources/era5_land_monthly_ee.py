"""Monthly weather of ERA5-Land, made by Earth Engine."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="ERA5-Land monthly means on cells",
    use="the same as era5_land_monthly, where `xco2.weather_source` is `earthengine`",
    service=EARTH_ENGINE,
    dataset="ECMWF/ERA5_LAND/MONTHLY_AGGR",
    files={
        # On cells of 0.1 degrees, whatever the product's: `request_settings` of columns.
        "year": Files(
            "era5_land_monthly_ee/era5_land_monthly_ee_%Y.nc",
            "columns.era5_land_monthly_ee",
            "era5_land_monthly",
            request=Cells("era5_land_monthly_ee"),
            cell_bytes=27,
            steps=12,
        )
    },
    variables=(
        "surface_pressure",
        "total_evaporation_sum",
        "v_component_of_wind_10m",
        "u_component_of_wind_10m",
        "total_precipitation_sum",
        "temperature_2m",
    ),
    units="Pa, m of water a month (negative for evaporation), m s-1, m a month, K",
    doi="10.24381/cds.68d2bb30",
    first="1950-02",
)
