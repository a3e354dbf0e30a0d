"""Say which native files of a source are absent."""

from carbonscape.core.jobs import job
from carbonscape.sources.columns import SOURCES, require_xco2_files
from carbonscape.sources.fluxes import require_files

with job(snakemake.log, "require_raw"):
    source, params = snakemake.wildcards.source, dict(snakemake.params.items())
    xco2 = params.pop("xco2")
    if source in SOURCES:
        require_xco2_files(source, root=params["root"], xco2=xco2)
    else:
        require_files(source, **params)
