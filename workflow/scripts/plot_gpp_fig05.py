"""Draw Fig. 5: R2 of monthly GPP by climate."""

from carbonscape.evaluation.crossval import SCORE_SUMMARY
from carbonscape.figures.gpp_crossval import draw_fig05
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_fig05"):
    figure = draw_fig05(read_table(snakemake.input.data, SCORE_SUMMARY))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
