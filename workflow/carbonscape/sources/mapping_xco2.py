"""Columns of carbon dioxide of Mapping-XCO2."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import DATAVERSE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="Mapping-XCO2 of Sheng et al. 2022, 1 degree",
    use="comparison of maps of XCO2",
    service=DATAVERSE,
    dataset="10.7910/DVN/4WDTD8",
    files={
        "files": Files(
            "mapping_xco2/*.nc",
            "columns.mapping_xco2",
            "xco2_products",
            found=r".*\.(nc|nc4|zip|txt|csv|tab)",
            listing="mapping_xco2/listing.json",
            request=Deposit(
                "dataverse", "dataverse", "10.7910/DVN/4WDTD8", r".*\.(nc|nc4|zip|txt|csv|tab)"
            ),
            # Not measured.
            megabytes=500,
        )
    },
    units="ppm",
    doi="10.7910/DVN/4WDTD8",
    first="2009",
    last="2020-12-31",
)
