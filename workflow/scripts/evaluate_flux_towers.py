"""The numbers behind Fig. 1: where the towers are and what they sample."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.towers import TOWER_CLASSES, TOWER_MAP, figure_fig01
from carbonscape.fluxes.tables import SAMPLES

with job(snakemake.log, "evaluate_flux_towers"):
    samples = read_table(snakemake.input.samples, SAMPLES)
    towers, classes = figure_fig01(
        read_table(snakemake.input.sites, TOWER_SITES),
        samples[samples["common"] & samples["scored"]],
    )
    write_table(towers, snakemake.output.towers, TOWER_MAP)
    write_table(classes, snakemake.output.classes, TOWER_CLASSES)
