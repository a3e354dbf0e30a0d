"""Draw the steps from the cross-validated score to the score over the globe."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.truth_gap import TRUTH_GAP
from carbonscape.fluxes.figures.truth import draw_truth_gap

with job(snakemake.log, "plot_gpp_truth_gap"):
    figure = draw_truth_gap(read_table(snakemake.input.data, TRUTH_GAP))
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
