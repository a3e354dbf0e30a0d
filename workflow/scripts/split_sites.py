"""Deal the sites, or the years, into folds, from the seed or from a file."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.tables import SAMPLES
from carbonscape.fluxes.training.schemes import make_scheme

with job(snakemake.log, "split_sites"):
    samples = read_table(snakemake.input.samples, SAMPLES)
    # Every scored sample that any window setting can use, so that all settings share the folds.
    samples = samples[samples.filter(like="complete_").any(axis=1) & samples["scored"]]
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    folds = make_scheme(
        snakemake.wildcards.scheme,
        sites=sites[sites["site"].isin(samples["site"])],
        samples=samples,
        n_folds=snakemake.params.n_folds,
        seed=snakemake.params.seed,
        stratify=snakemake.params.stratify,
        block_km=snakemake.params.block_km,
        path=snakemake.input.get("folds"),
        unseen=snakemake.params.unseen,
    )
    write_json(snakemake.output.folds, folds)
