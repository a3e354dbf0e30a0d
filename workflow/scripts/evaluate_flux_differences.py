"""Compare models, PFT settings and windows by resampling sites and splits."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.evaluation.difference_figures import DIFFERENCE_ROWS, figure_differences
from carbonscape.fluxes.evaluation.differences import DIFFERENCES, INTERVALS, compare_settings
from carbonscape.fluxes.evaluation.resampling import read_splits
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_differences"):
    params = snakemake.params
    intervals, differences = compare_settings(
        read_splits(snakemake.input.predictions),
        window=params.shown["window"],
        pft=params.shown["pft"],
        seed=child_seed(params.seed, "bootstrap"),
        draws=params.draws,
        common_samples=params.common_samples,
    )
    write_table(intervals, snakemake.output.intervals, INTERVALS)
    write_table(differences, snakemake.output.differences, DIFFERENCES)
    write_table(figure_differences(differences), snakemake.output.rows, DIFFERENCE_ROWS)
