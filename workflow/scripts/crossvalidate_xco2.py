"""Train every model of one cross-validation of XCO2 and keep its out-of-fold predictions."""

from carbonscape.columns.features.samples import load_samples
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.columns.training.crossval import prediction_table, prepare_xco2_experiment
from carbonscape.columns.training.folds import read_folds
from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import write_table
from carbonscape.training.crossval import cross_validate
from carbonscape.training.devices import choose_device
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "crossvalidate_xco2"):
    names = dict(snakemake.wildcards.items())
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    samples = load_samples(files.samples)
    device = choose_device(params.device, names["model"])
    experiment = prepare_xco2_experiment(
        samples,
        read_folds(files.folds, names["scheme"]),
        options=params.options,
        seed=params.seed,
        device=device,
        **names,
    )
    config = {**names, "options": params.options}
    content = {"config": config, "seed": params.seed, "device": device}
    label = " ".join(("XCO2", *names.values()))
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        part = cross_validate(experiment, scratch=scratch, workers=snakemake.threads, label=label)
        table = prediction_table(samples, experiment, part)
        write_table(table, output.predictions, XCO2_PREDICTIONS)
        inputs = [files.samples, files.folds]
        run = describe_run(config=config, seed=params.seed, inputs=inputs, device=device)
        write_json(output.run, {**run, "warnings": list(part.warnings)})
