"""Deal the samples of XCO2 into the folds of every scheme."""

from carbonscape.columns.features.samples import load_samples
from carbonscape.columns.training.folds import make_folds, write_folds
from carbonscape.core.jobs import job

with job(snakemake.log, "split_xco2"):
    params = snakemake.params
    samples = load_samples(snakemake.input.samples)
    options = {
        "folds": params.folds,
        "seed": params.seed,
        "block_km": params.block_km,
        "buffer_km": params.buffer_km,
        "temporal_blocks": params.temporal_blocks,
    }
    dealt = {scheme: make_folds(samples, scheme=scheme, **options) for scheme in params.schemes}
    write_folds(dealt, snakemake.output.folds, options)
