"""Deal the sites into folds, from the seed or from a file."""

from carbonscape.artefacts import SAMPLES, TOWER_SITES
from carbonscape.io import write_json
from carbonscape.jobs import job
from carbonscape.tables import read_table
from carbonscape.training.folds import make_folds, read_folds

with job(snakemake.log, "split_sites"):
    samples = read_table(snakemake.input.samples, SAMPLES)
    # Every site that any window setting can use, so that all settings share the folds.
    usable = samples[samples.filter(like="complete_").any(axis=1)]["site"].unique()
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    sites = sites[sites["site"].isin(usable)]
    split = int(snakemake.wildcards.split)
    n_folds = snakemake.params.n_folds
    if snakemake.input.get("folds"):
        folds = read_folds(
            snakemake.input.folds, sites=sites["site"].tolist(), n_folds=n_folds, split=split
        )
    else:
        folds = make_folds(
            sites,
            n_folds=n_folds,
            split=split,
            seed=snakemake.params.seed,
            stratify=snakemake.params.stratify,
        )
    write_json(snakemake.output.folds, folds)
