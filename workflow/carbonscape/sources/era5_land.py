"""Daily weather of ERA5-Land."""

from __future__ import annotations

from carbonscape.sources.services import CLIMATE_DATA_STORE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="ERA5-Land daily means and totals",
    use="predictors T2M, SSRD, VPD, TP and E of fluxes",
    service=CLIMATE_DATA_STORE,
    # Daily means are those of derived-era5-land-daily-statistics.
    dataset="reanalysis-era5-land",
    files={
        "state": Files(
            "era5_land/era5_land_daily_mean_%Y_%m.nc",
            "fluxes.predictors",
            "era5_land",
            "simulate_era5_land",
        ),
        # The total of a day is stamped at 00:00 of the next.
        "totals": Files(
            "era5_land/era5_land_accum_%Y_%m.nc",
            "fluxes.predictors",
            "era5_land",
            "simulate_era5_land",
            after=1,
        ),
    },
    variables=(
        "2m_temperature",
        "2m_dewpoint_temperature",
        "surface_solar_radiation_downwards",
        "total_precipitation",
        "total_evaporation",
    ),
    units="K; J m-2, m and m of water (negative for evaporation) accumulated from 00 UTC",
    doi="10.24381/cds.e2161bac",
    first="1950-01-01",
)
