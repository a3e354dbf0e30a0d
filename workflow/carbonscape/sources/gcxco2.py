"""Columns of carbon dioxide of GCXCO2."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import ZENODO
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="GCXCO2, 8 days, 0.05 degrees",
    use="comparison of maps of XCO2",
    service=ZENODO,
    dataset="10083102",
    files={
        "files": Files(
            "gcxco2/*.nc",
            "columns.gcxco2",
            "xco2_products",
            found=r".*\.(nc|nc4|zip|rar|tif)",
            listing="gcxco2/listing.json",
            request=Deposit("zenodo", "zenodo", "10083102", r".*\.(nc|nc4|zip|rar|tif)"),
            # Not measured.
            megabytes=20000,
        )
    },
    units="ppm",
    doi="10.5281/zenodo.10083102",
    first="2000",
    last="2020-12-31",
)
