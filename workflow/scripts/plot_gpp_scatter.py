"""Draw predicted against observed GPP."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval_figures import SCATTER
from carbonscape.fluxes.figures.sites import draw_scatter

with job(snakemake.log, "plot_gpp_scatter"):
    figure = draw_scatter(read_table(snakemake.input.data, SCATTER))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
