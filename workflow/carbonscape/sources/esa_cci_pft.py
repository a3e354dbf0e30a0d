"""Plant functional types of ESA-CCI."""

from __future__ import annotations

from carbonscape.sources.requests import Address
from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

_FOLDER = "neodc/esacci/land_cover/data/pft"

SOURCE = Source(
    title="ESA-CCI plant functional types v2.0.8, yearly",
    use="land cover of fluxes: 14 plant functional types",
    service=Service(
        "CEDA",
        "https://catalogue.ceda.ac.uk/uuid/{path}",
        "requests",
    ),
    dataset="26a0f46c95ee4c29b5c650b129aab788",
    versions=("2.0.8", "2.0.81"),
    files={
        "grid": Files(
            "esa_cci_pft/ESACCI-LC-L4-PFT-Map-300m-P1Y-%Y-v2.0.8.nc",
            "fluxes.cover",
            "esa_cci_pft",
            "simulate_land_cover",
            request=Address(
                "ceda",
                f"{_FOLDER}/v2.0.8/ESACCI-LC-L4-PFT-Map-300m-P1Y-%Y-v2.0.8.nc",
                "netcdf",
                fallbacks=(f"{_FOLDER}/v2.0.81/ESACCI-LC-L4-PFT-Map-300m-P1Y-%Y-v2.0.81.nc",),
            ),
            # Not measured: 17 layers of 8.4 billion bytes, most of them 0, packed.
            megabytes=2000,
        ),
        "sites": Files(
            "esa_cci_pft/sites_ESACCI-LC-L4-PFT-Map-300m-P1Y-%Y-v2.0.8.csv",
            "fluxes.cover",
            "esa_cci_pft",
            "simulate_land_cover",
            made=True,
        ),
    },
    variables=(
        *("WATER", "BARE", "BUILT", "SNOWICE", "GRASS-MAN", "GRASS-NAT"),
        *("SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND", "SHRUBS-NE"),
        *("TREES-BD", "TREES-BE", "TREES-ND", "TREES-NE"),
    ),
    units="percent of a pixel",
    first="1992-01-01",
    last="2020-12-31",
    size="8.4 billion pixels of 14 bytes a year before compression",
)
