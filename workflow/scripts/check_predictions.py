"""Check what a cross-validation promises before anything is scored."""

from pathlib import Path

from carbonscape.artefacts import PREDICTIONS, SAMPLES
from carbonscape.evaluation.checks import check_predictions
from carbonscape.features.samples import usable_samples
from carbonscape.io import read_json
from carbonscape.jobs import job
from carbonscape.tables import read_table
from carbonscape.training.names import parse_experiment

with job(snakemake.log, "check_predictions"):
    samples = read_table(snakemake.input.samples, SAMPLES)
    folds = dict(zip(snakemake.params.splits, map(read_json, snakemake.input.folds), strict=True))
    for path in map(Path, snakemake.input.predictions):
        name = parse_experiment(path)
        check_predictions(
            read_table(path, PREDICTIONS),
            usable_samples(samples, name["window"], common=snakemake.params.common_samples),
            folds[name["split"]],
            origin=str(path),
        )
