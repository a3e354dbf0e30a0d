"""Gross primary productivity and respiration of MetaFlux."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import ZENODO
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="MetaFlux, monthly, 0.25 degrees",
    use="comparison of maps of GPP",
    service=ZENODO,
    dataset="7761881",
    files={
        "year": Files(
            "metaflux/METAFLUX_GPP_RECO_monthly_%Y.nc",
            "fluxes.metaflux",
            "gpp_product_files",
            "simulate_other_products",
            request=Deposit(
                "zenodo",
                "zenodo",
                "7761881",
                r"METAFLUX_GPP_RECO_monthly_%Y\.nc",
                "netcdf",
            ),
            # Not measured.
            megabytes=100,
        )
    },
    variables=("GPP", "RECO"),
    units="gC m-2 d-1",
    licence="CC BY 4.0",
    doi="10.5281/zenodo.7761881",
    first="2001",
    last="2021-12-31",
)
