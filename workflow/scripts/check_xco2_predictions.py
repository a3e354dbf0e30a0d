"""Check what the cross-validations of XCO2 promise before anything is scored."""

from carbonscape.columns.evaluation.checks import check_predictions, read_sample_table
from carbonscape.columns.evaluation.crossval import parse_cell
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.columns.training.folds import read_folds
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.products.registry import get_product

with job(snakemake.log, "check_xco2_predictions"):
    product = get_product(snakemake.params.product)
    samples = read_sample_table(snakemake.input.samples, product)
    for path in snakemake.input.predictions:
        scheme = parse_cell(path).scheme
        check_predictions(
            read_table(path, XCO2_PREDICTIONS),
            samples,
            read_folds(snakemake.input.folds, scheme),
            product,
            scheme=scheme,
            origin=path,
            buffer_km=snakemake.params.buffer_km,
            strict=snakemake.params.strict,
        )
