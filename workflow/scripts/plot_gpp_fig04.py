"""Draw Fig. 4: the score of every model, PFT setting and window."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.figures.crossval import PAPER_R2, draw_fig04

with job(snakemake.log, "plot_gpp_fig04"):
    figure = draw_fig04(
        read_table(snakemake.input.data, SCORE_SUMMARY),
        paper_r2=None if snakemake.params.simulated else PAPER_R2,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
