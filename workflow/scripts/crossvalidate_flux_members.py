"""Cross-validate a network with several numbers of epochs, for the spread of its maps."""

from dataclasses import replace
from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.training.crossval import open_experiment, prediction_table
from carbonscape.fluxes.training.members import (
    MEMBER_PREDICTIONS,
    member_options,
    member_seed,
    member_table,
)
from carbonscape.training.crossval import cross_validate
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "crossvalidate_flux_members"):
    params, files = snakemake.params, snakemake.input
    opened = open_experiment(files, snakemake.wildcards, params)
    content = {**opened.content, "epochs": params.epochs}
    tables = {}
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        for epochs in params.epochs:
            experiment = replace(
                opened.experiment,
                options=member_options(params.options, epochs),
                seed=member_seed(params.seed, epochs),
            )
            part = cross_validate(
                experiment,
                scratch=Path(scratch) / f"epochs{epochs}",
                workers=snakemake.threads,
                label=f"{opened.label}, {epochs} epochs",
            )
            tables[epochs] = prediction_table(opened.samples, experiment, part)
        write_table(member_table(tables), snakemake.output.predictions, MEMBER_PREDICTIONS)
