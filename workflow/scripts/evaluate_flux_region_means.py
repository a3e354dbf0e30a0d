"""Means of the maps of figures over the SREX regions that the paper's claims speak of."""

from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.evaluation.region_means import REGION_MEANS, region_means

with job(snakemake.log, "evaluate_flux_region_means"):
    figures = {Path(path).stem.rpartition("_")[2]: path for path in snakemake.input.figures}
    table = region_means(figures, snakemake.input.mask, snakemake.input.classes)
    write_table(table, snakemake.output.table, REGION_MEANS)
