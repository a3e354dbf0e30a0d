"""Check what a cross-validation promises before anything is scored."""

from pathlib import Path

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.io import read_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.evaluation.checks import check_predictions
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS, SAMPLES
from carbonscape.products.registry import get_product

with job(snakemake.log, "check_predictions"):
    params = snakemake.params
    samples = read_table(snakemake.input.samples, SAMPLES)
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    # Folds and predictions of a scheme lie in one folder, which bears its name.
    folds = {path.parent.name: read_json(path) for path in map(Path, snakemake.input.folds)}
    for path in snakemake.input.predictions:
        scheme, setting = Setting.parse(path)
        check_predictions(
            read_table(path, PREDICTIONS),
            usable_samples(samples, setting.window, common=params.common_samples),
            folds[scheme],
            get_product(params.product),
            origin=path,
            sites=sites,
            block_km=params.block_km,
        )
