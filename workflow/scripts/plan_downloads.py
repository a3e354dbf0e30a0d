"""Say what the run will download."""

from carbonscape.core.jobs import job
from carbonscape.sources.plan import plan_downloads, text_of

with job(snakemake.log, "plan_downloads"):
    print(text_of(plan_downloads(**dict(snakemake.params.items()))), flush=True)
