"""Draw the score of months, seasonal cycles, anomalies and site means."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.figures.crossval import draw_quantities

with job(snakemake.log, "plot_gpp_quantities"):
    figure = draw_quantities(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
