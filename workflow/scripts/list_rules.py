"""List the rules of a run and what each reads: the numbers of its schemes."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.rules import write_rules

with job(snakemake.log, snakemake.rule):
    write_rules(snakemake.output[0], snakemake.params.edges)
