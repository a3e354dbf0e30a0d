"""Gross primary productivity of the National Institute for Environmental Studies."""

from __future__ import annotations

from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="NIES, global carbon fluxes by random forests, ten days, 0.1 degrees",
    use="comparison of maps of GPP",
    service=Service(
        "NIES",
        "https://www.nies.go.jp/doi/10.17595/20200227.001-e.html",
    ),
    dataset="20200227.001",
    versions=("2020.2",),
    files={
        # Names are not published: any netCDF whose name has the year is read.
        "year": Files(
            "nies/GPP_%Y.nc",
            "fluxes.nies",
            "gpp_product_files",
            "simulate_other_products",
        )
    },
    variables=("GPP",),
    units="gC m-2 d-1",
    doi="10.17595/20200227.001",
    first="1999",
    last="2019-12-31",
    size="43 GB",
)
