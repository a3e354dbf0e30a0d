"""Climate classes of Koppen and Geiger."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="Koppen-Geiger map of Beck et al. 2023, koppen_geiger_0p1.tif",
    use="climate of towers and cells, for scores and figures of fluxes",
    service=Service(
        "gloh2o.org",
        "https://www.gloh2o.org",
        "requests",
    ),
    versions=("V2, 1991-2020",),
    files={
        "map": Files(
            "koppen/koppen_geiger_0p1.tif",
            "fluxes.predictors",
            "koppen",
            "simulate_koppen",
            request=Deposit(
                "figshare",
                "figshare",
                "21789074",
                r"koppen_geiger_tif\.zip",
                "tiff",
                member="1991_2020/koppen_geiger_0p1.tif",
            ),
            megabytes=90,
        )
    },
    units="classes 1 to 30, 0 for the sea",
    licence="CC BY 4.0",
    size="90 MB, an archive of all maps",
)
