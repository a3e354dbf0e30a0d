"""Columns of carbon dioxide of the reanalysis CAMS-EGG4."""

from __future__ import annotations

from carbonscape.sources.requests import CdsRequest
from carbonscape.sources.services import ATMOSPHERE_DATA_STORE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="CAMS-EGG4 monthly column CO2",
    use="comparison of XCO2",
    service=ATMOSPHERE_DATA_STORE,
    dataset="cams-global-ghg-reanalysis-egg4-monthly",
    files={
        "year": Files(
            "egg4/egg4_%Y.nc",
            "columns.egg4",
            "xco2_fields",
            "simulate_egg4",
            # The name in the file (tcco2) is not documented: the reader finds it by its values.
            request=CdsRequest(
                "cams-global-ghg-reanalysis-egg4-monthly",
                {
                    "variable": ("co2_column_mean_molar_fraction",),
                    "product_type": ("monthly_mean",),
                    "data_format": "netcdf_zip",
                },
                names=(),
                times=1,
            ),
            megabytes=12 * 241 * 480 * 4e-6,
        ),
    },
    variables=("co2_column_mean_molar_fraction",),
    units="ppm",
    first="2003-01",
    last="2020-12",
)
