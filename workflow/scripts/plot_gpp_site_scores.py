"""Draw the scores of single sites."""

from carbonscape.evaluation.crossval_figures import SITE_DISTRIBUTION
from carbonscape.figures.gpp_sites import draw_site_scores
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_site_scores"):
    figure = draw_site_scores(read_table(snakemake.input.data, SITE_DISTRIBUTION))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
