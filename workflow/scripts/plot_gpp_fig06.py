"""Draw Fig. 6: R2 of the mean seasonal cycle by climate."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.figures.crossval import draw_fig06

with job(snakemake.log, "plot_gpp_fig06"):
    figure = draw_fig06(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
