"""Say what the run will download."""

from carbonscape.core.jobs import job
from carbonscape.sources.plan import describe_downloads

with job(snakemake.log, "plan_downloads"):
    print(describe_downloads(**dict(snakemake.params.items())), flush=True)
