"""Gross primary productivity of sunlit and shaded leaves."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import ZENODO
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="LUE-SSVC, monthly, 0.05 degrees",
    use="comparison of maps of GPP",
    service=ZENODO,
    dataset="6518002",
    files={
        "year": Files(
            "lue_ssvc/%Y.zip",
            "fluxes.lue_ssvc",
            "gpp_product_files",
            "simulate_other_products",
            request=Deposit("zenodo", "zenodo", "6518002", r"%Y\.zip", "zip"),
            # Not measured.
            megabytes=700,
        )
    },
    variables=("GPP_v21",),
    units="0.1 gC m-2 month-1; 0 where missing",
    licence="CC0",
    doi="10.5061/dryad.dfn2z352k",
    first="1992",
    last="2020-12-31",
)
