"""Draw Fig. 6: R2 of the mean seasonal cycle by climate."""

from carbonscape.evaluation.crossval import SCORE_SUMMARY
from carbonscape.figures.gpp_crossval import draw_fig06
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_fig06"):
    figure = draw_fig06(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
