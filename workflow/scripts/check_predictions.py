"""Check what a cross-validation promises before anything is scored."""

from pathlib import Path

from carbonscape.artefacts import PREDICTIONS, SAMPLES, TOWER_SITES
from carbonscape.evaluation.checks import check_predictions
from carbonscape.features.samples import usable_samples
from carbonscape.io import read_json
from carbonscape.jobs import job
from carbonscape.tables import read_table
from carbonscape.training.names import parse_cell

with job(snakemake.log, "check_predictions"):
    samples = read_table(snakemake.input.samples, SAMPLES)
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    # Folds and predictions of a scheme lie in one folder, which bears its name.
    folds = {path.parent.name: read_json(path) for path in map(Path, snakemake.input.folds)}
    for path in snakemake.input.predictions:
        scheme, cell = parse_cell(path)
        check_predictions(
            read_table(path, PREDICTIONS),
            usable_samples(samples, cell["window"], common=snakemake.params.common_samples),
            folds[scheme],
            origin=path,
            sites=sites,
            block_km=snakemake.params.block_km,
        )
