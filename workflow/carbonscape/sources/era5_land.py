"""Daily weather of ERA5-Land."""

from __future__ import annotations

from carbonscape.sources.requests import CdsRequest
from carbonscape.sources.services import CLIMATE_DATA_STORE
from carbonscape.sources.source import Files, Source

#: Megabytes of a variable and month: 1801 x 3600 nodes of 0.85 bytes, packed as the files of the
#: Climate Data Store are.
_MONTH = 1801 * 3600 * 0.85e-6 * 30.4

SOURCE = Source(
    title="ERA5-Land daily means and totals",
    use="predictors T2M, SSRD, VPD, TP and E of fluxes",
    service=CLIMATE_DATA_STORE,
    # Daily means are those of derived-era5-land-daily-statistics.
    dataset="reanalysis-era5-land",
    files={
        "state": Files(
            "era5_land/era5_land_daily_mean_%Y_%m.nc",
            "fluxes.era5_land",
            "era5_land",
            "simulate_era5_land",
            request=CdsRequest(
                "derived-era5-land-daily-statistics",
                {
                    "variable": ("2m_temperature", "2m_dewpoint_temperature"),
                    "daily_statistic": "daily_mean",
                    "time_zone": "utc+00:00",
                    "frequency": "1_hourly",
                },
                names=("t2m", "d2m"),
                days=True,
            ),
            megabytes=2 * _MONTH,
        ),
        # The total of a day is stamped at 00:00 of the next.
        "totals": Files(
            "era5_land/era5_land_accum_%Y_%m.nc",
            "fluxes.era5_land",
            "era5_land",
            "simulate_era5_land",
            after=1,
            # Hourly values are accumulated from 00 UTC: that of 00:00 is the day before's total.
            request=CdsRequest(
                "reanalysis-era5-land",
                {
                    "variable": (
                        "total_precipitation",
                        "total_evaporation",
                        "surface_solar_radiation_downwards",
                    ),
                    "time": ("00:00",),
                    "data_format": "netcdf",
                    "download_format": "unarchived",
                },
                names=("tp", "e", "ssrd"),
                days=True,
            ),
            megabytes=3 * _MONTH,
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
