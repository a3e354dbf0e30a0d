"""Gross primary productivity of the vegetation photosynthesis model."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import FIGSHARE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="LUE-VPM, monthly, 0.5 degrees",
    use="comparison of maps of GPP",
    service=FIGSHARE,
    dataset="5048011",
    files={
        "files": Files(
            "vpm_gpp/*.tif",
            "fluxes.vpm_gpp",
            "gpp_product_files",
            "simulate_other_products",
            found=r"GPP\.VPM\..*",
            listing="vpm_gpp/listing.json",
            request=Deposit("figshare", "figshare", "5048011", r"GPP\.VPM\..*"),
            # Not measured.
            megabytes=300,
        )
    },
    units="gC m-2 month-1; -9999 where missing",
    licence="CC BY 4.0",
    doi="10.6084/m9.figshare.c.3789814",
    first="2000",
    last="2016-12-31",
)
