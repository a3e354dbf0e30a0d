"""Draw the mean seasonal cycle by climate."""

from carbonscape.evaluation.crossval_figures import SEASONAL_CYCLES
from carbonscape.figures.gpp_sites import draw_seasonal_cycle
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_seasonal_cycle"):
    figure = draw_seasonal_cycle(read_table(snakemake.input.data, SEASONAL_CYCLES))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
