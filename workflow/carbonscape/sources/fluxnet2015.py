"""Carbon fluxes of the FLUXNET2015 towers."""

from __future__ import annotations

from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="FLUXNET2015 monthly files and the site list",
    use="targets of fluxes",
    service=Service("fluxnet.org", "https://fluxnet.org", account="free account, data-use form"),
    files={
        "towers": Files(
            "towers/fluxnet2015.zip", "fluxes.predictors", "fluxnet", "simulate_towers"
        ),
    },
    variables=(
        "GPP_NT_VUT_REF",
        "GPP_DT_VUT_REF",
        "RECO_NT_VUT_REF",
        "NEE_VUT_REF",
        "NEE_VUT_REF_QC",
    ),
    units="gC m-2 d-1; -9999 where missing",
    licence="CC BY 4.0 (206 sites)",
    doi="10.1038/s41597-020-0534-3",
    first="1989",
    last="2014-12-31",
    size="less than 1 GB",
    folder_key="towers",
)
