"""Draw the score of every model against what it costs."""

from carbonscape.evaluation.costs import COSTS_AND_SCORES
from carbonscape.figures.gpp_costs import draw_costs
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_costs"):
    figure = draw_costs(read_table(snakemake.input.data, COSTS_AND_SCORES))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
