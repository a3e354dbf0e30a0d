"""Weather of ERA5-Land in steps of eight days, made by Earth Engine."""

from __future__ import annotations

from carbonscape.sources.requests import Cells
from carbonscape.sources.services import EARTH_ENGINE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="ERA5-Land means of eight days",
    use="the same as era5_land, where `weather_source` of a flux is `earthengine`",
    service=EARTH_ENGINE,
    dataset="ECMWF/ERA5_LAND/DAILY_AGGR",
    files={
        "grid": Files(
            "era5_land_8day/era5_land_8day_%Y.nc",
            "fluxes.era5_land_8day",
            "era5_land_8day",
            request=Cells("era5_land_8day"),
            cell_bytes=23,
            steps=46,
        )
    },
    variables=(
        "temperature_2m",
        "dewpoint_temperature_2m",
        "surface_solar_radiation_downwards_sum",
        "total_precipitation_sum",
        "total_evaporation_sum",
    ),
    units="K; totals of a day in J m-2, m and m of water (negative for evaporation)",
    doi="10.24381/cds.e2161bac",
    first="1950-01-02",
)
