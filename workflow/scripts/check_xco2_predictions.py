"""Check what the cross-validations of XCO2 promise before anything is scored."""

from carbonscape.artefacts_xco2 import XCO2_PREDICTIONS
from carbonscape.evaluation.xco2_checks import check_predictions, read_sample_table
from carbonscape.evaluation.xco2_crossval import parse_cell
from carbonscape.jobs import job
from carbonscape.tables import read_table
from carbonscape.training.xco2_folds import read_folds

with job(snakemake.log, "check_xco2_predictions"):
    samples = read_sample_table(snakemake.input.samples)
    for path in snakemake.input.predictions:
        scheme = parse_cell(path).scheme
        check_predictions(
            read_table(path, XCO2_PREDICTIONS),
            samples,
            read_folds(snakemake.input.folds, scheme),
            scheme=scheme,
            origin=path,
            buffer_km=snakemake.params.buffer_km,
            strict=snakemake.params.strict,
        )
