"""Draw the scores of the maps against the truth, and their annual totals."""

from carbonscape.evaluation.truth import TRUTH_SCORES
from carbonscape.evaluation.truth_maps import TRUTH_TOTALS
from carbonscape.figures.gpp_truth import draw_truth_scores
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_truth_scores"):
    figure = draw_truth_scores(
        read_table(snakemake.input.scores, TRUTH_SCORES),
        read_table(snakemake.input.totals, TRUTH_TOTALS),
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
