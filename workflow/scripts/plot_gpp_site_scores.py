"""Draw the scores of single sites."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval_figures import SITE_DISTRIBUTION
from carbonscape.fluxes.figures.sites import draw_site_scores

with job(snakemake.log, "plot_gpp_site_scores"):
    figure = draw_site_scores(read_table(snakemake.input.data, SITE_DISTRIBUTION))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
