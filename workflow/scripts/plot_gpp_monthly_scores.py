"""Draw the score of each calendar month."""

from carbonscape.evaluation.crossval import SCORE_SUMMARY
from carbonscape.figures.gpp_crossval import draw_monthly_scores
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_monthly_scores"):
    figure = draw_monthly_scores(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
