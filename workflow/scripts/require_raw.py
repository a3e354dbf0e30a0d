"""Say which native files of a source are absent."""

from carbonscape.jobs import job
from carbonscape.raw_files import require_files

with job(snakemake.log, "require_raw"):
    require_files(snakemake.wildcards.source, **snakemake.params)
