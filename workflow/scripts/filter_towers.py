"""Select the tower months that serve as targets, and count what each step drops."""

from carbonscape.archives.tables import TOWER_ARCHIVE
from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.quality.towers import filter_months
from carbonscape.fluxes.tables import COUNTS, TOWER_MONTHS
from carbonscape.products.registry import get_product

with job(snakemake.log, "filter_towers", findings=snakemake.output.findings):
    archive = read_table(snakemake.input.archive, TOWER_ARCHIVE)
    quality = dict(snakemake.params.quality)
    # Read where samples are made: the months that serve do not depend on it.
    del quality["train_target"]
    quality["target"] = get_product(snakemake.wildcards.product).targets[quality["target"]]
    result = filter_months(archive, **quality, accept=snakemake.params.accept_implausible)
    write_table(result.months, snakemake.output.months, TOWER_MONTHS)
    write_table(result.counts, snakemake.output.counts, COUNTS)
    write_json(snakemake.output.fences, result.fences)
