"""Draw the mean seasonal cycle by climate."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval_figures import SEASONAL_CYCLES
from carbonscape.fluxes.figures.sites import draw_seasonal_cycle

with job(snakemake.log, "plot_gpp_seasonal_cycle"):
    figure = draw_seasonal_cycle(read_table(snakemake.input.data, SEASONAL_CYCLES))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
