"""Draw the scores of the maps against the truth, and their annual totals."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.truth import TRUTH_SCORES
from carbonscape.fluxes.evaluation.truth_maps import TRUTH_TOTALS
from carbonscape.fluxes.figures.truth import draw_truth_scores

with job(snakemake.log, "plot_gpp_truth_scores"):
    figure = draw_truth_scores(
        read_table(snakemake.input.scores, TRUTH_SCORES),
        read_table(snakemake.input.totals, TRUTH_TOTALS),
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
