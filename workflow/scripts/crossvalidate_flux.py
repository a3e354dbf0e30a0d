"""Train every model of one cross-validation of a flux and keep its out-of-fold predictions."""

from carbonscape.core.io import read_json, write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import write_table
from carbonscape.fluxes.tables import COSTS, PREDICTIONS
from carbonscape.fluxes.training.crossval import cost_table, open_experiment, prediction_table
from carbonscape.fluxes.training.search import NO_SEARCH, use_search
from carbonscape.training.crossval import cross_validate
from carbonscape.training.permutation import importance_rows
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "crossvalidate_flux"):
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    opened = open_experiment(files, snakemake.wildcards, params)
    found = read_json(files.search[0]) if files.search else NO_SEARCH
    experiment = use_search(opened.experiment, found)
    with scratch_folder(params.scratch, opened.content, [*files]) as scratch:
        part = cross_validate(
            experiment, scratch=scratch, workers=snakemake.threads, label=opened.label
        )
        table = prediction_table(opened.samples, experiment, part)
        write_table(table, output.predictions, PREDICTIONS)
        cost = cost_table(experiment, part, search_core_s=found["core_s"], **opened.setting)
        write_table(cost, output.cost, COSTS)
        inputs = [files.samples, files.series, files.folds]
        run = describe_run(
            config=opened.config, seed=params.seed, inputs=inputs, device=experiment.device
        )
        rows = importance_rows(
            experiment.groups, experiment.block.target, part.predicted, part.permuted
        )
        said = list(part.warnings)
        tried = found["scores"]
        write_json(output.run, {**run, "chosen": tried, "warnings": said, "importance": rows})
