"""Train every model of one cross-validation of XCO2 and keep its out-of-fold predictions."""

from pathlib import Path

from carbonscape.artefacts_xco2 import XCO2_PREDICTIONS
from carbonscape.features.xco2_samples import load_samples
from carbonscape.io import write_json
from carbonscape.jobs import job
from carbonscape.provenance import describe_run
from carbonscape.tables import write_table
from carbonscape.training.crossval import cross_validate
from carbonscape.training.devices import choose_device
from carbonscape.training.scratch import remove_scratch, scratch_key
from carbonscape.training.xco2_crossval import prediction_table, prepare_xco2_experiment
from carbonscape.training.xco2_folds import read_folds

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
    key = scratch_key({"config": config, "seed": params.seed, "device": device}, [*files])
    scratch = Path(params.scratch) / key
    label = " ".join(names.values())
    part = cross_validate(experiment, scratch=scratch, workers=snakemake.threads, label=label)
    table = prediction_table(samples, experiment, part)
    write_table(table, output.predictions, XCO2_PREDICTIONS)
    inputs = [files.samples, files.folds]
    run = describe_run(config=config, seed=params.seed, inputs=inputs, device=device)
    write_json(output.run, {**run, "warnings": list(part.warnings)})
    remove_scratch(scratch)
