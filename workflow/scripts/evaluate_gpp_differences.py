"""Compare models, PFT settings and windows by resampling sites."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.difference_figures import DIFFERENCE_ROWS, figure_differences
from carbonscape.fluxes.evaluation.differences import DIFFERENCES, INTERVALS, compare_settings
from carbonscape.fluxes.evaluation.resampling import Setting
from carbonscape.fluxes.tables import PREDICTIONS
from carbonscape.fluxes.training.names import parse_experiment
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_gpp_differences"):
    params, predictions = snakemake.params, {}
    for path in snakemake.input.predictions:
        name = parse_experiment(path)
        split = name.pop("split")
        predictions[split, Setting(**name)] = read_table(path, PREDICTIONS)
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
