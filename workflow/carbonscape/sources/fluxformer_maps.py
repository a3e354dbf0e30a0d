"""Maps of the authors of FluxFormer."""

from __future__ import annotations

from carbonscape.sources.requests import Deposit
from carbonscape.sources.services import ZENODO
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="FluxFormer of its authors (the record describes 0.25 degrees, 1990 to 2019)",
    use="comparison with the map of GPP of this run",
    service=ZENODO,
    dataset="10258644",
    files={
        "files": Files(
            "fluxformer_maps/*.nc",
            "fluxes.authors",
            "fluxformer_maps",
            found=r".*\.(nc|zip)",
            listing="fluxformer_maps/listing.json",
            request=Deposit("zenodo", "zenodo", "10258644", r".*\.(nc|zip)"),
            # Not measured.
            megabytes=2000,
        )
    },
    variables=("GPP",),
    units="gC m-2 d-1",
    doi="10.5281/zenodo.10258644",
    first="1990",
    last="2019-12-31",
)
