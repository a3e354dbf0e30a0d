"""Maps of the authors of At-BiLSTM."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import ZENODO
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="XCO2 of the authors of At-BiLSTM, monthly, 0.05 degrees",
    use="comparison of maps of XCO2",
    service=ZENODO,
    dataset="12706142",
    files={
        "files": Files(
            "at_bilstm_maps/*.nc",
            "columns.at_bilstm_maps",
            "xco2_products",
            found=r".*\.(nc|nc4|zip)",
            listing="at_bilstm_maps/listing.json",
            request=Deposit("zenodo", "zenodo", "12706142", r".*\.(nc|nc4|zip)"),
            # Not measured.
            megabytes=4000,
        )
    },
    variables=("XCO2",),
    units="ppm",
    doi="10.5281/zenodo.12706142",
    first="2014-12",
    last="2021-12-31",
)
