"""Select the tower months that serve as targets, and count what each step drops."""

from carbonscape.artefacts import COUNTS, TOWER_ARCHIVE, TOWER_MONTHS
from carbonscape.io import write_json
from carbonscape.jobs import job
from carbonscape.quality.towers import filter_months
from carbonscape.tables import read_table, write_table

with job(snakemake.log, "filter_towers"):
    archive = read_table(snakemake.input.archive, TOWER_ARCHIVE)
    result = filter_months(archive, **snakemake.params.quality)
    write_table(result.months, snakemake.output.months, TOWER_MONTHS)
    write_table(result.counts, snakemake.output.counts, COUNTS)
    write_json(snakemake.output.fences, result.fences)
