"""List every file of the run's folders and every tower: used or left out, and why."""

from carbonscape.core.findings import read_findings, write_findings
from carbonscape.core.jobs import job
from carbonscape.sources.inventory import list_inputs, state_unread

with job(snakemake.log, "list_inputs"):
    params = snakemake.params
    stated = [finding for path in snakemake.input.findings for finding in read_findings(path)]
    found = list_inputs(
        params.periods,
        root=params.root,
        towers=params.towers,
        tables=params.tables,
        stated=stated,
        areas=params.areas,
    )
    state_unread(found, stated)
    write_findings(snakemake.output.inputs, found)
