"""Draw what models, PFT settings and windows differ by, with intervals."""

from carbonscape.evaluation.difference_figures import DIFFERENCE_ROWS
from carbonscape.figures.gpp_differences import draw_differences
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_differences"):
    figure = draw_differences(read_table(snakemake.input.data, DIFFERENCE_ROWS))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
