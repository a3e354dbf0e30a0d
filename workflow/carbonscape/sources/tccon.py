"""Columns of carbon dioxide measured from the ground."""

from __future__ import annotations

from carbonscape.sources.requests import Catalogue
from carbonscape.sources.services import Service
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="TCCON public netCDF files",
    use="evaluation of XCO2",
    service=Service("tccondata.org", "https://tccondata.org", "requests"),
    versions=("GGG2020.1", "GGG2020", "GGG2014"),
    files={
        "sites": Files(
            # Names tell site and dates, which are extended over time.
            "tccon/*.public.qc.nc",
            "columns.maps",
            "tccon",
            "simulate_tccon",
            found=r"[a-z]{2}\d{8}_\d{8}\.(public|private)(\.qc)?\.nc",
            # Browsers add to the names; engineering files of a site may have other ones.
            accepted=r"[a-z]{2}(\d{8}_\d{8}|_.*(public|private)).*\.nc4?",
            listing="tccon/listing.json",
            request=Catalogue(
                "caltech",
                "invenio",
                'doi:("10.14291/tccon.ggg2020" OR "10.14291/tccon.ggg2014")',
                r"[a-z]{2}\d{8}_\d{8}\.public(\.qc)?\.nc",
                "netcdf",
            ),
            megabytes=5000,
        )
    },
    variables=("xco2", "lat", "long", "time"),
    units="ppm",
    doi="10.14291/TCCON.GGG2020",
    size="less than 5 GB",
)
