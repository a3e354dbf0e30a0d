"""Draw what models, PFT settings and windows differ by, with intervals."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.difference_figures import DIFFERENCE_ROWS
from carbonscape.fluxes.figures.differences import draw_differences

with job(snakemake.log, "plot_gpp_differences"):
    figure = draw_differences(read_table(snakemake.input.data, DIFFERENCE_ROWS))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
