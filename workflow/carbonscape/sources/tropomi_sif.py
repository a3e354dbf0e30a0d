"""Fluorescence seen by TROPOMI."""

from __future__ import annotations

from carbonscape.sources.requests import Catalogue
from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="TROPOSIF L2B, at least one day of every month",
    use="evaluation of maps of GPP (figure 8)",
    service=Service("data-portal.s5p-pal.com", "https://data-portal.s5p-pal.com", "requests"),
    dataset="L2B_SIF___",
    versions=("2.1",),
    files={
        "days": Files(
            "tropomi_sif/TROPOSIF_L2B_%Y-%m-%d.nc",
            "fluxes.sif",
            "tropomi_sif",
            "simulate_tropomi_sif",
            found=r"TROPOSIF_L2B_%Y-%m-%d\.nc",
            every_month=True,
            listing="tropomi_sif/listing_%Y-%m.json",
            request=Catalogue(
                "s5p_pal", "stac", "L2B_SIF___", r"TROPOSIF_L2B_%Y-%m-\d\d\.nc", "netcdf"
            ),
            # Every day of a month; `gpp.sif.every_days` takes a part of them.
            megabytes=350 * 30.4,
        )
    },
    variables=("SIF_Corr_743", "latitude", "longitude", "cloud_fraction_L2"),
    units="mW m-2 sr-1 nm-1",
    doi="10.5270/esa-s5p_innovation-sif-20180501_20210320-v2.1-202104",
    first="2018-05-01",
    size="0.29 to 0.40 GB a day",
)
