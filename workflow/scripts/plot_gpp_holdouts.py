"""Draw scores of harder ways to hold out."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.holdouts import HOLDOUT_ROWS
from carbonscape.fluxes.figures.holdouts import draw_holdouts

with job(snakemake.log, "plot_gpp_holdouts"):
    figure = draw_holdouts(read_table(snakemake.input.data, HOLDOUT_ROWS))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
