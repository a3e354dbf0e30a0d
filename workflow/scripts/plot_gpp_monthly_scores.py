"""Draw the score of each calendar month."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.figures.crossval import draw_monthly_scores

with job(snakemake.log, "plot_gpp_monthly_scores"):
    figure = draw_monthly_scores(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
