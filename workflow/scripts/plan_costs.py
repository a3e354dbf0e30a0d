"""Say what the run would cost."""

from carbonscape.core.jobs import job
from carbonscape.costs.write import write_plan

with job(snakemake.log, "plan_costs"):
    print(write_plan(**dict(snakemake.params.items())), flush=True)
