"""Say which native files are absent."""

from carbonscape.core.jobs import job
from carbonscape.sources.needs import require_files

with job(snakemake.log, "require_raw"):
    require_files(snakemake.wildcards.source, **dict(snakemake.params.items()))
