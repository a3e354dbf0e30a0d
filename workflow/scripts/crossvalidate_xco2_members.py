"""Cross-validate networks that differ in their seed, for the spread of a map of XCO2."""

from carbonscape.columns.features.samples import load_samples
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.columns.training.crossval import prediction_table, prepare_xco2_experiment
from carbonscape.columns.training.folds import read_folds
from carbonscape.columns.training.members import first_folds, member_training
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.training.crossval import cross_validate
from carbonscape.training.devices import choose_device
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "crossvalidate_xco2_members"):
    names = dict(snakemake.wildcards.items())
    params, files = snakemake.params, snakemake.input
    samples = load_samples(files.samples)
    device = choose_device(params.device, names["model"])
    experiment = first_folds(
        prepare_xco2_experiment(
            samples,
            read_folds(files.folds, names["scheme"]),
            device=device,
            **member_training(params.options, members=params.members, seed=params.seed),
            **names,
        ),
        params.folds,
    )
    config = {**names, "options": params.options, "members": params.members, "folds": params.folds}
    content = {"config": config, "seed": params.seed, "device": device}
    label = " ".join(("XCO2 members", *names.values()))
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        part = cross_validate(experiment, scratch=scratch, workers=snakemake.threads, label=label)
        table = prediction_table(samples, experiment, part)
        write_table(table, snakemake.output.predictions, XCO2_PREDICTIONS)
