"""Gross primary productivity of FluxCom, from remote sensing alone."""

from __future__ import annotations

from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="FluxCom RS_V006, ensemble, monthly, 0.0833 degrees",
    use="comparison of maps of GPP",
    service=Service(
        "FluxCom data portal",
        "https://www.fluxcom.org/CF-Download/",
        account="free account, data-use form",
    ),
    dataset="RS_V006",
    files={
        "year": Files(
            "fluxcom/GPP.RS_V006.FP-ALL.MLM-ALL.METEO-NONE.4320_2160.monthly.%Y.nc",
            "fluxes.fluxcom",
            "gpp_product_files",
            "simulate_other_products",
        )
    },
    variables=("GPP",),
    units="gC m-2 d-1",
    doi="10.5194/bg-17-1343-2020",
    first="2001",
    last="2020-12-31",
)
