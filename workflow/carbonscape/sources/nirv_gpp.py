"""Gross primary productivity from the near-infrared reflectance of vegetation."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import FIGSHARE
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="NIRv-GPP, monthly, 0.05 degrees",
    use="comparison of maps of GPP",
    service=FIGSHARE,
    dataset="12981977",
    files={
        "year": Files(
            "nirv_gpp/%Y.zip",
            "fluxes.nirv_gpp",
            "gpp_product_files",
            "simulate_other_products",
            request=Deposit("figshare", "figshare", "12981977", r"%Y\.zip", "zip"),
            # Not measured.
            megabytes=700,
        )
    },
    variables=("GPP",),
    units="0.001 gC m-2 d-1; -9999 where missing",
    licence="CC BY 4.0",
    doi="10.6084/m9.figshare.12981977",
    first="1982",
    last="2018-12-31",
)
