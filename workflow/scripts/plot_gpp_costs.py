"""Draw the score of every model against what it costs."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.costs import COSTS_AND_SCORES
from carbonscape.fluxes.figures.costs import draw_costs

with job(snakemake.log, "plot_gpp_costs"):
    figure = draw_costs(read_table(snakemake.input.data, COSTS_AND_SCORES))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
