"""Cross-validate the model that figures show with other inputs for the gases of TROPOMI."""

import pandas as pd

from carbonscape.columns.features.samples import load_samples
from carbonscape.columns.tables import XCO2_ABLATED
from carbonscape.columns.training.ablations import prepare_ablation
from carbonscape.columns.training.crossval import prediction_table
from carbonscape.columns.training.folds import read_folds
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.training.crossval import cross_validate
from carbonscape.training.devices import choose_device
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "crossvalidate_xco2_ablations"):
    names = dict(snakemake.wildcards.items())
    params, files = snakemake.params, snakemake.input
    samples = load_samples(files.samples)
    device = choose_device(params.device, names["model"])
    config = {**names, "options": params.options, **params.ablations}
    content = {"config": config, "seed": params.seed, "device": device}
    tables = []
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        for setting in params.ablations["settings"]:
            experiment = prepare_ablation(
                samples,
                read_folds(files.folds, names["scheme"]),
                setting=setting,
                first=params.ablations["folds"],
                options=params.options,
                seed=params.seed,
                device=device,
                **names,
            )
            part = cross_validate(
                experiment,
                scratch=scratch / setting,
                workers=snakemake.threads,
                label=" ".join(("XCO2", setting, *names.values())),
            )
            # Whether a sample's gases are observed is said of the samples of the run.
            tables.append(prediction_table(samples, experiment, part).assign(setting=setting))
        table = pd.concat(tables, ignore_index=True)[XCO2_ABLATED.names]
        write_table(table, snakemake.output.predictions, XCO2_ABLATED)
