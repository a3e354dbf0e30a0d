"""Draw predicted against observed GPP."""

from carbonscape.evaluation.crossval_figures import SCATTER
from carbonscape.figures.gpp_sites import draw_scatter
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_scatter"):
    figure = draw_scatter(read_table(snakemake.input.data, SCATTER))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
