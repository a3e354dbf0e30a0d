"""Choose the options of a model inside the training sites of each fold of a cross-validation."""

from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.tables import INNER_PREDICTIONS
from carbonscape.fluxes.training.crossval import open_experiment
from carbonscape.fluxes.training.search import inner_table, search_options, search_record
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "search_flux"):
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    opened = open_experiment(files, snakemake.wildcards, params)
    with scratch_folder(params.scratch, opened.content, [*files]) as scratch:
        search = search_options(
            opened.experiment,
            params.search,
            scratch=scratch,
            workers=snakemake.threads,
            label=opened.label,
        )
        inner = inner_table(opened.samples, opened.experiment, search)
        write_table(inner, output.predictions, INNER_PREDICTIONS)
        write_json(output.choices, search_record(search))
