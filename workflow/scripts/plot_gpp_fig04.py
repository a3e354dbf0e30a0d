"""Draw Fig. 4: the score of every model, PFT setting and window."""

from carbonscape.evaluation.crossval import SCORE_SUMMARY
from carbonscape.figures.gpp_crossval import PAPER_R2, draw_fig04
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_fig04"):
    figure = draw_fig04(
        read_table(snakemake.input.data, SCORE_SUMMARY),
        paper_r2=None if snakemake.params.simulated else PAPER_R2,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
