"""Compare models, PFT settings and windows by resampling sites and splits."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.difference_figures import DIFFERENCE_ROWS, figure_differences
from carbonscape.fluxes.evaluation.differences import DIFFERENCES, INTERVALS, compare_settings
from carbonscape.fluxes.settings import Setting, split_of
from carbonscape.fluxes.tables import PREDICTIONS
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_differences"):
    params, predictions = snakemake.params, {}
    for path in snakemake.input.predictions:
        scheme, setting = Setting.parse(path)
        predictions[split_of(scheme), setting] = read_table(path, PREDICTIONS)
    intervals, differences = compare_settings(
        predictions,
        window=params.shown["window"],
        pft=params.shown["pft"],
        seed=child_seed(params.seed, "bootstrap"),
        draws=params.draws,
        common_samples=params.common_samples,
    )
    write_table(intervals, snakemake.output.intervals, INTERVALS)
    write_table(differences, snakemake.output.differences, DIFFERENCES)
    write_table(figure_differences(differences), snakemake.output.rows, DIFFERENCE_ROWS)
