"""Draw scores of harder ways to hold out."""

from carbonscape.evaluation.holdouts import HOLDOUT_ROWS
from carbonscape.figures.gpp_holdouts import draw_holdouts
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_holdouts"):
    figure = draw_holdouts(read_table(snakemake.input.data, HOLDOUT_ROWS))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
