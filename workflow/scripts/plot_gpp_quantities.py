"""Draw the score of months, seasonal cycles, anomalies and site means."""

from carbonscape.evaluation.crossval import SCORE_SUMMARY
from carbonscape.figures.gpp_crossval import draw_quantities
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_quantities"):
    figure = draw_quantities(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
