"""Draw the steps from the cross-validated score to the score over the globe."""

from carbonscape.evaluation.truth_gap import TRUTH_GAP
from carbonscape.figures.gpp_truth import draw_truth_gap
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_truth_gap"):
    figure = draw_truth_gap(read_table(snakemake.input.data, TRUTH_GAP))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
